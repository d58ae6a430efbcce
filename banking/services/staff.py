"""Who works here: inviting people, changing what they may do, sending them away.

Nobody is here at first and nobody has a password that we chose: the first account,
like every other, begins with an invitation that only the machine's operator can make.
"""

import hashlib
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from banking.domain.link import new_token
from banking.domain.staff import (
    Invitation,
    Role,
    StaffMember,
    StaffRule,
    StaffUnknown,
    read_name,
)
from banking.ports.identity import Clock
from banking.ports.unit_of_work import Tx, UnitOfWork

# Everything the staff door writes into the security log; the tests produce each.
EVENTS = frozenset(
    {
        "staff_disabled",
        "staff_invited",
        "staff_joined",
        "staff_many_from_one_place",
        "staff_may_not",
        "staff_roles_changed",
        "staff_sign_in_blocked",
        "staff_sign_in_wrong",
        "staff_signed_in",
        "staff_signed_out",
    }
)


@dataclass(frozen=True, slots=True)
class Invited:
    """A fresh invitation. ``url`` is a secret until it has been used."""

    member: StaffMember
    url: str = field(repr=False)
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Staff:
    """The bank's own people, as the operator's commands change them."""

    uow: UnitOfWork
    clock: Clock
    rule: StaffRule
    public_url: str

    def invite(self, name: str, roles: Iterable[Role]) -> Invited:
        """Make a link with which one person sets a password and an authenticator.

        For a new person, or for one who lost either: what they had goes on working
        until the new link is used, and an earlier link is dead at once. Enables who
        was disabled. Raises StaffNameRefused.
        """
        wanted = frozenset(roles)
        now, token = self.clock.now(), new_token()
        with self.uow() as tx:
            member = self._known_or_new(tx, read_name(name), wanted, now)
            tx.staff.end_invitations(member.id, now)
            invitation = Invitation(
                sha256(token), member.id, now, now + self.rule.invitation
            )
            tx.staff.add_invitation(invitation)
            tx.audit.record("staff_invited", staff=member.id, roles=_named(wanted))
            tx.commit()
        url = f"{self.public_url}/desk/join/{token}"
        return Invited(member, url, invitation.expires_at)

    def everybody(self) -> Sequence[StaffMember]:
        """List all who were ever invited, by name."""
        with self.uow() as tx:
            return tx.staff.all()

    def anybody(self, role: Role) -> bool:
        """Whether somebody holds this role and can sign in."""
        return any(member.may(role) for member in self.everybody())

    def set_roles(self, name: str, roles: Iterable[Role]) -> StaffMember:
        """Change what somebody may do, from their next request on.

        Raises StaffUnknown.
        """
        wanted = frozenset(roles)
        with self.uow() as tx:
            member = self._known(tx, name)
            self._change_roles(tx, member, wanted)
            tx.commit()
            return tx.staff.get(member.id) or member

    def disable(self, name: str) -> StaffMember:
        """End everything somebody has here, at once. Raises StaffUnknown."""
        now = self.clock.now()
        with self.uow() as tx:
            member = self._known(tx, name)
            tx.staff.set_enabled(member.id, enabled=False)
            sessions = tx.staff.end_sessions(member.id, now)
            tx.staff.end_invitations(member.id, now)
            tx.audit.record("staff_disabled", staff=member.id, sessions=sessions)
            tx.commit()
            return tx.staff.get(member.id) or member

    def tidy(self) -> int:
        """Forget sessions and invitations that ran out; return how many."""
        with self.uow() as tx:
            gone = tx.staff.purge(self.clock.now())
            tx.commit()
        return gone

    def _known_or_new(
        self, tx: Tx, name: str, roles: frozenset[Role], now: datetime
    ) -> StaffMember:
        known = tx.staff.by_name(name, lock=True)
        if known is None:
            member = StaffMember(
                id=uuid.uuid4().hex,
                name=name,
                roles=roles,
                enabled=True,
                enrolled=False,
                created_at=now,
            )
            tx.staff.add(member)
            return member
        if not known.enabled:
            tx.staff.set_enabled(known.id, enabled=True)
        self._change_roles(tx, known, roles)
        return tx.staff.get(known.id) or known

    @staticmethod
    def _known(tx: Tx, name: str) -> StaffMember:
        member = tx.staff.by_name(name, lock=True)
        if member is None:
            raise StaffUnknown(name)
        return member

    @staticmethod
    def _change_roles(tx: Tx, member: StaffMember, roles: frozenset[Role]) -> None:
        if roles == member.roles:
            return
        tx.staff.set_roles(member.id, roles)
        tx.audit.record(
            "staff_roles_changed",
            staff=member.id,
            before=_named(member.roles),
            after=_named(roles),
        )


def sha256(token: str) -> str:
    """The only form in which a token is kept."""
    return hashlib.sha256(token.encode()).hexdigest()


def _named(roles: Iterable[Role]) -> str:
    return " ".join(sorted(role.value for role in roles))
