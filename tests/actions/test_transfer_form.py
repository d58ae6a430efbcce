"""A payment in the chat, from its first words to the link that confirms it."""

import pytest

from banking.services.outcomes import SendMoneyDraft


def test_a_payment_in_one_sentence_asks_nothing_that_was_said(chat):
    answer = chat.says(
        "send 40 to ama for pizza", "transfer_money", amount="40", person="ama"
    )

    assert "USD 40.00 to Ama M. •••• 4321, “pizza”" in answer
    assert ["Confirm USD 40.00"] == [link.label for link in chat.links]
    assert [
        SendMoneyDraft(payee="ama", amount="40", reference="pizza")
    ] == chat.teller.drafts


def test_one_question_at_a_time_until_all_is_known(chat):
    first = chat.says("send money", "transfer_money")
    second = chat.says("ama", "inform", person="ama")
    third = chat.says("50", "inform", amount="50")

    assert "To whom" in first
    assert "How much" in second
    assert "To whom" not in second
    assert "USD 50.00 to Ama" in third


def test_two_failed_answers_bring_help_and_an_offer_to_stop(chat):
    chat.says("send money to ama", "transfer_money", person="ama")
    once = chat.says("lots", "inform")
    twice = chat.says("really lots", "nlu_fallback")

    assert "couldn't read that" in once
    assert "for example 50" in twice
    assert "Stop here" in {option.title for option in chat.options}


def test_a_side_question_is_no_failed_answer(chat):
    chat.says("send money to ama", "transfer_money", person="ama")
    chat.says("lots", "inform")
    chat.says("my balance", "check_balance")
    answer = chat.says("heaps", "inform")

    assert "couldn't read that" in answer


def test_another_value_on_the_way_is_no_failed_answer(chat):
    chat.says("send money to ama", "transfer_money", person="ama")
    chat.says("lots", "inform")
    answer = chat.says("no, to kofi", "inform", person="kofi")

    assert "How much would you like to send to Kofi" in answer


def test_nonsense_is_nobodys_name(chat):
    chat.says("send money", "transfer_money")
    answer = chat.says("tell me a joke", "out_of_scope")

    assert "couldn't read that" in answer
    assert "To whom" in answer


def test_yes_does_not_confirm(chat):
    chat.says("send 40 to ama", "transfer_money", amount="40", person="ama")
    answer = chat.says("yes", "affirm")

    assert "can't take a yes" in answer
    assert [] == chat.teller.sent


@pytest.mark.parametrize("words", ["send it now", "send am now abeg"])
def test_send_it_means_what_was_shown(chat, words):
    chat.says("send 40 to ama", "transfer_money", amount="40", person="ama")
    answer = chat.says(words, "transfer_money")

    assert "still waiting for the confirm button" in answer
    assert [] == chat.teller.sent


def test_the_same_payment_once_more_shows_its_button_again(chat):
    chat.says("send 40 to ama", "transfer_money", amount="40", person="ama")
    answer = chat.says("send 40 to ama", "transfer_money", amount="40", person="ama")

    assert "USD 40.00 to Ama M." in answer
    assert "Changed" not in answer
    assert 2 == chat.teller.links
    assert "Changed. USD 45.00" in chat.says("make it 45", "inform", amount="45")


def test_a_limit_offers_what_is_possible_and_keeps_the_rest(chat):
    chat.says("send 900 to ama", "transfer_money", amount="900", person="ama")
    answer = chat.taps("USD 400.00")

    assert "USD 400.00 to Ama" in answer


def test_not_enough_is_mended_by_another_account_as_well(chat):
    chat.says("send 500 to ama", "transfer_money", amount="500", person="ama")
    answer = chat.taps("Savings")

    assert "USD 500.00 to Ama" in answer
    assert "own_2" == chat.teller.drafts[-1].source


def test_signing_in_goes_on_with_the_same_payment(chat):
    chat.teller.session = "expired"
    asked = chat.says("send 40 to ama", "transfer_money", amount="40", person="ama")
    answer = chat.comes_back()

    assert "sign in first" in asked
    assert "USD 40.00 to Ama" in answer
    assert "Changed. USD 45.00" in chat.says("make it 45", "inform", amount="45")


def test_after_a_forgotten_session_the_parked_payment_still_opens_its_form(chat):
    chat.teller.session = "missing"
    chat.says("send money to grace", "transfer_money", person="grace")
    chat.form = None
    chat.slots.clear()
    answer = chat.comes_back()

    assert "How much would you like to send to Grace" in answer
    assert "transfer_form" == chat.form


def test_a_failure_says_so_and_leaves_no_draft(chat):
    chat.says("send money to ama", "transfer_money", person="ama")
    chat.teller.breaks = True
    answer = chat.says("50", "inform", amount="50")

    assert "isn't working on our side" in answer
    assert chat.form is None
    assert not any(chat.slots.values())
