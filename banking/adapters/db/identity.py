"""Identity's stores in PostgreSQL: customers and their sessions."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, select, update
from sqlalchemy.dialects.postgresql import insert

from banking.adapters.credentials import Sealer
from banking.adapters.db.links import SqlChallenges, SqlLinks
from banking.adapters.db.schema_identity import ENROLMENTS, SESSIONS
from banking.domain.session import Session
from banking.ports.identity import Enrolment, EnrolmentStatus

__all__ = ["SqlChallenges", "SqlEnrolments", "SqlLinks", "SqlSessions"]


@dataclass(frozen=True, slots=True)
class SqlEnrolments:
    connection: Connection
    sealer: Sealer

    def get(self, enrolment_id: str) -> Enrolment | None:
        return self._one(ENROLMENTS.c.id == enrolment_id)

    def lock(self, enrolment_id: str) -> Enrolment | None:
        return self._one(ENROLMENTS.c.id == enrolment_id, lock=True)

    def by_customer(self, customer_number: str) -> Enrolment | None:
        return self._one(ENROLMENTS.c.customer_number == customer_number)

    def add(self, enrolment: Enrolment, *, pin_hash: str, passphrase: str) -> None:
        sealed = self.sealer.seal(passphrase, f"passphrase:{enrolment.id}")
        self.connection.execute(
            insert(ENROLMENTS).values(
                id=enrolment.id,
                created_at=enrolment.created_at,
                safe_phrase=enrolment.safe_phrase,
                passphrase_sealed=sealed,
                **_plain_columns(enrolment, pin_hash),
            )
        )

    def renew(self, enrolment: Enrolment, *, pin_hash: str) -> None:
        self._set(enrolment.id, **_plain_columns(enrolment, pin_hash))

    def pin_hash(self, enrolment_id: str) -> str:
        return str(self._column(ENROLMENTS.c.pin_hash, enrolment_id))

    def set_pin_hash(self, enrolment_id: str, pin_hash: str) -> None:
        self._set(enrolment_id, pin_hash=pin_hash)

    def passphrase(self, enrolment_id: str) -> str:
        sealed = self._column(ENROLMENTS.c.passphrase_sealed, enrolment_id)
        if sealed is None:
            raise KeyError(enrolment_id)
        return self.sealer.unseal(sealed, f"passphrase:{enrolment_id}")

    def set_passphrase(self, enrolment_id: str, passphrase: str) -> None:
        sealed = self.sealer.seal(passphrase, f"passphrase:{enrolment_id}")
        self._set(enrolment_id, passphrase_sealed=sealed)

    def set_safe_phrase(self, enrolment_id: str, phrase: str | None) -> None:
        self._set(enrolment_id, safe_phrase=phrase)

    def totp_secret(self, enrolment_id: str) -> str | None:
        sealed = self._column(ENROLMENTS.c.totp_sealed, enrolment_id)
        if sealed is None:
            return None
        return self.sealer.unseal(sealed, f"totp:{enrolment_id}")

    def set_totp(
        self, enrolment_id: str, secret: str | None, *, last_step: int = 0
    ) -> None:
        sealed = secret and self.sealer.seal(secret, f"totp:{enrolment_id}")
        self._set(enrolment_id, totp_sealed=sealed, totp_last_step=last_step)

    def spend_totp_step(self, enrolment_id: str, step: int) -> bool:
        spent = self.connection.execute(
            update(ENROLMENTS)
            .where(ENROLMENTS.c.id == enrolment_id, ENROLMENTS.c.totp_last_step < step)
            .values(totp_last_step=step)
        )
        return spent.rowcount == 1

    def set_status(self, enrolment_id: str, status: EnrolmentStatus) -> None:
        self._set(enrolment_id, status=status.value)

    def set_kyc_level(self, enrolment_id: str, level: str) -> None:
        self._set(enrolment_id, kyc_level=level)

    def _set(self, enrolment_id: str, **values: Any) -> None:
        self.connection.execute(
            update(ENROLMENTS).where(ENROLMENTS.c.id == enrolment_id).values(**values)
        )

    def _column(self, column: ColumnElement[Any], enrolment_id: str) -> Any:
        query = select(column).where(ENROLMENTS.c.id == enrolment_id)
        return self.connection.execute(query).scalar()

    def _one(
        self, where: ColumnElement[bool], *, lock: bool = False
    ) -> Enrolment | None:
        query = select(ENROLMENTS).where(where)
        row = self.connection.execute(query.with_for_update() if lock else query)
        found = row.mappings().first()
        if found is None:
            return None
        return Enrolment(
            id=found["id"],
            customer_number=found["customer_number"],
            name=found["name"],
            chat_id=found["chat_id"],
            phone=found["phone"],
            kyc_level=found["kyc_level"],
            status=EnrolmentStatus(found["status"]),
            main_account=found["main_account"],
            created_at=found["created_at"],
            safe_phrase=found["safe_phrase"],
            has_totp=found["totp_sealed"] is not None,
            lowered_until=found["lowered_until"],
        )


def _plain_columns(enrolment: Enrolment, pin_hash: str) -> dict[str, Any]:
    return {
        "customer_number": enrolment.customer_number,
        "name": enrolment.name,
        "chat_id": enrolment.chat_id,
        "phone": enrolment.phone,
        "kyc_level": enrolment.kyc_level,
        "status": enrolment.status.value,
        "main_account": enrolment.main_account,
        "lowered_until": enrolment.lowered_until,
        "pin_hash": pin_hash,
    }


_SESSION = [
    SESSIONS.c[name]
    for name in (
        "id",
        "enrolment_id",
        "channel",
        "conversation_id",
        "started_at",
        "expires_at",
        "ended_at",
        "end_reason",
    )
]


@dataclass(frozen=True, slots=True)
class SqlSessions:
    connection: Connection

    def open(self, session: Session, token_sha256: str) -> None:
        self.connection.execute(
            update(SESSIONS)
            .where(
                SESSIONS.c.enrolment_id == session.enrolment_id,
                SESSIONS.c.channel == session.channel,
                SESSIONS.c.ended_at.is_(None),
            )
            .values(ended_at=session.started_at, end_reason="replaced")
        )
        self.connection.execute(
            insert(SESSIONS).values(
                id=session.id,
                token_sha256=token_sha256,
                enrolment_id=session.enrolment_id,
                channel=session.channel,
                conversation_id=session.conversation_id,
                started_at=session.started_at,
                expires_at=session.expires_at,
            )
        )

    def current(
        self, enrolment_id: str, channel: str, *, lock: bool = False
    ) -> Session | None:
        return self._one(
            and_(
                SESSIONS.c.enrolment_id == enrolment_id,
                SESSIONS.c.channel == channel,
                SESSIONS.c.ended_at.is_(None),
            ),
            lock,
        )

    def by_token(self, token_sha256: str, *, lock: bool = False) -> Session | None:
        return self._one(SESSIONS.c.token_sha256 == token_sha256, lock)

    def replace_token(self, token_sha256: str, instead: str) -> None:
        self.connection.execute(
            update(SESSIONS)
            .where(SESSIONS.c.token_sha256 == token_sha256)
            .values(token_sha256=instead)
        )

    def extend(self, session_id: str, expires_at: datetime) -> None:
        self.connection.execute(
            update(SESSIONS)
            .where(
                SESSIONS.c.id == session_id,
                SESSIONS.c.ended_at.is_(None),
                SESSIONS.c.expires_at < expires_at,
            )
            .values(expires_at=expires_at)
        )

    def end(self, enrolment_id: str, now: datetime, reason: str) -> int:
        ended = self.connection.execute(
            update(SESSIONS)
            .where(
                SESSIONS.c.enrolment_id == enrolment_id,
                SESSIONS.c.ended_at.is_(None),
            )
            .values(ended_at=now, end_reason=reason)
        )
        return ended.rowcount

    def open_ones(self, enrolment_id: str) -> list[Session]:
        rows = self.connection.execute(
            select(*_SESSION)
            .where(
                SESSIONS.c.enrolment_id == enrolment_id,
                SESSIONS.c.ended_at.is_(None),
            )
            .order_by(SESSIONS.c.started_at)
        )
        return [Session(**row) for row in rows.mappings()]

    def _one(self, where: ColumnElement[bool], lock: bool) -> Session | None:
        query = select(*_SESSION).where(where)
        rows = self.connection.execute(query.with_for_update() if lock else query)
        row = rows.mappings().first()
        return None if row is None else Session(**row)
