"""What has changed between two evaluations of the same sets."""

from collections import Counter
from dataclasses import dataclass

from banking.domain.nlu_scores import Evaluation, Mistake, Scores


@dataclass(frozen=True, slots=True)
class Changes:
    """How one set came out before, and what is right or wrong only now.

    ``before`` is ``None`` where the set was not evaluated, or was another: then there
    is nothing to compare.
    """

    before: Scores | None
    now_wrong: tuple[Mistake, ...] = ()
    now_right: tuple[Mistake, ...] = ()


def changes(before: Evaluation | None, after: Scores) -> Changes:
    """Compare a set with what the last evaluation said of it."""
    earlier = _same(before, after)
    if earlier is None:
        return Changes(None)
    return Changes(
        earlier,
        now_wrong=only_in(after.mistakes, earlier.mistakes),
        now_right=only_in(earlier.mistakes, after.mistakes),
    )


def only_in(
    these: tuple[Mistake, ...], those: tuple[Mistake, ...]
) -> tuple[Mistake, ...]:
    """The mistakes of ``these``, in order, whose texts are not wrong in ``those``."""
    others = Counter((mistake.text, mistake.wanted) for mistake in those)
    left = []
    for mistake in these:
        if others[mistake.text, mistake.wanted]:
            others[mistake.text, mistake.wanted] -= 1
        else:
            left.append(mistake)
    return tuple(left)


def _same(before: Evaluation | None, after: Scores) -> Scores | None:
    """The earlier scores of this set, if it holds as many texts of the same kinds."""
    if before is None:
        return None
    known = [*before.sets, before.overall, before.cross_validation]
    for scores in known:
        if scores is not None and scores.name == after.name:
            return scores if _shape(scores) == _shape(after) else None
    return None


def _shape(scores: Scores) -> tuple[object, ...]:
    found = tuple((each.kind, each.found + each.missed) for each in scores.entities)
    return (
        scores.foreign,
        found,
        tuple((each.intent, each.n) for each in scores.intents),
    )
