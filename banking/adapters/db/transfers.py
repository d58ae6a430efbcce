"""Transfers in PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, func, insert, select, update

from banking.adapters.db.schema_money import transfers
from banking.domain.limits import Interval
from banking.domain.money import Money
from banking.domain.transfer import COUNTED, Transfer, TransferState

_UNSETTLED = (
    TransferState.AUTHORISED,
    TransferState.SENDING,
    TransferState.IN_DOUBT,
)


@dataclass(frozen=True, slots=True)
class SqlTransfers:
    connection: Connection

    def add(self, transfer: Transfer) -> None:
        values = {
            field.name: getattr(transfer, field.name) for field in fields(transfer)
        }
        amount, fee = values.pop("amount"), values.pop("fee")
        self.connection.execute(
            insert(transfers).values(
                **values,
                amount_minor=amount.minor,
                fee_minor=fee.minor,
                currency=amount.currency,
            )
        )

    def get(self, transfer_id: str) -> Transfer | None:
        return self._first(select(transfers).where(transfers.c.id == transfer_id))

    def lock(self, transfer_id: str) -> Transfer | None:
        return self._first(
            select(transfers).where(transfers.c.id == transfer_id).with_for_update()
        )

    def save(self, transfer: Transfer) -> None:
        self.connection.execute(
            update(transfers)
            .where(transfers.c.id == transfer.id)
            .values(
                state=transfer.state,
                authorised_at=transfer.authorised_at,
                settled_at=transfer.settled_at,
                core_reference=transfer.core_reference,
                failure=transfer.failure,
            )
        )

    def open_of(self, enrolment_id: str) -> list[Transfer]:
        return self._all(
            select(transfers)
            .where(
                transfers.c.enrolment_id == enrolment_id,
                transfers.c.state == TransferState.AWAITING,
            )
            .order_by(transfers.c.created_at, transfers.c.id)
            .with_for_update()
        )

    def cancel_open(self, enrolment_id: str, now: datetime | None = None) -> list[str]:
        settled = now if now is not None else func.now()
        cancelled = self.connection.execute(
            update(transfers)
            .where(
                transfers.c.enrolment_id == enrolment_id,
                transfers.c.state == TransferState.AWAITING,
            )
            .values(state=TransferState.CANCELLED, settled_at=settled)
            .returning(transfers.c.id)
        )
        return list(cancelled.scalars())

    def latest_of(self, enrolment_id: str, limit: int = 5) -> list[Transfer]:
        shown = {*COUNTED, TransferState.AWAITING, TransferState.FAILED}
        return self._all(
            select(transfers)
            .where(
                transfers.c.enrolment_id == enrolment_id, transfers.c.state.in_(shown)
            )
            .order_by(transfers.c.created_at.desc(), transfers.c.id)
            .limit(limit)
        )

    def spent(self, customer_number: str, service: str, when: Interval) -> Money | None:
        since, until = when
        row = self.connection.execute(
            select(
                transfers.c.currency, func.sum(transfers.c.amount_minor).label("sum")
            )
            .where(
                transfers.c.customer_number == customer_number,
                transfers.c.service == service,
                transfers.c.state.in_(COUNTED),
                transfers.c.authorised_at >= since,
                transfers.c.authorised_at < until,
            )
            .group_by(transfers.c.currency)
        ).one_or_none()
        return None if row is None else Money(int(row.sum), row.currency)

    def paid_to(
        self, customer_number: str, account: str, since: datetime
    ) -> list[Transfer]:
        return self._all(
            select(transfers)
            .where(
                transfers.c.customer_number == customer_number,
                transfers.c.payee_account == account,
                transfers.c.state.in_(COUNTED),
                transfers.c.authorised_at >= since,
            )
            .order_by(transfers.c.authorised_at.desc())
        )

    def first_paid(self, customer_number: str, account: str) -> datetime | None:
        return self.connection.execute(
            select(func.min(transfers.c.settled_at)).where(
                transfers.c.customer_number == customer_number,
                transfers.c.payee_account == account,
                transfers.c.state == TransferState.POSTED,
            )
        ).scalar()

    def expired(self, now: datetime) -> list[str]:
        found = self.connection.execute(
            select(transfers.c.id).where(
                transfers.c.state == TransferState.AWAITING,
                transfers.c.expires_at <= now,
            )
        )
        return list(found.scalars())

    def unsettled(self, before: datetime) -> list[Transfer]:
        return self._all(
            select(transfers)
            .where(
                transfers.c.state.in_(_UNSETTLED), transfers.c.authorised_at <= before
            )
            .order_by(transfers.c.authorised_at)
        )

    def states(self, ids: Iterable[str]) -> Mapping[str, TransferState]:
        rows = self.connection.execute(
            select(transfers.c.id, transfers.c.state).where(
                transfers.c.id.in_(list(ids))
            )
        )
        return {row.id: TransferState(row.state) for row in rows}

    def _first(self, query: Select[Any]) -> Transfer | None:
        row = self.connection.execute(query).first()
        return None if row is None else _transfer(row)

    def _all(self, query: Select[Any]) -> list[Transfer]:
        return [_transfer(row) for row in self.connection.execute(query)]


def _transfer(row: Row[Any]) -> Transfer:
    values = dict(row._mapping)
    currency = values.pop("currency")
    return Transfer(
        amount=Money(values.pop("amount_minor"), currency),
        fee=Money(values.pop("fee_minor"), currency),
        **{**values, "state": TransferState(values["state"])},
    )
