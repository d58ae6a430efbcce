"""The staff door: joining by invitation, signing in, and who is asking."""

import uuid
from dataclasses import dataclass, field
from datetime import datetime

from banking.domain.challenge import Tries
from banking.domain.credential import Known, pin_problem
from banking.domain.link import new_token
from banking.domain.staff import (
    Invitation,
    InvitationDead,
    Role,
    StaffCodeWrong,
    StaffMayNot,
    StaffMember,
    StaffNotSignedIn,
    StaffPasswordRefused,
    StaffPasswordsDiffer,
    StaffRule,
    StaffSession,
    StaffSignInWrong,
    StaffTooManyFromHere,
)
from banking.ports.identity import Authenticator, Clock, Hasher
from banking.ports.staff import StaffSecrets
from banking.ports.unit_of_work import Tx, UnitOfWork
from banking.services.staff import sha256

FACTOR = "staff_sign_in"
_LONGEST = 256
_LONGEST_CODE = 20
_UNKNOWN = "unknown"
# Tried where nobody is: there is no such password, and no such authenticator.
_NOBODYS = StaffSecrets("", "A" * 32)


@dataclass(frozen=True, slots=True)
class Joining:
    """How far an invitation has come. ``totp_uri`` is None before a password."""

    member: StaffMember
    totp_secret: str | None = field(default=None, repr=False)
    totp_uri: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who is asking, and until when their session lasts if nothing more happens."""

    member: StaffMember
    session: StaffSession


@dataclass(frozen=True, slots=True)
class _Reserved:
    """A try that was counted before it is made.

    ``secrets`` is None for whoever does not exist or may not try now; ``whose`` is
    what the log says of them.
    """

    whose: str
    secrets: StaffSecrets | None
    tries: Tries
    hit: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffDoor:
    uow: UnitOfWork
    clock: Clock
    rule: StaffRule
    hasher: Hasher
    authenticator: Authenticator
    bank_name: str

    # --- joining ---

    def look(self, token: str, visit: str) -> Joining:
        """Say where an invitation stands; changes nothing. Raises InvitationDead."""
        with self.uow() as tx:
            invitation, member = self._invited(tx, token, visit)
            begun = tx.staff.begun(invitation)
        if begun is None:
            return Joining(member)
        uri = self.authenticator.uri(
            begun.totp_secret, member.name, f"{self.bank_name} staff"
        )
        return Joining(member, begun.totp_secret, uri)

    def choose_password(
        self, token: str, visit: str, password: str, again: str
    ) -> None:
        """Take the first step, which makes the invitation this browser's own.

        Raises InvitationDead, StaffPasswordRefused or StaffPasswordsDiffer.
        """
        with self.uow() as tx:
            _, member = self._invited(tx, token, visit)
        known = Known(names=(member.name, self.bank_name))
        problem = pin_problem(password, self.rule.password, known)
        if problem is not None:
            raise StaffPasswordRefused(problem.value)
        if password != again:
            raise StaffPasswordsDiffer
        begun = StaffSecrets(
            self.hasher.hash_pin(password), self.authenticator.new_secret()
        )
        with self.uow() as tx:
            invitation, _ = self._invited(tx, token, visit, lock=True)
            tx.staff.claim_invitation(invitation, sha256(visit), begun)
            tx.commit()

    def join(self, token: str, visit: str, code: str) -> str:
        """Take the last step; return a session's token for the cookie.

        Raises InvitationDead or StaffCodeWrong.
        """
        now = self.clock.now()
        with self.uow() as tx:
            invitation, member = self._invited(tx, token, visit, lock=True)
            begun = tx.staff.begun(invitation)
            if begun is None:
                raise InvitationDead
            step = self.authenticator.step(begun.totp_secret, _plain(code), now)
            if step is None:
                raise StaffCodeWrong
            if not tx.staff.use_invitation(invitation, now):
                raise InvitationDead
            tx.staff.enrol(member.id, begun, last_step=step)
            ended = tx.staff.end_sessions(member.id, now)
            tries = tx.attempts.lock(_subject(member), FACTOR)
            tx.attempts.save(tries.cleared())
            tx.audit.record("staff_joined", staff=member.id, ended_sessions=ended)
            fresh = self._open(tx, member, now)
            tx.commit()
        return fresh

    def _invited(
        self, tx: Tx, token: str, visit: str, *, lock: bool = False
    ) -> tuple[Invitation, StaffMember]:
        invitation = tx.staff.invitation(sha256(token), lock=lock)
        if invitation is None or not invitation.open_to(
            sha256(visit), self.clock.now()
        ):
            raise InvitationDead
        member = tx.staff.get(invitation.staff_id)
        if member is None or not member.enabled:
            raise InvitationDead
        return invitation, member

    # --- signing in ---

    def sign_in(self, name: str, password: str, code: str, ip: str) -> str:
        """Check name, password and code; return a session's token for the cookie.

        Raises StaffSignInWrong for everything that does not fit, alike and in like
        time, or StaffTooManyFromHere.
        """
        reserved, now = self._reserve(name[:_LONGEST], ip), self.clock.now()
        known = reserved.secrets or _NOBODYS
        right = self.hasher.pin_matches(
            known.password_hash or None, password[:_LONGEST]
        )
        step = self.authenticator.step(known.totp_secret, _plain(code), now)
        with self.uow() as tx:
            member = tx.staff.get(reserved.whose, lock=True)
            # Anything may have changed while the password was being checked.
            if (
                not right
                or step is None
                or member is None
                or not member.enabled
                or tx.staff.secrets(member.id) != reserved.secrets
                or not tx.staff.spend_totp_step(member.id, step)
            ):
                self._wrong(tx, reserved, now, ip)
                tx.commit()
                raise StaffSignInWrong
            tries = tx.attempts.lock(reserved.tries.subject, FACTOR)
            tx.attempts.save(tries.cleared())
            tx.attempts.unhit(reserved.hit)
            token = self._open(tx, member, now)
            tx.commit()
        return token

    def _reserve(self, name: str, ip: str) -> _Reserved:
        """Count the try before it is made: a hundred at once are still ten.

        Whoever does not exist, or may not try now, costs the same questions and as
        many commits: else the clock would tell who works here.
        """
        now = self.clock.now()
        bucket = self._place(ip)
        with self.uow() as tx:
            tx.attempts.lock_bucket(bucket)
            since = now - self.rule.place_window
            if tx.attempts.hits_since(bucket, since) >= self.rule.wrong_from_one_place:
                tx.audit.record("staff_many_from_one_place", place=bucket)
                tx.commit()
                raise StaffTooManyFromHere
            hit = tx.attempts.hit(bucket, now)
            member = tx.staff.by_name(name, lock=True)
            secrets = tx.staff.secrets(member.id if member else _UNKNOWN)
            here = member if secrets and member and member.enabled else None
            whose = here.id if here else _UNKNOWN
            tries = tx.attempts.lock(f"staff:{whose}", FACTOR)
            may = here is not None and not tries.blocked(now)
            if may:
                tries = self.rule.counted(tries, now)
            tx.attempts.save(tries)
            tx.commit()
        return _Reserved(whose, secrets if may else None, tries, hit)

    def _wrong(self, tx: Tx, reserved: _Reserved, now: datetime, ip: str) -> None:
        tx.audit.record(
            "staff_sign_in_wrong", staff=reserved.whose, place=self._place(ip)
        )
        if reserved.secrets and reserved.tries.blocked(now):
            tx.audit.record("staff_sign_in_blocked", staff=reserved.whose)

    def _place(self, ip: str) -> str:
        return f"staff:{self.hasher.place(ip)}"

    def _open(self, tx: Tx, member: StaffMember, now: datetime) -> str:
        token = new_token()
        session = StaffSession.opened(uuid.uuid4().hex, member.id, now, self.rule)
        tx.staff.open_session(session, sha256(token))
        tx.staff.seen(member.id, now)
        tx.audit.record("staff_signed_in", staff=member.id)
        return token

    # --- asking ---

    def require(
        self, token: str | None, role: Role | None, *, path: str, extend: bool = True
    ) -> SignedIn:
        """Say who is asking, if they hold the role now; None asks for no role.

        ``extend`` slides the session; what a page asks for by itself must not.
        Raises StaffNotSignedIn or StaffMayNot.
        """
        now = self.clock.now()
        with self.uow() as tx:
            session = tx.staff.session_of(sha256(token), lock=extend) if token else None
            if session is None or not session.live(now):
                raise StaffNotSignedIn
            member = tx.staff.get(session.staff_id)
            if member is None or not member.enabled or not member.enrolled:
                raise StaffNotSignedIn
            if role is not None and not member.may(role):
                tx.audit.record(
                    "staff_may_not", staff=member.id, role=role.value, path=path
                )
                tx.commit()
                raise StaffMayNot
            if extend:
                session = session.extended(now, self.rule)
                tx.staff.extend_session(session.id, session.expires_at)
                tx.commit()
        return SignedIn(member, session)

    def sign_out(self, token: str | None) -> None:
        """End a session; harmless where there is none."""
        if not token:
            return
        with self.uow() as tx:
            session = tx.staff.session_of(sha256(token), lock=True)
            if session is None or session.ended_at is not None:
                return
            tx.staff.end_session(session.id, self.clock.now())
            tx.audit.record("staff_signed_out", staff=session.staff_id)
            tx.commit()


def _subject(member: StaffMember) -> str:
    return f"staff:{member.id}"


def _plain(code: str) -> str:
    return code[:_LONGEST_CODE].replace(" ", "").strip()
