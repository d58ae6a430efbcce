"""What identity needs: its stores, the SMS gateway, the SIM signal, hashing."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any, Protocol

from banking.domain.challenge import Challenge, Tries
from banking.domain.link import Link, LinkPurpose
from banking.domain.session import Session


class EnrolmentStatus(Enum):
    ACTIVE = "active"
    FROZEN = "frozen"  # stopped by the customer or by staff; a branch opens it
    CLOSED = "closed"  # the customer left


@dataclass(frozen=True, slots=True)
class Enrolment:
    """A customer of the bank who banks by chat. No secret is in here."""

    id: str
    customer_number: str
    name: str
    chat_id: str
    phone: str
    kyc_level: str
    status: EnrolmentStatus
    main_account: str
    created_at: datetime
    safe_phrase: str | None = field(default=None, repr=False)
    has_totp: bool = False
    lowered_until: datetime | None = None

    @property
    def active(self) -> bool:
        return self.status is EnrolmentStatus.ACTIVE


@dataclass(frozen=True, slots=True)
class AuditRow:
    """One event as it stands in the chain."""

    chain: int
    at: datetime
    event: str
    enrolment_id: str | None
    conversation_id: str | None
    body: str
    previous: str
    hash: str


# --- stores -----------------------------------------------------------------------


class Enrolments(Protocol):
    """Who banks by chat. `lock` is the customer's lock: take it before any other."""

    def get(self, enrolment_id: str) -> Enrolment | None: ...

    def lock(self, enrolment_id: str) -> Enrolment | None:
        """Read it and hold it until the commit; limits are exact under this lock."""

    def by_customer(self, customer_number: str) -> Enrolment | None: ...

    def add(self, enrolment: Enrolment, *, pin_hash: str, passphrase: str) -> None: ...

    def renew(self, enrolment: Enrolment, *, pin_hash: str) -> None:
        """Write it anew after a fresh proof; secrets other than the PIN stay."""

    def pin_hash(self, enrolment_id: str) -> str: ...

    def set_pin_hash(self, enrolment_id: str, pin_hash: str) -> None: ...

    def passphrase(self, enrolment_id: str) -> str:
        """The document passphrase in clear. Raises KeyError where there is none."""

    def set_passphrase(self, enrolment_id: str, passphrase: str) -> None: ...

    def set_safe_phrase(self, enrolment_id: str, phrase: str | None) -> None: ...

    def totp_secret(self, enrolment_id: str) -> str | None:
        """The authenticator's secret in base32, in clear."""

    def set_totp(
        self, enrolment_id: str, secret: str | None, *, last_step: int = 0
    ) -> None: ...

    def spend_totp_step(self, enrolment_id: str, step: int) -> bool:
        """Use one 30-second step up; False when it or a later one has been used."""

    def set_status(self, enrolment_id: str, status: EnrolmentStatus) -> None: ...

    def set_kyc_level(self, enrolment_id: str, level: str) -> None: ...


class SessionStore(Protocol):
    def open(self, session: Session, token_sha256: str) -> None:
        """Begin a session; the one before it on this channel ends."""

    def current(
        self, enrolment_id: str, channel: str, *, lock: bool = False
    ) -> Session | None:
        """The session that has not been ended, though it may have expired."""

    def by_token(self, token_sha256: str, *, lock: bool = False) -> Session | None: ...

    def replace_token(self, token_sha256: str, instead: str) -> None: ...

    def extend(self, session_id: str, expires_at: datetime) -> None: ...

    def end(self, enrolment_id: str, now: datetime, reason: str) -> int:
        """End all of them; return how many were open."""

    def open_ones(self, enrolment_id: str) -> list[Session]: ...


class LinkStore(Protocol):
    def add(self, link: Link) -> None: ...

    def get(self, token_sha256: str, *, lock: bool = False) -> Link | None: ...

    def claim(self, token_sha256: str, visit_sha256: str, expires_at: datetime) -> None:
        """Give it to one browser, until `expires_at`."""

    def keep(self, token_sha256: str, progress: Mapping[str, str]) -> None: ...

    def use_up(self, token_sha256: str, now: datetime) -> bool:
        """Mark it used; False when somebody was first."""

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
        """End every open link that matches all that is given; at least one must be."""

    def purge(self, before: datetime) -> int: ...


class Challenges(Protocol):
    def put(self, challenge: Challenge) -> None:
        """Write it, in place of an earlier one of this id that has not passed."""

    def get(self, challenge_id: str, *, lock: bool = False) -> Challenge | None: ...

    def save(self, challenge: Challenge) -> None: ...

    def burn(self, enrolment_id: str) -> int:
        """End every open challenge of a customer; return how many."""

    def purge(self, before: datetime) -> int: ...


class Attempts(Protocol):
    """Counters that must survive everything: tries, codes sent, hits from a place."""

    def lock(self, subject: str, factor: str) -> Tries:
        """The tries so far, held until the commit."""

    def save(self, tries: Tries) -> None: ...

    def code_sent(
        self, send_id: str, subject: str, place: str, challenge_id: str, now: datetime
    ) -> None: ...

    def code_unsent(self, send_id: str) -> None:
        """Forget a code that never left."""

    def codes_since(
        self, since: datetime, *, subject: str | None = None, place: str | None = None
    ) -> list[datetime]:
        """When codes were sent since then, oldest first.

        For a subject or a place, those that were answered rightly do not count: who
        reads the codes is not flooded by them, and may confirm one payment after
        another; and many customers share a mobile operator's address.
        """

    def code_answered(self, challenge_id: str) -> None:
        """The codes of this challenge reached whom they were for."""

    def hit(self, bucket: str, now: datetime) -> int:
        """Count one hit and return its id."""

    def unhit(self, hit_id: int) -> None:
        """Take a hit back: it was none after all."""

    def hits_since(self, bucket: str, since: datetime) -> int: ...

    def hit_before(self, bucket: str, since: datetime, most: int) -> datetime | None:
        """The latest hit but ``most`` - 1; None where fewer came since then."""

    def lock_bucket(self, bucket: str) -> None:
        """Make others who count in this bucket wait for the commit."""

    def purge(self, before: datetime) -> int: ...


class AuditLog(Protocol):
    """The security log. Rows are chained by hash; none can change unnoticed."""

    def record(
        self,
        event: str,
        /,
        *,
        enrolment_id: str | None = None,
        conversation_id: str | None = None,
        **facts: Any,
    ) -> None:
        """Write one event. Facts are plain values and never secrets."""

    def rows(self, after: int = 0, limit: int = 1000) -> list[AuditRow]: ...

    def head(self) -> tuple[int, str]:
        """Number and hash of the last row of the chain."""


# --- the outside ------------------------------------------------------------------


class Clock(Protocol):
    def now(self) -> datetime:
        """The time, zone-aware, in UTC."""


class SmsUnavailable(Exception):
    """The gateway did not take the message; the same id may be tried again.

    ``perhaps_taken`` where it was handed over and no answer came.
    """

    def __init__(self, *, perhaps_taken: bool = False) -> None:
        super().__init__()
        self.perhaps_taken = perhaps_taken


class SmsSender(Protocol):
    def send(self, message_id: str, phone: str, text: str) -> None:
        """Hand over one text message; the same id again is the same message.

        Raises SmsUnavailable.
        """


class SimChangeUnknown(Exception):
    """The signal did not answer: whether the SIM changed cannot be told."""


class SimChange(Protocol):
    def changed_at(self, phone: str) -> datetime | None:
        """When the SIM of this number was last changed. Raises SimChangeUnknown."""


class Hasher(Protocol):
    """Keyed hashing with a pepper that is not in the database."""

    def hash_pin(self, pin: str) -> str:
        """argon2id over the peppered PIN."""

    def pin_matches(self, pin_hash: str | None, pin: str) -> bool:
        """Check it; None costs the same time and is never right."""

    def code_mac(self, challenge_id: str, code: str) -> str: ...

    def place(self, address: str) -> str:
        """A network address as a name that says nothing."""

    def csrf(self, visit: str, path: str) -> str:
        """The token that a form of this visit must carry."""


class Authenticator(Protocol):
    """Codes of authenticator apps (RFC 6238: six digits, 30 seconds, SHA-1)."""

    def new_secret(self) -> str:
        """160 bits in base32."""

    def step(self, secret: str, code: str, now: datetime) -> int | None:
        """The time step of a right code, one step late or early at most; else None."""

    def uri(self, secret: str, name: str, issuer: str) -> str:
        """What the QR code holds."""


class SecretSealer(Protocol):
    """Authenticated encryption of a text for one owner."""

    def seal(self, plain: str, owner: str) -> str: ...

    def unseal(self, sealed: str, owner: str) -> str: ...
