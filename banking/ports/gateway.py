"""What the gateway needs: its stores, the dialogue engine, a messenger, words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol, Self

from banking.domain.bubbles import Bubble

# --- rows -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Conversation:
    """One chat with one person on one channel.

    ``id`` is random: Rasa and the logs know a conversation by it, and nothing can
    be read from it. ``user`` is how the channel knows the person: a phone number
    in E.164, or an id of the channel's own for a person without one.
    """

    id: str
    channel: str
    user: str
    phone: str | None = None
    user_id: str | None = None
    identity_hash: str | None = field(default=None, repr=False)
    enrolment_id: str | None = None
    language: str = "en"
    last_inbound_at: datetime | None = None
    agent_until: datetime | None = None
    digit_tail: bytes | None = field(default=None, repr=False)
    digit_tail_at: datetime | None = None
    pair_clear_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Marks:
    """What a message tells of its conversation.

    ``sent_at`` moves the 24-hour window forward, never back; None leaves it. Marks
    of the person that are None stay as they were; a ``tail`` of None is forgotten.
    """

    conversation_id: str
    sent_at: datetime | None = None
    user_id: str | None = field(default=None, repr=False)
    identity_hash: str | None = field(default=None, repr=False)
    tail: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class NewMessage:
    """A message as it is stored: redacted already."""

    channel: str
    channel_id: str = field(repr=False)
    conversation_id: str
    kind: str
    text: str = field(repr=False)
    detail: Mapping[str, Any] = field(repr=False)
    removed: tuple[str, ...]
    sent_at: datetime
    received_at: datetime


@dataclass(frozen=True, slots=True)
class InboundMessage(NewMessage):
    """A stored message. ``outcome`` is None until it has been dealt with."""

    id: str
    outcome: str | None = None


@dataclass(frozen=True, slots=True)
class OutMessage:
    """A bubble on its way. Only ``queued`` and ``sending`` rows are unfinished."""

    id: str
    conversation_id: str
    bubble: Bubble = field(repr=False)
    reply_to: str | None
    state: str
    attempts: int
    not_before: datetime | None
    created_at: datetime
    media_id: str | None = None


@dataclass(frozen=True, slots=True)
class Handle:
    """What a tapped choice stands for."""

    id: str
    conversation_id: str
    title: str
    payload: str = field(repr=False)
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Sealed:
    """An encrypted value and what is needed to open it again."""

    key_id: str
    nonce: bytes = field(repr=False)
    ciphertext: bytes = field(repr=False)

    def packed(self) -> bytes:
        """Write all of it as one string of bytes."""
        return b".".join((self.key_id.encode(), self.nonce.hex().encode(), b"")) + (
            self.ciphertext
        )

    @classmethod
    def unpacked(cls, blob: bytes) -> Self:
        """Read what ``packed`` wrote; raise ``ValueError`` if it is not that."""
        key_id, nonce, ciphertext = blob.split(b".", 2)
        return cls(key_id.decode(), bytes.fromhex(nonce.decode()), ciphertext)


@dataclass(frozen=True, slots=True)
class TurnRow:
    """What happened in one turn, for staff, trainers and the demo's panel."""

    conversation_id: str
    message_id: str
    at: datetime
    text: str = field(repr=False)
    intent: str
    confidence: float
    ranking: Sequence[tuple[str, float]]
    entities: Sequence[Mapping[str, Any]] = field(repr=False)
    actions: Sequence[str]
    replies: int
    took_ms: int


# --- stores -----------------------------------------------------------------------


class Conversations(Protocol):
    """Chats. All reads without a lock unless they say so."""

    def get(self, conversation_id: str) -> Conversation | None: ...

    def of(self, channel: str, user: str) -> Conversation | None:
        """Find the conversation of a user: phone in E.164 or the channel's own id."""

    def open(
        self, channel: str, *, phone: str | None, user_id: str | None, now: datetime
    ) -> Conversation:
        """Find or begin the conversation, and lock it until the commit.

        A person known by both a phone number and an id of the channel is one
        conversation, by whichever of the two the message names.
        """

    def by_user_id(self, channel: str, user_id: str) -> Conversation | None:
        """The conversation that a channel's own id of a person belongs to, locked."""

    def open_all(
        self, channel: str, phones: Sequence[str], now: datetime
    ) -> dict[str, Conversation]:
        """``open`` for many numbers at once; the answer is by number."""

    def heard(self, marks: Sequence[Marks], now: datetime) -> None:
        """Note what messages tell of their conversations, each named once."""

    def awaits_code(self, phone: str, now: datetime) -> bool:
        """Whether a one-time code was lately sent to this number by SMS."""

    def drop_user_id(self, conversation_id: str) -> None:
        """The id belongs to another conversation of the same person from now on."""

    def forget_identity(self, conversation_id: str) -> None:
        """Unbind, and let go of the number and ids: the next message starts anew."""

    def forget_tails(self, before: datetime) -> int:
        """Drop the digits that were kept longer than needed."""

    def forget_strangers(self, before: datetime) -> int:
        """Let go of who is no customer and has been silent since then."""

    def bind(self, conversation_id: str, enrolment_id: str) -> None: ...

    def unbind(self, conversation_id: str) -> None: ...

    def of_enrolment(self, enrolment_id: str) -> list[Conversation]: ...

    def lock(self, conversation_id: str) -> Conversation | None:
        """Get the conversation and lock it until the commit."""

    def hold_sends_until(self, conversation_id: str, moment: datetime) -> None:
        """Remember the pair-rate clock of ``domain.delivery``."""


class Messages(Protocol):
    """What customers wrote, redacted."""

    def add(self, messages: Sequence[NewMessage]) -> list[str | None]:
        """Store messages and return their ids; None where the channel id is known."""

    def queue_turns(self, messages: Sequence[tuple[str, str]]) -> None:
        """Queue a turn for each (conversation id, message id), in this order."""

    def get(self, message_id: str) -> InboundMessage | None: ...

    def by_channel_id(self, channel: str, channel_id: str) -> InboundMessage | None: ...

    def lock(self, message_id: str) -> InboundMessage | None:
        """Get the message and lock it until the commit."""

    def finish(self, message_id: str, outcome: str, now: datetime) -> bool:
        """Write the outcome; False if there was one already (then nothing changes)."""

    def rewrite(self, message_id: str, text: str) -> None:
        """Replace the text: part of a secret was found in it afterwards."""

    def latest_texts(
        self, conversation_id: str, since: datetime
    ) -> list[InboundMessage]:
        """Texts received since then, newest first, at most ten."""

    def count_since(self, conversation_id: str, since: datetime) -> int: ...

    def outcome_since(
        self, conversation_id: str, outcome: str, since: datetime
    ) -> bool:
        """Whether a message received since then ended with this outcome."""

    def purge(self, before: datetime) -> int:
        """Delete finished messages received before then; return how many."""


class Outbox(Protocol):
    """What the bank says. Whoever speaks to a customer writes here."""

    def say(
        self,
        conversation_id: str,
        bubbles: Sequence[Bubble],
        reply_to: str | None = None,
    ) -> list[str]:
        """Store the bubbles in order and queue their sending; return their ids.

        Nothing is sent unless the unit of work commits.
        """

    def next_due(self, conversation_id: str) -> OutMessage | None:
        """Lock and return the first unfinished bubble, whether it may go yet or not."""

    def sending(self, out_id: str) -> None:
        """Count an attempt, before it is made."""

    def uploaded(self, out_id: str, media_id: str) -> None:
        """Remember where the messenger keeps the file of a bubble."""

    def sent(self, out_id: str, channel_id: str, now: datetime) -> None: ...

    def postpone(self, out_id: str, until: datetime, code: int | None) -> None: ...

    def give_up(
        self, out_id: str, state: str, code: int | None, now: datetime
    ) -> None: ...

    def status(
        self,
        channel_id: str,
        status: str,
        at: datetime,
        *,
        reference: str | None = None,
        code: int | None = None,
    ) -> str | None:
        """Apply a delivery report and return the conversation it is about.

        None if it was late, doubled or not ours.

        A report never takes a message back: sent < delivered < read < played, and
        failed is final. ``reference`` (our own id, when the report carries it) finds
        a message whose sending was never answered.
        """

    def wake(self, conversation_id: str, at: datetime | None = None) -> None:
        """Queue the sending of whatever waits for this conversation."""

    def waiting(self, before: datetime) -> list[str]:
        """Conversations with an unfinished bubble due before then."""

    def purge(self, before: datetime) -> int: ...


class Handles(Protocol):
    def issue(
        self, conversation_id: str, title: str, payload: str, *, out_id: str
    ) -> str: ...

    def find(
        self, handle_id: str, conversation_id: str, now: datetime
    ) -> Handle | None:
        """Look a handle up as ``redeem`` would, without using it."""

    def redeem(
        self, handle_id: str, conversation_id: str, now: datetime
    ) -> Handle | None:
        """Use a handle up and return it.

        None for one that is unknown, used, too old, or another conversation's.
        Redeeming one choice of a message leaves its siblings alone.
        """

    def purge(self, before: datetime) -> int: ...


class Vault(Protocol):
    """Card numbers, encrypted, under a short name that only fits one conversation."""

    def put(self, conversation_id: str, digits: str, now: datetime) -> str:
        """Store a card number and return the name to write in its place."""

    def open(self, conversation_id: str, ref: str, now: datetime) -> str | None:
        """Return the digits behind a name; None when unknown or expired."""

    def purge(self, before: datetime) -> int: ...


class Turns(Protocol):
    def add(self, turn: TurnRow) -> bool:
        """Store a turn; False if there is one for that message already."""

    def has(self, message_id: str) -> bool: ...

    def of(self, conversation_id: str, limit: int = 50) -> list[TurnRow]:
        """The latest turns, newest first."""

    def purge(self, before: datetime) -> int: ...


# --- the outside ------------------------------------------------------------------


class VaultCipher(Protocol):
    """Authenticated encryption under the bank's own key."""

    def seal(self, plain: bytes, *, bound_to: str) -> Sealed: ...

    def unseal(self, sealed: Sealed, *, bound_to: str) -> bytes:
        """Raise ``ValueError`` if it was altered or bound to something else."""


@dataclass(frozen=True, slots=True)
class RasaReply:
    text: str | None
    buttons: Sequence[Mapping[str, Any]] = ()
    custom: Mapping[str, Any] | None = None
    # The response of `domain.yml` that it was made of.
    response: str = ""


@dataclass(frozen=True, slots=True)
class RasaTurn:
    """What the dialogue engine understood and answered."""

    replies: Sequence[RasaReply] = field(repr=False)
    intent: str = ""
    confidence: float = 0.0
    ranking: Sequence[tuple[str, float]] = ()
    entities: Sequence[Mapping[str, Any]] = field(default=(), repr=False)
    actions: Sequence[str] = ()
    # What else the message asked for: (intent, the words for it). Not answered yet.
    second: tuple[str, str] | None = field(default=None, repr=False)
    # Whether the answer ends in a question of a form.
    asking: bool = False


class RasaUnavailable(Exception):
    """The dialogue engine did not answer; asking again is safe."""


class Dialogue(Protocol):
    def turn(
        self,
        conversation_id: str,
        message_id: str,
        text: str,
        command: str | None = None,
    ) -> RasaTurn:
        """Run one turn; the same message id again gives the first answer.

        ``command`` is set for what the bank itself issued, never for typed text.
        Raises RasaUnavailable.
        """


class Words(Protocol):
    def say(self, response: str, /, **facts: str) -> list[Bubble]:
        """The words of ``domain.yml`` for a response, with its facts filled in."""


class SendFailed(Exception):
    """A messenger did not take a message.

    ``code`` is the messenger's own; None when the connection failed. ``unknown``
    says that the message may have gone out all the same.
    """

    def __init__(
        self,
        code: int | None,
        status: int | None = None,
        *,
        retry_after: float | None = None,
        unknown: bool = False,
    ) -> None:
        super().__init__(f"code {code}, status {status}")
        self.code = code
        self.status = status
        self.retry_after = retry_after
        self.unknown = unknown


class Channel(Protocol):
    """A messenger, outbound."""

    def send(
        self,
        conversation: Conversation,
        bubble: Bubble,
        *,
        reference: str,
        media_id: str | None = None,
        quote: str | None = None,
    ) -> str:
        """Send one bubble and return the messenger's id for it.

        ``reference`` comes back in delivery reports. Raises SendFailed.
        """

    def upload(self, content: bytes, *, filename: str, mime: str) -> str:
        """Hand over a file and return its media id. Raises SendFailed."""

    def mark_read(self, channel_id: str, *, typing: bool) -> None:
        """Show that a message was read, and that an answer is being written.

        Raises SendFailed.
        """


class DocumentFiles(Protocol):
    def read(self, document_id: str) -> bytes | None:
        """The bytes of a document, ready to send; None when it is gone."""
