"""How much is sent: exact, offered, limited, warned about."""

import json
from fractions import Fraction

import pytest

from banking.domain.money import Money
from banking.domain.shares import WHOLE, Relative
from banking.ports.core_banking import Account
from banking.services.outcomes import (
    AddPayee,
    ConfirmNeeded,
    RemovePayee,
)
from banking.services.relative_amounts import RelativeAmounts


def payloads(outcome):
    return [choice.payload for choice in outcome.choices]


def test_the_amount_is_asked_for_with_the_payees_name(world):
    ama = world.person()

    asked = ama.draft(payee="grace")

    assert ("amount", "utter_ask_amount") == (asked.slot, asked.response)
    assert asked.facts["payee"].startswith("Grace M. ••••\N{NO-BREAK SPACE}")


@pytest.mark.parametrize(
    ("said", "response"),
    [
        ("ten percent", "utter_ask_amount_unreadable"),
        ("-5", "utter_ask_amount_unreadable"),
        ("NaN", "utter_ask_amount_unreadable"),
        ("½", "utter_ask_amount_unreadable"),
        ("50 €", "utter_ask_amount_currency"),
        ("1.000", "utter_ask_amount_ambiguous"),
        ("half", "utter_ask_amount_relative"),
        ("all of it", "utter_ask_amount_relative"),
        ("same as last time", "utter_ask_amount_unknown"),
    ],
)
def test_an_amount_that_is_not_exact_becomes_a_question(world, said, response):
    ama = world.person()

    asked = ama.draft(payee="grace", amount=said)

    assert ("amount", response) == (asked.slot, asked.response)


def test_an_offered_amount_is_read_back_as_itself(world):
    ama = world.person()
    asked = ama.draft(payee="grace", amount="half")
    offered = payloads(asked)[0].split('"')[3]

    confirm = ama.draft(payee="grace", amount=offered)

    assert asked.choices[0].title == confirm.facts["amount"]


def test_the_same_as_last_time_is_what_that_payee_got(world):
    ama = world.person()
    ama.pay(payee="grace", amount="12.34")
    ama.pay(payee="mum", amount="99")

    asked = ama.draft(payee="grace", amount="same as last time")

    assert ["USD 12.34"] == [choice.title for choice in asked.choices]


def test_more_than_there_is_offers_less_or_another_account(world):
    ama = world.person()
    balance = ama.balance()
    more = Money(balance.minor + 1, "USD")

    asked = ama.draft(payee="grace", amount=more.plain)

    assert ("amount", "utter_ask_amount_not_enough") == (asked.slot, asked.response)
    assert str(balance) == asked.facts["balance"]
    titles = [choice.title for choice in asked.choices]
    assert f"Send {balance}" == titles[0]
    assert "Cancel" == titles[-1]
    if ama.balance(1) >= more:
        assert "From Savings" == titles[1]
        source = payloads(asked)[1].split('"')[3]
        confirm = ama.draft(payee="grace", amount=more.plain, source=source)
        assert confirm.facts["source"].startswith("Savings")


def test_the_exact_balance_can_be_sent(world):
    ama = world.person()

    confirm = ama.draft(payee="grace", amount=ama.balance().plain)

    assert isinstance(confirm, ConfirmNeeded)


def test_over_a_limit_says_what_is_still_possible(world):
    ama = world.person()

    asked = ama.draft(payee="grace", amount="10000.01")

    assert "utter_ask_amount_over_transaction_limit" == asked.response
    assert ["USD 10,000.00"] == [choice.title for choice in asked.choices]


def test_a_new_payee_gets_little_at_first(world):
    ama, kofi = world.people(2)
    ama.do(RemovePayee(kofi.line["name"]))

    asked = ama.draft(payee_account=kofi.account, payee="Kofi", amount="200.01")
    assert "utter_ask_amount_new_payee" == asked.response
    assert ["USD 200.00"] == [choice.title for choice in asked.choices]

    ama.pay(payee_account=kofi.account, amount="150")
    asked = ama.draft(payee_account=kofi.account, amount="60")
    assert ["USD 50.00"] == [choice.title for choice in asked.choices]

    world.clock.forward(hours=24)
    world.sign_in(ama)
    confirm = ama.draft(payee_account=kofi.account, amount="201")
    assert isinstance(confirm, ConfirmNeeded)


def test_a_payee_saved_today_waits_as_well(world):
    ama, kofi = world.people(2)
    ama.do(RemovePayee(kofi.line["name"]))
    ama.do(AddPayee("Bestie", kofi.account))

    assert (
        "utter_ask_amount_new_payee" == ama.draft(payee="bestie", amount="300").response
    )
    world.clock.forward(hours=24)
    world.sign_in(ama)
    assert isinstance(ama.draft(payee="bestie", amount="300"), ConfirmNeeded)


def test_the_same_payment_again_is_warned_about(world):
    ama = world.person()
    ama.pay(payee="grace", amount="30")

    again = ama.draft(payee="grace", amount="30")
    other = ama.draft(payee="grace", amount="31")
    world.clock.forward(minutes=10, seconds=1)
    world.sign_in(ama)
    later = ama.draft(payee="grace", amount="30")

    assert "utter_confirm_transfer_twice" == again.response
    assert "utter_confirm_transfer_changed" == other.response
    assert "utter_confirm_transfer_changed" == later.response


@pytest.mark.parametrize(
    "reference",
    ["{amount}", "{{7*7}}", "%s", "{0.__class__}", "' OR 1=1 --", "x" * 500],
)
def test_a_reference_is_only_ever_text(world, reference):
    ama = world.person()

    confirm = ama.draft(payee="mum", amount="5", reference=reference + "\n\u202e")

    assert reference[:60] == confirm.facts["reference"]


def test_the_same_as_last_time_is_what_was_paid_not_what_waits(world):
    ama = world.person()
    ama.pay(payee="grace", amount="12.34")
    ama.draft(payee="grace", amount="77")

    asked = ama.draft(payee="grace", amount="same as last time")

    assert ["USD 12.34"] == [choice.title for choice in asked.choices]


@pytest.mark.parametrize(
    ("said", "parts", "of"),
    [
        ("half my balance", 2, 0),
        ("10% of my balance", 10, 0),
        ("a third of my savings", 3, 1),
        ("half of my savings", 2, 1),
    ],
)
def test_a_share_is_of_the_account_that_was_named(world, said, parts, of):
    ama = world.person()
    expected = Money(ama.balance(of).minor // parts, "USD")

    asked = ama.draft(payee="grace", amount=said)

    assert "utter_ask_amount_relative" == asked.response
    assert [str(expected)] == [choice.title for choice in asked.choices]
    chosen = json.loads(asked.choices[0].payload.removeprefix("/inform"))
    confirm = ama.draft(payee="grace", **chosen)
    if isinstance(confirm, ConfirmNeeded):
        assert str(expected) == confirm.facts["amount"]
        assert confirm.facts["source"].startswith(("Current", "Savings")[of])


def test_a_share_of_another_account_than_the_chosen_one_is_not_guessed(world):
    ama = world.person()

    asked = ama.draft(payee="grace", amount="half my savings", source="current")

    assert "utter_ask_amount_unknown" == asked.response


def test_all_of_it_leaves_the_fee(world):
    ama = world.person()
    free, fee = ama.balance(), Money(150, "USD")
    account = Account("1", "current", "Main", "USD", balance=free, available=free)
    whole = RelativeAmounts(world.bank.uow)

    assert free - fee == whole.come_to(None, Relative(WHOLE), None, account, fee)
    half = whole.come_to(None, Relative(Fraction(1, 2)), None, account, fee)
    assert Money(free.minor // 2, "USD") == half
    assert whole.come_to(None, Relative(WHOLE), None, account, free) is None
