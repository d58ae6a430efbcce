"""Scores predictions against what the texts of a set mean.

A general question's intent may be named with its topic (`faq/fees`); it counts as `faq`
and its topic is counted apart. The order of texts makes no difference.
"""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from banking.domain.nlu_scores import (
    OUT_OF_SCOPE,
    REFUSALS,
    Bin,
    Confusion,
    EntityMistake,
    EntityScore,
    IntentScore,
    Mistake,
    Scores,
    TradeOff,
)
from banking.domain.nlu_sets import (
    Annotated,
    EvaluationSet,
    Prediction,
    Span,
    alone,
    label,
    together,
)

BINS = 10
THRESHOLDS = tuple(step / 20 for step in range(20))


class NoPrediction(Exception):
    """A text of a set has no prediction."""


@dataclass(frozen=True, slots=True)
class _Answer:
    """What a text in scope means, and what was made of it."""

    wanted: str
    got: Prediction

    @property
    def right(self) -> bool:
        return label(self.got.intent) == label(self.wanted)

    @property
    def guessed_right(self) -> bool:
        return label(self.got.guess) == label(self.wanted)


def score(
    tested: EvaluationSet, predictions: Iterable[Prediction], threshold: float
) -> Scores:
    """Score one set; raise ``NoPrediction`` where a text of it has none."""
    said = {prediction.text: prediction for prediction in predictions}
    for text in tested.texts:
        if text not in said:
            raise NoPrediction(f"no prediction for {text!r}")
    answers = [_Answer(e.intent, said[e.text]) for e in tested.examples]
    strangers = [said[text] for text in tested.foreign]
    accepted = [p for p in strangers if not p.refused(threshold)]
    spoken = [(a, said[a.text]) for a in tested.annotated]
    topics = [answer for answer in answers if "/" in answer.wanted]
    times = sorted(p.ms for t in tested.texts if (p := said[t]).ms is not None)
    return Scores(
        name=tested.name,
        texts=len(answers),
        right=sum(answer.right for answer in answers),
        guessed_right=sum(answer.guessed_right for answer in answers),
        foreign=len(strangers),
        caught=len(strangers) - len(accepted),
        lost=sum(answer.got.refused(threshold) for answer in answers),
        topics=len(topics),
        topics_right=sum(answer.got.intent == answer.wanted for answer in topics),
        intents=_intents(answers, accepted),
        confusions=_confusions(answers, accepted),
        bins=_bins(answers),
        trade_off=tuple(_trade_off(answers, strangers, at) for at in THRESHOLDS),
        entities=tuple(_entity(kind, spoken) for kind in tested.kinds),
        mistakes=_mistakes(answers, accepted, threshold),
        entity_mistakes=_entity_mistakes(tested.kinds, spoken),
        p50_ms=percentile(times, 50),
        p95_ms=percentile(times, 95),
    )


def score_together(
    name: str,
    sets: Sequence[EvaluationSet],
    predictions: Sequence[Prediction],
    threshold: float,
) -> Scores:
    """Score all sets as one.

    A set that does not annotate a kind of entity says nothing about it, so entities
    are added up set by set.
    """
    each = [score(tested, predictions, threshold) for tested in sets]
    entities: dict[str, EntityScore] = {}
    for one in (entity for scores in each for entity in scores.entities):
        sum_ = entities.get(one.kind, EntityScore(one.kind, 0, 0, 0))
        entities[one.kind] = EntityScore(
            one.kind,
            sum_.found + one.found,
            sum_.missed + one.missed,
            sum_.spurious + one.spurious,
        )
    wrong = [mistake for scores in each for mistake in scores.entity_mistakes]
    return replace(
        score(together(name, sets), predictions, threshold),
        entities=tuple(entities[kind] for kind in sorted(entities)),
        entity_mistakes=tuple(sorted(wrong, key=_by_kind)),
    )


def percentile(ordered: Sequence[float], percent: int) -> float | None:
    """The smallest value that so many percent do not exceed; ``None`` of nothing."""
    if not ordered:
        return None
    return ordered[max(math.ceil(len(ordered) * percent / 100) - 1, 0)]


def _intents(
    answers: Sequence[_Answer], accepted: Sequence[Prediction]
) -> tuple[IntentScore, ...]:
    meant = Counter(label(answer.wanted) for answer in answers)
    right = Counter(label(answer.wanted) for answer in answers if answer.right)
    taken = Counter(label(answer.got.intent) for answer in answers)
    # A foreign text that is taken for an intent is a wrong answer as well.
    taken.update(label(prediction.intent) for prediction in accepted)
    return tuple(
        IntentScore(name, meant[name], right[name], taken[name])
        for name in sorted(meant)
    )


def _confusions(
    answers: Sequence[_Answer], accepted: Sequence[Prediction]
) -> tuple[Confusion, ...]:
    wrong = Counter(
        (label(answer.wanted), label(answer.got.intent))
        for answer in answers
        if not answer.right
    )
    wrong.update((OUT_OF_SCOPE, label(prediction.intent)) for prediction in accepted)
    ordered = sorted(wrong.items(), key=lambda each: (-each[1], each[0]))
    return tuple(Confusion(wanted, got, n) for (wanted, got), n in ordered)


def _bins(answers: Sequence[_Answer]) -> tuple[Bin, ...]:
    inside: list[list[_Answer]] = [[] for _ in range(BINS)]
    for answer in answers:
        at = int(answer.got.guess_confidence * BINS)
        inside[min(max(at, 0), BINS - 1)].append(answer)
    return tuple(
        Bin(
            low=at / BINS,
            high=(at + 1) / BINS,
            n=len(those),
            right=sum(answer.guessed_right for answer in those),
            # Summed exactly, so that the order of texts does not show.
            confidence=math.fsum(a.got.guess_confidence for a in those) / len(those),
        )
        for at, those in enumerate(inside)
        if those
    )


def _trade_off(
    answers: Sequence[_Answer], strangers: Sequence[Prediction], threshold: float
) -> TradeOff:
    def refused(said: Prediction) -> bool:
        return label(said.guess) in REFUSALS or said.guess_confidence < threshold

    return TradeOff(
        threshold,
        caught=sum(refused(prediction) for prediction in strangers),
        lost=sum(refused(answer.got) for answer in answers),
    )


def _mistakes(
    answers: Sequence[_Answer], accepted: Sequence[Prediction], threshold: float
) -> tuple[Mistake, ...]:
    found = [_mistake(a.got, a.wanted, threshold) for a in answers if not a.right]
    found += [_mistake(p, OUT_OF_SCOPE, threshold) for p in accepted]
    return tuple(sorted(found, key=lambda m: (-m.confidence, m.text, m.wanted)))


def _mistake(prediction: Prediction, wanted: str, threshold: float) -> Mistake:
    sure = prediction.guess_confidence
    meant = prediction.chance_of(wanted)
    asked_back = label(prediction.guess) == label(wanted)
    return Mistake(
        text=prediction.text,
        wanted=wanted,
        got=prediction.intent,
        guess=prediction.guess,
        confidence=sure,
        # Asked back although likely enough: another reading was as likely.
        short=max(threshold - sure, 0.0) if asked_back else sure - meant,
        lead=sure - max([threshold, *(chance for _, chance in prediction.others)]),
    )


def _entity(kind: str, spoken: Sequence[tuple[Annotated, Prediction]]) -> EntityScore:
    found = missed = spurious = 0
    for annotated, prediction in spoken:
        there, seen = annotated.of_kind(kind), prediction.of_kind(kind)
        overlooked = len(alone(there, seen))
        found += len(there) - overlooked
        missed += overlooked
        spurious += len(alone(seen, there))
    return EntityScore(kind, found, missed, spurious)


def _entity_mistakes(
    kinds: Sequence[str], spoken: Sequence[tuple[Annotated, Prediction]]
) -> tuple[EntityMistake, ...]:
    found = []
    for annotated, prediction in spoken:
        for kind in kinds:
            there, seen = annotated.of_kind(kind), prediction.of_kind(kind)
            missed, spurious = alone(there, seen), alone(seen, there)
            if missed or spurious:
                text = annotated.text
                words = (_words(text, missed), _words(text, spurious))
                found.append(EntityMistake(text, kind, *words))
    return tuple(sorted(found, key=_by_kind))


def _by_kind(mistake: EntityMistake) -> tuple[object, ...]:
    return mistake.kind, mistake.text, mistake.missed, mistake.spurious


def _words(text: str, spans: Iterable[Span]) -> tuple[str, ...]:
    return tuple(text[span.start : span.end] for span in spans)
