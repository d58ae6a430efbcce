"""The staff door's store in PostgreSQL."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, delete, select, update
from sqlalchemy.dialects.postgresql import insert

from banking.adapters.credentials import Sealer
from banking.adapters.db.schema_staff import (
    STAFF,
    STAFF_INVITATIONS,
    STAFF_SESSIONS,
)
from banking.domain.staff import (
    Invitation,
    Role,
    StaffMember,
    StaffSession,
    name_key,
)
from banking.ports.staff import StaffSecrets


@dataclass(frozen=True, slots=True)
class SqlStaff:
    connection: Connection
    sealer: Sealer

    # --- people ---

    def get(self, staff_id: str, *, lock: bool = False) -> StaffMember | None:
        return self._one(STAFF.c.id == staff_id, lock)

    def by_name(self, name: str, *, lock: bool = False) -> StaffMember | None:
        return self._one(STAFF.c.name_key == name_key(name), lock)

    def all(self) -> Sequence[StaffMember]:
        rows = self.connection.execute(select(STAFF).order_by(STAFF.c.name_key))
        return [_member(row) for row in rows.mappings()]

    def add(self, member: StaffMember) -> None:
        self.connection.execute(
            insert(STAFF).values(
                id=member.id,
                name=member.name,
                name_key=name_key(member.name),
                roles=_kept(member.roles),
                enabled=member.enabled,
                created_at=member.created_at,
            )
        )

    def set_roles(self, staff_id: str, roles: frozenset[Role]) -> None:
        self._set(staff_id, roles=_kept(roles))

    def set_enabled(self, staff_id: str, *, enabled: bool) -> None:
        self._set(staff_id, enabled=enabled)

    def secrets(self, staff_id: str) -> StaffSecrets | None:
        row = self._row(select(STAFF).where(STAFF.c.id == staff_id))
        if row is None or row["password_hash"] is None or row["totp_sealed"] is None:
            return None
        secret = self.sealer.unseal(row["totp_sealed"], _owner(staff_id))
        return StaffSecrets(row["password_hash"], secret)

    def enrol(self, staff_id: str, secrets: StaffSecrets, *, last_step: int) -> None:
        self._set(
            staff_id,
            password_hash=secrets.password_hash,
            totp_sealed=self.sealer.seal(secrets.totp_secret, _owner(staff_id)),
            totp_last_step=last_step,
        )

    def spend_totp_step(self, staff_id: str, step: int) -> bool:
        spent = self.connection.execute(
            update(STAFF)
            .where(STAFF.c.id == staff_id, STAFF.c.totp_last_step < step)
            .values(totp_last_step=step)
        )
        return spent.rowcount == 1

    def seen(self, staff_id: str, at: datetime) -> None:
        self._set(staff_id, seen_at=at)

    # --- sessions ---

    def open_session(self, session: StaffSession, token_sha256: str) -> None:
        self.connection.execute(
            insert(STAFF_SESSIONS).values(
                id=session.id,
                token_sha256=token_sha256,
                staff_id=session.staff_id,
                started_at=session.started_at,
                expires_at=session.expires_at,
            )
        )

    def session_of(
        self, token_sha256: str, *, lock: bool = False
    ) -> StaffSession | None:
        query = select(STAFF_SESSIONS).where(
            STAFF_SESSIONS.c.token_sha256 == token_sha256
        )
        row = self._row(query.with_for_update() if lock else query)
        if row is None:
            return None
        return StaffSession(
            id=row["id"],
            staff_id=row["staff_id"],
            started_at=row["started_at"],
            expires_at=row["expires_at"],
            ended_at=row["ended_at"],
        )

    def extend_session(self, session_id: str, expires_at: datetime) -> None:
        self.connection.execute(
            update(STAFF_SESSIONS)
            .where(STAFF_SESSIONS.c.id == session_id)
            .values(expires_at=expires_at)
        )

    def end_session(self, session_id: str, now: datetime) -> None:
        self._end_sessions(STAFF_SESSIONS.c.id == session_id, now)

    def end_sessions(self, staff_id: str, now: datetime) -> int:
        return self._end_sessions(STAFF_SESSIONS.c.staff_id == staff_id, now)

    def _end_sessions(self, where: ColumnElement[bool], now: datetime) -> int:
        ended = self.connection.execute(
            update(STAFF_SESSIONS)
            .where(where, STAFF_SESSIONS.c.ended_at.is_(None))
            .values(ended_at=now)
        )
        return ended.rowcount

    # --- invitations ---

    def add_invitation(self, invitation: Invitation) -> None:
        self.connection.execute(
            insert(STAFF_INVITATIONS).values(
                token_sha256=invitation.token_sha256,
                staff_id=invitation.staff_id,
                issued_at=invitation.issued_at,
                expires_at=invitation.expires_at,
            )
        )

    def invitation(self, token_sha256: str, *, lock: bool = False) -> Invitation | None:
        query = select(STAFF_INVITATIONS).where(
            STAFF_INVITATIONS.c.token_sha256 == token_sha256
        )
        row = self._row(query.with_for_update() if lock else query)
        if row is None:
            return None
        return Invitation(
            token_sha256=row["token_sha256"],
            staff_id=row["staff_id"],
            issued_at=row["issued_at"],
            expires_at=row["expires_at"],
            claimed_by=row["claimed_by"],
            over=row["over_at"] is not None,
        )

    def claim_invitation(
        self, invitation: Invitation, visit_sha256: str, begun: StaffSecrets
    ) -> None:
        self.connection.execute(
            update(STAFF_INVITATIONS)
            .where(STAFF_INVITATIONS.c.token_sha256 == invitation.token_sha256)
            .values(
                claimed_by=visit_sha256,
                password_hash=begun.password_hash,
                totp_sealed=self.sealer.seal(
                    begun.totp_secret, _owner(invitation.staff_id)
                ),
            )
        )

    def begun(self, invitation: Invitation) -> StaffSecrets | None:
        row = self._row(
            select(STAFF_INVITATIONS).where(
                STAFF_INVITATIONS.c.token_sha256 == invitation.token_sha256
            )
        )
        if row is None or row["password_hash"] is None or row["totp_sealed"] is None:
            return None
        secret = self.sealer.unseal(row["totp_sealed"], _owner(invitation.staff_id))
        return StaffSecrets(row["password_hash"], secret)

    def use_invitation(self, invitation: Invitation, now: datetime) -> bool:
        ended = self._end_invitations(
            STAFF_INVITATIONS.c.token_sha256 == invitation.token_sha256, now
        )
        return ended == 1

    def end_invitations(self, staff_id: str, now: datetime) -> int:
        return self._end_invitations(STAFF_INVITATIONS.c.staff_id == staff_id, now)

    def _end_invitations(self, where: ColumnElement[bool], now: datetime) -> int:
        ended = self.connection.execute(
            update(STAFF_INVITATIONS)
            .where(where, STAFF_INVITATIONS.c.over_at.is_(None))
            .values(over_at=now, password_hash=None, totp_sealed=None)
        )
        return ended.rowcount

    def purge(self, before: datetime) -> int:
        return sum(
            self.connection.execute(
                delete(table).where(table.c.expires_at < before)
            ).rowcount
            for table in (STAFF_SESSIONS, STAFF_INVITATIONS)
        )

    # --- rows ---

    def _set(self, staff_id: str, **values: Any) -> None:
        self.connection.execute(
            update(STAFF).where(STAFF.c.id == staff_id).values(**values)
        )

    def _one(self, where: ColumnElement[bool], lock: bool) -> StaffMember | None:
        query = select(STAFF).where(where)
        row = self._row(query.with_for_update() if lock else query)
        return None if row is None else _member(row)

    def _row(self, query: Select[Any]) -> Mapping[Any, Any] | None:
        return self.connection.execute(query).mappings().first()


def _member(row: Mapping[Any, Any]) -> StaffMember:
    return StaffMember(
        id=row["id"],
        name=row["name"],
        roles=frozenset(Role(name) for name in row["roles"]),
        enabled=row["enabled"],
        enrolled=row["password_hash"] is not None and row["totp_sealed"] is not None,
        created_at=row["created_at"],
        seen_at=row["seen_at"],
    )


def _kept(roles: frozenset[Role]) -> list[str]:
    return sorted(role.value for role in roles)


def _owner(staff_id: str) -> str:
    return f"staff-totp:{staff_id}"
