"""The door to the actions: Rasa's, and nobody else's.

rasa-sdk's own server runs any tracker that is posted to it, lists its actions to
strangers, unpacks compressed bodies without a limit and answers an error with the whole
request. Of it we use the executor alone.
"""

import base64
import hashlib
import hmac
import json
import logging
import warnings
from collections.abc import Mapping
from typing import Any, Final

from rasa_sdk.executor import ActionExecutor
from rasa_sdk.interfaces import ActionNotFoundException
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from actions.secured import log_failure
from banking.domain.envelope import ForgedEnvelope, unseal
from banking.ports.identity import Clock

LARGEST_BODY: Final = 1024 * 1024
BEARER_PURPOSE: Final = b"actions"

logger = logging.getLogger(__name__)


def bearer(envelope_key: bytes) -> str:
    """Return what Rasa and this server derive from the key they share."""
    digest = hmac.new(envelope_key, BEARER_PURPOSE, hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def executor() -> ActionExecutor:
    """Return rasa-sdk's executor with every action of this package."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        found = ActionExecutor()
        found.register_package("actions")
    return found


def app(actions: ActionExecutor, envelope_key: bytes, clock: Clock) -> Starlette:
    """Return the server: one action a request, and whether it is alive."""
    door = _Door(actions, envelope_key, clock)
    return Starlette(
        routes=[
            Route("/webhook", door.run, methods=["POST"]),
            Route("/health", _health, methods=["GET"]),
        ]
    )


class _Door:
    def __init__(
        self, actions: ActionExecutor, envelope_key: bytes, clock: Clock
    ) -> None:
        self._actions = actions
        self._key = envelope_key
        self._clock = clock
        self._expected = f"Bearer {bearer(envelope_key)}".encode()

    async def run(self, request: Request) -> Response:
        """Run one action. Every error says what kind it is and nothing else."""
        given = request.headers.get("authorization", "").encode()
        if not hmac.compare_digest(given, self._expected):
            return _refusal(401, "not accepted")
        if "content-encoding" in request.headers:
            return _refusal(415, "not encoded, please")
        try:
            body = await _body(request)
        except (_TooLarge, ClientDisconnect):
            return _refusal(413, "too large")
        try:
            call = json.loads(body)
            self._check(call)
        except (ForgedEnvelope, ValueError, RecursionError):
            return _refusal(401, "not accepted")
        return await self._answer(call)

    def _check(self, call: Any) -> None:
        """Verify the envelope of the message that the tracker ends with.

        Raises ForgedEnvelope; the teller does the same again for itself.
        """
        try:
            tracker = call["tracker"]
            token = tracker["latest_message"]["metadata"]["envelope"]
            sender, name = tracker["sender_id"], call["next_action"]
        except (KeyError, TypeError):
            raise ForgedEnvelope from None
        envelope = unseal(token, self._key, now=self._clock.now())
        if envelope.conversation_id != sender or not isinstance(name, str):
            raise ForgedEnvelope

    async def _answer(self, call: dict[str, Any]) -> Response:
        # Rasa sends its domain only to the actions that ask for it.
        call.setdefault("domain", {})
        try:
            result = await self._actions.run(call)
        except ActionNotFoundException:
            return _refusal(404, "no such action")
        except Exception as error:  # noqa: BLE001 - its text may quote the customer.
            log_failure(str(call["next_action"])[:80], error)
            return _refusal(500, "failed")
        done = {
            "events": result.events if result else [],
            "responses": result.responses if result else [],
        }
        return _json(200, done)


class _TooLarge(Exception):
    """More bytes than any turn has."""


async def _body(request: Request) -> bytes:
    announced = request.headers.get("content-length", "")
    if announced.isdigit() and int(announced) > LARGEST_BODY:
        raise _TooLarge
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_BODY:
            raise _TooLarge
    return bytes(body)


async def _health(_: Request) -> Response:
    return _json(200, {"status": "ok"})


def _refusal(status: int, why: str) -> Response:
    return _json(status, {"error": why})


def _json(status: int, content: Mapping[str, Any]) -> Response:
    return Response(
        json.dumps(content), status_code=status, media_type="application/json"
    )
