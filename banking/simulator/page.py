"""The phone as a web page: static files, the files in a chat, and live events."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

from fastapi import APIRouter, HTTPException
from fastapi.responses import FileResponse, Response, StreamingResponse
from starlette.staticfiles import StaticFiles

from banking.simulator.world import World

STATIC = Path(__file__).parent / "static"
HEARTBEAT_SECONDS = 15
# Files in a chat come from the bank or a customer: never run as part of the page.
SHOWN_INLINE = {"application/pdf", "image/png", "image/jpeg", "text/plain"}
PAGE_HEADERS = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'"
        " data:; connect-src 'self'; base-uri 'none'; form-action 'none';"
        " frame-ancestors 'none'"
    ),
    "cache-control": "no-cache",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}


def page_routes(world: World) -> APIRouter:
    routes = APIRouter()
    routes.mount("/static", _Static(directory=STATIC), name="static")

    @routes.get("/")
    async def phone() -> Response:
        return FileResponse(STATIC / "index.html", headers=PAGE_HEADERS)

    @routes.get("/sms/{phone}")
    async def inbox() -> Response:
        return FileResponse(STATIC / "sms.html", headers=PAGE_HEADERS)

    @routes.get("/healthz")
    async def alive() -> dict[str, str]:
        return {"status": "ok"}

    @routes.get("/sim/media/{media_id}")
    async def media(media_id: str) -> Response:
        found = world.storage.media(media_id)
        if found is None:
            raise HTTPException(404, "no such file")
        mime_type = found.mime_type.split(";")[0].strip()
        how = "inline" if mime_type in SHOWN_INLINE else "attachment"
        name = "".join(c for c in found.filename if c.isascii() and c.isprintable())
        name = name.replace('"', "").replace("\\", "") or "file"
        headers = {
            "content-disposition": f'{how}; filename="{name}"',
            "x-content-type-options": "nosniff",
        }
        return Response(
            world.storage.media_bytes(found), media_type=mime_type, headers=headers
        )

    @routes.get("/sim/events")
    async def events() -> Response:
        return StreamingResponse(
            _stream(world),
            media_type="text/event-stream",
            headers={"cache-control": "no-store"},
        )

    return routes


async def _stream(world: World) -> AsyncIterator[str]:
    with world.hub.listen() as events:
        yield "retry: 1000\n\n"
        while True:
            try:
                event = await asyncio.wait_for(events.get(), HEARTBEAT_SECONDS)
            except TimeoutError:
                yield ": still here\n\n"
                continue
            if event is None:
                return
            yield f"data: {json.dumps(event)}\n\n"


class _Static(StaticFiles):
    def file_response(self, *args: object, **kwargs: object) -> Response:
        response = super().file_response(*args, **kwargs)  # type: ignore[arg-type]
        response.headers["cache-control"] = "no-cache"
        return response
