"""The staff door's store in memory."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from banking.domain.staff import (
    Invitation,
    Role,
    StaffMember,
    StaffSession,
    name_key,
)
from banking.ports.staff import StaffSecrets


@dataclass(frozen=True, slots=True)
class _Kept:
    """Somebody, and what they prove themselves with."""

    member: StaffMember
    secrets: StaffSecrets | None = None
    last_step: int = 0


@dataclass(frozen=True, slots=True)
class _Invited:
    """An invitation, and what was chosen with it so far."""

    invitation: Invitation
    begun: StaffSecrets | None = None


@dataclass
class MemoryStaff:
    people: dict[str, _Kept] = field(default_factory=dict)
    # By id; tokens lead there.
    sessions: dict[str, StaffSession] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)
    invitations: dict[str, _Invited] = field(default_factory=dict)

    # --- people ---

    def get(
        self,
        staff_id: str,
        *,
        lock: bool = False,  # noqa: ARG002 - units of work come one after the other
    ) -> StaffMember | None:
        kept = self.people.get(staff_id)
        return None if kept is None else kept.member

    def by_name(
        self,
        name: str,
        *,
        lock: bool = False,  # noqa: ARG002 - likewise
    ) -> StaffMember | None:
        key = name_key(name)
        return next((one for one in self.all() if name_key(one.name) == key), None)

    def all(self) -> Sequence[StaffMember]:
        members = (kept.member for kept in self.people.values())
        return sorted(members, key=lambda member: name_key(member.name))

    def add(self, member: StaffMember) -> None:
        if member.id in self.people or self.by_name(member.name):
            raise ValueError("somebody here has this name")
        new = replace(member, enrolled=False, seen_at=None)
        self.people[member.id] = _Kept(new)

    def set_roles(self, staff_id: str, roles: frozenset[Role]) -> None:
        self._set(staff_id, roles=roles)

    def set_enabled(self, staff_id: str, *, enabled: bool) -> None:
        self._set(staff_id, enabled=enabled)

    def secrets(self, staff_id: str) -> StaffSecrets | None:
        kept = self.people.get(staff_id)
        return None if kept is None else kept.secrets

    def enrol(self, staff_id: str, secrets: StaffSecrets, *, last_step: int) -> None:
        self._set(staff_id, enrolled=True)
        self._keep(staff_id, secrets=secrets, last_step=last_step)

    def spend_totp_step(self, staff_id: str, step: int) -> bool:
        kept = self.people.get(staff_id)
        if kept is None or kept.last_step >= step:
            return False
        self._keep(staff_id, last_step=step)
        return True

    def seen(self, staff_id: str, at: datetime) -> None:
        self._set(staff_id, seen_at=at)

    # --- sessions ---

    def open_session(self, session: StaffSession, token_sha256: str) -> None:
        self._must_be_here(session.staff_id)
        if session.id in self.sessions or token_sha256 in self.tokens:
            raise ValueError("this session is open already")
        self.sessions[session.id] = replace(session, ended_at=None)
        self.tokens[token_sha256] = session.id

    def session_of(
        self,
        token_sha256: str,
        *,
        lock: bool = False,  # noqa: ARG002 - likewise
    ) -> StaffSession | None:
        return self.sessions.get(self.tokens.get(token_sha256, ""))

    def extend_session(self, session_id: str, expires_at: datetime) -> None:
        if session_id in self.sessions:
            longer = replace(self.sessions[session_id], expires_at=expires_at)
            self.sessions[session_id] = longer

    def end_session(self, session_id: str, now: datetime) -> None:
        session = self.sessions.get(session_id)
        if session is not None and session.ended_at is None:
            self.sessions[session_id] = replace(session, ended_at=now)

    def end_sessions(self, staff_id: str, now: datetime) -> int:
        ending = [
            session.id
            for session in self.sessions.values()
            if session.staff_id == staff_id and session.ended_at is None
        ]
        for session_id in ending:
            self.end_session(session_id, now)
        return len(ending)

    # --- invitations ---

    def add_invitation(self, invitation: Invitation) -> None:
        self._must_be_here(invitation.staff_id)
        if invitation.token_sha256 in self.invitations:
            raise ValueError("this invitation is there already")
        new = replace(invitation, claimed_by=None, over=False)
        self.invitations[invitation.token_sha256] = _Invited(new)

    def invitation(
        self,
        token_sha256: str,
        *,
        lock: bool = False,  # noqa: ARG002 - likewise
    ) -> Invitation | None:
        kept = self.invitations.get(token_sha256)
        return None if kept is None else kept.invitation

    def claim_invitation(
        self, invitation: Invitation, visit_sha256: str, begun: StaffSecrets
    ) -> None:
        kept = self.invitations.get(invitation.token_sha256)
        if kept is not None:
            claimed = replace(kept.invitation, claimed_by=visit_sha256)
            self.invitations[invitation.token_sha256] = _Invited(claimed, begun)

    def begun(self, invitation: Invitation) -> StaffSecrets | None:
        kept = self.invitations.get(invitation.token_sha256)
        return None if kept is None else kept.begun

    def use_invitation(
        self,
        invitation: Invitation,
        now: datetime,  # noqa: ARG002 - what is over needs no moment here
    ) -> bool:
        kept = self.invitations.get(invitation.token_sha256)
        if kept is None or kept.invitation.over:
            return False
        used = replace(kept.invitation, over=True)
        self.invitations[invitation.token_sha256] = _Invited(used)
        return True

    def end_invitations(self, staff_id: str, now: datetime) -> int:
        mine = [
            kept.invitation
            for kept in self.invitations.values()
            if kept.invitation.staff_id == staff_id
        ]
        return sum(self.use_invitation(one, now) for one in mine)

    def purge(self, before: datetime) -> int:
        over = [one.id for one in self.sessions.values() if one.expires_at < before]
        ran_out = [
            token
            for token, kept in self.invitations.items()
            if kept.invitation.expires_at < before
        ]
        for session_id in over:
            del self.sessions[session_id]
        for token in [t for t, owner in self.tokens.items() if owner in over]:
            del self.tokens[token]
        for token in ran_out:
            del self.invitations[token]
        return len(over) + len(ran_out)

    # --- rows ---

    def _must_be_here(self, staff_id: str) -> None:
        if staff_id not in self.people:
            raise ValueError("nobody here has this id")

    def _keep(self, staff_id: str, **values: Any) -> None:
        if staff_id in self.people:
            self.people[staff_id] = replace(self.people[staff_id], **values)

    def _set(self, staff_id: str, **values: Any) -> None:
        if staff_id in self.people:
            member = replace(self.people[staff_id].member, **values)
            self._keep(staff_id, member=member)
