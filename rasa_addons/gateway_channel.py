"""The only door to Rasa: the bank's gateway posts a text with its signed envelope.

Promises to the gateway:

- what is not signed for this text, in the last minute, is refused with 401;
- a text typed by a person is never read as ``/intent{...}``;
- the same message id is answered again with the same body, not with a second turn;
- a turn that has begun is finished and saved even when the gateway hangs up;
- a turn whose action could not be run leaves no trace and is answered with 500;
- an error says nothing about itself.
"""

from __future__ import annotations

import asyncio
import json
import logging
import time
import traceback
from collections import OrderedDict
from typing import Any, Awaitable, Callable, Dict, Optional, Tuple

from rasa.core.agent import Agent
from rasa.core.channels.channel import InputChannel, UserMessage
from sanic import Blueprint, Sanic, response
from sanic.request import Request
from sanic.response import HTTPResponse

from rasa_addons import action_server, fast_events, fast_validation
from rasa_addons.action_server import TurnLost
from rasa_addons.envelope import Envelope, ForgedEnvelope, decode_key, unseal
from rasa_addons.replies import (
    CHANNEL_NAME,
    Events,
    ReplyCollector,
    body_of,
    turn_of,
)
from rasa_addons.tracker_store import ConversationStore

LARGEST_BODY = 64 * 1024
REMEMBERED_TURNS = 2_000
DRAIN_SECONDS = 8.0
LOOPBACK = frozenset({"127.0.0.1", "::1"})
# RegexMessageHandler looks at the first character after str.strip(); nothing in Rasa
# removes this one.
ZERO_WIDTH_SPACE = "\u200b"

logger = logging.getLogger(__name__)

OnNewMessage = Callable[[UserMessage], Awaitable[Any]]
TurnKey = Tuple[str, str]

fast_validation.install()
action_server.install()
fast_events.install()


class TurnFailed(Exception):
    """The turn left no trace; the same message may come again."""


def harmless(text: str) -> str:
    """Make a typed text safe for Rasa, which obeys any text that begins with a slash.

    Must be the last thing that happens to the text.
    """
    stripped = text.strip()
    if stripped.startswith("/"):
        return ZERO_WIDTH_SPACE + stripped
    return stripped


class Turns:
    """Runs each message once and remembers the answers of the latest ones."""

    def __init__(self, limit: int = REMEMBERED_TURNS) -> None:
        self._limit = limit
        self._tasks: "OrderedDict[TurnKey, asyncio.Task[bytes]]" = OrderedDict()

    async def answer(self, key: TurnKey, run: Callable[[], Awaitable[bytes]]) -> bytes:
        """The answer for this message: running, remembered, or run now.

        The turn runs in a task of its own: a caller that goes away does not stop it.
        """
        task = self._tasks.get(key)
        if task is None:
            task = asyncio.ensure_future(run())
            self._tasks[key] = task
            task.add_done_callback(lambda done: self._forget_failed(key, done))
            self._forget_oldest()
        return await asyncio.shield(task)

    async def drain(self, seconds: float) -> None:
        """Wait for the turns that have begun, but no longer than this."""
        running = [task for task in self._tasks.values() if not task.done()]
        if running:
            await asyncio.wait(running, timeout=seconds)

    def _forget_failed(self, key: TurnKey, task: "asyncio.Task[bytes]") -> None:
        # A failed turn may be tried again; reading the error marks it as seen.
        if task.cancelled() or task.exception() is not None:
            self._tasks.pop(key, None)

    def _forget_oldest(self) -> None:
        while len(self._tasks) > self._limit:
            oldest = next((k for k, t in self._tasks.items() if t.done()), None)
            if oldest is None:
                return
            del self._tasks[oldest]


class GatewayInput(InputChannel):
    """Rasa's input channel for the bank's gateway (``credentials.yml``)."""

    def __init__(self, key: bytes, clock: Callable[[], float] = time.time) -> None:
        self._key = key
        self._clock = clock

    @classmethod
    def name(cls) -> str:
        """Mounted at ``/webhooks/gateway``."""
        return CHANNEL_NAME

    @classmethod
    def from_credentials(cls, credentials: Optional[Dict[str, Any]]) -> "GatewayInput":
        """Read the envelope key; without a good one Rasa does not start."""
        if not credentials or not credentials.get("key"):
            cls.raise_missing_credentials_exception()
        return cls(decode_key(str(credentials["key"])))

    def blueprint(self, on_new_message: OnNewMessage) -> Blueprint:
        """The two routes: health and one turn."""
        routes = Blueprint("gateway_channel", __name__)
        turns = Turns()

        @routes.listener("before_server_start")
        async def limit_bodies(app: Sanic, _: Any) -> None:
            # A larger body is refused while it is being read (413).
            app.config.REQUEST_MAX_SIZE = LARGEST_BODY

        @routes.listener("before_server_stop")
        async def finish_turns(_: Sanic, __: Any) -> None:
            await turns.drain(DRAIN_SECONDS)

        @routes.get("/")
        async def health(request: Request) -> HTTPResponse:
            if _agent(request) is None:
                return _refusal(503, "no model")
            # Which model runs is for this machine only.
            here = request.ip in LOOPBACK
            models = getattr(request.app.ctx, "models", None) if here else None
            told = models.models.told() if models else {}
            return response.json({"status": "ok", **told})

        @routes.post("/webhook")
        async def webhook(request: Request) -> HTTPResponse:
            if len(request.body) > LARGEST_BODY:
                return _refusal(413, "too large")
            try:
                envelope, text = self._open(request.body)
            except ForgedEnvelope:
                return _refusal(401, "not accepted")
            agent = _agent(request)
            if agent is None:
                return _refusal(503, "no model")
            key = (envelope.conversation, envelope.message_id)
            try:
                body = await turns.answer(
                    key, lambda: _run(agent, on_new_message, envelope, text)
                )
            except Exception as error:  # noqa: BLE001 - it is named in the log alone
                _log_failure(error)
                return _refusal(500, "turn failed")
            return response.raw(body, content_type="application/json")

        return routes

    def _open(self, body: bytes) -> Tuple[Envelope, str]:
        """Verify a request's body; raise ``ForgedEnvelope``."""
        try:
            posted = json.loads(body)
            token, text = posted["envelope"], posted["text"]
        except (ValueError, KeyError, TypeError, RecursionError):
            raise ForgedEnvelope from None
        return unseal(token, text, self._key, now=self._clock()), text


async def _run(
    agent: Agent, on_new_message: OnNewMessage, envelope: Envelope, text: str
) -> bytes:
    """Answer one message: from the tracker if it was handled before, else by a turn."""
    turn = await _recorded_turn(agent, envelope)
    if turn is not None:
        return _packed(body_of(turn))
    collector = ReplyCollector()
    message = UserMessage(
        text=envelope.command if envelope.command else harmless(text),
        output_channel=collector,
        sender_id=envelope.conversation,
        input_channel=CHANNEL_NAME,
        message_id=envelope.message_id,
        metadata={"envelope": envelope.token},
    )
    try:
        await on_new_message(message)
    except TurnLost as lost:
        raise TurnFailed(str(lost)) from None
    turn = await _recorded_turn(agent, envelope)
    if turn is None:
        raise TurnFailed("the turn was not recorded")
    return _packed(body_of(turn, collector.replies))


async def _recorded_turn(agent: Agent, envelope: Envelope) -> Optional[Events]:
    store = agent.tracker_store
    if isinstance(store, ConversationStore):
        return turn_of(await store.events(envelope.conversation), envelope.message_id)
    tracker = await store.retrieve(envelope.conversation)
    events = [event.as_dict() for event in tracker.events] if tracker else []
    return turn_of(events, envelope.message_id)


def _packed(body: Dict[str, Any]) -> bytes:
    return json.dumps(body, separators=(",", ":")).encode()


def _agent(request: Request) -> Optional[Agent]:
    agent = getattr(request.app.ctx, "agent", None)
    return agent if agent is not None and agent.is_ready() else None


def _refusal(status: int, why: str) -> HTTPResponse:
    return response.json({"error": why}, status=status)


def _log_failure(error: Exception) -> None:
    """Say where it failed, never with what: messages may quote the customer."""
    if isinstance(error, TurnFailed):
        logger.error("a turn failed: %s", error)
        return
    while error.__cause__ is not None:
        error = error.__cause__  # type: ignore[assignment]
    frames = traceback.extract_tb(error.__traceback__)
    place = f"{frames[-1].filename}:{frames[-1].lineno}" if frames else "unknown"
    logger.error("a turn failed: %s at %s", type(error).__name__, place)
