"""What a messenger may bring us, each with a name, before anybody acts on it."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

# The platform's limit; what is longer did not come from it.
LONGEST_TEXT = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatRules:
    """The numbers of the chat that a bank tunes."""

    stale_after: timedelta = timedelta(minutes=5)
    handle_for: timedelta = timedelta(minutes=15)
    card_for: timedelta = timedelta(minutes=15)
    split_card_within: timedelta = timedelta(seconds=60)
    # Above this, messages of one minute are left unanswered after one notice.
    most_per_minute: int = 60
    # After this a customer is told that the assistant is busy.
    patience: timedelta = timedelta(seconds=8)
    pair_every: timedelta = timedelta(seconds=6)
    pair_burst: int = 45
    keep_messages: timedelta = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class HeardText:
    """Words somebody typed."""

    body: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class HeardTap:
    """A tapped choice: the id is a handle of ours, or a forgery."""

    handle: str = field(repr=False)
    title: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class HeardMedia:
    """A file of some kind: image, video, sticker, document, audio or voice."""

    kind: str
    media_id: str = field(repr=False)
    mime: str


@dataclass(frozen=True, slots=True)
class HeardOther:
    """Something a chat can hold but a bank cannot read: location, contacts, order …"""

    kind: str


@dataclass(frozen=True, slots=True)
class HeardReaction:
    """An emoji on a message; empty when it was taken away."""

    emoji: str


@dataclass(frozen=True, slots=True)
class Revoked:
    """The customer took a message back. What it asked for stays as it is."""

    channel_id: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class IdentityChanged:
    """The messenger says that the person behind the account may be another one."""

    why: str
    # How the messenger knew the person before, besides the sender of the message.
    formerly: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Unsupported:
    """Something the messenger itself could not hand over."""

    kind: str


@dataclass(frozen=True, slots=True)
class Ignored:
    """Kept, and left without an answer, for this reason."""

    why: str


type Heard = (
    HeardText
    | HeardTap
    | HeardMedia
    | HeardOther
    | HeardReaction
    | Revoked
    | IdentityChanged
    | Unsupported
    | Ignored
)


@dataclass(frozen=True, slots=True)
class Inbound:
    """One message of one person. Names and other unproven claims are left out.

    ``phone`` is E.164; ``user_id`` the messenger's own id of the person; at least
    one of them is there. ``sent_at`` is None where the messenger's clock said
    nothing readable.
    """

    channel_id: str = field(repr=False)
    phone: str | None = field(repr=False)
    user_id: str | None = field(repr=False)
    sent_at: datetime | None
    heard: Heard
    forwarded: bool = False
    in_group: bool = False
    identity_hash: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Report:
    """A delivery report about a message of ours."""

    channel_id: str
    status: str
    at: datetime | None
    reference: str | None = None
    code: int | None = None


@dataclass(frozen=True, slots=True)
class Batch:
    """All that one delivery of a messenger held, and what was left out of it."""

    messages: tuple[Inbound, ...] = ()
    reports: tuple[Report, ...] = ()
    # Why parts were not read, counted: a log line, never their content.
    skipped: dict[str, int] = field(default_factory=dict)
    alerts: tuple[str, ...] = ()


def sane_moment(sent_at: datetime | None, now: datetime) -> datetime:
    """The moment a message was sent; a moment to come, or none, is now."""
    return now if sent_at is None or sent_at > now else sent_at


def is_stale(sent_at: datetime, now: datetime, rules: ChatRules) -> bool:
    """Whether a message is too old to start or confirm anything."""
    return now - sent_at > rules.stale_after
