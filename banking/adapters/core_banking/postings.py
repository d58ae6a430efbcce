"""Holding, posting and voiding in PostgreSQL, each inside the caller's transaction.

Locks are always taken in one order: the transaction's row, then accounts by number.
A returned reason means "refused, and written down": the caller commits either way.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from banking.adapters.core_banking.rules import (
    HOLD_FOR,
    AccountState,
    entries_of,
    fees_account,
    fingerprint,
    outside_account,
    reference_of,
    why_not_credit,
    why_not_hold,
)
from banking.adapters.db.schema_core import (
    accounts,
    customers,
    entries,
    holds,
    transactions,
)
from banking.domain.money import Money
from banking.ports.core_banking import Order

HELD, POSTED, VOID = "held", "posted", "void"


def hold(db: Connection, order: Order, now: datetime) -> str | None:
    """Set the money aside once; the reason when it is refused."""
    created = db.execute(
        upsert(transactions)
        .values(
            id=order.id,
            state=HELD,
            fingerprint=fingerprint(order),
            debit_account=order.debit_account,
            credit_account=order.credit_account,
            amount_minor=order.amount.minor,
            fee_minor=order.fee.minor,
            currency=order.amount.currency,
            description=order.description,
            created_at=now,
        )
        .on_conflict_do_nothing()
        .returning(transactions.c.id)
    ).first()
    if created is None:
        return _held_before(db, order)
    locked = _lock_accounts(db, {order.debit_account, order.credit_account})
    reason = why_not_hold(order, locked)
    if reason is not None:
        _void(db, order.id, reason)
        return reason
    total = order.amount.minor + order.fee.minor
    db.execute(
        update(accounts)
        .where(accounts.c.number == order.debit_account)
        .values(held_minor=accounts.c.held_minor + total)
    )
    db.execute(
        insert(holds).values(
            transaction_id=order.id,
            account=order.debit_account,
            amount_minor=total,
            open=True,
            expires_at=now + HOLD_FOR,
        )
    )
    return None


def post(db: Connection, transfer_id: str, now: datetime) -> tuple[str | None, str]:
    """Move what is held: (reference, "") or (None, reason)."""
    row = _lock_transaction(db, transfer_id)
    if row is None:
        return None, "unknown_id"
    if row.state == POSTED:
        return row.reference, ""
    if row.state == VOID:
        return None, row.reason or VOID
    order = _order(row)
    house = {fees_account(row.currency)} if row.fee_minor else set()
    for number in house:
        ensure_house_account(db, number, row.currency)
    locked = _lock_accounts(db, {row.debit_account, row.credit_account, *house})
    reason = why_not_credit(locked[row.credit_account], row.amount_minor)
    held = db.execute(select(holds).where(holds.c.transaction_id == row.id)).one()
    if reason is None and held.expires_at <= now:
        reason = "expired"
    _release(db, held)
    if reason is not None:
        _void(db, row.id, reason)
        return None, reason
    lines = entries_of(order, locked[row.debit_account], locked[row.credit_account])
    reference = reference_of(row.id, now)
    db.execute(
        update(transactions)
        .where(transactions.c.id == row.id)
        .values(state=POSTED, reference=reference, posted_at=now)
    )
    db.execute(
        insert(entries),
        [
            {
                "transaction_id": row.id,
                "account": line.account,
                "amount_minor": line.amount_minor,
                "at": now,
                "description": line.description,
                "counterparty": line.counterparty,
                "category": line.category,
            }
            for line in lines
        ],
    )
    for line in lines:
        db.execute(
            update(accounts)
            .where(accounts.c.number == line.account)
            .values(balance_minor=accounts.c.balance_minor + line.amount_minor)
        )
    return reference, ""


def void(db: Connection, transfer_id: str, reason: str, now: datetime) -> str | None:
    """Give an id up for good, known or not; "posted" when it is too late."""
    # A row for an id that was never seen keeps a late hold from working.
    db.execute(
        upsert(transactions)
        .values(
            id=transfer_id,
            state=VOID,
            reason=reason,
            fingerprint="",
            debit_account="",
            credit_account="",
            amount_minor=0,
            fee_minor=0,
            currency="",
            description="",
            created_at=now,
        )
        .on_conflict_do_nothing()
    )
    row = _lock_transaction(db, transfer_id)
    if row is None or row.state == VOID:
        return None
    if row.state == POSTED:
        return POSTED
    _lock_accounts(db, {row.debit_account})
    _release(
        db, db.execute(select(holds).where(holds.c.transaction_id == row.id)).one()
    )
    _void(db, row.id, reason)
    return None


def ensure_house_account(db: Connection, number: str, currency: str) -> None:
    db.execute(
        upsert(accounts)
        .values(number=number, kind="house", name=number, currency=currency)
        .on_conflict_do_nothing()
    )


def ensure_house_accounts(db: Connection, currency: str) -> None:
    ensure_house_account(db, fees_account(currency), currency)
    ensure_house_account(db, outside_account(currency), currency)


def _held_before(db: Connection, order: Order) -> str | None:
    row = _lock_transaction(db, order.id)
    if row is None:
        raise LookupError("a transaction that is never deleted has gone")
    if row.state == VOID:
        return row.reason or VOID
    return None if row.fingerprint == fingerprint(order) else "different_parameters"


def _lock_transaction(db: Connection, transfer_id: str) -> Row[Any] | None:
    return db.execute(
        select(transactions).where(transactions.c.id == transfer_id).with_for_update()
    ).first()


def _lock_accounts(
    db: Connection, numbers: Iterable[str]
) -> Mapping[str, AccountState]:
    rows = db.execute(
        select(accounts, func.coalesce(customers.c.name, "").label("holder"))
        .outerjoin(customers)
        .where(accounts.c.number.in_(sorted(numbers)))
        .order_by(accounts.c.number)
        .with_for_update(of=accounts)
    )
    return {
        row.number: AccountState(
            number=row.number,
            customer_number=row.customer_number,
            holder=row.holder,
            currency=row.currency,
            status=row.status,
            balance_minor=row.balance_minor,
            held_minor=row.held_minor,
            balance_cap_minor=row.balance_cap_minor,
        )
        for row in rows
    }


def _release(db: Connection, held: Row[Any]) -> None:
    db.execute(
        update(holds)
        .where(holds.c.transaction_id == held.transaction_id)
        .values(open=False)
    )
    db.execute(
        update(accounts)
        .where(accounts.c.number == held.account)
        .values(held_minor=accounts.c.held_minor - held.amount_minor)
    )


def _void(db: Connection, transfer_id: str, reason: str) -> None:
    db.execute(
        update(transactions)
        .where(transactions.c.id == transfer_id)
        .values(state=VOID, reason=reason)
    )


def _order(row: Row[Any]) -> Order:
    return Order(
        id=row.id,
        debit_account=row.debit_account,
        credit_account=row.credit_account,
        amount=Money(row.amount_minor, row.currency),
        fee=Money(row.fee_minor, row.currency),
        description=row.description,
    )
