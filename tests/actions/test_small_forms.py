"""Payees, statements and questions that take one message."""

import pytest

from banking.services.outcomes import (
    AddPayee,
    Balance,
    Movements,
    ReceiptAgain,
    RemovePayee,
    Spending,
    StatementFor,
    TransferStatus,
)


def test_a_payee_is_added_question_by_question(chat):
    assert "What name" in chat.says("add a payee", "add_payee")
    assert "number of Tom" in chat.says("Tom", "inform", person="Tom")
    assert "Saved as" in chat.says("5566778899", "inform", account="5566778899")
    assert [AddPayee("Tom", "5566778899")] == chat.teller.asked
    assert chat.form is None


def test_a_payee_is_added_in_one_sentence(chat):
    words = "save my brother Tom 5566778899"
    chat.says(words, "add_payee", person="Tom", account="5566778899")

    assert [AddPayee("Tom", "5566778899")] == chat.teller.asked


def test_a_number_that_nobody_has_is_asked_for_again(chat):
    chat.says("add Tom 0123456789", "add_payee", person="Tom", account="0123456789")
    answer = chat.says("5566778899", "inform", account="5566778899")

    assert "Saved as" in answer
    assert AddPayee("Tom", "5566778899") == chat.teller.asked[-1]


def test_two_wrong_numbers_bring_help(chat):
    chat.says("add Tom 0123456789", "add_payee", person="Tom", account="0123456789")
    chat.says("0223456789", "inform", account="0223456789")
    answer = chat.says("0323456789", "inform", account="0323456789")

    assert "with all its digits" in answer


def test_words_without_a_figure_are_no_number(chat):
    chat.says("add Tom", "add_payee", person="Tom")
    first = chat.says("I don't know it yet", "inform")
    second = chat.says("no idea sorry", "inform")

    assert "couldn't read that" in first
    assert "with all its digits" in second
    assert "Stop here" in [o.title for o in chat.options]
    assert [] == chat.teller.asked


def test_adding_a_payee_waits_for_sign_in_and_is_done_once(chat):
    chat.teller.session = "expired"
    words = "save Tom 5566778899"
    chat.says(words, "add_payee", person="Tom", account="5566778899")
    answer = chat.comes_back()

    assert "Saved as" in answer
    assert 2 == chat.teller.asked.count(AddPayee("Tom", "5566778899"))
    assert chat.form is None


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("raise my daily limit to 5000", "can't change limits"),
        ("can i get the limit increased", "can't change limits"),
        ("lower the limit on my account", "can't change limits"),
        ("why is my limit lower today", "You can send"),
        ("what can i still send", "You can send"),
    ],
)
def test_a_limit_is_told_and_not_changed(chat, words, says):
    assert says in chat.says(words, "check_limits")


def test_a_payee_is_removed_by_name(chat):
    chat.says("remove a payee", "remove_payee")
    wrong = chat.says("Zed", "nlu_fallback")
    chat.confidence = 0.41
    right = chat.says("kofi", "affirm")

    assert "don't find" in wrong
    assert "kofi is removed" in right
    assert RemovePayee("kofi") == chat.teller.asked[-1]


def test_a_name_after_the_verb_is_the_payee(chat):
    chat.says("add carmen", "add_payee")
    chat.says("remove kofi", "remove_payee")

    assert "carmen" not in str(chat.slots)
    assert [RemovePayee("kofi")] == chat.teller.asked


def test_a_verb_without_a_name_asks_for_it(chat):
    assert "What name" in chat.says("add a new payee", "add_payee")
    assert "Which payee" in chat.says("remove a saved payee", "remove_payee")


def test_a_payee_to_remove_is_chosen_by_a_tap(chat):
    chat.says("remove a payee", "remove_payee")
    chat._turn(
        '/inform{"payee_to_remove": "p_7"}',
        "inform",
        [{"entity": "payee_to_remove", "value": "p_7"}],
    )

    assert RemovePayee("p_7") == chat.teller.asked[-1]


def test_a_statement_asks_for_the_period_only_if_none_was_said(chat):
    assert "For which period" in chat.says("statement please", "request_statement")
    chat.taps("Last month")
    chat.says("statement for october", "request_statement", date="october")

    assert [StatementFor("last month"), StatementFor("october")] == chat.teller.asked


@pytest.mark.parametrize(
    "words",
    ["send me the receipt again", "reciept pls", "i need proof of payment", "Receipt?"],
)
def test_who_wants_a_receipt_gets_that_of_the_last_payment(chat, words):
    assert "Here is the receipt" in chat.says(words, "request_statement")

    assert [ReceiptAgain()] == chat.teller.asked


def test_a_receipt_is_named_by_its_payment(chat):
    said = chat.says("receipt for Nobody", "request_statement", person="Nobody")

    assert [ReceiptAgain("Nobody")] == chat.teller.asked
    assert "A statement shows every payment" in said


def test_receipts_of_a_month_are_a_statement(chat):
    chat.says("receipts for october", "request_statement", date="october")

    assert [StatementFor("october")] == chat.teller.asked


def test_a_receipt_is_asked_for_where_the_period_was(chat):
    chat.says("documents please", "request_statement")
    assert "Here is the receipt" in chat.says("just the receipt", "request_statement")


def test_a_statement_between_two_dates_of_one_account(chat):
    chat._turn(
        "statement of savings from 1 may to 15 june",
        "request_statement",
        [
            {"entity": "account", "value": "savings", "start": 13, "end": 20},
            {"entity": "date", "value": "1 may", "start": 26, "end": 31},
            {"entity": "date", "value": "15 june", "start": 35, "end": 42},
        ],
    )

    assert [StatementFor("1 may", "15 june", "savings")] == chat.teller.asked


def test_a_period_that_cannot_be_read_is_asked_for_again(chat):
    chat.says("statement", "request_statement")
    wrong = chat.says("gibberish", "inform")
    right = chat.says("october", "inform", date="october")

    assert "couldn't read that time" in wrong
    assert "I'm preparing" in right


@pytest.mark.parametrize(
    ("words", "intent", "entities", "request_"),
    [
        (
            "what's in savings",
            "check_balance",
            {"account": "savings"},
            Balance("savings"),
        ),
        (
            "what did i pay Netflix in October",
            "view_transactions",
            {"company": "Netflix", "date": "October"},
            Movements(text="Netflix", since="October"),
        ),
        (
            "my last 10 payments",
            "view_transactions",
            {"number": "10"},
            Movements(limit=10),
        ),
        (
            "my last 9999 payments",
            "view_transactions",
            {"number": "9999"},
            Movements(limit=5),
        ),
        (
            "groceries last week",
            "check_spending",
            {"category": "groceries", "date": "last week"},
            Spending("groceries", "last week"),
        ),
        (
            "did 50 to ama arrive",
            "check_transfer",
            {"person": "ama", "amount": "50"},
            TransferStatus("ama"),
        ),
        ("how much do I have", "check_balance", {"person": "I"}, Balance()),
    ],
)
def test_a_question_is_handed_on_as_it_was_said(
    chat, words, intent, entities, request_
):
    chat.says(words, intent, **entities)

    assert [request_] == chat.teller.asked
