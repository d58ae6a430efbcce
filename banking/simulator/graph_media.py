"""Media at the Graph API: upload, describe, download, delete."""

import hashlib
import hmac
import secrets
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response
from starlette.datastructures import FormData, UploadFile

from banking.simulator.graph_access import GraphAccess, no_such_object, same
from banking.simulator.graph_errors import GraphError
from banking.simulator.storage import Media
from banking.simulator.world import World

type Json = dict[str, Any]

MEBIBYTE = 1024 * 1024
BIGGEST = {"audio": 16, "image": 5, "video": 16, "document": 100, "sticker": 0.5}
ALLOWED_TYPES = {
    "audio": ("audio/aac", "audio/amr", "audio/mpeg", "audio/mp4", "audio/ogg"),
    "image": ("image/jpeg", "image/png"),
    "video": ("video/mp4", "video/3gpp"),
    "sticker": ("image/webp",),
}
URL_SECONDS = 5 * 60


class MediaShelf:
    """Uploaded files, and addresses for them that are good for five minutes."""

    def __init__(self, world: World) -> None:
        self._world = world

    def keep(self, content: bytes, mime_type: str, filename: str) -> str:
        kind = mime_type.partition("/")[0]
        kind = kind if kind in ALLOWED_TYPES else "document"
        if not content:
            raise GraphError(100, "Param file must not be empty.")
        if len(content) > BIGGEST[kind] * MEBIBYTE:
            raise GraphError(131053, f"{kind} is larger than the platform allows")
        media = Media(
            id=str(secrets.randbelow(9 * 10**15) + 10**15),
            mime_type=mime_type,
            sha256=hashlib.sha256(content).hexdigest(),
            size=len(content),
            filename=filename,
        )
        self._world.storage.add_media(media, content)
        return media.id

    def find(self, media_id: str) -> Media:
        media = self._world.storage.media(media_id)
        if media is None:
            raise no_such_object(media_id)
        return media

    def describe(self, media: Media) -> Json:
        expires = int(self._world.now().timestamp()) + URL_SECONDS
        query = f"ext={expires}&hash={self._url_hash(media, expires)}"
        return {
            "messaging_product": "whatsapp",
            "url": f"{self._world.settings.own_url}/lookaside/{media.id}?{query}",
            "mime_type": media.mime_type,
            "sha256": media.sha256,
            "file_size": str(media.size),
            "id": media.id,
        }

    def url_is_good(self, media: Media, expires: str, given: str) -> bool:
        if not expires.isdigit():
            return False
        fresh = int(expires) >= self._world.now().timestamp()
        return fresh and same(given, self._url_hash(media, int(expires)))

    def _url_hash(self, media: Media, expires: int) -> str:
        key = self._world.settings.access_token.encode()
        text = f"{media.id}:{expires}".encode()
        return hmac.new(key, text, hashlib.sha256).hexdigest()[:32]


def media_routes(world: World, access: GraphAccess) -> APIRouter:
    routes = APIRouter()
    shelf = MediaShelf(world)

    @routes.post("/{version}/{phone_number_id}/media")
    async def upload(version: str, phone_number_id: str, request: Request) -> Response:
        access.check(request, version, phone_number_id)
        access.bad_luck()
        async with request.form(max_files=1) as form:
            return JSONResponse({"id": await _keep(shelf, form)})

    @routes.get("/lookaside/{media_id}")
    async def download(media_id: str, request: Request) -> Response:
        access.token(request)
        media = shelf.find(media_id)
        query = request.query_params
        if not shelf.url_is_good(media, query.get("ext", ""), query.get("hash", "")):
            raise no_such_object(media_id)
        return Response(world.storage.media_bytes(media), media_type=media.mime_type)

    @routes.get("/{version}/{media_id}")
    async def describe(version: str, media_id: str, request: Request) -> Response:
        access.check(request, version, request.query_params.get("phone_number_id"))
        return JSONResponse(shelf.describe(shelf.find(media_id)))

    @routes.delete("/{version}/{media_id}")
    async def delete(version: str, media_id: str, request: Request) -> Response:
        access.check(request, version, request.query_params.get("phone_number_id"))
        world.storage.drop_media(shelf.find(media_id))
        return JSONResponse({"success": True})

    return routes


async def _keep(shelf: MediaShelf, form: FormData) -> str:
    if form.get("messaging_product") != "whatsapp":
        raise GraphError(100, "The parameter messaging_product is required.")
    file = form.get("file")
    if not isinstance(file, UploadFile):
        raise GraphError(100, "The parameter file is required.")
    declared = form.get("type")
    mime_type = declared if isinstance(declared, str) else file.content_type
    if not mime_type or "/" not in mime_type:
        raise GraphError(100, "The parameter type is required.")
    name = (file.filename or "file").rsplit("/", 1)[-1][:240]
    return shelf.keep(await file.read(), mime_type, name)
