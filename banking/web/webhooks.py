"""Where messengers knock: prove who you are, be written down, be told 200.

Nothing is understood or answered here. A delivery is acknowledged when it is stored
and queued, and only then; while the database is away the answer is 503 and the
messenger delivers again.
"""

import asyncio
import hmac
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Header, Request, Response
from fastapi.responses import PlainTextResponse
from prometheus_client import Counter

from banking.adapters.channels import whatsapp_inbound as whatsapp
from banking.domain.inbound import Batch
from banking.services.front_desk import Received

logger = logging.getLogger(__name__)

LARGEST_BODY = 3 * 1024 * 1024
LONGEST_CHALLENGE = 256
# A delivery that trickles in byte by byte holds a connection, and no more than that.
SLOWEST_BODY_SECONDS = 15
STORING_THREADS = 4

SKIPPED = Counter("webhook_skipped", "Parts of deliveries left out", ["why"])
DELIVERIES = Counter("webhook_deliveries", "Deliveries by answer", ["status"])

type Receive = Callable[[str, Batch], Received]


class _TooLarge(Exception):
    """The body is over the limit; the rest of it was not read."""


def router(
    receive: Receive,
    *,
    verify_token: str,
    app_secrets: tuple[str, ...],
    phone_number_id: str,
    alert: Callable[[str], None] = lambda _: None,
) -> APIRouter:
    """Make the WhatsApp webhook.

    ``receive`` stores a batch in one commit, and raises when it could not.
    """
    routes = APIRouter()
    store = _Store(receive, phone_number_id, alert)
    threads = ThreadPoolExecutor(STORING_THREADS, thread_name_prefix="webhook")

    @routes.get("/webhooks/whatsapp", response_class=PlainTextResponse)
    async def handshake(request: Request) -> Response:
        """Prove to Meta that this address is ours (asked when it is set up)."""
        challenge = _challenge(request, verify_token)
        if challenge is None:
            return _answer(403)
        return PlainTextResponse(challenge, headers=_PLAIN)

    @routes.post("/webhooks/whatsapp", response_class=PlainTextResponse)
    async def delivery(
        request: Request,
        x_hub_signature_256: Annotated[str | None, Header()] = None,  # noqa: ARG001 - for the API's description; read raw below
    ) -> Response:
        """Take in one signed delivery of messages and delivery reports."""
        try:
            async with asyncio.timeout(SLOWEST_BODY_SECONDS):
                body = await _body(request)
            whatsapp.check_signature(body, _signatures(request), app_secrets)
        except _TooLarge:
            return _answer(413)
        except TimeoutError:
            return _answer(408)
        except whatsapp.NotSigned:
            logger.warning("webhook without a valid signature")
            return _answer(401)
        loop = asyncio.get_running_loop()
        return _answer(await loop.run_in_executor(threads, store, body))

    return routes


@dataclass(frozen=True, slots=True)
class _Store:
    """Reads a signed body and has it stored; returns the status to answer with."""

    receive: Receive
    phone_number_id: str
    alert: Callable[[str], None]

    def __call__(self, body: bytes) -> int:
        try:
            batch = whatsapp.read(body, self.phone_number_id)
        except whatsapp.NotReadable as unreadable:
            # Signed, so Meta's: asking for it again would bring the same bytes.
            logger.warning("webhook not readable: %s", unreadable)
            SKIPPED.labels(str(unreadable)).inc()
            return 200
        for why, count in batch.skipped.items():
            SKIPPED.labels(why).inc(count)
        for subject in batch.alerts:
            logger.error("webhook alert: %s", subject)
            self.alert(subject)
        if not batch.messages and not batch.reports:
            return 200
        try:
            received = self.receive("whatsapp", batch)
        except Exception:
            # Not stored is not received: any other answer would lose messages.
            logger.exception("webhook not stored")
            return 503
        logger.info(
            "webhook stored: %s messages, %s duplicates, %s reports",
            received.stored,
            received.duplicates,
            received.reports,
        )
        return 200


_PLAIN = {
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'",
}


def _answer(status: int) -> Response:
    DELIVERIES.labels(str(status)).inc()
    return PlainTextResponse("", status_code=status, headers=_PLAIN)


def _challenge(request: Request, verify_token: str) -> str | None:
    """The challenge to echo, or None when the question is not Meta's."""
    asked: dict[str, Any] = {}
    for name, value in request.query_params.multi_items():
        if name in asked:
            # Two readers of a doubled parameter could choose different values.
            return None
        asked[name] = value
    token = asked.get("hub.verify_token", "")
    right = hmac.compare_digest(token.encode(), verify_token.encode())
    challenge: str = asked.get("hub.challenge", "")
    if not verify_token or not right or asked.get("hub.mode") != "subscribe":
        return None
    return challenge if 1 <= len(challenge) <= LONGEST_CHALLENGE else None


def _signatures(request: Request) -> list[bytes]:
    return [v for name, v in request.headers.raw if name == b"x-hub-signature-256"]


async def _body(request: Request) -> bytes:
    told = request.headers.get("content-length", "0")
    if told.isdigit() and int(told[:12]) > LARGEST_BODY:
        raise _TooLarge
    chunks, size = [], 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > LARGEST_BODY:
            raise _TooLarge
        chunks.append(chunk)
    return b"".join(chunks)
