"""Scores are counted as people would count them by hand."""

import json
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from banking.domain.kept import NotAsKept
from banking.domain.nlu_changes import changes
from banking.domain.nlu_scores import Confusion, Evaluation, Scores
from banking.domain.nlu_scoring import (
    NoPrediction,
    percentile,
    score,
    score_together,
)
from banking.domain.nlu_sets import (
    Annotated,
    EvaluationSet,
    Example,
    Prediction,
    Span,
)

THRESHOLD = 0.5
AMOUNT = Span("amount", 5, 7)
BOB = Span("person", 11, 14)

SPOKEN = EvaluationSet(
    "spoken",
    examples=(
        Example("my balance", "check_balance"),
        Example("how much do i have", "check_balance"),
        Example("bal", "check_balance"),
        Example("block it", "lock_card"),
        Example("what are your fees", "faq/fees"),
        Example("are you open", "faq/hours"),
    ),
    foreign=("who won", "boil an egg", "sing", "hm"),
    annotated=(Annotated("send 50 to Bob", (AMOUNT, BOB)), Annotated("hello", ())),
)


def said(
    text, intent, confidence=0.9, guess=None, sure=None, spans=(), ms=10.0, others=()
):
    return Prediction(
        text,
        intent,
        confidence,
        guess or intent,
        confidence if sure is None else sure,
        spans,
        ms,
        others,
    )


ANSWERS = (
    said("my balance", "check_balance", 0.9, ms=1.0),
    # Right, and yet refused, as the confidence is below the threshold.
    said("how much do i have", "check_balance", 0.4, ms=2.0),
    said("bal", "nlu_fallback", 0.3, "check_balance", 0.2, ms=3.0),
    said("block it", "check_balance", 0.8, ms=4.0),
    said("what are your fees", "faq/fees", 0.7, ms=5.0),
    said("are you open", "faq/fees", 0.6, ms=6.0),
    said("who won", "out_of_scope", 0.9, ms=7.0),
    said("boil an egg", "lock_card", 0.4, ms=8.0),
    said("sing", "nlu_fallback", 0.3, "lock_card", 0.1, ms=9.0),
    said("hm", "lock_card", 0.95, ms=10.0),
    said("send 50 to Bob", "transfer_money", spans=(Span("amount", 6, 9),), ms=11.0),
    said("hello", "greet", spans=(Span("person", 0, 5),), ms=12.0),
)


@pytest.fixture(scope="module")
def scores():
    return score(SPOKEN, ANSWERS, THRESHOLD)


def test_accuracy_counts_what_the_customer_met(scores):
    assert (6, 4, 5) == (scores.texts, scores.right, scores.guessed_right)
    assert 4 / 6 == scores.accuracy
    assert 5 / 6 == scores.guess_accuracy
    # check_balance 2 of 3, faq 2 of 2, lock_card 0 of 1
    assert pytest.approx((2 / 3 + 1 + 0) / 3) == scores.macro_recall


def test_a_topic_is_counted_apart_from_its_intent(scores):
    assert (2, 1) == (scores.topics, scores.topics_right)
    assert 0.5 == scores.topic_accuracy


def test_an_intent_pays_for_foreign_texts_taken_for_it(scores):
    lock_card, balance = scores.intent("lock_card"), scores.intent("check_balance")

    assert (1, 0, 1) == (lock_card.n, lock_card.right, lock_card.predicted)
    assert (3, 2, 3) == (balance.n, balance.right, balance.predicted)
    assert 2 / 3 == balance.precision == balance.recall == balance.f1
    assert scores.intent("transfer_money") is None


def test_what_is_out_of_scope_is_caught_by_name_fallback_or_doubt(scores):
    assert (4, 3) == (scores.foreign, scores.caught)
    assert 0.75 == scores.caught_rate
    # "how much do i have" by doubt and "bal" by the fallback
    assert 2 == scores.lost
    assert 2 / 6 == scores.lost_rate


def test_confusions_name_both_sides(scores):
    assert {
        Confusion("lock_card", "check_balance", 1),
        Confusion("check_balance", "nlu_fallback", 1),
        Confusion("out_of_scope", "lock_card", 1),
    } == set(scores.confusions)


def test_calibration_is_the_distance_of_confidence_and_truth(scores):
    off = abs(0.9 - 1) + abs(0.4 - 1) + abs(0.2 - 1) + abs(0.8 - 0)
    off += abs(0.7 - 1) + abs(0.6 - 1)

    assert pytest.approx(off / 6) == scores.calibration_error
    assert [1] * 6 == [each.n for each in scores.bins]


def test_no_doubt_and_no_idea_stand_in_the_outermost_bins():
    tested = EvaluationSet("two", (Example("a", "greet"), Example("b", "greet")))
    answers = (said("a", "greet", 0.0), said("b", "greet", 1.0))

    bins = score(tested, answers, THRESHOLD).bins

    assert [(0.0, 0.1), (0.9, 1.0)] == [(each.low, each.high) for each in bins]


def test_another_threshold_trades_one_for_the_other(scores):
    at = {point.threshold: (point.caught, point.lost) for point in scores.trade_off}

    # By the guesses: out_of_scope is caught at any threshold.
    assert (1, 0) == at[0.0]
    assert (2, 1) == at[0.25]
    assert (3, 2) == at[0.5]


def test_a_span_is_found_by_touching_it(scores):
    amount, person = scores.entity("amount"), scores.entity("person")

    assert (1, 0, 0, 1.0) == (amount.found, amount.missed, amount.spurious, amount.f1)
    assert (0, 1, 1, 0.0) == (person.found, person.missed, person.spurious, person.f1)
    assert [("hello", (), ("hello",)), ("send 50 to Bob", ("Bob",), ())] == [
        (m.text, m.missed, m.spurious) for m in scores.entity_mistakes
    ]


def test_touching_ends_do_not_overlap():
    assert not Span("amount", 0, 3).overlaps(Span("amount", 3, 5))
    assert not Span("amount", 3, 5).overlaps(Span("amount", 0, 3))
    assert Span("amount", 0, 4).overlaps(Span("amount", 3, 5))


def test_the_surest_mistakes_come_first(scores):
    assert [("hm", 0.95), ("block it", 0.8), ("bal", 0.2)] == [
        (mistake.text, mistake.confidence) for mistake in scores.mistakes
    ]
    assert [False, False, True] == [mistake.refused for mistake in scores.mistakes]


@pytest.mark.parametrize(
    ("wanted", "answer", "short", "lead"),
    [
        # Another one was likelier, or two.
        ("lock_card", said("x", "greet", 0.6, others=(("lock_card", 0.4),)), 0.2, 0.1),
        ("lock_card", said("x", "greet", 0.6, others=(("bye", 0.58),)), 0.6, 0.02),
        # Asked back: not sure enough, or two were as likely.
        ("lock_card", said("x", "nlu_fallback", 0.3, "lock_card", 0.45), 0.05, -0.05),
        (
            "lock_card",
            said("x", "nlu_fallback", 0.3, "lock_card", 0.51, others=(("bye", 0.5),)),
            0.0,
            0.01,
        ),
        (
            "lock_card",
            said("x", "nlu_fallback", 0.3, "bye", 0.3, others=(("lock_card", 0.2),)),
            0.1,
            -0.2,
        ),
        # A topic of the fixed answers is as likely as all of them.
        ("faq/fees", said("x", "greet", 0.6, others=(("faq", 0.3),)), 0.3, 0.1),
    ],
)
def test_a_mistake_tells_how_far_it_was_from_right(wanted, answer, short, lead):
    asked = EvaluationSet("asked", examples=(Example("x", wanted),))
    (mistake,) = score(asked, [answer], THRESHOLD).mistakes

    assert (mistake.short, mistake.lead) == pytest.approx((short, lead))


def test_a_foreign_text_was_taken_by_its_lead():
    asked = EvaluationSet("asked", foreign=("x",))
    answer = said("x", "greet", 0.6, others=(("out_of_scope", 0.35),))
    (mistake,) = score(asked, [answer], THRESHOLD).mistakes

    assert (mistake.short, mistake.lead) == pytest.approx((0.25, 0.1))


def test_latency_is_of_each_text_once(scores):
    assert (6.0, 12.0) == (scores.p50_ms, scores.p95_ms)
    assert percentile([], 50) is None
    assert 19 == percentile(list(range(1, 21)), 95)


def test_a_text_without_a_prediction_is_refused():
    with pytest.raises(NoPrediction, match="hm"):
        score(SPOKEN, [a for a in ANSWERS if a.text != "hm"], THRESHOLD)


def test_of_nothing_there_is_no_rate():
    empty = score(EvaluationSet("empty"), (), THRESHOLD)

    assert [None] * 8 == [getattr(empty, name) for name in empty.derived]
    assert (None, None) == (empty.p50_ms, empty.p95_ms)


def test_a_set_that_does_not_annotate_a_kind_says_nothing_about_it():
    amounts = EvaluationSet(
        "amounts", annotated=(Annotated("send 50 to Bob", (AMOUNT,)),)
    )
    names = EvaluationSet(
        "names", annotated=(Annotated("Ann, 50", (Span("person", 0, 3),)),)
    )
    answers = (
        said("send 50 to Bob", "x", spans=(AMOUNT, BOB)),
        said("Ann, 50", "x", spans=(Span("person", 0, 3), Span("amount", 5, 7))),
    )

    together = score_together("all", (amounts, names), answers, THRESHOLD)

    assert [("amount", 1.0), ("person", 1.0)] == [
        (each.kind, each.f1) for each in together.entities
    ]


def an_evaluation(scores: Scores) -> Evaluation:
    return Evaluation(
        "m.tar.gz", "0" * 64, "2026-01-01T00:00:00+00:00", 0.5, (scores,), scores, None
    )


def test_scores_come_back_from_json_as_they_were(scores):
    evaluation = an_evaluation(scores)
    written = json.loads(json.dumps(evaluation.as_json()))

    assert evaluation == Evaluation.from_json(written)
    assert scores.accuracy == written["overall"]["accuracy"]
    assert evaluation.of_set("spoken") == scores
    assert evaluation.of_set("sung") is None


@pytest.mark.parametrize(
    "spoilt",
    [
        None,
        [],
        {},
        {"model": "m"},
        {"sets": {}},
        {"overall": None},
        {"threshold": "0.5"},
        {"remarks": [1]},
    ],
)
def test_anything_else_is_not_taken_for_scores(scores, spoilt):
    whole = an_evaluation(scores).as_json()
    data = {**whole, **spoilt} if spoilt and "model" not in spoilt else spoilt

    with pytest.raises(NotAsKept):
        Evaluation.from_json(data)


def test_what_is_wrong_now_and_what_is_right_now(scores):
    better = tuple(
        said(a.text, "lock_card") if a.text == "block it" else a for a in ANSWERS
    )
    worse = tuple(
        said(a.text, "greet") if a.text == "my balance" else a for a in better
    )
    found = changes(an_evaluation(scores), score(SPOKEN, worse, THRESHOLD))

    assert scores == found.before
    assert ["my balance"] == [mistake.text for mistake in found.now_wrong]
    assert ["block it"] == [mistake.text for mistake in found.now_right]


def test_another_set_of_the_same_name_is_not_compared(scores):
    shorter = replace(SPOKEN, examples=SPOKEN.examples[:-1])
    after = score(shorter, ANSWERS, THRESHOLD)

    assert changes(an_evaluation(scores), after).before is None
    assert changes(None, scores).before is None


# A busy machine is slow; that is no fault of the code.
patient = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
INTENTS = st.sampled_from(["check_balance", "lock_card", "faq/fees", "faq/hours"])
CONFIDENCES = st.floats(0, 1, allow_nan=False)


@st.composite
def heard(draw):
    """A set, and what somebody made of it."""
    texts = draw(st.lists(st.text(min_size=1), unique=True, max_size=12))
    cut = draw(st.integers(0, len(texts)))
    examples = tuple(Example(text, draw(INTENTS)) for text in texts[:cut])
    foreign = tuple(texts[cut:])
    spans = tuple(Annotated(text, (Span("amount", 0, 1),)) for text in texts)
    answers = tuple(
        said(text, draw(INTENTS), draw(CONFIDENCES), sure=draw(CONFIDENCES))
        for text in texts
    )
    return EvaluationSet("any", examples, foreign, spans), answers


@patient
@given(heard())
def test_perfect_predictions_score_one(given_set):
    tested, _ = given_set
    meant = {example.text: example.intent for example in tested.examples}
    answers = [
        said(a.text, meant.get(a.text, "out_of_scope"), 1.0, spans=a.spans)
        for a in tested.annotated
    ]

    scores = score(tested, answers, THRESHOLD)

    rates = [getattr(scores, name) for name in ("accuracy", "macro_recall", "macro_f1")]
    rates += [scores.caught_rate, scores.topic_accuracy, scores.guess_accuracy]
    rates += [each.f1 for each in scores.entities]
    assert {1.0} >= {rate for rate in rates if rate is not None}
    assert scores.lost == 0
    assert not scores.calibration_error
    assert ((), (), ()) == (scores.confusions, scores.mistakes, scores.entity_mistakes)


@patient
@given(heard(), st.randoms(use_true_random=False))
def test_the_order_of_texts_makes_no_difference(given_set, chance):
    tested, answers = given_set

    def shuffled(things):
        mixed = list(things)
        chance.shuffle(mixed)
        return tuple(mixed)

    mixed = EvaluationSet(
        tested.name,
        shuffled(tested.examples),
        shuffled(tested.foreign),
        shuffled(tested.annotated),
    )

    assert score(tested, answers, THRESHOLD) == score(
        mixed, shuffled(answers), THRESHOLD
    )


@patient
@given(heard())
def test_counts_never_exceed_what_there_is(given_set):
    scores = score(*given_set, THRESHOLD)

    assert (
        scores.right + sum(m.wanted != "out_of_scope" for m in scores.mistakes)
        == scores.texts
    )
    assert (
        scores.caught + sum(m.wanted == "out_of_scope" for m in scores.mistakes)
        == scores.foreign
    )
    assert sum(each.n for each in scores.intents) == scores.texts
    assert sum(each.n for each in scores.bins) == scores.texts
