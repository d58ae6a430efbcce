"""The bank's own double-entry ledger in PostgreSQL, behind the core banking port.

It keeps its own transactions, as a core system elsewhere would: nothing of a unit of
work of the assistant is visible to it or undone with it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import Connection, Engine, Row, func, or_, select
from sqlalchemy.exc import OperationalError

from banking.adapters.core_banking import postings
from banking.adapters.core_banking.rules import card_mac
from banking.adapters.db.schema_core import (
    accounts,
    beneficiaries,
    cards,
    customers,
    entries,
    holds,
    transactions,
)
from banking.domain.customer import CoreCustomer, CustomerStatus
from banking.domain.kyc import KycLevel
from banking.domain.money import Money
from banking.ports.core_banking import (
    Account,
    Beneficiary,
    CoreOutcome,
    CoreRefused,
    CoreState,
    CoreUnreachable,
    Holder,
    Movement,
    Order,
)

_EXPIRED_AT_ONCE = 500


class Clock(Protocol):
    def now(self) -> datetime: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """Core banking in the tables `core_*`; `card_key` hides card numbers."""

    engine: Engine
    clock: Clock
    card_key: bytes = field(repr=False)

    def customer_by_phone(self, phone: str) -> CoreCustomer | None:
        with self._connection() as db:
            row = db.execute(
                select(customers).where(customers.c.phone == phone)
            ).first()
        return None if row is None else _customer(row)

    def customer(self, customer_number: str) -> CoreCustomer | None:
        with self._connection() as db:
            row = db.execute(
                select(customers).where(customers.c.number == customer_number)
            ).first()
        return None if row is None else _customer(row)

    def accounts(self, customer_number: str) -> list[Account]:
        with self._connection() as db:
            rows = db.execute(
                select(accounts)
                .where(
                    accounts.c.customer_number == customer_number,
                    accounts.c.status == "open",
                )
                .order_by(accounts.c.rank, accounts.c.number)
            ).all()
        return [_account(row) for row in rows]

    def holder(self, account_or_phone: str) -> Holder | None:
        found = (
            customers.c.phone == account_or_phone
            if account_or_phone.startswith("+")
            else or_(
                accounts.c.number == account_or_phone,
                accounts.c.iban == account_or_phone,
            )
        )
        with self._connection() as db:
            row = db.execute(
                select(accounts.c.number, customers.c.name)
                .join(customers)
                .where(found, accounts.c.status == "open")
                .order_by(accounts.c.rank, accounts.c.number)
            ).first()
        return None if row is None else Holder(row.number, row.name)

    def holder_by_card(self, digits: str) -> Holder | None:
        with self._connection() as db:
            number = db.execute(
                select(cards.c.account).where(
                    cards.c.digits_mac == card_mac(digits, self.card_key)
                )
            ).scalar()
        return self.holder(number) if number else None

    def beneficiaries(self, customer_number: str) -> list[Beneficiary]:
        with self._connection() as db:
            rows = db.execute(
                select(beneficiaries.c.alias, beneficiaries.c.account, customers.c.name)
                .join(accounts, accounts.c.number == beneficiaries.c.account)
                .join(customers, customers.c.number == accounts.c.customer_number)
                .where(
                    beneficiaries.c.customer_number == customer_number,
                    accounts.c.status == "open",
                )
                .order_by(beneficiaries.c.alias)
            ).all()
        return [Beneficiary(row.alias, row.name, row.account) for row in rows]

    def movements(
        self,
        account: str,
        since: datetime | None = None,
        until: datetime | None = None,
        text: str | None = None,
        limit: int | None = None,
    ) -> list[Movement]:
        balance = func.sum(entries.c.amount_minor).over(
            order_by=(entries.c.at, entries.c.id)
        )
        lines = (
            select(
                entries,
                balance.label("balance_minor"),
                transactions.c.reference,
                transactions.c.currency,
            )
            .join(transactions)
            .where(entries.c.account == account)
            .subquery()
        )
        wanted = select(lines).order_by(lines.c.at.desc(), lines.c.id.desc())
        if since is not None:
            wanted = wanted.where(lines.c.at >= since)
        if until is not None:
            wanted = wanted.where(lines.c.at < until)
        if text:
            wanted = wanted.where(
                or_(
                    lines.c.description.icontains(text, autoescape=True),
                    lines.c.counterparty.icontains(text, autoescape=True),
                    lines.c.category.icontains(text, autoescape=True),
                )
            )
        if limit is not None:
            wanted = wanted.limit(limit)
        with self._connection() as db:
            return [_movement(row) for row in db.execute(wanted)]

    def hold(self, order: Order) -> None:
        with self._connection() as db:
            reason = postings.hold(db, order, self.clock.now())
            db.commit()
        if reason is not None:
            raise CoreRefused(reason)

    def post(self, transfer_id: str) -> str:
        with self._connection() as db:
            reference, reason = postings.post(db, transfer_id, self.clock.now())
            db.commit()
        if reference is None:
            raise CoreRefused(reason)
        return reference

    def void(self, transfer_id: str) -> None:
        with self._connection() as db:
            reason = postings.void(db, transfer_id, "void", self.clock.now())
            db.commit()
        if reason is not None:
            raise CoreRefused(reason)

    def outcome(self, transfer_id: str) -> CoreOutcome:
        with self._connection() as db:
            row = db.execute(
                select(transactions).where(transactions.c.id == transfer_id)
            ).first()
        if row is None:
            return CoreOutcome(CoreState.UNKNOWN)
        return CoreOutcome(CoreState(row.state), row.reference, row.reason)

    def expire_holds(self) -> int:
        now = self.clock.now()
        with self._connection() as db:
            due = db.execute(
                select(holds.c.transaction_id)
                .where(holds.c.open, holds.c.expires_at <= now)
                .limit(_EXPIRED_AT_ONCE)
            ).scalars()
            released = 0
            for transfer_id in due.all():
                postings.void(db, transfer_id, "expired", now)
                db.commit()
                released += 1
        return released

    @contextmanager
    def _connection(self) -> Iterator[Connection]:
        try:
            with self.engine.connect() as connection:
                yield connection
        except OperationalError as error:
            raise CoreUnreachable from error


def _customer(row: Row[Any]) -> CoreCustomer:
    return CoreCustomer(
        customer_number=row.number,
        name=row.name,
        phone=row.phone,
        date_of_birth=row.date_of_birth,
        kyc_level=KycLevel(row.kyc_level),
        status=CustomerStatus(row.status),
    )


def _account(row: Row[Any]) -> Account:
    return Account(
        number=row.number,
        kind=row.kind,
        name=row.name,
        currency=row.currency,
        balance=Money(row.balance_minor, row.currency),
        available=Money(row.balance_minor - row.held_minor, row.currency),
        iban=row.iban,
    )


def _movement(row: Row[Any]) -> Movement:
    return Movement(
        reference=row.reference or "",
        at=row.at,
        amount=Money(row.amount_minor, row.currency),
        balance_after=Money(int(row.balance_minor), row.currency),
        description=row.description,
        counterparty=row.counterparty,
        category=row.category,
    )
