"""Customers made by rule: the same ones for the same seed, however many are asked for.

Everything about customer `index` follows from the seed and the index alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import Final

from banking.adapters.core_banking.loading import (
    NewAccount,
    NewBeneficiary,
    NewCard,
    NewCustomer,
)
from banking.domain.kyc import KycLevel
from banking.seeding import numbers
from banking.seeding.names import FRIENDS, MUMS, PLACES

# The people whom everybody knows come first, the customers asked for after them.
CAST: Final = (*MUMS, *FRIENDS)
FIRST: Final = 10
_ADULT, _OLDEST = 18, 82
_LEVELS: Final = (KycLevel.FULL,) * 8 + (KycLevel.STANDARD, KycLevel.BASIC)
_TODAY_FOR_AGES: Final = date(2026, 1, 1)


@dataclass(frozen=True, slots=True)
class Person:
    """A customer with what history needs to know about them."""

    index: int
    customer: NewCustomer
    dice: Random = field(repr=False)

    @property
    def current(self) -> str:
        return self.customer.accounts[0].number

    @property
    def savings(self) -> str | None:
        accounts = self.customer.accounts
        return accounts[1].number if len(accounts) > 1 else None


@dataclass(frozen=True, slots=True)
class Town:
    """What all customers of one bank share."""

    seed: int
    country: str
    balance_caps: Mapping[KycLevel, int]

    def person(self, index: int) -> Person:
        dice = Random(f"{self.seed}:{index}")
        cast = index < len(CAST)
        name = CAST[index] if cast else _name(dice)
        level = KycLevel.FULL if cast else _LEVELS[(index - FIRST + 2) % len(_LEVELS)]
        if index == FIRST:
            level = KycLevel.FULL
        born = _born(dice, _age(index, dice))
        accounts = self._accounts(index, level)
        return Person(
            index,
            NewCustomer(
                number=numbers.customer(self.seed, index),
                name=name,
                phone=numbers.phone(self.country, self.seed, index),
                date_of_birth=born,
                kyc_level=level.value,
                accounts=accounts,
                cards=(NewCard(numbers.card(self.seed, index), accounts[0].number),),
            ),
            dice,
        )

    def known_to(
        self, person: Person, others: Mapping[int, Person]
    ) -> list[NewBeneficiary]:
        """Whom the customer has saved: a mother, friends, and two neighbours."""
        dice = Random(f"{self.seed}:{person.index}:knows")
        mum = dice.randrange(len(MUMS))
        known = {"Mum": mum, **{CAST[i]: i for i in range(len(MUMS), len(CAST))}}
        known["Grace"] = known.pop("Grace Mensah")
        for index in (person.index - 1, person.index + 1):
            neighbour = others.get(index)
            if neighbour is not None and index >= FIRST:
                known[neighbour.customer.name] = index
        return [
            NewBeneficiary(person.customer.number, alias, others[index].current)
            for alias, index in known.items()
        ]

    def _accounts(self, index: int, level: KycLevel) -> tuple[NewAccount, ...]:
        cap = self.balance_caps.get(level)
        current = NewAccount(
            numbers.account(self.seed, index, 0), "current", "Current", 0, cap
        )
        if level is KycLevel.BASIC:
            return (current,)
        savings = NewAccount(
            numbers.account(self.seed, index, 1), "savings", "Savings", 1, cap
        )
        return current, savings


def _name(dice: Random) -> str:
    place = dice.choice(PLACES)
    first = dice.choice(dice.choice((place.women, place.men)))
    return f"{first} {dice.choice(place.last)}"


def _age(index: int, dice: Random) -> int:
    if index < len(MUMS):
        return dice.randint(52, 71)
    # Two ages averaged: more people in the middle of life than at its ends.
    return (dice.randint(_ADULT, _OLDEST) + dice.randint(_ADULT, 60)) // 2


def _born(dice: Random, age: int) -> date:
    return _TODAY_FOR_AGES - timedelta(
        days=age * 365 + age // 4 + dice.randrange(1, 360)
    )
