"""The gate: whether a new model may take over from the one in service.

Counts are compared, not rounded rates. On a held-out set both models read the same
sentences, so that one sentence is one sentence. Cross-validation draws its parts anew
for other data: there a count stands for the sentences that the rate would have been.
What counts as chance was measured: docs/decisions/0012.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from banking.domain.gate_figures import changes, first_time, lines
from banking.domain.model_pairs import CROSS_VALIDATION, Pair, pairs
from banking.domain.nlu_scores import Evaluation, IntentScore, Mistake
from banking.domain.rates import percent, rate, scaled, share
from banking.domain.verdict import FAILED, NOT_RUN, Trial, Verdict

# Of the sentences that speak against a model so many are named.
NAMED = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class GateRules:
    """What a new model may lose.

    ``money_sentences`` is how many sentences an intent that moves money may lose, or
    wrongly gain, on a set; ``money_sentences_drawn`` the same where the sentences are
    drawn anew (cross-validation). On a set, ``noise_sentences`` more may tip where two
    readings are within ``edge`` (a share of 1) of each other. Any other intent may lose
    ``margin`` (a share of 1), and in any case ``noise_sentences``. ``least_caught`` of
    what is out of scope must be refused, and no more than ``most_lost`` of what is in
    scope.
    """

    money_intents: frozenset[str]
    money_sentences: int
    money_sentences_drawn: int
    edge: float
    margin: Fraction
    noise_sentences: int
    least_caught: Fraction
    most_lost: Fraction


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """Everything that is known of one model when it is judged."""

    scores: Evaluation
    tests: Sequence[Trial] = ()


def judge(
    before: Findings | None, after: Findings, rules: GateRules, *, by: str, at: str
) -> Verdict:
    """Hold the candidate (``after``) against the model in service (``before``)."""
    known = before.scores if before else None
    tests_before = before.tests if before else ()
    compared = list(pairs(known, after.scores))
    reasons = [
        *(reason for pair in compared for reason in _of_set(pair, rules)),
        *_outright(known, after.scores, rules),
        *_of_tests(tests_before, after.tests),
    ]
    better, worse = changes(compared)
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
            *lines(compared, tests_before, after.tests),
            *first_time(known, after.scores),
        ),
    )


# --- what refuses -----------------------------------------------------------------


def _of_set(pair: Pair, rules: GateRules) -> Iterator[str]:
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
    pair: Pair, before: IntentScore, after: IntentScore, rules: GateRules
) -> Iterator[str]:
    lost = pair.lost(after.intent)
    fewer = scaled(before.right, before.n, after.n) - after.right
    if _too_many(pair, fewer, [each.short for each in lost], rules):
        yield (
            f"{after.intent} moves money and understands fewer of its sentences on "
            f"{pair.name}: {before.right} of {before.n}, now {after.right} of {after.n}"
            f"{_named(pair, lost)}"
        )
    was = before.predicted - before.right
    now = after.predicted - after.right
    gained = pair.gained(after.intent)
    more = now - scaled(was, pair.before.texts, pair.after.texts)
    if _too_many(pair, more, [each.lead for each in gained], rules):
        yield (
            f"{after.intent} moves money and is heard in sentences that mean something "
            f"else on {pair.name}: {was}, now {now}{_named(pair, gained)}"
        )


def _too_many(
    pair: Pair, more: Fraction, by: Sequence[float], rules: GateRules
) -> bool:
    """Whether ``more`` mistakes than before are too many for what moves money.

    ``by`` is how far each sentence that is a mistake only now is over the edge. What is
    far over it is not made good by another sentence that came right.
    """
    if pair.drawn:
        return more > rules.money_sentences_drawn
    tipped = sum(each <= rules.edge for each in by)
    excused = min(tipped, rules.noise_sentences)
    far = len(by) - tipped
    return far > rules.money_sentences or more - excused > rules.money_sentences


def _named(pair: Pair, changed: Sequence[Mistake]) -> str:
    """The sentences themselves, which are the trainer's own; drawn ones are not."""
    if pair.drawn or not changed:
        return ""
    told = ", ".join(f"“{each.text}”" for each in changed[:NAMED])
    return f" ({told}{', …' if len(changed) > NAMED else ''})"


def _other(
    pair: Pair, before: IntentScore, after: IntentScore, rules: GateRules
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


def _formerly(was: Fraction | None) -> str:
    return "" if was is None else f", before {rate(was)}"
