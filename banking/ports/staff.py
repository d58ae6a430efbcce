"""What the staff door needs to keep: people, their sessions and invitations."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from banking.domain.staff import Invitation, Role, StaffMember, StaffSession


@dataclass(frozen=True, slots=True)
class StaffSecrets:
    """What a member of staff proves themselves with, or begins to with a link."""

    password_hash: str = field(repr=False)
    totp_secret: str = field(repr=False)


class StaffStore(Protocol):
    """The bank's own people."""

    def get(self, staff_id: str, *, lock: bool = False) -> StaffMember | None: ...

    def by_name(self, name: str, *, lock: bool = False) -> StaffMember | None:
        """Find by a name in any spelling of its case."""

    def all(self) -> Sequence[StaffMember]:
        """Everybody, by name."""

    def add(self, member: StaffMember) -> None: ...

    def set_roles(self, staff_id: str, roles: frozenset[Role]) -> None: ...

    def set_enabled(self, staff_id: str, *, enabled: bool) -> None: ...

    def secrets(self, staff_id: str) -> StaffSecrets | None:
        """The password's hash and the authenticator's secret, in clear."""

    def enrol(self, staff_id: str, secrets: StaffSecrets, *, last_step: int) -> None:
        """Set password and authenticator; codes up to ``last_step`` are used up."""

    def spend_totp_step(self, staff_id: str, step: int) -> bool:
        """Use one 30-second step up; False when it or a later one has been used."""

    def seen(self, staff_id: str, at: datetime) -> None: ...

    def open_session(self, session: StaffSession, token_sha256: str) -> None: ...

    def session_of(
        self, token_sha256: str, *, lock: bool = False
    ) -> StaffSession | None: ...

    def extend_session(self, session_id: str, expires_at: datetime) -> None: ...

    def end_session(self, session_id: str, now: datetime) -> None: ...

    def end_sessions(self, staff_id: str, now: datetime) -> int:
        """End all of a person; return how many were open."""

    def add_invitation(self, invitation: Invitation) -> None: ...

    def invitation(
        self, token_sha256: str, *, lock: bool = False
    ) -> Invitation | None: ...

    def claim_invitation(
        self, invitation: Invitation, visit_sha256: str, begun: StaffSecrets
    ) -> None:
        """Give it to one browser, with what was chosen there so far."""

    def begun(self, invitation: Invitation) -> StaffSecrets | None:
        """What was chosen with this invitation so far."""

    def use_invitation(self, invitation: Invitation, now: datetime) -> bool:
        """Use it up and forget what it held; False when somebody was first."""

    def end_invitations(self, staff_id: str, now: datetime) -> int:
        """End every open one of a person; return how many."""

    def purge(self, before: datetime) -> int:
        """Forget sessions and invitations that ran out before; return how many."""
