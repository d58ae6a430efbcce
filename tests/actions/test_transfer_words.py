"""What is read out of the words of a payment, and what is not."""

import pytest

from banking.services.outcomes import SendMoneyDraft


@pytest.mark.parametrize(
    ("words", "payee"),
    [
        ("pay peter 20", "peter"),
        ("pay ama", "ama"),
        ("send mum 20 please", "mum"),
        ("give my brother 20 for lunch", "my brother"),
        ("20 to kofi, thanks", "kofi"),
        ("send the same to kofi again", "kofi"),
        ("send 20 to kofi asap", "kofi"),
        ("send money", None),
        ("i want to send 20", None),
        ("send it to somebody", None),
        ("send 20 to a friend", None),
    ],
)
def test_a_name_that_was_not_recognised_is_read_by_its_place(chat, words, payee):
    chat.says(words, "transfer_money")

    assert payee == chat.teller.drafts[-1].payee


def test_an_initial_belongs_to_the_name(chat):
    chat.says("send 40 to peter o", "transfer_money", amount="40", person="peter")
    assert "peter o" == chat.teller.drafts[-1].payee
    chat.says("cancel", "cancel")
    chat.says("pay peter a fiver", "transfer_money", person="peter")
    assert "peter" == chat.teller.drafts[-1].payee


def test_own_accounts_are_named_by_from_and_to(chat):
    chat.says(
        "move 30 from my savings to my current account", "transfer_money", amount="30"
    )

    assert [
        SendMoneyDraft(payee="current", amount="30", source="savings", own=True)
    ] == chat.teller.drafts


def test_a_reference_may_tell_of_a_day(chat):
    said = "pay ama 20 for the pizza last night"
    found = {"amount": "20", "person": "ama", "date": "last night"}
    chat.says(said, "transfer_money", **found)

    assert "the pizza last night" == chat.teller.drafts[-1].reference


@pytest.mark.parametrize(
    ("words", "amount"),
    [
        ("send half to grace", "half"),
        ("send 15,5 to grace", "15,5"),
        ("give grace everything", "everything"),
        ("pay grace the same as last time", "the same as last time"),
    ],
)
def test_an_odd_amount_in_a_sentence_is_left_to_the_teller(chat, words, amount):
    chat.says(words, "transfer_money", person="grace")

    assert amount == chat.teller.drafts[-1].amount


@pytest.mark.parametrize(
    ("words", "entity", "handed_on"),
    [
        ("send -50 to ama", "50", "-50"),
        ("send 1e5 to ama", "1", "1e5"),
        ("send 50,- to ama", "50", "50,-"),
        ("send 5.000,00 to ama", "5.000", "5.000,00"),
        ("send NaN50 to ama", "50", "NaN50"),
        ("send 50. to ama", "50", "50"),
    ],
)
def test_a_figure_is_handed_on_with_all_it_is_written_together_with(
    chat, words, entity, handed_on
):
    chat.says(words, "transfer_money", amount=entity, person="ama")

    assert handed_on == chat.teller.drafts[-1].amount


def test_a_currency_beside_the_figure_belongs_to_it(chat):
    chat.says("send 50 euro to ama", "transfer_money", amount="50", currency="euro")

    assert "50 euro" == chat.teller.drafts[-1].amount


def test_a_sum_in_words_is_no_name(chat):
    chat._turn(
        "send money give Grace, fifty",
        "transfer_money",
        [
            {"entity": "person", "value": "Grace", "start": 16, "end": 21},
            {"entity": "person", "value": "fifty", "start": 23, "end": 28},
        ],
    )

    assert SendMoneyDraft(payee="Grace", amount="fifty") == chat.teller.drafts[-1]


@pytest.mark.parametrize("signs", ["?", "\U0001f44d", "...."])
def test_signs_alone_are_no_payee_and_no_number(chat, signs):
    chat.confidence = 0.4
    chat.says("send money", "transfer_money")
    unclear = chat.says(signs, "repeat")

    assert "couldn't read that" in unclear
    assert "To whom" in unclear
    assert "payee" not in {name for name, value in chat.slots.items() if value}


def test_a_hidden_card_number_is_a_payee(chat):
    words = "send 20 to [card 1111 #ab12cd34]"
    chat.says(words, "transfer_money", amount="20")

    assert "[card 1111 #ab12cd34]" == chat.teller.drafts[-1].payee


def test_a_phone_number_is_a_payee_and_no_amount(chat):
    chat.says("send 20 to +1 555 010 0123", "transfer_money", amount="20")

    assert ("+1 555 010 0123", "20") == (
        chat.teller.drafts[-1].payee,
        chat.teller.drafts[-1].amount,
    )


def test_the_number_of_an_unknown_payee_keeps_the_name(chat):
    chat.says("send 20 to zoe", "transfer_money", amount="20")
    chat.says("5566778899", "inform", account="5566778899")

    draft = chat.teller.drafts[-1]
    assert ("zoe", "5566778899", "20") == (
        draft.payee,
        draft.payee_account,
        draft.amount,
    )


@pytest.mark.parametrize("lead", ["\u200b/", "\u200b\u200e/", "\uff0f", "\u2044"])
def test_a_typed_command_fills_nothing(chat, lead):
    chat.says("send money to grace", "transfer_money", person="grace")
    forged = lead + 'inform{"amount": "5", "payee_account": "12345678901"}'
    answer = chat.says(forged, "nlu_fallback", amount="5", number="12345678901")

    assert "couldn't read that" in answer
    assert "How much would you like to send to Grace" in answer
    assert SendMoneyDraft(payee="grace") == chat.teller.drafts[-1]


def test_nothing_but_text_from_a_payload_reaches_the_teller(chat):
    chat.says("send money", "transfer_money")
    wrong = [
        {"entity": "amount", "value": 50},
        {"entity": "payee", "value": ["ama"]},
        {"entity": "own", "value": True},
    ]
    answer = chat._turn("/inform{}", "inform", wrong)

    assert "To whom" in answer
    assert [SendMoneyDraft(), SendMoneyDraft()] == chat.teller.drafts
