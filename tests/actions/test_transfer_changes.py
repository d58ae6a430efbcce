"""Second thoughts about a payment: something else of it is meant, or nothing."""

import pytest

from banking.services.outcomes import CancelTransfer, SendMoneyDraft


def test_a_correction_after_the_summary_makes_a_new_link(chat):
    chat.says("send 40 to ama", "transfer_money", amount="40", person="ama")
    first = chat.links[0].url
    answer = chat.says("make it 45 actually", "inform", amount="45")

    assert "Changed. USD 45.00 to Ama" in answer
    assert first != chat.links[0].url


@pytest.mark.parametrize(
    ("words", "intent", "entities", "amount", "payee"),
    [
        ("no, 50", "deny", {"amount": "50"}, "50", "ama"),
        ("no, 50", "inform", {"number": "50"}, "50", "ama"),
        ("make it a hundred", "inform", {}, "a hundred", "ama"),
        ("change the amount to 15,5", "nlu_fallback", {}, "15,5", "ama"),
        ("not 40, 45", "inform", {"amount": "45"}, "45", "ama"),
        ("no, send 50 instead", "transfer_money", {"amount": "50"}, "50", "ama"),
        ("to kofi instead", "inform", {}, "40", "kofi"),
        ("send it to kofi instead", "transfer_money", {"person": "kofi"}, "40", "kofi"),
        ("grace not ama", "nlu_fallback", {"person": "grace"}, "40", "grace"),
    ],
)
def test_a_correction_changes_what_it_names_and_keeps_the_rest(
    chat, words, intent, entities, amount, payee
):
    chat.says("send 40 to ama", "transfer_money", amount="40", person="ama")
    chat.says(words, intent, **entities)

    assert (amount, payee) == (
        chat.teller.drafts[-1].amount,
        chat.teller.drafts[-1].payee,
    )


def test_a_correction_on_the_way_keeps_the_question(chat):
    chat.says("send money to ama", "transfer_money", person="ama")
    answer = chat.says("no, to kofi", "inform", person="kofi")

    assert "How much would you like to send to Kofi" in answer


def test_another_payee_forgets_what_was_chosen_for_the_first(chat):
    chat.says("send 40 to peter", "transfer_money", amount="40", person="peter")
    chat.taps("Peter O.")
    chat.says("to ama instead", "inform", person="ama")

    assert SendMoneyDraft(payee="ama", amount="40") == chat.teller.drafts[-1]


def test_whoever_was_meant_instead_is_paid(chat):
    chat.says("send 40 to grace", "transfer_money", amount="40", person="grace")
    chat.says("sorry i meant mum", "out_of_scope")

    assert "mum" == chat.teller.asked[-1].payee
    chat.says("i meant from savings", "inform")
    assert "mum" == chat.teller.asked[-1].payee


def test_a_known_name_answers_the_question_for_a_number(chat):
    chat.says("send 40 to zoltan", "transfer_money", amount="40", person="zoltan")

    assert "USD 40.00 to Grace" in chat.says("grace", "nlu_fallback")


def test_no_asks_what_to_change(chat):
    chat.says("send 40 to ama", "transfer_money", amount="40", person="ama")

    assert "What shall I change?" in chat.says("no", "deny")


@pytest.mark.parametrize("at_step", [0, 1, 2])
def test_cancel_works_at_every_step_and_leaves_nothing(chat, at_step):
    steps = [
        lambda: chat.says("send money", "transfer_money"),
        lambda: chat.says("peter", "inform", person="peter"),
        lambda: chat.taps("Peter O."),
    ]
    for step in steps[: at_step + 1]:
        step()
    answer = chat.says("forget it", "cancel")

    assert "dropped" in answer
    assert chat.form is None
    assert not any(chat.slots.values())


def test_cancel_after_the_summary_kills_the_link(chat):
    chat.says("send 40 to ama", "transfer_money", amount="40", person="ama")
    answer = chat.says("cancel", "cancel")

    assert "Cancelled. USD 40.00 to Ama" in answer
    assert isinstance(chat.teller.asked[-1], CancelTransfer)
    assert chat.teller.awaiting is None
    assert chat.form is None


def test_dropping_a_change_drops_what_it_was_to_change(chat):
    chat.says("send 40 to ama", "transfer_money", amount="40", person="ama")
    chat.says("to zoltan instead", "inform", person="zoltan")
    answer = chat.says("cancel", "cancel")

    assert "was not sent" in answer
    assert chat.teller.awaiting is None


def test_giving_up_is_no_change(chat):
    chat.says("send 40 to ama", "transfer_money", amount="40", person="ama")
    answer = chat.says("cancel the 40", "cancel", amount="40")

    assert "was not sent" in answer


@pytest.mark.parametrize(
    ("words", "amount"), [("nvm make it 20", "20"), ("no no make am 45", "45")]
)
def test_another_amount_is_a_change_though_it_sounds_like_giving_up(
    chat, words, amount
):
    chat.says("send 40 to ama", "transfer_money", amount="40", person="ama")
    answer = chat.says(words, "cancel", amount=amount)

    assert f"Changed. USD {amount}.00 to Ama" in answer
    assert CancelTransfer() not in chat.teller.asked


def test_a_new_payment_after_the_summary_starts_from_nothing(chat):
    chat.says("send 40 to ama for pizza", "transfer_money", amount="40", person="ama")
    chat.says("send money to kofi", "transfer_money", person="kofi")

    assert SendMoneyDraft(payee="kofi") == chat.teller.drafts[-1]


def test_a_tapped_start_always_starts_from_nothing(chat):
    chat.says("send 40", "transfer_money", amount="40")
    chat.says("what can you do", "help")
    chat.taps("Send money")

    assert SendMoneyDraft() == chat.teller.drafts[-1]


def test_after_the_payment_has_gone_nothing_of_it_is_changed(chat):
    chat.says("send 40 to ama", "transfer_money", amount="40", person="ama")
    chat.teller.confirm()
    answer = chat.says("make it 45", "inform", amount="45")

    assert "What would you like to do with that?" in answer
    assert 1 == len(chat.teller.drafts)
    assert chat.form is None
    assert not any(chat.slots.values())


def test_ok_after_the_payment_has_gone_is_a_plain_ok(chat):
    chat.says("send 40 to ama", "transfer_money", amount="40", person="ama")
    chat.teller.confirm()

    assert "confirm" not in chat.says("ok", "affirm")
