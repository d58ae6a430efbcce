"""Meta's Graph API for one business number: `POST /{version}/{number}/messages`."""

import asyncio
import json
import secrets
import time
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, PlainTextResponse, Response

from banking.simulator.addresses import (
    NotAnAddress,
    is_phone,
    read_address,
    user_id,
    wa_id,
)
from banking.simulator.chat import pdf_pages
from banking.simulator.graph_access import GraphAccess
from banking.simulator.graph_errors import GraphDown, GraphError, invalid, missing
from banking.simulator.graph_media import ALLOWED_TYPES, BIGGEST, media_routes
from banking.simulator.graph_rules import check_message
from banking.simulator.pair_rate import PairRate
from banking.simulator.world import World

type Json = dict[str, Any]

BIGGEST_REQUEST = 1024 * 1024
SILENCE_SECONDS = 60


class Messages:
    """The rules of the endpoint; the routes below translate HTTP."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._pair_rate = PairRate()

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
        if kind not in BIGGEST or "id" not in body[kind]:
            return {}
        media = self._world.storage.media(body[kind]["id"])
        if media is None:
            raise invalid(f"Media ID {body[kind]['id'][:40]} does not exist")
        allowed = ALLOWED_TYPES.get(kind)
        if allowed and media.mime_type.split(";")[0] not in allowed:
            raise GraphError(131053, f"{media.mime_type} cannot be sent as {kind}")
        about: Json = {"mime_type": media.mime_type, "size": media.size}
        if media.mime_type == "application/pdf":
            about["pages"] = pdf_pages(self._world.storage.media_bytes(media))
        name = body[kind].get("filename") or media.filename
        return {**about, "filename": name, "url": f"/sim/media/{media.id}"}


def graph_routes(world: World) -> APIRouter:
    """The routes Meta has; they match broadly, so they come last in the app."""
    routes = APIRouter()
    access = GraphAccess(world)
    endpoint = Messages(world)

    @routes.post("/{version}/{phone_number_id}/messages")
    async def messages(
        version: str, phone_number_id: str, request: Request
    ) -> Response:
        access.check(request, version, phone_number_id)
        access.bad_luck()
        answer = endpoint.take(await _json_body(request))
        luck = world.misbehaviour
        if "messages" in answer and luck.happens(luck.dials.timeout_after_accept):
            await _silence(request)
        return JSONResponse(answer)

    routes.include_router(media_routes(world, access))
    return routes


def graph_refusal(_: Request, error: Exception) -> Response:
    """Say no in Meta's shape."""
    if isinstance(error, GraphDown):
        # What a broken front end says: not JSON, and nothing to learn from.
        return PlainTextResponse("Bad Gateway", 502)
    if not isinstance(error, GraphError):
        raise error
    headers = {}
    if error.retry_after is not None:
        headers["retry-after"] = str(error.retry_after)
    trace_id = "A" + secrets.token_urlsafe(16)
    return JSONResponse(error.body(trace_id), error.status, headers)


async def _json_body(request: Request) -> Json:
    raw = await request.body()
    if len(raw) > BIGGEST_REQUEST:
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
