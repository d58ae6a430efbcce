"""Putting a made-up bank into the ledger, at once and only once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import islice
from typing import Any

from sqlalchemy import Connection, Engine, Table, func, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from banking.adapters.core_banking.postings import ensure_house_accounts
from banking.adapters.core_banking.rules import card_mac, outside_account
from banking.adapters.db.schema_core import (
    accounts,
    beneficiaries,
    cards,
    customers,
    entries,
    transactions,
)

_BATCH = 2000
# One loading at a time: the same bank may be asked for twice at once.
_LOADING_LOCK = 0x7E11E5


@dataclass(frozen=True, slots=True)
class NewAccount:
    number: str = field(repr=False)
    kind: str
    name: str
    rank: int
    balance_cap_minor: int | None = None


@dataclass(frozen=True, slots=True)
class NewCard:
    digits: str = field(repr=False)
    account: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class NewCustomer:
    number: str
    name: str = field(repr=False)
    phone: str = field(repr=False)
    date_of_birth: date = field(repr=False)
    kyc_level: str
    accounts: tuple[NewAccount, ...]
    cards: tuple[NewCard, ...] = ()


@dataclass(frozen=True, slots=True)
class PastPosting:
    """Money that moved before today; `debit` or `credit` None is outside the bank.

    `owner` is the customer whose history it belongs to, `payer` and `payee` are the
    names as the other side reads them.
    """

    id: str
    owner: str
    at: datetime
    debit: str | None
    credit: str | None
    amount_minor: int
    payer: str
    payee: str
    description: str
    category: str


@dataclass(frozen=True, slots=True)
class NewBeneficiary:
    customer_number: str
    alias: str
    account: str = field(repr=False)


def load(
    engine: Engine,
    *,
    currency: str,
    card_key: bytes,
    people: Sequence[NewCustomer],
    past: Iterable[PastPosting],
    known: Iterable[NewBeneficiary],
) -> int:
    """Add what is not there yet; returns the number of new customers.

    Repeating it changes nothing: a customer who is there keeps the history they have.
    Raises ValueError when a phone number belongs to somebody else.
    """
    with engine.begin() as db:
        db.execute(select(func.pg_advisory_xact_lock(_LOADING_LOCK)))
        ensure_house_accounts(db, currency)
        _check_phones(db, people)
        there = set(db.execute(select(customers.c.number)).scalars())
        new = [person for person in people if person.number not in there]
        _insert(db, customers, map(_customer_row, new))
        _insert(db, accounts, _account_rows(new, currency))
        _insert(db, cards, _card_rows(new, card_key))
        _insert(db, beneficiaries, map(_plain, known))
        owners = {person.number for person in new}
        _post_all(db, [p for p in past if p.owner in owners], currency)
        return len(new)


def _post_all(db: Connection, new: Sequence[PastPosting], currency: str) -> None:
    outside = outside_account(currency)
    _insert(db, transactions, (_transaction_row(p, currency, outside) for p in new))
    change: dict[str, int] = {}
    lines = []
    for posting in sorted(new, key=lambda p: (p.at, p.id)):
        for line in _lines(posting, outside):
            lines.append(line)
            account = line["account"]
            change[account] = change.get(account, 0) + line["amount_minor"]
    _insert(db, entries, lines)
    for account in sorted(change):
        db.execute(
            update(accounts)
            .where(accounts.c.number == account)
            .values(balance_minor=accounts.c.balance_minor + change[account])
        )


def _lines(posting: PastPosting, outside: str) -> Iterator[dict[str, Any]]:
    for account, sign, other in (
        (posting.debit or outside, -1, posting.payee),
        (posting.credit or outside, 1, posting.payer),
    ):
        yield {
            "transaction_id": posting.id,
            "account": account,
            "amount_minor": sign * posting.amount_minor,
            "at": posting.at,
            "description": posting.description,
            "counterparty": other,
            "category": posting.category,
        }


def _transaction_row(
    posting: PastPosting, currency: str, outside: str
) -> dict[str, Any]:
    return {
        "id": posting.id,
        "state": "posted",
        "reference": posting.id,
        "fingerprint": "",
        "debit_account": posting.debit or outside,
        "credit_account": posting.credit or outside,
        "amount_minor": posting.amount_minor,
        "fee_minor": 0,
        "currency": currency,
        "description": posting.description,
        "created_at": posting.at,
        "posted_at": posting.at,
    }


def _customer_row(person: NewCustomer) -> dict[str, Any]:
    return {
        "number": person.number,
        "name": person.name,
        "phone": person.phone,
        "date_of_birth": person.date_of_birth,
        "kyc_level": person.kyc_level,
        "status": "active",
    }


def _account_rows(
    people: Sequence[NewCustomer], currency: str
) -> Iterator[dict[str, Any]]:
    for person in people:
        for account in person.accounts:
            yield {
                **_plain(account),
                "customer_number": person.number,
                "currency": currency,
            }


def _card_rows(people: Sequence[NewCustomer], key: bytes) -> Iterator[dict[str, Any]]:
    for person in people:
        for card in person.cards:
            yield {
                "digits_mac": card_mac(card.digits, key),
                "last_four": card.digits[-4:],
                "account": card.account,
            }


def _check_phones(db: Connection, people: Sequence[NewCustomer]) -> None:
    owners = {person.phone: person.number for person in people}
    taken = select(customers.c.phone, customers.c.number).where(
        customers.c.phone.in_(list(owners))
    )
    for row in db.execute(taken):
        if owners[row.phone] != row.number:
            raise ValueError("a phone number belongs to another customer already")


def _insert(db: Connection, table: Table, rows: Iterable[dict[str, Any]]) -> None:
    source = iter(rows)
    while batch := list(islice(source, _BATCH)):
        db.execute(upsert(table).on_conflict_do_nothing(), batch)


def _plain(record: Any) -> dict[str, Any]:
    return {name: getattr(record, name) for name in record.__dataclass_fields__}
