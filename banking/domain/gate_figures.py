"""What the gate tells beside its verdict: both models' figures, and what changed."""

from collections.abc import Iterator, Sequence

from banking.domain.model_pairs import CROSS_VALIDATION, Pair
from banking.domain.nlu_scores import Evaluation
from banking.domain.rates import percent, scaled, share
from banking.domain.verdict import FAILED, NOT_RUN, Line, Trial

UNMEASURED = "not measured: its data were not kept"


def changes(pairs: Sequence[Pair]) -> tuple[list[str], list[str]]:
    """What each intent understands better now, and what worse."""
    better, worse = [], []
    for pair in pairs:
        for before, after in pair.intents():
            change = after.right - scaled(before.right, before.n, after.n)
            told = (
                f"{after.intent} on {pair.name}: "
                f"{before.right} of {before.n}, now {after.right} of {after.n}"
            )
            # Between draws, less than one sentence is nothing.
            if change >= 1:
                better.append(told)
            elif change <= -1:
                worse.append(told)
    return better, worse


def lines(
    pairs: Sequence[Pair], before: Sequence[Trial], after: Sequence[Trial]
) -> Iterator[Line]:
    """The figures of every set, and how many tests passed, before and now."""
    for pair in pairs:
        was, now = pair.before, pair.after
        yield _line(
            f"{pair.name}: understood", (was.right, was.texts), (now.right, now.texts)
        )
        if was.foreign and now.foreign:
            yield _line(
                f"{pair.name}: out of scope, recognised",
                (was.caught, was.foreign),
                (now.caught, now.foreign),
            )
        yield _line(
            f"{pair.name}: in scope, asked back",
            (was.lost, was.texts),
            (now.lost, now.texts),
            more_is_better=False,
        )
    for kind in sorted({test.kind for test in after}):
        tests = [t for t in after if t.kind == kind and t.outcome != NOT_RUN]
        failed_before = sum(t.kind == kind and t.outcome == FAILED for t in before)
        failed = sum(t.outcome == FAILED for t in tests)
        if tests:
            yield Line(
                f"{kind}: passed of {len(tests)}",
                str(len(tests) - failed_before),
                str(len(tests) - failed),
                None if failed == failed_before else failed < failed_before,
            )


def first_time(before: Evaluation | None, after: Evaluation) -> Iterator[Line]:
    """What the next model will be compared with, and this one could not be."""
    now = after.cross_validation
    if now and (before is None or before.cross_validation is None):
        understood = percent(now.right, now.texts)
        formerly = "—" if before is None else UNMEASURED
        yield Line(f"{CROSS_VALIDATION}: understood", formerly, understood, None)


def _line(
    what: str,
    before: tuple[int, int],
    after: tuple[int, int],
    *,
    more_is_better: bool = True,
) -> Line:
    was, now = percent(*before), percent(*after)
    more = share(*after) > share(*before)
    # What rounds to the same figure is the same to whoever reads it.
    return Line(what, was, now, None if was == now else more is more_is_better)
