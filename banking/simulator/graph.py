"""Meta's Graph API for one business number: messages and media."""

import asyncio
import hashlib
import hmac
import json
import re
import secrets
import time
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, PlainTextResponse, Response
from starlette.datastructures import UploadFile

from banking.simulator.addresses import (
    NotAnAddress,
    is_phone,
    read_address,
    user_id,
    wa_id,
)
from banking.simulator.chat import pdf_pages
from banking.simulator.graph_errors import GraphError, invalid, missing
from banking.simulator.graph_rules import check_message
from banking.simulator.pair_rate import PairRate
from banking.simulator.storage import Media
from banking.simulator.world import World

type Json = dict[str, Any]

MEBIBYTE = 1024 * 1024
BIGGEST_MESSAGE = MEBIBYTE
BIGGEST_MEDIA = {"audio": 16, "image": 5, "video": 16, "document": 100, "sticker": 0.5}
MEDIA_TYPES = {
    "audio": ("audio/aac", "audio/amr", "audio/mpeg", "audio/mp4", "audio/ogg"),
    "image": ("image/jpeg", "image/png"),
    "video": ("video/mp4", "video/3gpp"),
    "sticker": ("image/webp",),
}
MEDIA_URL_SECONDS = 5 * 60
SILENCE_SECONDS = 60


class GraphApi:
    """The rules of the API; the routes below translate HTTP."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._pair_rate = PairRate()

    def authorise(self, request: Request, version: str) -> None:
        """Raise unless the path is versioned and the token is the bank's."""
        if not re.fullmatch(r"v[1-9][0-9]?\.[0-9]", version):
            raise GraphError(2500, f"Unknown path components: /{version}", status=404)
        settings = self._world.settings
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not _same(token, settings.access_token):
            raise GraphError(190, "", status=401)
        proof = request.query_params.get("appsecret_proof")
        if proof is not None:
            expected = hmac.new(
                settings.app_secret.encode(),
                settings.access_token.encode(),
                hashlib.sha256,
            ).hexdigest()
            if not _same(proof, expected):
                raise GraphError(
                    100, "Invalid appsecret_proof provided in the API argument"
                )

    def own_number(self, phone_number_id: str) -> None:
        if phone_number_id != self._world.settings.phone_number_id:
            raise _no_such_object(phone_number_id)

    def bad_luck(self) -> None:
        """Fail as the dials say, before anything is accepted."""
        luck = self._world.misbehaviour
        if luck.happens(luck.dials.error_429):
            raise GraphError(
                130429,
                "Cloud API message throughput has been reached.",
                status=429,
                retry_after=1,
            )
        if luck.happens(luck.dials.error_5xx):
            raise GraphError(
                131000, "Message failed to send due to an unknown error.", status=500
            )

    def take(self, body: Json) -> Json:
        """A message or a read receipt: the answer, or GraphError."""
        if body.get("messaging_product") != "whatsapp":
            raise GraphError(100, "The parameter messaging_product is required.")
        if "status" in body:
            return self._mark_read(body)
        address, asked = self._recipient(body)
        check_message(body)
        self._allowed_now(address, body)
        callback = body.get("biz_opaque_callback_data")
        if body.get("type") == "reaction":
            message_id = self._react(address, body["reaction"], callback)
        else:
            about_media = self._about_media(body)
            message_id = self._world.handsets.receive(address, body, about_media).id
        contact = {"input": asked, "user_id": user_id(address)}
        if is_phone(address):
            contact["wa_id"] = wa_id(address)
        return {
            "messaging_product": "whatsapp",
            "contacts": [contact],
            "messages": [{"id": message_id}],
        }

    def _mark_read(self, body: Json) -> Json:
        if body["status"] != "read":
            raise GraphError(100, "Param status must be one of {READ}")
        if not isinstance(body.get("message_id"), str):
            raise missing("message_id")
        message = self._world.storage.message(body["message_id"])
        if message is None or message.side != "customer":
            raise invalid("message_id is not a message this number has received")
        typing = body.get("typing_indicator")
        if typing is not None and typing != {"type": "text"}:
            raise invalid("typing_indicator type must be text")
        self._world.handsets.mark_read(message, typing=typing is not None)
        return {"success": True}

    def _recipient(self, body: Json) -> tuple[str, str]:
        # Meta: where both are given, `to` wins.
        asked = body.get("to") or body.get("recipient")
        if not asked:
            raise GraphError(100, "The parameter to is required.")
        try:
            address = read_address(str(asked))
        except NotAnAddress:
            raise invalid("Recipient is not a valid phone number or user id") from None
        if body.get("to") and not is_phone(address):
            raise invalid("to takes a phone number; use recipient for a user id")
        if wa_id(address) == self._world.settings.display_number:
            raise GraphError(131021, "Recipient phone number is the sender's own.")
        return self._known_address(address), str(asked)

    def _known_address(self, address: str) -> str:
        """A user id of a person whose number is known leads to the same chat."""
        if is_phone(address):
            return address
        for person in self._world.people.all():
            if user_id(person["phone"]) == address:
                return str(person["phone"])
        return address

    def _allowed_now(self, address: str, body: Json) -> None:
        open_window = self._world.handsets.window_is_open(address)
        if body.get("type") != "template" and not open_window:
            raise GraphError(
                131047,
                "Message failed to send because more than 24 hours have passed"
                " since the customer last replied to this number.",
            )
        if self._world.misbehaviour.dials.pair_rate and not self._pair_rate.allows(
            address, self._world.now().timestamp()
        ):
            raise GraphError(
                131056, "Too many messages sent to this recipient in a short time."
            )

    def _react(self, address: str, reaction: Json, callback: str | None) -> str:
        target = self._world.storage.message(reaction["message_id"])
        if target is None or target.address != address or target.revoked:
            raise invalid("reaction message_id is not a message of this chat")
        return self._world.handsets.react(target, reaction["emoji"], callback)

    def _about_media(self, body: Json) -> Json:
        kind = body.get("type", "text")
        if kind not in BIGGEST_MEDIA or "id" not in body[kind]:
            return {}
        media = self._world.storage.media(body[kind]["id"])
        if media is None:
            raise invalid(f"Media ID {body[kind]['id'][:40]} does not exist")
        allowed = MEDIA_TYPES.get(kind)
        if allowed and media.mime_type not in allowed:
            raise GraphError(131053, f"{media.mime_type} cannot be sent as {kind}")
        about: Json = {"mime_type": media.mime_type, "size": media.size}
        if media.mime_type == "application/pdf":
            about["pages"] = pdf_pages(self._world.storage.media_bytes(media))
        name = body[kind].get("filename") or media.filename
        return {**about, "filename": name, "url": f"/sim/media/{media.id}"}

    # Media

    def keep_media(self, content: bytes, mime_type: str, filename: str) -> str:
        kind = mime_type.split("/")[0]
        kind = kind if kind in MEDIA_TYPES else "document"
        if not content:
            raise GraphError(100, "Param file must not be empty.")
        if len(content) > BIGGEST_MEDIA[kind] * MEBIBYTE:
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

    def media(self, media_id: str) -> Media:
        media = self._world.storage.media(media_id)
        if media is None:
            raise _no_such_object(media_id)
        return media

    def describe(self, media: Media) -> Json:
        expires = int(self._world.now().timestamp()) + MEDIA_URL_SECONDS
        path = (
            f"/lookaside/{media.id}?ext={expires}&hash={self._url_hash(media, expires)}"
        )
        return {
            "messaging_product": "whatsapp",
            "url": self._world.settings.own_url + path,
            "mime_type": media.mime_type,
            "sha256": media.sha256,
            "file_size": str(media.size),
            "id": media.id,
        }

    def url_is_good(self, media: Media, expires: str, given: str) -> bool:
        if not expires.isdigit():
            return False
        fresh = int(expires) >= self._world.now().timestamp()
        return fresh and _same(given, self._url_hash(media, int(expires)))

    def _url_hash(self, media: Media, expires: int) -> str:
        key = self._world.settings.access_token.encode()
        text = f"{media.id}:{expires}".encode()
        return hmac.new(key, text, hashlib.sha256).hexdigest()[:32]


def graph_routes(world: World) -> APIRouter:
    """The routes Meta has; they match broadly, so they come last in the app."""
    routes = APIRouter()
    api = GraphApi(world)

    @routes.post("/{version}/{phone_number_id}/messages")
    async def messages(
        version: str, phone_number_id: str, request: Request
    ) -> Response:
        if world.misbehaviour.dials.graph_down:
            return _bad_gateway()
        api.authorise(request, version)
        api.own_number(phone_number_id)
        api.bad_luck()
        answer = api.take(await _json_body(request))
        luck = world.misbehaviour
        if "messages" in answer and luck.happens(luck.dials.timeout_after_accept):
            await _silence(request)
        return JSONResponse(answer)

    @routes.post("/{version}/{phone_number_id}/media")
    async def upload(version: str, phone_number_id: str, request: Request) -> Response:
        if world.misbehaviour.dials.graph_down:
            return _bad_gateway()
        api.authorise(request, version)
        api.own_number(phone_number_id)
        api.bad_luck()
        form = await request.form(max_files=1)
        if form.get("messaging_product") != "whatsapp":
            raise GraphError(100, "The parameter messaging_product is required.")
        file = form.get("file")
        if not isinstance(file, UploadFile):
            raise GraphError(100, "The parameter file is required.")
        declared = form.get("type")
        mime_type = declared if isinstance(declared, str) else file.content_type
        if not mime_type or "/" not in mime_type:
            raise GraphError(100, "The parameter type is required.")
        content = await file.read()
        name = (file.filename or "file").rsplit("/", 1)[-1][:240]
        return JSONResponse({"id": api.keep_media(content, mime_type, name)})

    @routes.get("/lookaside/{media_id}")
    async def download(media_id: str, request: Request) -> Response:
        api.authorise(request, "v1.0")
        media = api.media(media_id)
        query = request.query_params
        if not api.url_is_good(media, query.get("ext", ""), query.get("hash", "")):
            raise _no_such_object(media_id)
        return Response(world.storage.media_bytes(media), media_type=media.mime_type)

    @routes.get("/{version}/{media_id}")
    async def describe(version: str, media_id: str, request: Request) -> Response:
        if world.misbehaviour.dials.graph_down:
            return _bad_gateway()
        api.authorise(request, version)
        asked_for = request.query_params.get("phone_number_id")
        if asked_for is not None:
            api.own_number(asked_for)
        return JSONResponse(api.describe(api.media(media_id)))

    @routes.delete("/{version}/{media_id}")
    async def delete(version: str, media_id: str, request: Request) -> Response:
        api.authorise(request, version)
        world.storage.drop_media(api.media(media_id))
        return JSONResponse({"success": True})

    return routes


def graph_refusal(_: Request, error: Exception) -> Response:
    """Say no in Meta's shape."""
    if not isinstance(error, GraphError):
        raise error
    headers = {}
    if error.retry_after is not None:
        headers["retry-after"] = str(error.retry_after)
    trace_id = "A" + secrets.token_urlsafe(16)
    return JSONResponse(error.body(trace_id), error.status, headers)


async def _json_body(request: Request) -> Json:
    raw = await request.body()
    if len(raw) > BIGGEST_MESSAGE:
        raise GraphError(100, "The request is too large.")
    try:
        body = json.loads(raw)
    except ValueError:
        raise GraphError(100, "The request body is not JSON.") from None
    if not isinstance(body, dict):
        raise GraphError(100, "The request body must be a JSON object.")
    return body


async def _silence(request: Request) -> None:
    """Say nothing until the bank hangs up: it cannot know what happened."""
    until = time.monotonic() + SILENCE_SECONDS
    while time.monotonic() < until and not await request.is_disconnected():
        await asyncio.sleep(0.05)


def _bad_gateway() -> Response:
    return PlainTextResponse("Bad Gateway", 502)


def _no_such_object(name: str) -> GraphError:
    return GraphError(
        100,
        f"Unsupported request. Object with ID '{name[:40]}' does not exist, cannot"
        " be loaded due to missing permissions, or does not support this operation",
        subcode=33,
    )


def _same(given: str, expected: str) -> bool:
    return hmac.compare_digest(given.encode(), expected.encode())
