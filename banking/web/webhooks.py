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
# Deliveries stored in one commit at most.
MOST_AT_ONCE = 50

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
    gathering = _Gathering(receive)

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
        batch = _read(body, phone_number_id, alert)
        if batch is None or not (batch.messages or batch.reports):
            return _answer(200)
        return _answer(200 if await gathering.store(batch) else 503)

    return routes


class _Gathering:
    """Stores what arrives while the last storing is still going on as one batch.

    One commit costs about the same for one delivery as for twenty, so that waiting
    for the disk gets cheaper, not dearer, the more is delivered.
    """

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="webhook")
        self._waiting: list[tuple[Batch, asyncio.Future[bool]]] = []
        self._storing: asyncio.Task[None] | None = None

    async def store(self, batch: Batch) -> bool:
        """Whether the batch is stored, once that is certain."""
        done: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._waiting.append((batch, done))
        if self._storing is None or self._storing.done():
            self._storing = asyncio.create_task(self._work())
        return await done

    async def _work(self) -> None:
        while self._waiting:
            taken = self._waiting[:MOST_AT_ONCE]
            del self._waiting[:MOST_AT_ONCE]
            loop = asyncio.get_running_loop()
            batches = [batch for batch, _ in taken]
            results = await loop.run_in_executor(self._thread, self._keep, batches)
            for (_, done), stored in zip(taken, results, strict=True):
                if not done.done():
                    done.set_result(stored)

    def _keep(self, batches: list[Batch]) -> list[bool]:
        together = Batch(
            tuple(m for batch in batches for m in batch.messages),
            tuple(r for batch in batches for r in batch.reports),
        )
        if self._kept(together):
            return [True] * len(batches)
        if len(batches) == 1:
            return [False]
        # Each is told its own fate; what was stored just now counts as repeated.
        results: list[bool] = []
        for batch in batches:
            # Two failures are no bad delivery but a database that is away.
            away = results[:2] == [False, False]
            results.append(not away and self._kept(batch))
        return results

    def _kept(self, batch: Batch) -> bool:
        try:
            received = self._receive("whatsapp", batch)
        except Exception:
            # Not stored is not received: any other answer would lose messages.
            logger.exception("webhook not stored")
            return False
        logger.debug(
            "webhook stored: %s messages, %s duplicates, %s reports",
            received.stored,
            received.duplicates,
            received.reports,
        )
        return True


def _read(
    body: bytes, phone_number_id: str, alert: Callable[[str], None]
) -> Batch | None:
    """What a signed body holds; None if it is nothing we know."""
    try:
        batch = whatsapp.read(body, phone_number_id)
    except whatsapp.NotReadable as unreadable:
        # Signed, so Meta's: asking for it again would bring the same bytes.
        logger.warning("webhook not readable: %s", unreadable)
        SKIPPED.labels(str(unreadable)).inc()
        return None
    for why, count in batch.skipped.items():
        SKIPPED.labels(why).inc(count)
    for subject in batch.alerts:
        logger.error("webhook alert: %s", subject)
        alert(subject)
    return batch


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
