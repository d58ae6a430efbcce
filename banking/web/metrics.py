"""What the bank counts about itself, in the text format of Prometheus.

Routes are named by their pattern: a path under /s/ is a secret.
"""

import hmac
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from fastapi import APIRouter, Request
from prometheus_client import (
    REGISTRY,
    CollectorRegistry,
    Counter,
    Histogram,
    generate_latest,
)
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from banking.web.api import key_given

_LOOPBACK = ("127.0.0.1", "::1")
# A proxy on this machine speaks for somebody who is not.
_FORWARDED = ("forwarded", "x-forwarded-for", "x-real-ip")
_METHODS = frozenset({"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"})


def is_on_this_machine(request: Request) -> bool:
    """Whether a process beside us asks, and for itself."""
    here = request.client is not None and request.client.host in _LOOPBACK
    return here and not any(name in request.headers for name in _FORWARDED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Metrics:
    """Counts requests as they pass, and asks the rest when somebody looks."""

    key: str = field(repr=False)
    registry: CollectorRegistry = field(default_factory=CollectorRegistry)

    def watch(
        self,
        ready: Callable[[], Mapping[str, bool]],
        queue: Callable[[], Mapping[tuple[str, str], int]],
    ) -> None:
        """Show with each look which parts are ready and what waits in the queue."""
        self.registry.register(_Now(ready, queue))

    def may_look(self, request: Request) -> bool:
        """Let in this machine, and whoever knows the API's key."""
        if is_on_this_machine(request):
            return True
        given = key_given(request).encode()
        return bool(self.key) and hmac.compare_digest(given, self.key.encode())


@dataclass(frozen=True, slots=True)
class _Now(Collector):
    ready: Callable[[], Mapping[str, bool]]
    queue: Callable[[], Mapping[tuple[str, str], int]]

    def collect(self) -> Iterable[Metric]:
        parts = GaugeMetricFamily("bank_ready", "1 where it serves", labels=["part"])
        for name, is_ready in self.ready().items():
            parts.add_metric([name], int(is_ready))
        yield parts
        jobs = GaugeMetricFamily(
            "bank_jobs", "Jobs in the queue", labels=["job", "status"]
        )
        for (job, status), count in self.queue().items():
            jobs.add_metric([job, status], count)
        yield jobs


class Counting:
    """Counts every answer, with the time from request to the start of the answer."""

    def __init__(self, app: ASGIApp, *, registry: CollectorRegistry) -> None:
        self.app = app
        self.answers = Counter(
            "bank_http_answers",
            "Answers given",
            ["method", "route", "status"],
            registry=registry,
        )
        self.seconds = Histogram(
            "bank_http_seconds", "Time to the answer", ["route"], registry=registry
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began = time.perf_counter()

        async def send_and_count(message: Message) -> None:
            if message["type"] == "http.response.start":
                route = _pattern(scope)
                # Whoever invents methods does not also fill our memory.
                method = scope["method"] if scope["method"] in _METHODS else "other"
                self.answers.labels(method, route, message["status"]).inc()
                self.seconds.labels(route).observe(time.perf_counter() - began)
            await send(message)

        await self.app(scope, receive, send_and_count)


def _pattern(scope: Scope) -> str:
    return str(getattr(scope.get("route"), "path", "none"))


router = APIRouter()


@router.get("/metrics", include_in_schema=False)
async def metrics(request: Request) -> Response:
    """Show the figures; to anybody else there is nothing here."""
    found: Metrics = request.app.state.metrics
    if not found.may_look(request):
        raise HTTPException(404)
    text = await run_in_threadpool(generate_latest, found.registry)
    # What belongs to the process rather than to this application: memory, webhooks.
    text += generate_latest(REGISTRY)
    return Response(text, media_type=CONTENT_TYPE_LATEST)
