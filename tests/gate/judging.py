"""Models of a few figures, and what the gate finds of them."""

from fractions import Fraction

from banking.domain.gate import Findings, GateRules, judge
from banking.domain.model_pairs import CROSS_VALIDATION
from banking.domain.nlu_scores import Evaluation, IntentScore, Scores
from banking.domain.verdict import Verdict

RULES = GateRules(
    money_intents=frozenset({"transfer_money", "pay_bill"}),
    money_sentences=0,
    money_sentences_drawn=2,
    edge=0.05,
    margin=Fraction(3, 100),
    noise_sentences=1,
    least_caught=Fraction(90, 100),
    most_lost=Fraction(5, 100),
)
# Intent: (its sentences, understood, taken for it in all).
ALIKE = {
    "transfer_money": (20, 18, 18),
    "check_balance": (100, 90, 92),
    "find_atm": (12, 11, 11),
}


def scores(
    intents=None,
    *,
    name="ours",
    foreign=100,
    caught=95,
    lost=2,
    texts=None,
    right=None,
    mistakes=(),
) -> Scores:
    told = {**ALIKE, **(intents or {})}
    return Scores(
        name=name,
        texts=sum(n for n, _, _ in told.values()) if texts is None else texts,
        right=sum(r for _, r, _ in told.values()) if right is None else right,
        guessed_right=0,
        foreign=foreign,
        caught=caught,
        lost=lost,
        topics=0,
        topics_right=0,
        intents=tuple(IntentScore(each, *counts) for each, counts in told.items()),
        confusions=(),
        bins=(),
        trade_off=(),
        entities=(),
        mistakes=tuple(mistakes),
        entity_mistakes=(),
        p50_ms=None,
        p95_ms=None,
    )


def model(*sets, drawn=None, sha256="a") -> Evaluation:
    return Evaluation(
        model=f"{sha256}.tar.gz",
        model_sha256=sha256,
        measured_at="2026-11-20T12:00:00+00:00",
        threshold=0.3,
        sets=sets or (scores(),),
        overall=scores(),
        cross_validation=drawn or scores(name=CROSS_VALIDATION),
    )


def judged(before, after, tests_before=(), tests_after=(), rules=RULES) -> Verdict:
    return judge(
        Findings(scores=before, tests=tests_before) if before else None,
        Findings(scores=after, tests=tests_after),
        rules,
        by="ann",
        at="2026-11-20T12:00:00+00:00",
    )


def on_a_set(intents=None, **other) -> Verdict:
    return judged(model(), model(scores(intents, **other), sha256="b"))


def drawn_anew(intents) -> Verdict:
    changed = scores(intents, name=CROSS_VALIDATION)
    return judged(model(), model(drawn=changed, sha256="b"))
