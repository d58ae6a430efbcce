"""Transfers, payees, parked requests and documents in PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, delete, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from banking.adapters.db.schema_money import (
    documents,
    parked,
    payee_imports,
    payees,
    statement_requests,
    transfers,
)
from banking.domain.limits import Interval
from banking.domain.money import Money
from banking.domain.transfer import COUNTED, Transfer, TransferState
from banking.ports.money import Document, ParkedRequest, Payee, StatementRequest

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
            name: value
            for name, value in _plain(transfer).items()
            if name not in {"amount", "fee"}
        }
        self.connection.execute(
            insert(transfers).values(
                **values,
                amount_minor=transfer.amount.minor,
                fee_minor=transfer.fee.minor,
                currency=transfer.amount.currency,
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


@dataclass(frozen=True, slots=True)
class SqlPayees:
    connection: Connection

    def of(self, enrolment_id: str) -> list[Payee]:
        rows = self.connection.execute(
            select(payees)
            .where(payees.c.enrolment_id == enrolment_id)
            .order_by(payees.c.alias, payees.c.id)
        )
        return [Payee(**row) for row in rows.mappings()]

    def get(self, enrolment_id: str, payee_id: str) -> Payee | None:
        row = (
            self.connection.execute(
                select(payees).where(
                    payees.c.enrolment_id == enrolment_id, payees.c.id == payee_id
                )
            )
            .mappings()
            .first()
        )
        return None if row is None else Payee(**row)

    def add(self, payee: Payee) -> bool:
        added = self.connection.execute(
            upsert(payees)
            .values(**_plain(payee))
            .on_conflict_do_nothing()
            .returning(payees.c.id)
        )
        return added.first() is not None

    def remove(self, enrolment_id: str, payee_id: str) -> None:
        self.connection.execute(
            delete(payees).where(
                payees.c.enrolment_id == enrolment_id, payees.c.id == payee_id
            )
        )

    def imported(self, enrolment_id: str) -> bool:
        found = select(payee_imports).where(
            payee_imports.c.enrolment_id == enrolment_id
        )
        return self.connection.execute(found).first() is not None

    def mark_imported(self, enrolment_id: str, now: datetime) -> bool:
        marked = self.connection.execute(
            upsert(payee_imports)
            .values(enrolment_id=enrolment_id, at=now)
            .on_conflict_do_nothing()
            .returning(payee_imports.c.enrolment_id)
        )
        return marked.first() is not None


@dataclass(frozen=True, slots=True)
class SqlParked:
    connection: Connection

    def put(self, request: ParkedRequest) -> None:
        values = _plain(request)
        self.connection.execute(
            upsert(parked)
            .values(**values)
            .on_conflict_do_update(index_elements=["conversation_id"], set_=values)
        )

    def take(self, conversation_id: str) -> ParkedRequest | None:
        row = (
            self.connection.execute(
                delete(parked)
                .where(parked.c.conversation_id == conversation_id)
                .returning(parked)
            )
            .mappings()
            .first()
        )
        if row is None:
            return None
        return ParkedRequest(**{**row, "parked_at": row["parked_at"].astimezone(UTC)})

    def purge(self, before: datetime) -> int:
        gone = self.connection.execute(
            delete(parked).where(parked.c.parked_at < before).returning(parked.c.kind)
        )
        return len(gone.all())


@dataclass(frozen=True, slots=True)
class SqlDocuments:
    connection: Connection

    def add(self, document: Document) -> bool:
        added = self.connection.execute(
            upsert(documents)
            .values(**_plain(document))
            .on_conflict_do_nothing(index_elements=["transfer_id"])
            .returning(documents.c.id)
        )
        return added.first() is not None

    def get(self, document_id: str) -> Document | None:
        return self._first(documents.c.id == document_id)

    def of_transfer(self, transfer_id: str) -> Document | None:
        return self._first(documents.c.transfer_id == transfer_id)

    def request(self, request: StatementRequest) -> None:
        self.connection.execute(insert(statement_requests).values(**_plain(request)))

    def lock_request(self, request_id: str) -> StatementRequest | None:
        row = (
            self.connection.execute(
                select(statement_requests)
                .where(statement_requests.c.id == request_id)
                .with_for_update()
            )
            .mappings()
            .first()
        )
        return None if row is None else StatementRequest(**row)

    def answer_request(self, request_id: str, document_id: str) -> None:
        self.connection.execute(
            update(statement_requests)
            .where(statement_requests.c.id == request_id)
            .values(document_id=document_id)
        )

    def _first(self, condition: Any) -> Document | None:
        row = (
            self.connection.execute(select(documents).where(condition))
            .mappings()
            .first()
        )
        return None if row is None else Document(**row)


def _transfer(row: Row[Any]) -> Transfer:
    values = dict(row._mapping)
    currency = values.pop("currency")
    return Transfer(
        amount=Money(values.pop("amount_minor"), currency),
        fee=Money(values.pop("fee_minor"), currency),
        **{**values, "state": TransferState(values["state"])},
    )


def _plain(record: Any) -> dict[str, Any]:
    """A frozen record's own fields, by name."""
    return {name: getattr(record, name) for name in record.__dataclass_fields__}
