"""Counters and the audit log in PostgreSQL."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, func, select, text, update
from sqlalchemy.dialects.postgresql import insert

from banking.adapters.db.schema_identity import (
    ATTEMPTS,
    AUDIT,
    AUDIT_HEAD,
    CODE_SENDS,
    HITS,
)
from banking.domain.audit_body import audit_body
from banking.domain.challenge import Tries
from banking.ports.identity import AuditRow


@dataclass(frozen=True, slots=True)
class SqlAttempts:
    connection: Connection

    def lock(self, subject: str, factor: str) -> Tries:
        self.connection.execute(
            insert(ATTEMPTS)
            .values(subject=subject, factor=factor)
            .on_conflict_do_nothing()
        )
        row = self.connection.execute(
            select(ATTEMPTS)
            .where(ATTEMPTS.c.subject == subject, ATTEMPTS.c.factor == factor)
            .with_for_update()
        )
        return Tries(**row.mappings().one())

    def save(self, tries: Tries) -> None:
        columns = {
            "failures": tries.failures,
            "blocked_until": tries.blocked_until,
            "closed": tries.closed,
        }
        self.connection.execute(
            insert(ATTEMPTS)
            .values(subject=tries.subject, factor=tries.factor, **columns)
            .on_conflict_do_update(
                index_elements=[ATTEMPTS.c.subject, ATTEMPTS.c.factor], set_=columns
            )
        )

    def code_sent(
        self, send_id: str, subject: str, place: str, challenge_id: str, now: datetime
    ) -> None:
        self.connection.execute(
            insert(CODE_SENDS).values(
                id=send_id,
                subject=subject,
                place=place,
                challenge_id=challenge_id,
                at=now,
            )
        )

    def code_unsent(self, send_id: str) -> None:
        self.connection.execute(delete(CODE_SENDS).where(CODE_SENDS.c.id == send_id))

    def codes_since(
        self, since: datetime, *, subject: str | None = None, place: str | None = None
    ) -> list[datetime]:
        query = select(CODE_SENDS.c.at).where(CODE_SENDS.c.at > since)
        if subject is not None or place is not None:
            query = query.where(CODE_SENDS.c.answered.is_(False))
        if subject is not None:
            query = query.where(CODE_SENDS.c.subject == subject)
        if place is not None:
            query = query.where(CODE_SENDS.c.place == place)
        return list(self.connection.execute(query.order_by(CODE_SENDS.c.at)).scalars())

    def code_answered(self, challenge_id: str) -> None:
        self.connection.execute(
            update(CODE_SENDS)
            .where(CODE_SENDS.c.challenge_id == challenge_id)
            .values(answered=True)
        )

    def hit(self, bucket: str, now: datetime) -> int:
        made = insert(HITS).values(bucket=bucket, at=now).returning(HITS.c.id)
        return int(self.connection.execute(made).scalar_one())

    def unhit(self, hit_id: int) -> None:
        self.connection.execute(delete(HITS).where(HITS.c.id == hit_id))

    def hits_since(self, bucket: str, since: datetime) -> int:
        query = select(func.count()).where(HITS.c.bucket == bucket, HITS.c.at > since)
        return int(self.connection.execute(query).scalar_one())

    def hit_before(self, bucket: str, since: datetime, most: int) -> datetime | None:
        query = (
            select(HITS.c.at)
            .where(HITS.c.bucket == bucket, HITS.c.at > since)
            .order_by(HITS.c.at.desc())
            .offset(most - 1)
            .limit(1)
        )
        return self.connection.execute(query).scalar()

    def lock_bucket(self, bucket: str) -> None:
        name = int.from_bytes(
            hashlib.sha256(bucket.encode()).digest()[:8], "big", signed=True
        )
        self.connection.execute(text("SELECT pg_advisory_xact_lock(:n)"), {"n": name})

    def purge(self, before: datetime) -> int:
        hits = self.connection.execute(delete(HITS).where(HITS.c.at < before))
        sends = self.connection.execute(
            delete(CODE_SENDS).where(CODE_SENDS.c.at < before)
        )
        return hits.rowcount + sends.rowcount


@dataclass(frozen=True, slots=True)
class SqlAudit:
    """Writes rows; the database itself links them into the chain at commit."""

    connection: Connection
    now: Callable[[], datetime]

    def record(
        self,
        event: str,
        /,
        *,
        enrolment_id: str | None = None,
        conversation_id: str | None = None,
        **facts: Any,
    ) -> None:
        at = self.now()
        body = audit_body(at, event, enrolment_id, conversation_id, facts)
        self.connection.execute(
            insert(AUDIT).values(
                at=at,
                event=event,
                enrolment_id=enrolment_id,
                conversation_id=conversation_id,
                body=body,
            )
        )

    def rows(self, after: int = 0, limit: int = 1000) -> list[AuditRow]:
        found = self.connection.execute(
            select(
                AUDIT.c.chain,
                AUDIT.c.at,
                AUDIT.c.event,
                AUDIT.c.enrolment_id,
                AUDIT.c.conversation_id,
                AUDIT.c.body,
                AUDIT.c.previous,
                AUDIT.c.hash,
            )
            .where(AUDIT.c.chain > after)
            .order_by(AUDIT.c.chain)
            .limit(limit)
        )
        return [AuditRow(**row) for row in found.mappings()]

    def head(self) -> tuple[int, str]:
        found = self.connection.execute(
            select(AUDIT_HEAD.c.chain, AUDIT_HEAD.c.hash)
        ).first()
        return (0, "") if found is None else (found[0], found[1])
