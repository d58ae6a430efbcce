"""Two models on the same set, intent by intent and sentence by sentence."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction

from banking.domain.nlu_changes import only_in
from banking.domain.nlu_scores import Evaluation, IntentScore, Mistake, Scores
from banking.domain.nlu_sets import label

CROSS_VALIDATION = "cross-validation"


@dataclass(frozen=True, slots=True)
class Pair:
    """One set as both models read it; ``drawn``: not the same sentences."""

    before: Scores
    after: Scores
    drawn: bool = False

    @property
    def name(self) -> str:
        """The set's name."""
        return CROSS_VALIDATION if self.drawn else self.after.name

    def is_chance(self, more: Fraction, now: int) -> bool:
        """Whether the drawing explains so many ``more`` mistakes, ``now`` in all: they
        are within two standard deviations of the difference of two counts."""
        return self.drawn and more * more <= 4 * (now + now - more)

    def intents(self) -> Iterator[tuple[IntentScore, IntentScore]]:
        """Every intent that both sets ask for, before and after."""
        for after in self.after.intents:
            before = self.before.intent(after.intent)
            if before is not None and before.n and after.n:
                yield before, after

    def lost(self, intent: str) -> tuple[Mistake, ...]:
        """The sentences that mean an intent and are not taken for it any more."""
        return only_in(
            _meaning(self.after.mistakes, intent),
            _meaning(self.before.mistakes, intent),
        )

    def gained(self, intent: str) -> tuple[Mistake, ...]:
        """The sentences that mean something else and are taken for an intent now."""
        return only_in(
            _taken_for(self.after.mistakes, intent),
            _taken_for(self.before.mistakes, intent),
        )


def pairs(before: Evaluation | None, after: Evaluation) -> Iterator[Pair]:
    """Every set that both models were asked, cross-validation last."""
    if before is None:
        return
    for scores in after.sets:
        known = before.of_set(scores.name)
        if known is not None:
            yield Pair(known, scores)
    if before.cross_validation and after.cross_validation:
        yield Pair(before.cross_validation, after.cross_validation, drawn=True)


def _meaning(mistakes: Iterable[Mistake], intent: str) -> tuple[Mistake, ...]:
    return tuple(mistake for mistake in mistakes if label(mistake.wanted) == intent)


def _taken_for(mistakes: Iterable[Mistake], intent: str) -> tuple[Mistake, ...]:
    return tuple(mistake for mistake in mistakes if label(mistake.got) == intent)
