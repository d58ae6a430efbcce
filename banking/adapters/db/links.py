"""Links to pages, and the challenges behind them, in PostgreSQL."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, select, update
from sqlalchemy.dialects.postgresql import insert

from banking.adapters.db.schema_identity import CHALLENGES, LINKS
from banking.domain.challenge import Challenge, ChallengeState, SmsWords
from banking.domain.link import Link, LinkPurpose


@dataclass(frozen=True, slots=True)
class SqlLinks:
    connection: Connection

    def add(self, link: Link) -> None:
        self.connection.execute(
            insert(LINKS).values(
                token_sha256=link.token_sha256,
                purpose=link.purpose.value,
                conversation_id=link.conversation_id,
                enrolment_id=link.enrolment_id,
                subject=link.subject,
                issued_at=link.issued_at,
                expires_at=link.expires_at,
                progress=dict(link.progress),
            )
        )

    def get(self, token_sha256: str, *, lock: bool = False) -> Link | None:
        query = select(LINKS).where(LINKS.c.token_sha256 == token_sha256)
        rows = self.connection.execute(query.with_for_update() if lock else query)
        row = rows.mappings().first()
        if row is None:
            return None
        return Link(**{**row, "purpose": LinkPurpose(row["purpose"])})

    def claim(self, token_sha256: str, visit_sha256: str, expires_at: datetime) -> None:
        self._set(token_sha256, claimed_by=visit_sha256, expires_at=expires_at)

    def keep(self, token_sha256: str, progress: Mapping[str, str]) -> None:
        self._set(token_sha256, progress=dict(progress))

    def use_up(self, token_sha256: str, now: datetime) -> bool:
        used = self.connection.execute(
            update(LINKS)
            .where(
                LINKS.c.token_sha256 == token_sha256,
                LINKS.c.used_at.is_(None),
                LINKS.c.killed_at.is_(None),
            )
            .values(used_at=now, progress={})
        )
        return used.rowcount == 1

    def kill(
        self,
        now: datetime,
        *,
        enrolment_id: str | None = None,
        conversation_id: str | None = None,
        subject: str | None = None,
        purpose: LinkPurpose | None = None,
        but: str | None = None,
    ) -> int:
        given = {
            LINKS.c.enrolment_id: enrolment_id,
            LINKS.c.conversation_id: conversation_id,
            LINKS.c.subject: subject,
            LINKS.c.purpose: purpose and purpose.value,
        }
        matches = [column == value for column, value in given.items() if value]
        if not matches:
            raise ValueError("say which links to end")
        if but is not None:
            matches.append(LINKS.c.token_sha256 != but)
        killed = self.connection.execute(
            update(LINKS)
            .where(*matches, LINKS.c.used_at.is_(None), LINKS.c.killed_at.is_(None))
            .values(killed_at=now, progress={})
        )
        return killed.rowcount

    def purge(self, before: datetime) -> int:
        gone = delete(LINKS).where(LINKS.c.expires_at < before)
        return self.connection.execute(gone).rowcount

    def _set(self, token_sha256: str, **values: Any) -> None:
        self.connection.execute(
            update(LINKS).where(LINKS.c.token_sha256 == token_sha256).values(**values)
        )


@dataclass(frozen=True, slots=True)
class SqlChallenges:
    connection: Connection

    def put(self, challenge: Challenge) -> None:
        columns = _challenge_columns(challenge)
        again = {name: value for name, value in columns.items() if name != "id"}
        self.connection.execute(
            insert(CHALLENGES)
            .values(**columns)
            .on_conflict_do_update(
                index_elements=[CHALLENGES.c.id],
                set_=again,
                where=CHALLENGES.c.state != ChallengeState.PASSED.value,
            )
        )

    def get(self, challenge_id: str, *, lock: bool = False) -> Challenge | None:
        query = select(CHALLENGES).where(CHALLENGES.c.id == challenge_id)
        rows = self.connection.execute(query.with_for_update() if lock else query)
        row = rows.mappings().first()
        if row is None:
            return None
        plain = {k: v for k, v in row.items() if not k.startswith("sms_")}
        return Challenge(
            **{**plain, "state": ChallengeState(row["state"])},
            sms=SmsWords(row["sms_kind"], row["sms_facts"]),
        )

    def save(self, challenge: Challenge) -> None:
        self.connection.execute(
            update(CHALLENGES)
            .where(CHALLENGES.c.id == challenge.id)
            .values(**_challenge_columns(challenge))
        )

    def burn(self, enrolment_id: str) -> int:
        burnt = self.connection.execute(
            update(CHALLENGES)
            .where(
                CHALLENGES.c.enrolment_id == enrolment_id,
                CHALLENGES.c.state == ChallengeState.OPEN.value,
            )
            .values(
                state=ChallengeState.BURNT.value, code_mac=None, code_expires_at=None
            )
        )
        return burnt.rowcount

    def purge(self, before: datetime) -> int:
        gone = delete(CHALLENGES).where(CHALLENGES.c.expires_at < before)
        return self.connection.execute(gone).rowcount


def _challenge_columns(challenge: Challenge) -> dict[str, Any]:
    return {
        "id": challenge.id,
        "purpose": challenge.purpose,
        "subject": challenge.subject,
        "enrolment_id": challenge.enrolment_id,
        "phone": challenge.phone,
        "binding": challenge.binding,
        "sms_kind": challenge.sms.kind,
        "sms_facts": dict(challenge.sms.facts),
        "state": challenge.state.value,
        "code_mac": challenge.code_mac,
        "code_expires_at": challenge.code_expires_at,
        "created_at": challenge.created_at,
        "expires_at": challenge.expires_at,
    }
