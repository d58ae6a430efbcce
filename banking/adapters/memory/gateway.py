"""The chat's stores in memory, for tests: the same promises, no transactions."""

# ruff: noqa: ARG002 - each method has the signature of its port
import itertools
import secrets
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from banking.adapters.db.conversations import CODE_LINGERS
from banking.adapters.memory.links import MemoryChallenges
from banking.domain.bubbles import Bubble, Choices, fit
from banking.domain.delivery import STATUS_RANK
from banking.ports.gateway import (
    Conversation,
    Handle,
    InboundMessage,
    Marks,
    NewMessage,
    OutMessage,
    TurnRow,
)

UNFINISHED = ("queued", "sending")

type Queue = Callable[[str, str, datetime | None, dict[str, Any]], None]


@dataclass
class MemoryConversations:
    rows: dict[str, Conversation] = field(default_factory=dict)
    challenges: MemoryChallenges = field(default_factory=MemoryChallenges)

    def get(self, conversation_id: str) -> Conversation | None:
        return self.rows.get(conversation_id)

    lock = get

    def of(self, channel: str, user: str) -> Conversation | None:
        return self._first(lambda c: (c.channel, c.user) == (channel, user))

    def by_user_id(self, channel: str, user_id: str) -> Conversation | None:
        return self._first(lambda c: (c.channel, c.user_id) == (channel, user_id))

    def open(
        self, channel: str, *, phone: str | None, user_id: str | None, now: datetime
    ) -> Conversation:
        user = phone or user_id
        if user is None:
            raise ValueError("a conversation needs somebody to talk to")
        found = self.of(channel, user)
        if found is None and phone is None:
            found = self.by_user_id(channel, user)
        if found is None:
            found = Conversation(
                uuid.uuid4().hex, channel, user, phone, None if phone else user
            )
            self.rows[found.id] = found
        return found

    def open_all(
        self, channel: str, phones: Sequence[str], now: datetime
    ) -> dict[str, Conversation]:
        return {
            phone: self.open(channel, phone=phone, user_id=None, now=now)
            for phone in phones
        }

    def heard(self, marks: Sequence[Marks], now: datetime) -> None:
        for mark in marks:
            row = self.rows[mark.conversation_id]
            moments = [m for m in (row.last_inbound_at, mark.sent_at) if m]
            self.rows[row.id] = replace(
                row,
                last_inbound_at=max(moments, default=None),
                user_id=mark.user_id or row.user_id,
                identity_hash=mark.identity_hash or row.identity_hash,
                digit_tail=mark.tail,
                digit_tail_at=now if mark.tail is not None else None,
            )

    def awaits_code(self, phone: str, now: datetime) -> bool:
        return any(
            challenge.phone == phone
            and challenge.code_expires_at is not None
            and now < challenge.code_expires_at + CODE_LINGERS
            for challenge in self.challenges.rows.values()
        )

    def drop_user_id(self, conversation_id: str) -> None:
        self._set(conversation_id, user_id=None)

    def forget_identity(self, conversation_id: str) -> None:
        self._set(
            conversation_id,
            user=f"gone:{conversation_id}",
            phone=None,
            user_id=None,
            identity_hash=None,
            enrolment_id=None,
            digit_tail=None,
        )

    def forget_tails(self, before: datetime) -> int:
        old = [c for c in self.rows.values() if _before(c.digit_tail_at, before)]
        for conversation in old:
            self._set(conversation.id, digit_tail=None, digit_tail_at=None)
        return len(old)

    def forget_strangers(self, before: datetime) -> int:
        silent = [
            c
            for c in self.rows.values()
            if c.enrolment_id is None
            and _before(c.last_inbound_at, before)
            and not c.user.startswith("gone:")
        ]
        for conversation in silent:
            self.forget_identity(conversation.id)
        return len(silent)

    def bind(self, conversation_id: str, enrolment_id: str) -> None:
        self._set(conversation_id, enrolment_id=enrolment_id)

    def unbind(self, conversation_id: str) -> None:
        self._set(conversation_id, enrolment_id=None)

    def of_enrolment(self, enrolment_id: str) -> list[Conversation]:
        return [c for c in self.rows.values() if c.enrolment_id == enrolment_id]

    def hold_sends_until(self, conversation_id: str, moment: datetime) -> None:
        self._set(conversation_id, pair_clear_at=moment)

    def _set(self, conversation_id: str, **values: Any) -> None:
        if conversation_id in self.rows:
            row = self.rows[conversation_id]
            self.rows[conversation_id] = replace(row, **values)

    def _first(self, fits: Callable[[Conversation], bool]) -> Conversation | None:
        return next((c for c in self.rows.values() if fits(c)), None)


@dataclass
class MemoryMessages:
    queue: Queue
    rows: dict[str, InboundMessage] = field(default_factory=dict)

    def add(self, messages: Sequence[NewMessage]) -> list[str | None]:
        ids: list[str | None] = []
        for message in messages:
            if self.by_channel_id(message.channel, message.channel_id):
                ids.append(None)
                continue
            row = InboundMessage(**asdict(message), id=uuid.uuid4().hex)
            self.rows[row.id] = row
            ids.append(row.id)
        return ids

    def queue_turns(self, messages: Sequence[tuple[str, str]]) -> None:
        for conversation_id, message_id in messages:
            args = {"message_id": message_id}
            self.queue("turn", f"turn:{conversation_id}", None, args)

    def get(self, message_id: str) -> InboundMessage | None:
        return self.rows.get(message_id)

    lock = get

    def by_channel_id(self, channel: str, channel_id: str) -> InboundMessage | None:
        wanted = (channel, channel_id)
        return next(
            (m for m in self.rows.values() if (m.channel, m.channel_id) == wanted), None
        )

    def finish(self, message_id: str, outcome: str, now: datetime) -> bool:
        row = self.rows.get(message_id)
        if row is None or row.outcome is not None:
            return False
        self.rows[message_id] = replace(row, outcome=outcome)
        return True

    def rewrite(self, message_id: str, text: str) -> None:
        self.rows[message_id] = replace(self.rows[message_id], text=text)

    def latest_texts(
        self, conversation_id: str, since: datetime
    ) -> list[InboundMessage]:
        found = [
            m
            for m in self._of(conversation_id)
            if m.kind == "text" and m.received_at >= since
        ]
        return sorted(found, key=lambda m: m.received_at, reverse=True)[:10]

    def count_since(self, conversation_id: str, since: datetime) -> int:
        return sum(m.received_at > since for m in self._of(conversation_id))

    def outcome_since(
        self, conversation_id: str, outcome: str, since: datetime
    ) -> bool:
        return any(
            m.received_at > since and m.outcome == outcome
            for m in self._of(conversation_id)
        )

    def purge(self, before: datetime) -> int:
        old = [
            m.id
            for m in self.rows.values()
            if m.received_at < before and m.outcome is not None
        ]
        for message_id in old:
            del self.rows[message_id]
        return len(old)

    def _of(self, conversation_id: str) -> list[InboundMessage]:
        return [m for m in self.rows.values() if m.conversation_id == conversation_id]


@dataclass
class MemoryHandles:
    now: Callable[[], datetime]
    valid_for: timedelta
    rows: dict[str, Handle] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)

    def issue(
        self, conversation_id: str, title: str, payload: str, *, out_id: str
    ) -> str:
        handle_id = secrets.token_urlsafe(18)
        expires_at = self.now() + self.valid_for
        self.rows[handle_id] = Handle(
            handle_id, conversation_id, title, payload, expires_at
        )
        return handle_id

    def find(
        self, handle_id: str, conversation_id: str, now: datetime
    ) -> Handle | None:
        row = self.rows.get(handle_id)
        if row is None or handle_id in self.used or row.expires_at <= now:
            return None
        return row if row.conversation_id == conversation_id else None

    def redeem(
        self, handle_id: str, conversation_id: str, now: datetime
    ) -> Handle | None:
        row = self.find(handle_id, conversation_id, now)
        if row is not None:
            self.used.add(handle_id)
        return row

    def purge(self, before: datetime) -> int:
        old = [h.id for h in self.rows.values() if h.expires_at < before]
        for handle_id in old:
            del self.rows[handle_id]
        return len(old)


@dataclass
class _Sent:
    """A bubble and what became of it."""

    message: OutMessage
    channel_id: str | None = None
    code: int | None = None


@dataclass
class MemoryOutbox:
    queue: Queue
    handles: MemoryHandles
    now: Callable[[], datetime]
    rows: dict[str, _Sent] = field(default_factory=dict)

    def say(
        self,
        conversation_id: str,
        bubbles: Sequence[Bubble],
        reply_to: str | None = None,
    ) -> list[str]:
        ids = []
        for bubble in (fitted for one in bubbles for fitted in fit(one)):
            out_id = uuid.uuid4().hex
            if isinstance(bubble, Choices):
                options = tuple(
                    replace(
                        option,
                        payload="",
                        handle=self.handles.issue(
                            conversation_id, option.title, option.payload, out_id=out_id
                        ),
                    )
                    for option in bubble.options
                )
                bubble = replace(bubble, options=options)  # noqa: PLW2901 - with its handles
            message = OutMessage(
                out_id,
                conversation_id,
                bubble,
                reply_to,
                "queued",
                0,
                None,
                self.now(),
            )
            self.rows[out_id] = _Sent(message)
            ids.append(out_id)
        if ids:
            self.wake(conversation_id)
        return ids

    def next_due(self, conversation_id: str) -> OutMessage | None:
        return next(
            (
                row.message
                for row in self.rows.values()
                if row.message.conversation_id == conversation_id
                and row.message.state in UNFINISHED
            ),
            None,
        )

    def sending(self, out_id: str) -> None:
        attempts = self.rows[out_id].message.attempts + 1
        self._set(out_id, state="sending", attempts=attempts)

    def uploaded(self, out_id: str, media_id: str) -> None:
        self._set(out_id, media_id=media_id)

    def sent(self, out_id: str, channel_id: str, now: datetime) -> None:
        row = self.rows[out_id]
        row.channel_id = channel_id
        if STATUS_RANK.get(row.message.state, 0) < STATUS_RANK["sent"]:
            self._set(out_id, state="sent")

    def postpone(self, out_id: str, until: datetime, code: int | None) -> None:
        self._set(out_id, state="queued", not_before=until)

    def give_up(self, out_id: str, state: str, code: int | None, now: datetime) -> None:
        self.rows[out_id].code = code
        self._set(out_id, state=state)

    def status(
        self,
        channel_id: str,
        status: str,
        at: datetime,
        *,
        reference: str | None = None,
        code: int | None = None,
    ) -> str | None:
        for out_id, row in self.rows.items():
            unanswered = out_id == reference and row.channel_id is None
            rank = STATUS_RANK.get(row.message.state, STATUS_RANK["failed"])
            if (row.channel_id == channel_id or unanswered) and (
                rank < STATUS_RANK[status]
            ):
                row.channel_id, row.code = channel_id, code
                self._set(out_id, state=status)
                return row.message.conversation_id
        return None

    def wake(self, conversation_id: str, at: datetime | None = None) -> None:
        args = {"conversation_id": conversation_id}
        self.queue("send", f"send:{conversation_id}", at, args)

    def waiting(self, before: datetime) -> list[str]:
        waiting = {
            row.message.conversation_id
            for row in self.rows.values()
            if row.message.state in UNFINISHED
            and (row.message.not_before or row.message.created_at) < before
        }
        return sorted(waiting)

    def purge(self, before: datetime) -> int:
        old = [
            out_id
            for out_id, row in self.rows.items()
            if row.message.created_at < before and row.message.state not in UNFINISHED
        ]
        for out_id in old:
            del self.rows[out_id]
        return len(old)

    def _set(self, out_id: str, **values: Any) -> None:
        row = self.rows[out_id]
        row.message = replace(row.message, **values)


@dataclass
class MemoryVault:
    valid_for: timedelta
    rows: dict[tuple[str, str], tuple[str, datetime]] = field(default_factory=dict)

    def put(self, conversation_id: str, digits: str, now: datetime) -> str:
        ref = secrets.token_hex(2)
        while (conversation_id, ref) in self.rows:
            ref = secrets.token_hex(2)
        self.rows[conversation_id, ref] = digits, now + self.valid_for
        return ref

    def open(self, conversation_id: str, ref: str, now: datetime) -> str | None:
        digits, until = self.rows.get((conversation_id, ref), ("", now))
        return digits if now < until else None

    def purge(self, before: datetime) -> int:
        old = [key for key, (_, until) in self.rows.items() if until < before]
        for key in old:
            del self.rows[key]
        return len(old)


@dataclass
class MemoryTurns:
    # By number: the order in which they were added.
    rows: dict[int, TurnRow] = field(default_factory=dict)
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def add(self, turn: TurnRow) -> bool:
        if self.has(turn.message_id):
            return False
        self.rows[next(self.numbers)] = turn
        return True

    def has(self, message_id: str) -> bool:
        return any(turn.message_id == message_id for turn in self.rows.values())

    def of(self, conversation_id: str, limit: int = 50) -> list[TurnRow]:
        turns = reversed(self.rows.values())
        return [t for t in turns if t.conversation_id == conversation_id][:limit]

    def purge(self, before: datetime) -> int:
        old = [number for number, turn in self.rows.items() if turn.at < before]
        for number in old:
            del self.rows[number]
        return len(old)


def _before(moment: datetime | None, other: datetime) -> bool:
    return moment is not None and moment < other
