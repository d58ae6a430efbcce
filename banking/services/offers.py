"""The questions and offers that a payment may need: amounts and accounts to tap."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Final, assert_never

from banking.domain.amounts import Ambiguous, Foreign, Unreadable
from banking.domain.bubbles import LONGEST_LABEL, Text, unmarked
from banking.domain.money import Money
from banking.ports.core_banking import Account
from banking.ports.gateway import Words
from banking.services.outcomes import Ask, Choice
from banking.services.payees import Target

LONGEST_REFERENCE: Final = 60
LONGEST_NAME: Final = 40


def own_target(account: Account) -> Target:
    return Target(account.number, account.name, account.name, own=True)


def own_choice(accounts: list[Account], account: Account) -> str:
    """The name of an own account in a payload: its place by number, not the number."""
    numbers = sorted(a.number for a in accounts)
    return f"own_{numbers.index(account.number) + 1}"


def tapped(accounts: list[Account], said: str | None) -> Account | None:
    return next((a for a in accounts if own_choice(accounts, a) == said), None)


def ask_again(
    reading: Ambiguous | Foreign | Unreadable, facts: Mapping[str, str]
) -> Ask:
    match reading:
        case Ambiguous(options):
            return ask_amount("utter_ask_amount_ambiguous", facts, *options)
        case Foreign(currency):
            facts = {**facts, "foreign": currency}
            return Ask("amount", "utter_ask_amount_currency", facts)
        case Unreadable():
            return Ask("amount", "utter_ask_amount_unreadable", facts)
        case _:
            assert_never(reading)


def ask_amount(response: str, facts: Mapping[str, str], *options: Money) -> Ask:
    return Ask("amount", response, facts, tuple(map(amount_choice, options)))


def amount_choice(amount: Money, source: str | None = None) -> Choice:
    """An amount to tap, with the account that it was taken of."""
    entities = {"amount": f"{amount.plain} {amount.currency}"}
    if source is not None:
        entities["source"] = source
    return Choice(str(amount), inform(**entities))


def send_choice(words: Words, amount: Money) -> Choice:
    """The amount that can be sent, with a verb where there is room for one."""
    plain = amount_choice(amount)
    sends = title(words, "utter_choice_send", amount=str(amount))
    return Choice(sends, plain.payload) if len(sends) <= LONGEST_LABEL else plain


def inform(**entities: str) -> str:
    return f"/inform{json.dumps(entities, ensure_ascii=False)}"


def title(words: Words, response: str, **facts: str) -> str:
    """What stands on a button, as `domain.yml` has it."""
    said = (b.body for b in words.say(response, **facts) if isinstance(b, Text))
    return unmarked("".join(said))


def clean_reference(said: str | None) -> str:
    """What the payee will read: one line of printable characters."""
    kept = "".join(char for char in said or "" if char.isprintable())
    return " ".join(kept.split())[:LONGEST_REFERENCE]


def spoken(said: str) -> str:
    """A name as it was said; nothing of a number is repeated."""
    kept = "".join(c for c in said if c.isprintable() and not c.isnumeric())
    return " ".join(kept.split())[:LONGEST_NAME]
