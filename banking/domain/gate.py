"""The gate: whether a new model may take over from the one in service.

Counts are compared, not rounded rates. On a held-out set both models read the same
sentences, so that one sentence is one sentence. Cross-validation draws its parts anew
for other data: there a count stands for the sentences that the rate would have been.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from banking.domain.nlu_scores import Evaluation, IntentScore, Scores
from banking.domain.rates import percent, rate, scaled, share
from banking.domain.verdict import FAILED, NOT_RUN, Line, Trial, Verdict

CROSS_VALIDATION = "cross-validation"
UNMEASURED = "not measured: its data were not kept"


@dataclass(frozen=True, slots=True, kw_only=True)
class GateRules:
    """What a new model may lose.

    ``money_sentences`` is how many sentences an intent that moves money may lose, or
    wrongly gain, on a set; ``money_sentences_drawn`` the same where the sentences are
    drawn anew (cross-validation). Any other intent may lose ``margin`` (a share of 1),
    and in any case ``noise_sentences``. ``least_caught`` of what is out of scope must
    be refused, and no more than ``most_lost`` of what is in scope.
    """

    money_intents: frozenset[str]
    money_sentences: int
    money_sentences_drawn: int
    margin: Fraction
    noise_sentences: int
    least_caught: Fraction
    most_lost: Fraction


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """Everything that is known of one model when it is judged."""

    scores: Evaluation
    tests: Sequence[Trial] = ()


@dataclass(frozen=True, slots=True)
class _Pair:
    """One set as both models read it; ``drawn``: not the same sentences."""

    before: Scores
    after: Scores
    drawn: bool = False

    @property
    def name(self) -> str:
        return CROSS_VALIDATION if self.drawn else self.after.name

    def is_chance(self, more: Fraction, now: int) -> bool:
        """Whether the drawing explains so many ``more`` mistakes, ``now`` in all: they
        are within two standard deviations of the difference of two counts."""
        return self.drawn and more * more <= 4 * (now + now - more)

    def intents(self) -> Iterator[tuple[IntentScore, IntentScore]]:
        for after in self.after.intents:
            before = self.before.intent(after.intent)
            if before is not None and before.n and after.n:
                yield before, after


def judge(
    before: Findings | None, after: Findings, rules: GateRules, *, by: str, at: str
) -> Verdict:
    """Hold the candidate (``after``) against the model in service (``before``)."""
    known = before.scores if before else None
    tests_before = before.tests if before else ()
    pairs = list(_pairs(known, after.scores))
    reasons = [
        *(reason for pair in pairs for reason in _of_set(pair, rules)),
        *_outright(known, after.scores, rules),
        *_of_tests(tests_before, after.tests),
    ]
    better, worse = _changes(pairs)
    return Verdict(
        sha256=after.scores.model_sha256,
        against=known.model_sha256 if known else None,
        by=by,
        at=at,
        passed=not reasons,
        reasons=tuple(reasons),
        not_run=tuple(_not_run(after.scores, after.tests)),
        better=tuple(better),
        worse=tuple(worse),
        lines=(
            *_lines(pairs, tests_before, after.tests),
            *_first_time(known, after.scores),
        ),
    )


def _pairs(before: Evaluation | None, after: Evaluation) -> Iterator[_Pair]:
    if before is None:
        return
    for scores in after.sets:
        known = before.of_set(scores.name)
        if known is not None:
            yield _Pair(known, scores)
    if before.cross_validation and after.cross_validation:
        yield _Pair(before.cross_validation, after.cross_validation, drawn=True)


# --- what refuses -----------------------------------------------------------------


def _of_set(pair: _Pair, rules: GateRules) -> Iterator[str]:
    for before, after in pair.intents():
        if after.intent in rules.money_intents:
            yield from _money(pair, before, after, rules)
        else:
            yield from _other(pair, before, after, rules)
    fall = share(pair.before.right, pair.before.texts) - share(
        pair.after.right, pair.after.texts
    )
    if pair.after.texts and pair.before.texts and fall > rules.margin:
        yield (
            f"all intents together on {pair.name}: "
            f"{percent(pair.before.right, pair.before.texts)} were understood, now "
            f"{percent(pair.after.right, pair.after.texts)}"
        )


def _money(
    pair: _Pair, before: IntentScore, after: IntentScore, rules: GateRules
) -> Iterator[str]:
    allowed = rules.money_sentences_drawn if pair.drawn else rules.money_sentences
    lost = scaled(before.right, before.n, after.n) - after.right
    if lost > allowed:
        yield (
            f"{after.intent} moves money and understands fewer of its sentences on "
            f"{pair.name}: {before.right} of {before.n}, now {after.right} of {after.n}"
        )
    was = before.predicted - before.right
    now = after.predicted - after.right
    if now - scaled(was, pair.before.texts, pair.after.texts) > allowed:
        yield (
            f"{after.intent} moves money and is heard in more sentences that mean "
            f"something else on {pair.name}: {was}, now {now}"
        )


def _other(
    pair: _Pair, before: IntentScore, after: IntentScore, rules: GateRules
) -> Iterator[str]:
    lost = scaled(before.right, before.n, after.n) - after.right
    chance = pair.is_chance(lost, after.n - after.right)
    if lost > rules.noise_sentences and lost > rules.margin * after.n and not chance:
        yield (
            f"{after.intent} understands fewer of its sentences on {pair.name}: "
            f"{before.right} of {before.n}, now {after.right} of {after.n}"
        )
    if not before.predicted or not after.predicted:
        return
    was = before.predicted - before.right
    now = after.predicted - after.right
    more = now - scaled(was, pair.before.texts, pair.after.texts)
    fall = share(before.right, before.predicted) - share(after.right, after.predicted)
    chance = pair.is_chance(more, now)
    if more > rules.noise_sentences and fall > rules.margin and not chance:
        yield (
            f"{after.intent} is heard in more sentences that mean something else on "
            f"{pair.name}: {was} of {before.predicted}, now {now} of {after.predicted}"
        )


def _outright(
    before: Evaluation | None, after: Evaluation, rules: GateRules
) -> Iterator[str]:
    """The floors: a model below them must at least be no worse than the last."""
    for scores in after.sets:
        known = before.of_set(scores.name) if before else None
        if scores.foreign:
            caught = share(scores.caught, scores.foreign)
            was = share(known.caught, known.foreign) if known else None
            if caught < rules.least_caught and (was is None or caught < was):
                yield (
                    f"out of scope on {scores.name}: "
                    f"{percent(scores.caught, scores.foreign)} are recognised"
                    f"{_formerly(was)}; {rate(rules.least_caught)} is the least"
                )
        if scores.texts:
            lost = share(scores.lost, scores.texts)
            was = share(known.lost, known.texts) if known else None
            if lost > rules.most_lost and (was is None or lost > was):
                yield (
                    f"in scope on {scores.name}: "
                    f"{percent(scores.lost, scores.texts)} are asked back"
                    f"{_formerly(was)}; {rate(rules.most_lost)} is the most"
                )


def _of_tests(before: Sequence[Trial], after: Sequence[Trial]) -> Iterator[str]:
    """What failed with the candidate and did not fail with the model in service.

    A test of which nothing is known of before counts as one that had passed.
    """
    failed_before = {(t.kind, t.name) for t in before if t.outcome == FAILED}
    for test in after:
        if test.outcome == FAILED and (test.kind, test.name) not in failed_before:
            why = f": {test.why}" if test.why else ""
            yield f"the {test.kind} “{test.name}” passed before and fails{why}"


def _not_run(scores: Evaluation, tests: Sequence[Trial]) -> Iterator[str]:
    for test in tests:
        if test.outcome == NOT_RUN:
            yield f"{test.name}: {test.why}"
    if scores.cross_validation is None:
        yield f"{CROSS_VALIDATION}: the new model has no figures of its own"
    if not scores.sets:
        yield "held-out sets: there are none"


# --- what is told -----------------------------------------------------------------


def _changes(pairs: Sequence[_Pair]) -> tuple[list[str], list[str]]:
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


def _lines(
    pairs: Sequence[_Pair], before: Sequence[Trial], after: Sequence[Trial]
) -> Iterator[Line]:
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


def _first_time(before: Evaluation | None, after: Evaluation) -> Iterator[Line]:
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
    change = share(*after) - share(*before)
    better = None if change == 0 else (change > 0) is more_is_better
    return Line(what, percent(*before), percent(*after), better)


def _formerly(was: Fraction | None) -> str:
    return "" if was is None else f", before {rate(was)}"
