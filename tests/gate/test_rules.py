"""What keeps a new model out, sentence by sentence."""

from dataclasses import replace

import pytest

from banking.domain.gate_figures import UNMEASURED
from banking.domain.model_pairs import CROSS_VALIDATION
from banking.domain.verdict import FAILED, NOT_RUN, PASSED, Trial, Verdict
from tests.gate.judging import drawn_anew, judged, model, on_a_set, scores


def test_the_same_again_passes():
    verdict = judged(model(), model(sha256="b"))

    assert (verdict.passed, verdict.reasons, verdict.not_run) == (True, (), ())
    assert (verdict.sha256, verdict.against) == ("b", "a")


@pytest.mark.parametrize(
    ("changed", "passes"),
    [
        # 3 % of 100 sentences are three.
        ({"check_balance": (100, 87, 89)}, True),
        ({"check_balance": (100, 86, 88)}, False),
        # One sentence of twelve is more than 3 %, and chance; two are not.
        ({"find_atm": (12, 10, 10)}, True),
        ({"find_atm": (12, 9, 9)}, False),
        # 90 of 92 were rightly taken for it.
        ({"check_balance": (100, 90, 94)}, True),
        ({"check_balance": (100, 90, 96)}, False),
        # One wrong guess more of a rare intent is chance.
        ({"find_atm": (12, 11, 12)}, True),
        ({"find_atm": (12, 11, 13)}, False),
    ],
)
def test_another_intent_may_lose_the_margin_and_one_sentence(changed, passes):
    assert on_a_set(changed).passed is passes


@pytest.mark.parametrize(
    ("changed", "passes"),
    [
        ({"transfer_money": (20, 16, 16)}, True),
        ({"transfer_money": (20, 15, 15)}, False),
        # Twice as many examples now: 36 of 40 would be the same rate.
        ({"transfer_money": (40, 36, 36)}, True),
        ({"transfer_money": (40, 34, 34)}, True),
        ({"transfer_money": (40, 33, 33)}, False),
    ],
)
def test_where_sentences_are_drawn_anew_two_are_chance(changed, passes):
    assert drawn_anew(changed).passed is passes


@pytest.mark.parametrize(
    ("now", "passes"),
    [((120, 118, 154), True), ((120, 118, 166), False), ((120, 100, 122), False)],
)
def test_what_the_drawing_explains_does_not_refuse_another_intent(now, passes):
    before = model(drawn=scores({"affirm": (120, 118, 143)}, name=CROSS_VALIDATION))
    after = scores({"affirm": now}, name=CROSS_VALIDATION)

    assert judged(before, model(drawn=after, sha256="b")).passed is passes


def test_on_the_same_sentences_nothing_is_explained_by_drawing():
    before = model(scores({"affirm": (120, 118, 143)}))
    after = model(scores({"affirm": (120, 118, 154)}), sha256="b")

    assert not judged(before, after).passed


def test_many_small_losses_are_one_large_one():
    intents = {f"intent_{i}": (10, 10, 10) for i in range(40)}
    worse = {f"intent_{i}": (10, 9, 9) for i in range(40)}
    verdict = judged(model(scores(intents)), model(scores(worse), sha256="b"))

    assert [r.partition(" on ")[0] for r in verdict.reasons] == ["all intents together"]


@pytest.mark.parametrize(
    ("before", "after", "passes"),
    [
        ((95, 2), (90, 2), True),
        ((95, 2), (89, 2), False),
        # Below the floor already: better is better, worse is refused.
        ((80, 2), (85, 2), True),
        ((80, 2), (80, 2), True),
        ((80, 2), (79, 2), False),
        # 5 % of 132 sentences are six and a half.
        ((95, 2), (95, 6), True),
        ((95, 2), (95, 7), False),
        ((95, 20), (95, 19), True),
        ((95, 20), (95, 21), False),
    ],
)
def test_what_is_out_of_scope_is_caught_and_what_is_in_scope_is_not(
    before, after, passes
):
    was, now = ({"caught": caught, "lost": lost} for caught, lost in (before, after))
    verdict = judged(model(scores(**was)), model(scores(**now), sha256="b"))

    assert verdict.passed is passes


def test_the_first_model_of_all_has_the_floors_alone():
    assert judged(None, model()).passed
    refused = judged(None, model(scores(caught=80)))

    assert (refused.passed, refused.against) == (False, None)
    assert refused.reasons == (
        "out of scope on ours: 80.0 % are recognised; 90.0 % is the least",
    )


GOOD, BAD = Trial("story", "a", PASSED), Trial("story", "a", FAILED, "step 3")


@pytest.mark.parametrize(
    ("before", "after", "passes"),
    [
        ([], [GOOD], True),
        ([GOOD], [BAD], False),
        # Nothing is known of before: it is taken for one that had passed.
        ([], [BAD], False),
        ([BAD], [BAD], True),
        ([BAD], [GOOD], True),
        # Another one of the same name does not excuse it.
        ([Trial("conversation", "a", FAILED)], [BAD], False),
    ],
)
def test_what_passed_before_must_pass(before, after, passes):
    assert judged(model(), model(), before, after).passed is passes


def test_what_could_not_be_run_is_said():
    absent = Trial("conversation", "conversations", NOT_RUN, "no tools for tests")
    verdict = judged(model(), model(), (), [GOOD, absent])

    assert verdict.not_run == ("conversations: no tools for tests",)
    assert verdict.in_short == "passed, not everything run"


def test_a_set_that_is_new_has_nothing_to_be_held_against():
    verdict = judged(model(), model(scores(), scores(name="new", right=1), sha256="b"))

    assert verdict.passed


def test_each_set_counts_for_itself():
    before = model(scores(name="one"), scores(name="two"))
    worse = scores({"transfer_money": (20, 17, 17)}, name="two")
    verdict = judged(before, model(scores(name="one"), worse, sha256="b"))

    assert [
        reason.endswith("two: 18 of 20, now 17 of 20") for reason in (verdict.reasons)
    ] == [True]


def test_a_verdict_says_what_changed_and_is_read_again_as_it_was():
    changed = {"check_balance": (100, 95, 97), "find_atm": (12, 10, 10)}
    verdict = on_a_set(changed)

    assert verdict.better == ("check_balance on ours: 90 of 100, now 95 of 100",)
    assert verdict.worse == ("find_atm on ours: 11 of 12, now 10 of 12",)
    line = next(line for line in verdict.lines if line.what == "ours: understood")
    assert (line.before, line.after, line.better) == ("90.2 %", "93.2 %", True)
    assert Verdict.from_json(verdict.as_json()) == verdict


def test_a_cross_validation_that_has_nothing_to_be_held_against_says_so():
    before = replace(model(), cross_validation=None)
    verdict = judged(before, model(drawn=scores(texts=200, right=150)))

    told = {line.what: (line.before, line.after) for line in verdict.lines}
    assert told[f"{CROSS_VALIDATION}: understood"] == (UNMEASURED, "75.0 %")
    assert verdict.passed


def test_figures_that_read_the_same_are_neither_better_nor_worse():
    before, after = (model(scores(texts=9000, right=n)) for n in (8100, 8099))
    verdict = judged(before, replace(after, model_sha256="b"))
    line = next(line for line in verdict.lines if line.what == "ours: understood")

    assert (line.before, line.after, line.better) == ("90.0 %", "90.0 %", None)
