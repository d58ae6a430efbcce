"""The model in service, for the assistant's own process on this machine.

Rasa asks every two seconds; it gets the model only where another one is in service, and
with it a signed manifest. Whoever else asks is told that there is nothing here.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.responses import FileResponse, Response

from banking.ports.identity import Clock
from banking.ports.models import ModelCard, WrongModel
from banking.services.model_gate import ModelGate
from banking.web.metrics import is_on_this_machine

_BEARER_PURPOSE = b"models"
_SIGNATURE_PURPOSE = b"model manifest"
_NOT_FOUND, _NOT_MODIFIED, _UNAVAILABLE = 404, 304, 503


def bearer(envelope_key: bytes) -> str:
    """Return the bearer that both sides derive from the envelope key."""
    digest = hmac.new(envelope_key, _BEARER_PURPOSE, hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelServer:
    """Hands out what is in service, and nothing else of the shelf."""

    gate: ModelGate
    clock: Clock
    key: bytes = field(repr=False)

    def may_ask(self, request: Request) -> bool:
        """Let in a process of this machine that knows the envelope key."""
        expected = f"Bearer {bearer(self.key)}".encode()
        given = request.headers.get("authorization", "").encode()
        return is_on_this_machine(request) and hmac.compare_digest(given, expected)

    def answer(self, known: str) -> Response:
        """Give the model in service, unless its tag is among the known ones."""
        card = self.gate.in_service()
        if card is None:
            raise HTTPException(_NOT_FOUND)
        tag = f'"{card.sha256}"'
        if tag in (each.strip() for each in known.split(",")):
            return Response(status_code=_NOT_MODIFIED, headers={"ETag": tag})
        try:
            file = self.gate.file_of(card)
        except WrongModel:
            raise HTTPException(_UNAVAILABLE) from None
        return FileResponse(
            file,
            media_type="application/gzip",
            headers={"ETag": tag, **self._signed(card)},
        )

    def _signed(self, card: ModelCard) -> Mapping[str, str]:
        told = asdict(card)
        told["trained_at"] = card.trained_at.isoformat()
        manifest = base64.b64encode(json.dumps(told).encode()).decode()
        signed_at = str(int(self.clock.now().timestamp()))
        key = hmac.new(self.key, _SIGNATURE_PURPOSE, hashlib.sha256).digest()
        signed = f"{signed_at}.{manifest}".encode()
        return {
            "X-Model-Manifest": manifest,
            "X-Model-Signed-At": signed_at,
            "X-Model-Signature": hmac.new(key, signed, hashlib.sha256).hexdigest(),
        }


router = APIRouter(prefix="/internal", include_in_schema=False)


@router.get("/model")
async def model(request: Request) -> Response:
    """Hand the model in service to the assistant's own process."""
    server: ModelServer = request.app.state.models
    if not server.may_ask(request):
        raise HTTPException(_NOT_FOUND)
    known = request.headers.get("if-none-match", "")
    return await run_in_threadpool(server.answer, known)
