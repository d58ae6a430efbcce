"""One turn of a conversation: a stored message in, stored answers out."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from time import perf_counter

from banking.domain.bubbles import Bubble, UnknownBubble, from_reply
from banking.domain.inbound import ChatRules, is_stale
from banking.domain.redaction import says_more
from banking.ports.gateway import (
    Channel,
    Conversation,
    Dialogue,
    InboundMessage,
    RasaTurn,
    RasaUnavailable,
    SendFailed,
    TurnRow,
    Words,
)
from banking.ports.identity import Clock
from banking.ports.unit_of_work import Tx, UnitOfWork
from banking.services.second_wish import offer

logger = logging.getLogger(__name__)

MINUTE = timedelta(minutes=1)

# The kindest word first for what is most dangerous to have typed.
_SECRET_WORDS = (
    ("pin", "utter_secret_removed_pin"),
    ("password", "utter_secret_removed_pin"),
    ("code", "utter_secret_removed_code"),
    ("cvv", "utter_secret_removed_card"),
    ("card", "utter_secret_removed_card"),
    ("id", "utter_secret_removed_id"),
)
_WITH_A_CARD = {"pin", "password"}
_KIND_WORDS: Mapping[str, str] = {
    "image": "utter_cannot_read_image",
    "video": "utter_cannot_read_image",
    "sticker": "utter_cannot_read_sticker",
    "document": "utter_cannot_read_document",
    "audio": "utter_cannot_hear_voice",
    "voice": "utter_cannot_hear_voice",
    "location": "utter_cannot_read_location",
    "contacts": "utter_cannot_read_contact",
}
_OTHER_KIND = "utter_cannot_read_this"


@dataclass(frozen=True, slots=True)
class _Ask:
    """What Rasa is asked, after these words of our own."""

    text: str
    command: str | None = None
    first: Sequence[Bubble] = ()
    handle: str | None = None


@dataclass(frozen=True, slots=True)
class _Close:
    """The turn is over without Rasa."""

    outcome: str
    words: Sequence[Bubble] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Turns:
    """Answers one message, exactly once, however often it is tried."""

    uow: UnitOfWork
    clock: Clock
    rasa: Dialogue
    words: Words
    channels: Mapping[str, Channel]
    # Runs something beside the turn; what it raises is nobody's concern.
    aside: Callable[[Callable[[], None]], object] = field(repr=False)
    rules: ChatRules = field(default_factory=ChatRules)

    def answer(self, message_id: str) -> None:
        """Answer a stored message.

        Raises RasaUnavailable when trying again soon is worth while; after
        ``rules.patience`` the customer is told instead.
        """
        started = perf_counter()
        now = self.clock.now()
        with self.uow() as tx:
            message = tx.messages.get(message_id)
            if message is None or message.outcome is not None:
                return
            conversation = tx.conversations.get(message.conversation_id)
            if conversation is None:
                return
            step = self._first_look(tx, conversation, message, now)
            if isinstance(step, _Close):
                self._close(tx, message, step, now)
                tx.commit()
        self._show_reading(message, typing=isinstance(step, _Ask) or bool(step.words))
        if isinstance(step, _Close):
            return
        try:
            turn = self.rasa.turn(
                conversation.id, message.id, step.text, command=step.command
            )
        except RasaUnavailable:
            self._bear_with_us(message)
            return
        self._tell(conversation, message, step, turn, started)

    def resume(self, conversation_id: str, message_id: str) -> None:
        """Go on with what was asked before signing in; raises RasaUnavailable.

        ``message_id`` names this resumption, so that it is answered once.
        """
        started = perf_counter()
        with self.uow() as tx:
            if tx.turns.has(message_id):
                return
        turn = self.rasa.turn(conversation_id, message_id, "resume", command="/resume")
        with self.uow() as tx:
            row = self._row(conversation_id, message_id, "", turn, started)
            if tx.turns.add(row):
                tx.outbox.say(conversation_id, self._bubbles(turn))
                tx.commit()

    def resume_failed(self, conversation_id: str, message_id: str) -> None:
        """Tell the customer, who is back from the page, to ask once more."""
        with self.uow() as tx:
            if tx.turns.has(message_id):
                return
            tx.outbox.say(conversation_id, self.words.say("utter_try_later"))
            tx.audit.record("message_failed", conversation_id=conversation_id)
            tx.commit()

    def give_up(self, message_id: str) -> None:
        """Tell the customer that a message could not be dealt with at all."""
        now = self.clock.now()
        words = self.words.say("utter_try_later")
        with self.uow() as tx:
            message = tx.messages.lock(message_id)
            if message is None or message.outcome is not None:
                return
            self._close(tx, message, _Close("failed", words), now)
            tx.audit.record(
                "message_failed",
                conversation_id=message.conversation_id,
                message_id=message_id,
            )
            tx.commit()

    # --- before Rasa ------------------------------------------------------------

    def _first_look(
        self, tx: Tx, conversation: Conversation, message: InboundMessage, now: datetime
    ) -> _Ask | _Close:
        return (
            self._not_now(tx, conversation, now)
            or self._not_ours(message, now)
            or self._wish(tx, conversation, message, now)
        )

    def _not_now(
        self, tx: Tx, conversation: Conversation, now: datetime
    ) -> _Close | None:
        if conversation.agent_until is not None and now < conversation.agent_until:
            return _Close("left to an agent")
        recent = tx.messages.count_since(conversation.id, now - MINUTE)
        if recent > self.rules.most_per_minute:
            return self._flooded(tx, conversation, now)
        return None

    def _not_ours(self, message: InboundMessage, now: datetime) -> _Close | None:
        if is_stale(message.sent_at, now, self.rules):
            return _Close("stale", self.words.say("utter_message_too_old"))
        if message.detail.get("forwarded"):
            return _Close("forwarded", self.words.say("utter_forwarded_not_read"))
        return None

    def _wish(
        self, tx: Tx, conversation: Conversation, message: InboundMessage, now: datetime
    ) -> _Ask | _Close:
        match message.kind:
            case "text":
                return self._text(message)
            case "tap":
                return self._tap(tx, conversation, message, now)
            case kind:
                words = self.words.say(_KIND_WORDS.get(kind, _OTHER_KIND))
                return _Close(f"not text: {kind}", words)

    def _text(self, message: InboundMessage) -> _Ask | _Close:
        if "card" in message.removed and _WITH_A_CARD & set(message.removed):
            # A card and its PIN are never a payee, whatever stands around them.
            return _Close(
                "secret removed", self.words.say("utter_secret_removed_card_and_pin")
            )
        kind = next((k for k, _ in _SECRET_WORDS if k in message.removed), None)
        if kind is None:
            return _Ask(message.text)
        notice = self.words.say(dict(_SECRET_WORDS)[kind])
        if "card" not in message.removed and not says_more(message.text):
            return _Close("secret removed", notice)
        return _Ask(message.text, first=notice)

    def _tap(
        self, tx: Tx, conversation: Conversation, message: InboundMessage, now: datetime
    ) -> _Ask | _Close:
        handle = tx.handles.find(
            str(message.detail.get("handle", "")), conversation.id, now
        )
        if handle is None:
            tx.audit.record("choice_refused", conversation_id=conversation.id)
            tx.commit()
            # The menu stands in for whatever the old button offered.
            expired = self.words.say("utter_choice_expired")
            return _Ask("help", command="/help", first=expired)
        if handle.payload.startswith("/"):
            return _Ask(handle.title, command=handle.payload, handle=handle.id)
        return _Ask(handle.payload, handle=handle.id)

    def _flooded(self, tx: Tx, conversation: Conversation, now: datetime) -> _Close:
        """One notice a minute, then silence: answers would only feed the flood."""
        told = tx.messages.outcome_since(conversation.id, "flood: told", now - MINUTE)
        if told:
            return _Close("flood")
        return _Close("flood: told", self.words.say("utter_too_many_messages"))

    @staticmethod
    def _close(tx: Tx, message: InboundMessage, step: _Close, now: datetime) -> None:
        if tx.messages.finish(message.id, step.outcome, now):
            tx.outbox.say(message.conversation_id, step.words, reply_to=message.id)

    def _show_reading(self, message: InboundMessage, *, typing: bool) -> None:
        """Blue ticks and typing dots, beside the turn: nothing waits for them."""
        channel = self.channels.get(message.channel)
        if channel is None:
            return

        def show() -> None:
            try:
                channel.mark_read(message.channel_id, typing=typing)
            except SendFailed as failed:
                logger.info("mark as read failed: %s", failed)

        self.aside(show)

    # --- after Rasa -------------------------------------------------------------

    def _bear_with_us(self, message: InboundMessage) -> None:
        """Let the job be tried again; after a while tell the customer instead."""
        now = self.clock.now()
        if now - message.received_at < self.rules.patience:
            raise RasaUnavailable
        words = self.words.say("utter_try_later")
        with self.uow() as tx:
            self._close(tx, message, _Close("dialogue unavailable", words), now)
            tx.audit.record(
                "dialogue_unavailable",
                conversation_id=message.conversation_id,
                message_id=message.id,
            )
            tx.commit()

    def _tell(
        self,
        conversation: Conversation,
        message: InboundMessage,
        step: _Ask,
        turn: RasaTurn,
        started: float,
    ) -> None:
        now = self.clock.now()
        bubbles = [*step.first, *self._bubbles(turn)]
        with self.uow() as tx:
            # Another worker may have taken over while this one was held up; the
            # first to write the outcome is the one that speaks.
            if not tx.messages.finish(message.id, "answered", now):
                return
            if step.handle is not None:
                tx.handles.redeem(step.handle, conversation.id, now)
            tx.outbox.say(conversation.id, bubbles, reply_to=message.id)
            text = step.command or step.text
            tx.turns.add(self._row(conversation.id, message.id, text, turn, started))
            tx.commit()

    def _bubbles(self, turn: RasaTurn) -> list[Bubble]:
        bubbles: list[Bubble] = []
        for reply in turn.replies:
            try:
                bubbles += from_reply(
                    reply.text, reply.buttons, reply.custom, reply.response
                )
            except (UnknownBubble, KeyError) as odd:
                logger.error("a reply that is none of ours: %s", odd)  # noqa: TRY400
        if bubbles and turn.second is not None:
            bubbles += offer(self.words, *turn.second, asking=turn.asking)
        if not bubbles:
            # Silence reads like a broken phone.
            logger.error("no reply after %s", list(turn.actions))
            return self.words.say("utter_try_later")
        return bubbles

    def _row(
        self,
        conversation_id: str,
        message_id: str,
        text: str,
        turn: RasaTurn,
        started: float,
    ) -> TurnRow:
        return TurnRow(
            conversation_id=conversation_id,
            message_id=message_id,
            at=self.clock.now(),
            text=text,
            intent=turn.intent,
            confidence=turn.confidence,
            ranking=turn.ranking,
            entities=turn.entities,
            actions=turn.actions,
            replies=len(turn.replies),
            took_ms=round((perf_counter() - started) * 1000),
        )
