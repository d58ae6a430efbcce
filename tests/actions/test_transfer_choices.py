"""One of several is meant: tapped, named, or told by its place."""

import pytest


def test_two_of_a_name_are_told_apart_by_a_tap(chat):
    chat.says("snd 40 2 peter for pizza", "transfer_money", amount="40", person="peter")
    answer = chat.taps("Peter O.")

    assert "USD 40.00 to Peter O. •••• 1122, “pizza”" in answer


def test_two_of_a_name_are_told_apart_by_typing_too(chat):
    chat.says("send 40 to peter", "transfer_money", amount="40", person="peter")
    chat.says("the one called Peter K", "inform", person="Peter K")

    assert "Peter K" == chat.teller.drafts[-1].payee


@pytest.mark.parametrize("typed", ["peter o", "Peter O.", "Peter O. •••• 1122"])
def test_typing_a_choice_is_as_good_as_tapping_it(chat, typed):
    chat.says("send 40 to peter", "transfer_money", amount="40", person="peter")
    answer = chat.says(typed, "nlu_fallback")

    assert "USD 40.00 to Peter O. •••• 1122" in answer
    assert "p_1" == chat.teller.drafts[-1].payee_choice


@pytest.mark.parametrize(
    ("typed", "chosen"),
    [
        ("the first one", "p_1"),
        ("first", "p_1"),
        ("1", "p_1"),
        ("O.", "p_1"),
        ("1122", "p_1"),
        ("2nd", "p_2"),
        ("the second", "p_2"),
        ("number two please", "p_2"),
        ("last one", "p_2"),
    ],
)
def test_a_choice_can_be_named_by_its_place(chat, typed, chosen):
    chat.says("send 40 to peter", "transfer_money", amount="40", person="peter")
    answer = chat.says(typed, "nlu_fallback")

    assert chosen == chat.teller.drafts[-1].payee_choice
    assert "USD 40.00 to Peter" in answer


def test_a_yes_takes_the_only_choice(chat):
    chat.says("send 900 to ama", "transfer_money", amount="900", person="ama")

    assert "USD 400.00 to Ama" in chat.says("yes", "affirm")


def test_the_beginning_of_an_amount_is_another_amount(chat):
    chat.says("send 900 to ama", "transfer_money", amount="900", person="ama")
    answer = chat.says("USD 40", "inform", amount="USD 40")

    assert "USD 40.00 to Ama" in answer


def test_a_yes_to_two_choices_takes_none(chat):
    chat.says("send 40 to peter", "transfer_money", amount="40", person="peter")

    assert "Which one?" in chat.says("yes", "affirm")


def test_who_cannot_be_found_is_asked_for_twice_then_helped(chat):
    chat.says("send 40 to peter", "transfer_money", amount="40", person="peter")
    first = chat.says("the one with the hat", "nlu_fallback")
    second = chat.says("you know him", "nlu_fallback")

    assert "Which one?" in first
    assert "Several people fit that name" in second
    assert "Stop here" in [option.title for option in chat.options]
    assert "dropped" in chat.taps("Stop here")


@pytest.mark.parametrize("intent", ["thank", "repeat", "greet"])
def test_what_is_hardly_small_talk_is_an_answer_that_failed(chat, intent):
    chat.says("send 40 to peter", "transfer_money", amount="40", person="peter")
    chat.confidence = 0.4
    chat.says("you know which one", intent)
    answer = chat.says("oh come on", intent)

    assert "Several people fit that name" in answer


def test_who_asks_again_and_again_is_helped(chat):
    chat.says("send 40 to zoltan", "transfer_money", amount="40", person="zoltan")
    again = chat.says("what?", "repeat")
    failed = chat.says("the tall one", "nlu_fallback")
    helped = chat.says("what?", "repeat")

    assert "isn't among your payees" in again
    assert "isn't among your payees" in failed
    assert "I need an account number" in helped


def test_help_shows_the_choices_again(chat):
    chat.says("send 900 to ama", "transfer_money", amount="900", person="ama")
    chat.says("hm, 800", "nlu_fallback", amount="800")
    answer = chat.says("well, 700", "nlu_fallback", amount="700")

    assert "I need an amount" in answer
    assert "USD 400.00 to Ama" in chat.taps("USD 400.00")
