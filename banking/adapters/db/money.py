"""Payees, parked requests and documents in PostgreSQL; transfers stand beside."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from banking.adapters.db.schema_money import (
    documents,
    parked,
    payee_imports,
    payees,
    statement_requests,
)
from banking.adapters.db.transfers import SqlTransfers
from banking.ports.money import Document, ParkedRequest, Payee, StatementRequest

__all__ = ["SqlDocuments", "SqlParked", "SqlPayees", "SqlTransfers"]


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


def _plain(record: Any) -> dict[str, Any]:
    """A frozen record's own fields, by name."""
    return {name: getattr(record, name) for name in record.__dataclass_fields__}
