"""What customers said, as the chat's stores and the inbox are given it."""

import itertools
from datetime import timedelta

from banking.domain.inbox import Found, Heard, Reason
from banking.ports.gateway import NewMessage, TurnRow
from banking.ports.inbox import State
from banking.ports.lessons import Decision
from tests.contracts.conftest import NOON

MINUTE = timedelta(minutes=1)
# Numbers of turns that nobody has stored.
UNSTORED = itertools.count(1_000)


def says(tx, chat, text, intent="check_balance", *, kind="text", **more):
    """Write a message and its turn; return the turn's number and the message's id."""
    at = more.pop("at", NOON)
    title = more.pop("title", text)
    message_id = more.pop("message_id", None)
    if message_id is None:
        written = NewMessage(
            channel="whatsapp",
            channel_id=f"{chat}-{text}",
            conversation_id=chat,
            kind=kind,
            text=title,
            detail={},
            removed=(),
            sent_at=at,
            received_at=at,
        )
        (message_id,) = tx.messages.add([written])
    values = {
        "confidence": 0.75,
        "ranking": ((intent, 0.75), ("greet", 0.2)),
        "entities": [],
        "actions": ("action_some",),
        "replies": 1,
        "took_ms": 20,
    }
    tx.turns.add(
        TurnRow(
            conversation_id=chat,
            message_id=message_id,
            at=at,
            text=text,
            intent=intent,
            **values | more,
        )
    )
    every = tx.inbox.heard(0, 1_000, 0)
    return next(h.number for h in every if h.message_id == message_id), message_id


def found(text, reading="check_balance", *reasons, suggested="", **more):
    """A message for the inbox, of a turn that is kept nowhere."""
    values = {
        "number": next(UNSTORED),
        "conversation_id": "c1",
        "at": NOON,
        "kind": "text",
        "text": text,
        "intent": "nlu_fallback",
        "confidence": 0.3,
        "ranking": (("nlu_fallback", 0.3), (reading, 0.25)),
        "spans": (),
        "actions": (),
    }
    why = frozenset(reasons or {Reason.REFUSED})
    return Found(Heard(**values | more), why, suggested)


def put(tx, *those):
    """Put messages in, and give their items."""
    tx.inbox.put(those)
    return [tx.inbox.of_turn(one.turn.number) for one in those]


def decide(tx, item, lesson=None):
    """Say what an item means, or that there is nothing to learn."""
    state = State.REJECTED if lesson is None else State.CORRECTED
    decision = Decision(state, lesson, "Tess", NOON, "act-1")
    tx.lessons.decide({item.id: decision})
