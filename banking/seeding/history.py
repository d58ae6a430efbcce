"""Ninety days of somebody's money: salary, rent, bills, shops, friends and savings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from random import Random
from typing import Final

from banking.adapters.core_banking.loading import PastPosting
from banking.domain import masking
from banking.domain.kyc import KycLevel
from banking.domain.money import exponent
from banking.seeding.people import CAST, FIRST, Person

DAYS: Final = 90

EMPLOYERS: Final = (
    "Northwind Logistics",
    "City Hospital",
    "Greenfield School",
    "Harbour Software",
    "Blue Door Bakery",
    "Metro Transit",
    "Sunrise Solar",
    "Lakeside Hotel",
)
LANDLORDS: Final = ("Maple Court Rentals", "Riverside Homes", "Oak Street Letting")
_MONTHLY: Final[
    tuple[tuple[int, str, str, str, int, int], ...]
] = (  # day of the month, merchant, what, category, from and to in cents
    (3, "Citywide Power", "Electricity", "utilities", 4_200, 11_800),
    (5, "Clearwater Utility", "Water", "utilities", 1_800, 4_400),
    (8, "Fibre Nine", "Home internet", "utilities", 3_900, 5_900),
    (11, "Hello Mobile", "Phone plan", "phone", 1_500, 4_000),
    (14, "Netflix", "Monthly plan", "entertainment", 1_549, 1_549),
    (17, "Spotify", "Premium", "entertainment", 1_199, 1_199),
    (19, "Pulse Gym", "Membership", "health", 2_500, 4_500),
)
_SHOPS: Final[
    tuple[tuple[str, str, str, int, int, int], ...]
] = (  # merchant, what, category, from and to in cents, times a month
    ("FreshMart", "Groceries", "groceries", 1_850, 9_400, 7),
    ("Corner Market", "Groceries", "groceries", 420, 2_600, 4),
    ("Bean Scene Coffee", "Coffee", "eating out", 350, 890, 6),
    ("Noodle House", "Restaurant", "eating out", 1_400, 4_200, 3),
    ("Pizza Piazza", "Restaurant", "eating out", 1_200, 3_800, 2),
    ("Metro Transit", "Travel card", "transport", 500, 2_800, 4),
    ("Swift Cabs", "Taxi", "transport", 900, 3_400, 2),
    ("Shell", "Fuel", "transport", 2_500, 6_900, 2),
    ("Amazon", "Online shopping", "shopping", 900, 8_900, 2),
    ("Well Pharmacy", "Pharmacy", "health", 600, 3_200, 1),
    ("Cinema Lux", "Tickets", "entertainment", 1_100, 3_300, 1),
    ("Cash machine", "Cash withdrawal", "cash", 2_000, 10_000, 2),
)
_KEPT: Final = 2_500  # cents that nobody spends
# But for this one, which is in the examples that people try first: everybody has it.
_NEVER_MISSED: Final = "Netflix"


@dataclass(frozen=True, slots=True)
class _Wish:
    """Something that happens if there is money for it; amounts in cents."""

    at: datetime
    debit: str | None
    credit: str | None
    cents: int
    payer: str
    payee: str
    description: str
    category: str


@dataclass(frozen=True, slots=True)
class Calendar:
    """The days that a history covers, in the bank's time zone."""

    now: datetime
    zone: tzinfo

    @property
    def days(self) -> list[date]:
        today = self.now.astimezone(self.zone).date()
        return [today - timedelta(days=back) for back in range(DAYS, -1, -1)]

    def at(self, day: date, dice: Random, first: int = 8, last: int = 21) -> datetime:
        clock = time(dice.randint(first, last), dice.randrange(60), dice.randrange(60))
        return datetime.combine(day, clock, self.zone).astimezone(UTC)

    def opening(self) -> datetime:
        day = self.days[0] - timedelta(days=1)
        return datetime.combine(day, time(9), self.zone).astimezone(UTC)


def history(
    person: Person, others: Mapping[int, Person], calendar: Calendar, currency: str
) -> Iterator[PastPosting]:
    """What moved, oldest first; no account is ever below zero."""
    scale = 10 ** exponent(currency)
    balances: dict[str, int] = {}
    wishes = sorted(_wishes(person, others, calendar), key=lambda wish: wish.at)
    number = 0
    for wish in wishes:
        if wish.at >= calendar.now:
            continue
        if wish.debit is not None:
            left = balances.get(wish.debit, 0) - wish.cents
            if left < (0 if wish.payee == _NEVER_MISSED else _KEPT):
                continue
            balances[wish.debit] = left
        if wish.credit is not None:
            balances[wish.credit] = balances.get(wish.credit, 0) + wish.cents
        number += 1
        yield PastPosting(
            id=f"P{person.customer.number}-{number:04d}",
            owner=person.customer.number,
            at=wish.at,
            debit=wish.debit,
            credit=wish.credit,
            amount_minor=max(1, wish.cents * scale // 100),
            payer=wish.payer,
            payee=wish.payee,
            description=wish.description,
            category=wish.category,
        )


def _wishes(
    person: Person, others: Mapping[int, Person], calendar: Calendar
) -> Iterator[_Wish]:
    dice = Random(person.dice.random())
    name = masking.name(person.customer.name)
    small = person.customer.kyc_level == KycLevel.BASIC
    share = 12 if small else 100  # percent of an ordinary household
    opening = dice.randint(90_000, 260_000) * share // 100
    yield _Wish(
        calendar.opening(),
        None,
        person.current,
        opening,
        "Cash",
        name,
        "Deposit",
        "deposit",
    )
    if person.savings is not None:
        saved = dice.randint(100, 900) * 1_000
        yield _Wish(
            calendar.opening(),
            None,
            person.savings,
            saved,
            "Cash",
            name,
            "Deposit",
            "deposit",
        )
    yield from _income(person, calendar, dice, share)
    yield from _bills(person, calendar, dice, small=small)
    yield from _shopping(person, calendar, dice, share)
    yield from _to_others(person, others, calendar, dice, small=small)


def _income(
    person: Person, calendar: Calendar, dice: Random, share: int
) -> Iterator[_Wish]:
    employer, payday = dice.choice(EMPLOYERS), dice.choice((24, 25, 27, 28))
    salary = dice.randint(210, 620) * 1_000 * share // 100
    name = masking.name(person.customer.name)
    for day in calendar.days:
        if day.day == payday:
            yield _Wish(
                calendar.at(day, dice, 6, 9),
                None,
                person.current,
                salary,
                employer,
                name,
                "Salary",
                "salary",
            )


def _bills(
    person: Person, calendar: Calendar, dice: Random, *, small: bool
) -> Iterator[_Wish]:
    landlord = dice.choice(LANDLORDS)
    rent = dice.randint(62, 145) * 1_000
    taken = [bill for bill in _MONTHLY if dice.random() < 0.8]
    if not any(bill[1] == _NEVER_MISSED for bill in taken):
        taken.append(next(bill for bill in _MONTHLY if bill[1] == _NEVER_MISSED))
    if small:
        taken = [bill for bill in taken if bill[3] in {"phone", "entertainment"}]
    amounts = {bill[1]: (bill[4], bill[5]) for bill in taken}
    for day in calendar.days:
        if day.day == 1 and not small:
            yield _out(person, calendar.at(day, dice), rent, landlord, "Rent", "rent")
        for due, merchant, what, category, *_ in taken:
            if day.day == due:
                cents = dice.randint(*amounts[merchant])
                at = calendar.at(day, dice, 4, 7)
                yield _out(person, at, cents, merchant, what, category)


def _shopping(
    person: Person, calendar: Calendar, dice: Random, share: int
) -> Iterator[_Wish]:
    days = calendar.days
    for merchant, what, category, least, most, often in _SHOPS:
        for _ in range(max(1, often * 3 * max(share, 34) // 100)):
            cents = dice.randint(least, most)
            if category == "cash":
                cents = cents // 2_000 * 2_000
            at = calendar.at(dice.choice(days), dice)
            yield _out(person, at, cents, merchant, what, category)


def _to_others(
    person: Person,
    others: Mapping[int, Person],
    calendar: Calendar,
    dice: Random,
    *,
    small: bool,
) -> Iterator[_Wish]:
    name = masking.name(person.customer.name)
    # Only to people made before: a longer list of customers never changes a shorter.
    friends = [i for i in range(len(CAST)) if i != person.index]
    if person.index - 1 >= FIRST:
        friends.append(person.index - 1)
    for reason in ("Dinner", "Thank you", "Tickets", "Birthday"):
        friend = others[dice.choice(friends)]
        cents = dice.randint(5, 16 if small else 60) * 100
        yield _Wish(
            calendar.at(dice.choice(calendar.days), dice),
            person.current,
            friend.current,
            cents,
            name,
            masking.name(friend.customer.name),
            reason,
            "transfer",
        )
    if person.savings is None:
        return
    saved = dice.randint(5, 30) * 1_000
    for day in calendar.days:
        if day.day == 29:
            at = calendar.at(day, dice, 9, 11)
            yield _Wish(
                at,
                person.current,
                person.savings,
                saved,
                name,
                name,
                "Savings",
                "savings",
            )


def _out(
    person: Person, at: datetime, cents: int, merchant: str, what: str, category: str
) -> _Wish:
    name = masking.name(person.customer.name)
    return _Wish(at, person.current, None, cents, name, merchant, what, category)
