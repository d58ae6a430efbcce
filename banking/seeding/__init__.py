"""A small bank of believable people, made by rule: the same seed, the same bank."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from banking.adapters.core_banking.ledger import Ledger
from banking.adapters.core_banking.loading import NewCustomer, load
from banking.bootstrap import Bank
from banking.domain.kyc import KycLevel
from banking.ports.core_banking import CoreBanking
from banking.seeding.enrolling import Enroller
from banking.seeding.history import Calendar, history
from banking.seeding.people import CAST, FIRST, Person, Town


def seed(
    bank: Bank, *, customers: int, seed: int, registered: bool = False
) -> Iterator[dict[str, Any]]:
    """Open the accounts, then yield each customer as DESIGN's contract has it.

    Repeating it changes nothing and yields the same customers. `registered` also
    registers them for chat banking; never in production.
    """
    town = Town(
        seed,
        bank.settings.bank_country,
        {KycLevel(k): rules.balance_cap for k, rules in bank.policy.kyc.items()},
    )
    people = _people(town, customers)
    _load(bank, town, people)
    enroller = Enroller(bank, seed) if registered else None
    for index in range(FIRST, FIRST + customers):
        person = people[index]
        line = _line(bank.core, person.customer)
        if enroller is not None:
            line |= enroller.enrol(person)
        yield line


def _people(town: Town, customers: int) -> dict[int, Person]:
    indices = (*range(len(CAST)), *range(FIRST, FIRST + customers))
    return {index: town.person(index) for index in indices}


def _load(bank: Bank, town: Town, people: dict[int, Person]) -> None:
    ledger = bank.core
    if not isinstance(ledger, Ledger):
        raise TypeError("customers are made up in our own ledger only")
    zone: tzinfo = ZoneInfo(bank.settings.bank_timezone)
    calendar = Calendar(bank.clock.now(), zone)
    currency = bank.settings.bank_currency
    load(
        bank.engine,
        currency=currency,
        card_key=ledger.card_key,
        people=[person.customer for person in people.values()],
        past=[
            posting
            for person in people.values()
            for posting in history(person, people, calendar, currency)
        ],
        known=[
            beneficiary
            for index, person in people.items()
            if index >= FIRST
            for beneficiary in town.known_to(person, people)
        ],
    )


def _line(core: CoreBanking, customer: NewCustomer) -> dict[str, Any]:
    return {
        "name": customer.name,
        "phone": customer.phone,
        "customer_number": customer.number,
        "date_of_birth": customer.date_of_birth.isoformat(),
        "kyc_level": customer.kyc_level,
        "accounts": [
            {
                "number": account.number,
                "kind": account.kind,
                "balance_minor": account.balance.minor,
                "currency": account.currency,
            }
            for account in core.accounts(customer.number)
        ],
        "cards": [
            {
                "number": card.digits,
                "last_four": card.digits[-4:],
                "account": card.account,
            }
            for card in customer.cards
        ],
    }
