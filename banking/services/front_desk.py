"""Takes in what a messenger delivers: redacted, stored and queued in one commit."""

import logging
import re
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from banking.domain.delivery import IdentityLost, decide
from banking.domain.inbound import (
    LONGEST_TEXT,
    Batch,
    ChatRules,
    Heard,
    HeardMedia,
    HeardOther,
    HeardReaction,
    HeardTap,
    HeardText,
    IdentityChanged,
    Ignored,
    Inbound,
    Report,
    Revoked,
    Unsupported,
    sane_moment,
)
from banking.ports.gateway import (
    Conversation,
    Marks,
    NewMessage,
    VaultCipher,
)
from banking.ports.identity import Clock
from banking.ports.unit_of_work import Tx, UnitOfWork
from banking.services.discretion import Discretion

logger = logging.getLogger(__name__)

# As fine as the database's clock.
_A_MOMENT = timedelta(microseconds=1)

type OnIdentityChange = Callable[[Tx, Conversation, str], None]


@dataclass(frozen=True, slots=True)
class Received:
    """What became of one delivery."""

    stored: int = 0
    duplicates: int = 0
    reports: int = 0


@dataclass(frozen=True, slots=True)
class _Taken:
    """A message that has been read and redacted, and whose it is."""

    message: Inbound
    conversation: Conversation
    new: NewMessage
    marks: Marks
    completes: int

    def after(self, now: datetime) -> Conversation:
        """The conversation as this message leaves it."""
        marks = self.marks
        return replace(
            self.conversation,
            user_id=marks.user_id or self.conversation.user_id,
            identity_hash=marks.identity_hash or self.conversation.identity_hash,
            digit_tail=marks.tail,
            digit_tail_at=now,
        )


def _together(marks: Sequence[Marks]) -> list[Marks]:
    """The marks of several messages as one for each conversation, the last counting."""
    merged: dict[str, Marks] = {}
    for mark in marks:
        old = merged.get(mark.conversation_id, mark)
        moments = [moment for moment in (old.sent_at, mark.sent_at) if moment]
        merged[mark.conversation_id] = Marks(
            mark.conversation_id,
            sent_at=max(moments, default=None),
            user_id=mark.user_id or old.user_id,
            identity_hash=mark.identity_hash or old.identity_hash,
            tail=mark.tail,
        )
    return list(merged.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class FrontDesk:
    """The first to hear a customer; decides nothing but what may be kept."""

    uow: UnitOfWork
    clock: Clock
    cipher: VaultCipher
    # Kills sessions, links and open confirmations of whoever was bound here.
    identity_changed: OnIdentityChange = field(repr=False)
    rules: ChatRules = field(default_factory=ChatRules)
    national_ids: tuple[str, ...] = ("US", "GB", "GH", "BR")

    @property
    def _discretion(self) -> Discretion:
        return Discretion(self.cipher, self.rules, self.national_ids)

    def receive(self, channel: str, batch: Batch) -> Received:
        """Keep a whole delivery in one commit.

        When that fails, each part is tried alone, so that one which the database
        refuses does not hold up its neighbours; the last error is raised, for the
        messenger to deliver again what is not stored.
        """
        try:
            return self._keep(channel, batch)
        except Exception:
            parts = [Batch(messages=(m,)) for m in batch.messages]
            parts += [Batch(reports=(r,)) for r in batch.reports]
            if len(parts) < 2:  # noqa: PLR2004 - one part alone has just been tried
                raise
            return self._keep_apart(channel, parts)

    def _keep_apart(self, channel: str, parts: list[Batch]) -> Received:
        done, error = Received(), None
        for part in parts:
            try:
                one = self._keep(channel, part)
            except Exception as failed:
                if error is not None:
                    # Twice is no bad part but a database that is away.
                    raise
                error = failed
            else:
                done = Received(
                    done.stored + one.stored,
                    done.duplicates + one.duplicates,
                    done.reports + one.reports,
                )
        if error is not None:
            raise error
        return done

    def _keep(self, channel: str, batch: Batch) -> Received:
        now = self.clock.now()
        # By person, so that two deliveries never wait for each other's locks; by
        # time within a person, as far as this delivery goes.
        messages = sorted(
            batch.messages,
            key=lambda m: (m.phone or m.user_id or "", sane_moment(m.sent_at, now)),
        )
        with self.uow() as tx:
            stored = self._take(tx, channel, messages, now) if messages else 0
            reports = [self._note(tx, report, now) for report in batch.reports]
            tx.commit()
        return Received(stored, len(messages) - stored, sum(reports))

    def resume(self, tx: Tx, conversation_id: str) -> None:
        """Go on, in this commit, with what was asked before signing in."""
        tx.defer(
            "resume",
            lock=f"turn:{conversation_id}",
            conversation_id=conversation_id,
            message_id=uuid.uuid4().hex,
        )

    # --- messages ---------------------------------------------------------------

    def _take(
        self, tx: Tx, channel: str, messages: list[Inbound], now: datetime
    ) -> int:
        """Store messages and queue their turns; return how many were new."""
        changes = any(isinstance(m.heard, IdentityChanged) for m in messages)
        if changes and len(messages) > 1:
            # What comes after such a change belongs to another conversation.
            return sum(self._take(tx, channel, [m], now) for m in messages)
        known = tx.conversations.open_all(
            channel, sorted({m.phone for m in messages if m.phone}), now
        )
        taken = []
        for place, message in enumerate(messages):
            conversation = self._conversation(tx, channel, message, known, now)
            # What came together has its order as well.
            one = self._read(tx, conversation, message, now + place * _A_MOMENT)
            taken.append(one)
            if message.phone:
                # The next message of this person goes on from here.
                known[message.phone] = one.after(now)
        ids = tx.messages.add([one.new for one in taken])
        fresh = [(one, i) for one, i in zip(taken, ids, strict=True) if i is not None]
        for one, message_id in zip(taken, ids, strict=True):
            if message_id is None:
                self._repeated(tx, one.new)
        marks = _together([one.marks for one, _ in fresh])
        if marks:
            tx.conversations.heard(marks, now)
        turns = []
        for one, message_id in fresh:
            if one.completes:
                self._discretion.mend_earlier(
                    tx, one.conversation, one.completes, one.new.received_at
                )
            left_alone = self._left_alone(tx, channel, one.conversation, one.message)
            if left_alone:
                tx.messages.finish(message_id, left_alone, now)
            else:
                turns.append((one.conversation.id, message_id))
        tx.messages.queue_turns(turns)
        return len(fresh)

    def _read(
        self, tx: Tx, conversation: Conversation, message: Inbound, now: datetime
    ) -> "_Taken":
        redacted = self._discretion.redacted(tx, conversation, message, now)
        new = NewMessage(
            channel=conversation.channel,
            channel_id=message.channel_id,
            conversation_id=conversation.id,
            kind=_kind(message.heard),
            text=redacted.text[:LONGEST_TEXT],
            detail=_detail(message),
            removed=tuple(sorted(redacted.removed)),
            sent_at=sane_moment(message.sent_at, now),
            received_at=now,
        )
        by_customer = not message.in_group and not isinstance(
            message.heard, IdentityChanged | Ignored | HeardReaction | Revoked
        )
        marks = Marks(
            conversation.id,
            sent_at=new.sent_at if by_customer else None,
            user_id=message.user_id,
            identity_hash=message.identity_hash,
            tail=self._discretion.sealed_tail(conversation, redacted, message),
        )
        return _Taken(message, conversation, new, marks, redacted.completes)

    def _left_alone(
        self, tx: Tx, channel: str, conversation: Conversation, message: Inbound
    ) -> str | None:
        """Why a message gets no turn, if it gets none."""
        if message.in_group:
            return "ignored: group"
        match message.heard:
            case Ignored(why):
                return f"ignored: {why}"
            case HeardReaction():
                return "ignored: reaction"
            case Revoked():
                # What it asked for was asked; money does not move back.
                return "ignored: revoked"
            case IdentityChanged(why, formerly):
                self._forget(tx, conversation, why)
                for name in formerly:
                    former = tx.conversations.of(channel, name)
                    former = former or tx.conversations.by_user_id(channel, name)
                    if former and former.id != conversation.id:
                        self._forget(tx, former, why)
                return f"identity: {why}"
            case _:
                return None

    def _repeated(self, tx: Tx, new: NewMessage) -> None:
        first = tx.messages.by_channel_id(new.channel, new.channel_id)
        if first is None:
            return
        same = (first.kind, _nameless(first.text)) == (new.kind, _nameless(new.text))
        rewritten = "[card]" in first.text
        if not same and not rewritten:
            # The first one counts; a messenger does not do this by itself.
            tx.audit.record(
                "message_id_reused",
                conversation_id=first.conversation_id,
                message_id=first.id,
            )

    # --- who is speaking --------------------------------------------------------

    def _conversation(
        self,
        tx: Tx,
        channel: str,
        message: Inbound,
        known: Mapping[str, Conversation],
        now: datetime,
    ) -> Conversation:
        """The conversation this person's message belongs to, locked.

        A number may find a new owner, and a person a new number: wherever the marks
        of who this is contradict each other, the old conversation is let go.
        """

        def opened() -> Conversation:
            return tx.conversations.open(
                channel, phone=message.phone, user_id=message.user_id, now=now
            )

        conversation = known.get(message.phone or "") or opened()
        if message.user_id and conversation.user_id not in (None, message.user_id):
            self._forget(tx, conversation, "another user id on this number")
            conversation = opened()
        key = conversation.identity_hash
        if message.identity_hash and key not in (None, message.identity_hash):
            self._forget(tx, conversation, "another identity key")
            conversation = opened()
        if message.user_id and conversation.user_id is None:
            other = tx.conversations.by_user_id(channel, message.user_id)
            if other is not None and other.id != conversation.id:
                if other.phone is not None:
                    self._forget(tx, other, "this person uses another number now")
                tx.conversations.drop_user_id(other.id)
        return conversation

    def _forget(self, tx: Tx, conversation: Conversation, why: str) -> None:
        self.identity_changed(tx, conversation, why)
        tx.conversations.forget_identity(conversation.id)
        tx.audit.record(
            "chat_identity_changed",
            enrolment_id=conversation.enrolment_id,
            conversation_id=conversation.id,
            why=why,
        )

    # --- delivery reports -------------------------------------------------------

    def _note(self, tx: Tx, report: Report, now: datetime) -> bool:
        conversation_id = tx.outbox.status(
            report.channel_id,
            report.status,
            sane_moment(report.at, now),
            reference=report.reference,
            code=report.code,
        )
        if conversation_id is None:
            return False
        if report.status == "failed":
            self._failed(tx, conversation_id, report.code)
        return True

    def _failed(self, tx: Tx, conversation_id: str, code: int | None) -> None:
        """A message that was accepted did not arrive after all."""
        tx.audit.record(
            "message_undeliverable", conversation_id=conversation_id, code=code
        )
        if decide(code, None, attempt=1) == IdentityLost():
            conversation = tx.conversations.lock(conversation_id)
            if conversation is not None:
                self._forget(tx, conversation, "identity key mismatch")


def _nameless(text: str) -> str:
    """A redacted text without the random names of its cards."""
    return re.sub(r"#[0-9a-f]{4}\]", "]", text)


_KINDS: dict[type, str] = {
    HeardText: "text",
    HeardTap: "tap",
    HeardReaction: "reaction",
    Revoked: "revoke",
    IdentityChanged: "identity",
    Unsupported: "unsupported",
    Ignored: "ignored",
}


def _kind(heard: Heard) -> str:
    if isinstance(heard, HeardMedia | HeardOther):
        return heard.kind
    return _KINDS[type(heard)]


def _detail(message: Inbound) -> Mapping[str, Any]:
    detail: dict[str, Any] = {}
    match message.heard:
        case HeardTap(handle=handle):
            detail["handle"] = handle
        case HeardMedia(media_id=media_id, mime=mime):
            detail |= {"media_id": media_id, "mime": mime}
        case Revoked(channel_id=channel_id):
            detail["revokes"] = channel_id
        case _:
            pass
    if message.forwarded:
        detail["forwarded"] = True
    return detail
