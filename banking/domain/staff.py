"""The bank's own people: what each may do, and how they come in.

StaffRefusal
├── StaffSignInWrong      name, password and code do not match, or wait
├── StaffTooManyFromHere  too many wrong tries from one place
├── StaffNotSignedIn      no session, or one that is over
├── StaffMayNot           signed in, without the role a page asks for
├── InvitationDead        used, expired, replaced, unknown or another browser's
├── StaffPasswordRefused  with the reason
├── StaffPasswordsDiffer  the two do not match
├── StaffCodeWrong        not what the new authenticator shows
├── StaffNameRefused      not a name that can be typed again
└── StaffUnknown          nobody here has that name
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import Enum
from typing import ClassVar, Self

from banking.domain.challenge import Tries
from banking.domain.credential import PinPolicy

_NAME_LEAST, _NAME_MOST = 2, 40
_NAME = re.compile(r"[\w][\w .'-]*[\w.]")
_LONGEST_IDLE = timedelta(minutes=15)
_LONGEST_SESSION = timedelta(hours=8)
_MOST_TRIES = 10
_SHORTEST_BLOCK = timedelta(minutes=30)
_LONGEST_INVITATION = timedelta(hours=24)
_SHORTEST_PASSWORD, _LONGEST_PASSWORD = 12, 64


class Role(Enum):
    """What a member of staff may do; every page names the one it asks for."""

    TRAINER = "trainer"  # reads redacted chats, teaches, promotes models
    AGENT = "agent"  # takes over conversations
    AUDITOR = "auditor"  # reads the security log
    ADMIN = "admin"  # looks after the others


@dataclass(frozen=True, slots=True)
class StaffRule:
    """How staff come in. The bounds are the card industry's (PCI DSS 8.2, 8.3)."""

    idle: timedelta = _LONGEST_IDLE
    longest: timedelta = _LONGEST_SESSION
    tries: int = _MOST_TRIES
    block: timedelta = _SHORTEST_BLOCK
    invitation: timedelta = _LONGEST_INVITATION
    wrong_from_one_place: int = 50
    place_window: timedelta = timedelta(minutes=15)
    blocklist: frozenset[str] = field(repr=False, default=frozenset())

    def __post_init__(self) -> None:
        if not timedelta(0) < self.idle <= _LONGEST_IDLE:
            raise ValueError("staff may be idle for at most 15 minutes")
        if not self.idle <= self.longest <= _LONGEST_SESSION:
            raise ValueError("a staff session must end within 8 hours")
        if not 1 <= self.tries <= _MOST_TRIES:
            raise ValueError("between 1 and 10 wrong tries are allowed")
        if self.block < _SHORTEST_BLOCK:
            raise ValueError("a block must last 30 minutes at least")
        if not timedelta(0) < self.invitation <= _LONGEST_INVITATION:
            raise ValueError("an invitation may live at most 24 hours")

    @property
    def password(self) -> PinPolicy:
        """What a password must look like."""
        return PinPolicy(_SHORTEST_PASSWORD, _LONGEST_PASSWORD, False, self.blocklist)

    def counted(self, tries: Tries, now: datetime) -> Tries:
        """Count one wrong try; the last of each set blocks for a while."""
        failures = tries.failures + 1
        until = tries.blocked_until
        if failures % self.tries == 0:
            until = now + self.block
        return replace(tries, failures=failures, blocked_until=until)


@dataclass(frozen=True, slots=True)
class StaffMember:
    """One of the bank's people. No secret is in here. Times are UTC."""

    id: str
    name: str
    roles: frozenset[Role]
    enabled: bool
    enrolled: bool  # has a password and an authenticator
    created_at: datetime
    seen_at: datetime | None = None

    def may(self, role: Role) -> bool:
        """Whether this person holds a role right now."""
        return self.enabled and self.enrolled and role in self.roles


@dataclass(frozen=True, slots=True)
class StaffSession:
    """One signed-in member of staff in one browser. Times are UTC."""

    id: str
    staff_id: str
    started_at: datetime
    expires_at: datetime
    ended_at: datetime | None = None

    @classmethod
    def opened(
        cls, session_id: str, staff_id: str, now: datetime, rule: StaffRule
    ) -> Self:
        """A fresh session that starts now."""
        return cls(session_id, staff_id, now, now + rule.idle)

    def live(self, now: datetime) -> bool:
        """Whether it still counts; a clock that ran backwards ends it."""
        return self.ended_at is None and self.started_at <= now < self.expires_at

    def extended(self, now: datetime, rule: StaffRule) -> Self:
        """Slide the end forward, never past the longest allowed session."""
        end = min(now + rule.idle, self.started_at + rule.longest)
        return replace(self, expires_at=max(self.expires_at, end))


@dataclass(frozen=True, slots=True)
class Invitation:
    """A link for one person to set a password and an authenticator. Once."""

    token_sha256: str
    staff_id: str
    issued_at: datetime
    expires_at: datetime
    claimed_by: str | None = None
    over: bool = False

    def open_to(self, visit_sha256: str, now: datetime) -> bool:
        """Whether this browser may go on with it."""
        return (
            not self.over
            and self.issued_at <= now < self.expires_at
            and self.claimed_by in (None, visit_sha256)
        )


def read_name(typed: str) -> str:
    """A name as it is shown. Raises StaffNameRefused.

    Letters of any script, digits, and a space, dot, dash or apostrophe in between.
    """
    name = " ".join(unicodedata.normalize("NFKC", typed).split())
    fits = _NAME_LEAST <= len(name) <= _NAME_MOST
    if not fits or not _NAME.fullmatch(name):
        raise StaffNameRefused
    return name


def name_key(name: str) -> str:
    """The one spelling by which a name is looked up."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


class StaffRefusal(Exception):
    """A no to a member of staff; ``code`` names its words."""

    code: ClassVar[str] = "staff_refusal"
    reason: str = ""

    def __init_subclass__(cls) -> None:
        cls.code = re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()


class StaffSignInWrong(StaffRefusal):
    pass


class StaffTooManyFromHere(StaffRefusal):
    pass


class StaffNotSignedIn(StaffRefusal):
    pass


class StaffMayNot(StaffRefusal):
    pass


class InvitationDead(StaffRefusal):
    pass


class StaffPasswordRefused(StaffRefusal):
    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class StaffPasswordsDiffer(StaffRefusal):
    pass


class StaffCodeWrong(StaffRefusal):
    pass


class StaffNameRefused(StaffRefusal):
    def __str__(self) -> str:
        return "a name has 2 to 40 letters, digits, spaces, dots or dashes"


class StaffUnknown(StaffRefusal):
    def __init__(self, name: str) -> None:
        super().__init__(f"there is nobody here by the name of {name}")
