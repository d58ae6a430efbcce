"""Carries stored bubbles to the messenger, in order, within its rules.

No messenger of ours knows an idempotency key: after a lost connection or a bare 5xx
nobody can tell whether a message went out. Such a bubble waits a few seconds for a
delivery report, which carries its id and settles the question, and is then sent
again: every text of ours that speaks of money names its transfer and time, so a
second copy is a nuisance, while a lost one leaves a customer not knowing.
"""

import logging
import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from banking.domain.bubbles import DocumentBubble
from banking.domain.delivery import (
    WINDOW,
    Alert,
    GiveUp,
    IdentityLost,
    PairRate,
    Retry,
    decide,
    window_open,
)
from banking.domain.inbound import ChatRules
from banking.ports.gateway import (
    Channel,
    Conversation,
    DocumentFiles,
    OutMessage,
    SendFailed,
)
from banking.ports.identity import Clock
from banking.ports.unit_of_work import Tx, UnitOfWork
from banking.services.front_desk import OnIdentityChange

logger = logging.getLogger(__name__)

# How long a delivery report may take before an unanswered message is sent again.
REPORT_PATIENCE = timedelta(seconds=4)
# While the account itself is refused, one message tries this often.
STOPPED_FOR = timedelta(minutes=5)
JITTER = 0.25


@dataclass(slots=True)
class Pause:
    """Until when nobody is written to: the platform has had enough of all of us.

    Kept by each worker for itself; another one meets the same refusal once.
    """

    until: datetime | None = None

    def lasts(self, now: datetime) -> datetime | None:
        """The end of the pause, if there is one now."""
        return self.until if self.until is not None and now < self.until else None

    def at_least(self, until: datetime) -> None:
        """Pause, or pause longer."""
        self.until = until if self.until is None else max(self.until, until)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """Empties the outbox of one conversation at a time."""

    uow: UnitOfWork
    clock: Clock
    channels: Mapping[str, Channel]
    files: DocumentFiles
    identity_changed: OnIdentityChange = field(repr=False)
    rules: ChatRules = field(default_factory=ChatRules)
    pause: Pause = field(default_factory=Pause)

    def drain(self, conversation_id: str) -> None:
        """Send what waits for a conversation, until done or told to wait.

        What must wait is put off in the database with a job of its own, so this
        never sleeps and never raises for a messenger's refusal.
        """
        sent: tuple[str, str] | None = None
        while True:
            now = self.clock.now()
            with self.uow() as tx:
                if sent is not None:
                    tx.outbox.sent(*sent, now)
                    sent = None
                due = self._next(tx, conversation_id, now)
                tx.commit()
            if due is None:
                return
            conversation, message = due
            try:
                channel_id = self._send(conversation, message)
            except SendFailed as failed:
                if not self._go_on_after(conversation, message, failed):
                    return
            else:
                sent = message.id, channel_id

    def sweep(self) -> None:
        """Queue what was left behind: a bubble due for a minute that nobody sends."""
        before = self.clock.now() - timedelta(minutes=1)
        with self.uow() as tx:
            for conversation_id in tx.outbox.waiting(before):
                tx.outbox.wake(conversation_id)
            tx.commit()

    def _next(
        self, tx: Tx, conversation_id: str, now: datetime
    ) -> tuple[Conversation, OutMessage] | None:
        """Take the next bubble that may go now, counting the attempt."""
        conversation = tx.conversations.lock(conversation_id)
        while conversation is not None:
            message = tx.outbox.next_due(conversation_id)
            if message is None:
                return None
            if conversation.channel not in self.channels:
                tx.outbox.give_up(message.id, "dropped", None, now)
                continue
            if not window_open(conversation.last_inbound_at, now):
                # Outside the window only approved templates are taken; a balance
                # that is a day old is better asked for again.
                tx.outbox.give_up(message.id, "dropped", 131047, now)
                continue
            pace = PairRate(self.rules.pair_every, self.rules.pair_burst)
            not_before = max(
                now,
                now + pace.wait(conversation.pair_clear_at, now),
                message.not_before or now,
                self.pause.lasts(now) or now,
            )
            if not_before > now:
                tx.outbox.wake(conversation_id, not_before)
                return None
            clear_at = pace.after(conversation.pair_clear_at, now)
            tx.conversations.hold_sends_until(conversation_id, clear_at)
            tx.outbox.sending(message.id)
            return conversation, message
        return None

    def _send(self, conversation: Conversation, message: OutMessage) -> str:
        channel = self.channels[conversation.channel]
        media_id = message.media_id
        if isinstance(message.bubble, DocumentBubble) and media_id is None:
            media_id = self._upload(channel, message, message.bubble)
        return channel.send(
            conversation, message.bubble, reference=message.id, media_id=media_id
        )

    def _upload(
        self, channel: Channel, message: OutMessage, bubble: DocumentBubble
    ) -> str:
        content = self.files.read(bubble.document_id)
        if content is None:
            raise SendFailed(131053, 400)
        media_id = channel.upload(
            content, filename=bubble.filename, mime="application/pdf"
        )
        with self.uow() as tx:
            # Kept for 30 days over there: a second attempt need not upload again.
            tx.outbox.uploaded(message.id, media_id)
            tx.commit()
        return media_id

    def _go_on_after(
        self, conversation: Conversation, message: OutMessage, failed: SendFailed
    ) -> bool:
        """Deal with a refusal; True when the next bubble may be tried at once."""
        now, attempt = self.clock.now(), message.attempts + 1
        decision = decide(
            failed.code, failed.status, attempt=attempt, retry_after=failed.retry_after
        )
        logger.warning(
            "send refused: code %s, status %s, attempt %s, %s",
            failed.code,
            failed.status,
            attempt,
            decision,
        )
        with self.uow() as tx:
            match decision:
                case Retry(seconds, everybody):
                    wait = timedelta(seconds=seconds * (1 + random.random() * JITTER))  # noqa: S311 - spreads load, hides nothing
                    if failed.unknown:
                        wait = max(wait, REPORT_PATIENCE)
                    self._put_off(tx, message, now + wait, failed.code)
                    if everybody:
                        self.pause.at_least(now + wait)
                    go_on = False
                case GiveUp(why):
                    tx.outbox.give_up(message.id, "failed", failed.code, now)
                    self._record(tx, "message_undeliverable", message, failed, why)
                    go_on = True
                case IdentityLost():
                    tx.outbox.give_up(message.id, "failed", failed.code, now)
                    self.identity_changed(tx, conversation, "identity key mismatch")
                    tx.conversations.forget_identity(conversation.id)
                    self._record(
                        tx, "chat_identity_changed", message, failed, "identity key"
                    )
                    go_on = False
                case Alert(why, stop):
                    self._record(tx, "sending_alert", message, failed, why)
                    go_on = not stop
                    if stop:
                        self.pause.at_least(now + STOPPED_FOR)
                    if stop and now - message.created_at < WINDOW:
                        self._put_off(tx, message, now + STOPPED_FOR, failed.code)
                    else:
                        tx.outbox.give_up(message.id, "failed", failed.code, now)
            tx.commit()
        return go_on

    @staticmethod
    def _put_off(
        tx: Tx, message: OutMessage, until: datetime, code: int | None
    ) -> None:
        tx.outbox.postpone(message.id, until, code)
        tx.outbox.wake(message.conversation_id, until)

    @staticmethod
    def _record(
        tx: Tx, event: str, message: OutMessage, failed: SendFailed, why: str
    ) -> None:
        tx.audit.record(
            event,
            conversation_id=message.conversation_id,
            out_id=message.id,
            code=failed.code,
            why=why,
        )
