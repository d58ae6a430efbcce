"""Something else is said or wanted in the middle of a payment."""

import pytest

from banking.services.outcomes import Balance


def test_a_question_on_the_way_is_answered_and_the_form_goes_on(chat):
    chat.says("send money to grace", "transfer_money", person="grace")
    answer = chat.says("how much do i have", "check_balance")

    assert "USD 1,000.00" in answer
    assert "How much would you like to send to Grace" in answer
    assert "USD 100.00 to Grace" in chat.says("100", "inform", amount="100")


def test_words_alone_answer_a_question_on_the_way_too(chat):
    chat.says("send money to grace", "transfer_money", person="grace")
    answer = chat.says("are you a robot", "bot_challenge")

    assert "I'm a machine" in answer
    assert "How much would you like to send to Grace" in answer


def test_a_short_answer_that_looks_like_another_question_is_an_answer(chat):
    chat.says("send money", "transfer_money")
    chat.confidence = 0.41
    answer = chat.says("Ama", "view_offers")

    assert "How much would you like to send to Ama" in answer


def test_a_bad_answer_is_forgotten_when_the_question_comes_again(chat):
    chat.says("send 900 to ama", "transfer_money", amount="900", person="ama")
    answer = chat.says("my balance", "check_balance")

    assert "How much would you like to send to Ama" in answer
    assert "more than your limit" not in answer


def test_a_side_question_that_needs_sign_in_is_answered_then_the_form_goes_on(chat):
    chat.says("send money to grace", "transfer_money", person="grace")
    chat.teller.session = "expired"
    chat.says("my balance", "check_balance")
    answer = chat.comes_back()

    assert "USD 1,000.00" in answer
    assert "How much would you like to send to Grace" in answer


def test_a_question_while_the_link_waits_is_answered_and_nothing_else(chat):
    chat.says("send 40 to ama", "transfer_money", amount="40", person="ama")
    answer = chat.says("thanks", "thank")

    assert 1 == len(chat.said)
    assert "confirm" not in answer
    assert chat.teller.awaiting is not None


@pytest.mark.parametrize("confidence", [0.95, 0.5])
def test_a_question_while_the_link_waits_leaves_the_payment_alone(chat, confidence):
    chat.says("send 40 to ama", "transfer_money", amount="40", person="ama")
    chat.confidence = confidence
    answer = chat.says("what's left of my limit", "check_limits")

    assert "You can send USD 455.00 now" in answer
    assert "still waiting for the confirm button" in answer
    assert [1, 1] == [len(chat.teller.drafts), chat.teller.links]
    assert "Changed. USD 45.00" in chat.says("make it 45", "inform", amount="45")


def test_what_remains_for_the_account_is_no_reference(chat):
    chat.says("send 40 to ama", "transfer_money", amount="40", person="ama")
    chat.confidence = 0.6
    answer = chat.says("wetin remain for my account", "check_balance")

    assert "USD 1,000.00" in answer
    assert "Changed" not in answer


def test_a_card_that_slips_out_is_not_the_payee(chat):
    chat.says("send 40 to ama", "transfer_money", amount="40", person="ama")
    answer = chat.says("my card is [card 4242 #0a1b2c]", "nlu_fallback")

    assert "still waiting" in answer
    assert 1 == len(chat.teller.drafts)


def test_a_payment_asked_after_is_told_once(chat):
    chat.says("send 40 to ama", "transfer_money", amount="40", person="ama")
    answer = chat.says("did it go", "check_transfer")

    assert "waits for you to confirm" in answer
    assert "still waiting" not in answer
    assert "still waiting" in chat.says("my balance", "check_balance")


def test_a_question_after_the_payment_has_gone_reminds_of_nothing(chat):
    chat.says("send 40 to ama", "transfer_money", amount="40", person="ama")
    chat.teller.confirm()
    answer = chat.says("how much do i have", "check_balance")

    assert "USD 1,000.00" in answer
    assert "waiting" not in answer
    assert chat.form is None


def test_another_request_with_a_form_of_its_own_takes_over(chat):
    chat.says("send 40 to peter", "transfer_money", amount="40", person="peter")
    answer = chat.says("add a payee", "add_payee")

    assert "What name" in answer
    assert "add_payee_form" == chat.form
    assert chat.slots["payee"] is None


def test_stopping_everything_ends_the_form(chat):
    chat.says("send money to ama", "transfer_money", person="ama")
    answer = chat.says("freeze my account", "freeze_account")

    assert "Everything is stopped" in answer
    assert "How much" not in answer
    assert chat.form is None


def test_a_balance_is_asked_for_by_the_balance_only(chat):
    chat.says("my balance", "check_balance")

    assert [Balance()] == chat.teller.asked
