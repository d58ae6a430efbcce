"""Whether the bank is alive, and whether all of it is ready to serve."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import requests
from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse

_TIMEOUT_S = 2.0
_FRESH_S = 1.0


@dataclass(slots=True)
class Health:
    """Asks each part; an answer is good for a second, whoever asks how often."""

    parts: Mapping[str, Callable[[], bool]]
    _asked_at: float = field(default=float("-inf"))
    _known: dict[str, bool] = field(default_factory=dict)

    def ready(self) -> dict[str, bool]:
        if time.monotonic() - self._asked_at > _FRESH_S:
            self._known = {name: part() for name, part in self.parts.items()}
            self._asked_at = time.monotonic()
        return self._known


def answers(url: str) -> Callable[[], bool]:
    """A part that is ready when this address says so."""

    def ask() -> bool:
        try:
            answer = requests.get(url, timeout=_TIMEOUT_S, allow_redirects=False)
        except requests.RequestException:
            return False
        return bool(answer.status_code == requests.codes.ok)

    return ask


router = APIRouter()


@router.get("/healthz")
async def healthz() -> JSONResponse:
    """Tell that this process answers."""
    return JSONResponse({"status": "ok"})


@router.get("/readyz")
async def readyz(request: Request) -> JSONResponse:
    """Tell, part by part, whether the bank can serve."""
    health: Health = request.app.state.health
    ready = await run_in_threadpool(health.ready)
    return JSONResponse(ready, 200 if all(ready.values()) else 503)
