"""What one turn said and understood, as the gateway reads it.

A turn is answered from what Rasa sent while it ran. After a restart the same answer is
rebuilt from the tracker's events, which hold the same utterances.
"""

from __future__ import annotations

import logging
from typing import Any, Dict, Iterator, List, Optional

from rasa.core.channels.channel import OutputChannel
from rasa.shared.core.constants import ACTION_LISTEN_NAME, REQUESTED_SLOT
from rasa.shared.core.events import (
    ActionExecuted,
    ActiveLoop,
    BotUttered,
    SlotSet,
    UserUttered,
)

CHANNEL_NAME = "gateway"
RANKING_LENGTH = 3

# Tracker events as data.
Events = List[Dict[str, Any]]

logger = logging.getLogger(__name__)


def replies_of(message: Dict[str, Any]) -> List[Dict[str, Any]]:
    """Split one bot utterance into what is said and what is shown, in that order."""
    found: List[Dict[str, Any]] = []
    name = message.get("utter_action") or None
    text = message.get("text") or None
    buttons = _buttons(message.get("quick_replies") or message.get("buttons"))
    if text is not None or buttons:
        found.append(_reply(name, text=text, buttons=buttons))
    custom = message.get("custom")
    for item in custom if isinstance(custom, list) else [custom]:
        if isinstance(item, dict) and item:
            found.append(_reply(name, custom=item))
    unknown = [k for k in ("image", "attachment", "elements") if message.get(k)]
    if unknown:
        # Named, never shown: the gateway has no bubble for these.
        logger.warning("an utterance had parts that are not sent: %s", unknown)
    return found


class ReplyCollector(OutputChannel):
    """Keeps what Rasa says in order. An output channel that raises loses the turn."""

    def __init__(self) -> None:
        self.replies: List[Dict[str, Any]] = []

    @classmethod
    def name(cls) -> str:
        """Name by which responses of ``channel: gateway`` are chosen."""
        return CHANNEL_NAME

    async def send_response(self, recipient_id: str, message: Dict[str, Any]) -> None:
        """Keep one utterance; one that cannot be read is logged and left out."""
        try:
            self.replies.extend(replies_of(message))
        except Exception as error:  # noqa: BLE001 - the turn must still be saved
            kind = type(error).__name__
            logger.error("an utterance was not readable: %s", kind)  # noqa: TRY400

    # Rasa sends through send_response alone; these serve code that calls them directly.

    async def send_text_message(
        self, recipient_id: str, text: str, **kwargs: Any
    ) -> None:
        """Keep a text."""
        await self.send_response(recipient_id, {"text": text})

    async def send_text_with_buttons(
        self,
        recipient_id: str,
        text: str,
        buttons: List[Dict[str, Any]],
        **kwargs: Any,
    ) -> None:
        """Keep a text with its buttons."""
        await self.send_response(recipient_id, {"text": text, "buttons": buttons})

    async def send_custom_json(
        self, recipient_id: str, json_message: Dict[str, Any], **kwargs: Any
    ) -> None:
        """Keep a custom message as it is."""
        await self.send_response(recipient_id, {"custom": json_message})


def turn_of(events: Events, message_id: str) -> Optional[Events]:
    """The events of the turn that answered this message, or ``None``."""
    turn: Optional[Events] = None
    for event in events:
        if event["event"] == UserUttered.type_name:
            if turn is not None:
                break
            if event.get("message_id") == message_id:
                turn = []
        if turn is not None:
            turn.append(event)
    return turn


def body_of(
    turn: Events, replies: Optional[List[Dict[str, Any]]] = None
) -> Dict[str, Any]:
    """The answer to the gateway; ``replies`` defaults to what the events recorded."""
    if replies is None:
        replies = [reply for message in _said(turn) for reply in replies_of(message)]
    parsed = turn[0].get("parse_data") or {}
    intent = parsed.get("intent") or {}
    ranking = parsed.get("intent_ranking") or []
    return {
        "replies": replies,
        "intent": {"name": intent.get("name"), "confidence": _confidence(intent)},
        "ranking": [
            [guess.get("name"), _confidence(guess)]
            for guess in ranking[:RANKING_LENGTH]
        ],
        "entities": [_entity(entity) for entity in parsed.get("entities") or []],
        # A second request in the same message, not yet answered; or null.
        "second_intent": _second(turn, parsed),
        # Whether a form waits for an answer now.
        "asking": _form_after(turn),
        "actions": [
            event["name"]
            for event in turn
            if event["event"] == ActionExecuted.type_name
            and event.get("name") not in (None, ACTION_LISTEN_NAME)
        ],
    }


def _second(turn: Events, parsed: Dict[str, Any]) -> Optional[Dict[str, Any]]:
    """The second request, unless a form that was open has read the whole message."""
    forms = [
        event["name"]
        for event in turn
        if event["event"] == ActionExecuted.type_name
        and str(event.get("name")).endswith("_form")
    ]
    begun = {e.get("name") for e in turn if e["event"] == ActiveLoop.type_name}
    return parsed.get("second_intent") if begun.issuperset(forms) else None


def _form_after(turn: Events) -> bool:
    asked = [
        event.get("value")
        for event in turn
        if event["event"] == SlotSet.type_name and event.get("name") == REQUESTED_SLOT
    ]
    return bool(asked) and asked[-1] is not None


def _said(turn: Events) -> Iterator[Dict[str, Any]]:
    """Bot utterances in the form in which they were sent."""
    for event in turn:
        if event["event"] == BotUttered.type_name:
            said = {**(event.get("data") or {}), "text": event.get("text")}
            # Rasa puts the response's name here.
            name = (event.get("metadata") or {}).get("utter_action")
            yield {**said, "utter_action": name}


def _confidence(guess: Dict[str, Any]) -> float:
    return float(guess.get("confidence") or 0.0)


def _reply(
    response: Optional[str] = None,
    text: Optional[str] = None,
    buttons: Optional[List[Dict[str, str]]] = None,
    custom: Optional[Dict[str, Any]] = None,
) -> Dict[str, Any]:
    return {
        "text": text,
        "buttons": buttons or [],
        "custom": custom,
        "response": response,
    }


def _buttons(buttons: Any) -> List[Dict[str, str]]:
    return [
        {"title": str(b["title"]), "payload": str(b.get("payload") or b["title"])}
        for b in buttons or []
        if isinstance(b, dict) and b.get("title")
    ]


def _entity(entity: Dict[str, Any]) -> Dict[str, Any]:
    return {key: entity.get(key) for key in ("entity", "value", "start", "end")}
