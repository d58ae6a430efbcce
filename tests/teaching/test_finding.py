"""Which messages need a trainer, decided from the turns of one conversation."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from banking.domain.examples import Span
from banking.domain.inbox import Found, Heard, InboxRules, Reason, find

START = datetime(2026, 3, 2, 10, tzinfo=UTC)
RULES = InboxRules()


def said(number: int, text: str, intent: str, **more: Any) -> Heard:
    sure = more.pop("sure", 0.95)
    facts: dict[str, Any] = {
        "kind": "text",
        "ranking": ((intent, sure),),
        "spans": (),
        "actions": ("action_some",),
        "at": START + timedelta(seconds=10 * number),
    }
    return Heard(
        number=number,
        conversation_id="chat",
        text=text,
        intent=intent,
        confidence=sure,
        **(facts | more),
    )


def refused(number: int, text: str, *likely: str, **more: Any) -> Heard:
    ranking = (("nlu_fallback", 0.3), *((name, 0.2) for name in likely))
    facts = {"sure": 0.3, "ranking": ranking, "actions": ("action_fallback",)}
    return said(number, text, "nlu_fallback", **(facts | more))


def tapped(number: int, intent: str) -> Heard:
    return said(number, f"/{intent}", intent, kind="tap", sure=1.0)


def found(*turns: Heard) -> dict[int, Found]:
    return {one.turn.number: one for one in find(turns, RULES)}


def test_what_was_understood_needs_nobody():
    assert found(said(1, "my balance", "check_balance")) == {}


def test_a_refused_message_is_found_with_its_likeliest_reading():
    (one,) = found(refused(1, "wat i got", "check_balance", "check_loan")).values()

    assert {Reason.REFUSED} == one.reasons
    assert ("", "check_balance") == (one.suggested, one.reading)


@pytest.mark.parametrize("intent", ["out_of_scope", "nlu_fallback"])
def test_the_intents_of_not_understanding_are_refusals_whatever_was_done(intent):
    (one,) = found(said(1, "the tall one with the hat", intent)).values()

    assert {Reason.REFUSED} == one.reasons


@pytest.mark.parametrize(
    ("sure", "ranking"),
    [
        (0.54, (("lock_card", 0.54), ("unlock_card", 0.1))),
        (0.6, (("lock_card", 0.6), ("unlock_card", 0.46))),
    ],
)
def test_little_confidence_or_a_close_rival_is_uncertain(sure, ranking):
    (one,) = found(
        said(1, "card thing", "lock_card", sure=sure, ranking=ranking)
    ).values()

    assert {Reason.UNCERTAIN} == one.reasons


def test_confident_enough_and_no_rival_is_certain():
    ranking = (("lock_card", 0.6), ("unlock_card", 0.44))

    assert found(said(1, "card thing", "lock_card", sure=0.6, ranking=ranking)) == {}


def test_a_tap_after_a_fallback_says_what_was_meant():
    (one,) = found(
        refused(1, "wat i got", "greet"), tapped(2, "check_balance")
    ).values()

    assert {Reason.REFUSED, Reason.CORRECTED} == one.reasons
    assert one.suggested == "check_balance"


def test_a_tap_on_something_else_says_nothing():
    (one,) = found(refused(1, "wat i got"), tapped(2, "help")).values()

    assert {Reason.REFUSED} == one.reasons


def test_two_refusals_are_corrected_by_one_tap():
    items = found(
        refused(1, "wat i got"), refused(2, "wat i got now"), tapped(3, "check_balance")
    )

    assert {1: "check_balance", 2: "check_balance"} == {
        number: one.suggested for number, one in items.items()
    }


def test_said_again_in_other_words_at_once_says_what_was_meant():
    (one,) = found(
        refused(1, "wat is me dough", "check_balance"),
        said(2, "what is my balance", "check_balance"),
    ).values()

    assert one.suggested == "check_balance"


def test_another_wish_is_no_correction():
    (one,) = found(
        refused(1, "qwe zorp", "check_balance"),
        said(2, "lock it", "lock_card"),
    ).values()

    assert one.suggested == ""


def test_what_is_said_much_later_corrects_nothing():
    later = START + timedelta(minutes=5)
    (one,) = found(
        refused(1, "wat is me dough", "check_balance"),
        said(2, "what is my balance", "check_balance", at=later),
    ).values()

    assert one.suggested == ""


def test_followed_by_agent():
    (one,) = found(
        said(1, "where is my money", "check_balance"),
        said(2, "agent", "human_handoff"),
    ).values()

    assert (1, {Reason.AGENT}) == (one.turn.number, one.reasons)


def test_a_greeting_before_agent_was_understood():
    assert found(said(1, "hi", "greet"), said(2, "agent", "human_handoff")) == {}


@pytest.mark.parametrize("word", ["deny", "cancel"])
def test_taken_back_at_once(word):
    (one,) = found(
        said(1, "give me a new card", "lock_card"), said(2, "no!", word)
    ).values()

    assert (1, {Reason.TAKEN_BACK}) == (one.turn.number, one.reasons)


def test_values_in_a_form_are_no_wishes():
    form = {"actions": ("transfer_form",)}

    assert (
        found(
            said(1, "50", "inform", sure=0.4, **form),
            said(2, "peter okafor", "out_of_scope", sure=0.6, **form),
            said(
                3,
                "grandma of my wife",
                "nlu_fallback",
                spans=(Span(0, 18, "person"),),
                **form,
            ),
        )
        == {}
    )


def test_what_a_form_could_not_use_is_refused():
    form = {"actions": ("transfer_form",)}

    assert found(said(1, "the one who fixed my roof", "nlu_fallback", **form))


def test_a_value_outside_a_form_is_a_question_like_any_other():
    assert found(said(1, "gimme the wonga readout", "inform", sure=0.49))


@pytest.mark.parametrize("text", ["/check_balance", "/inform{}", "", "  \n "])
def test_commands_and_emptiness_are_nobodys_words(text):
    assert found(refused(1, text)) == {}


def test_the_banks_own_turns_are_not_the_customers():
    resumed = said(2, "", "resume", kind="", sure=1.0)
    items = found(refused(1, "wat i got"), resumed, tapped(3, "check_balance"))

    assert [1] == list(items)
    assert items[1].suggested == "check_balance"
