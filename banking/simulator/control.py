"""The control API: what a person does with a phone, for the page and for tests."""

import asyncio
import secrets
from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, HTTPException, Query
from pydantic import ValidationError

from banking.simulator import requests_in as given
from banking.simulator.addresses import (
    NotAnAddress,
    is_phone,
    read_address,
    user_id,
    wa_id,
)
from banking.simulator.chat import ChatMessage, option_of
from banking.simulator.handset import edited, revoked
from banking.simulator.misbehave import Dials
from banking.simulator.samples import sample
from banking.simulator.world import World

type Json = dict[str, Any]

LONGEST_WAIT_SECONDS = 30


def _address(phone: str) -> str:
    try:
        return read_address(phone)
    except NotAnAddress:
        raise HTTPException(422, "not a phone number or user id") from None


Address = Annotated[str, Depends(_address)]


def control_routes(world: World) -> APIRouter:
    """Routes under /sim; see README.md beside this file."""
    routes = APIRouter(prefix="/sim")
    routes.include_router(_phone_routes(world))
    routes.include_router(_world_routes(world))
    return routes


def _phone_routes(world: World) -> APIRouter:  # noqa: PLR0915
    routes = APIRouter(prefix="/phones/{phone}")
    phones = world.handsets

    def message_of(
        address: str, message_id: str, side: str | None = None
    ) -> ChatMessage:
        message = world.storage.message(message_id)
        wrong_side = side is not None and message is not None and message.side != side
        if message is None or message.address != address or wrong_side:
            raise HTTPException(404, "no such message in this chat")
        return message

    @routes.post("/text")
    async def text(address: Address, said: given.TextIn) -> Json:
        content: Json = {"type": "text", "text": {"body": said.text}}
        if said.reply_to:
            content |= phones.quoted(said.reply_to)
        if said.forwarded:
            content["context"] = {"forwarded": True}
        return phones.write(address, content, text=said.text).as_json()

    @routes.post("/tap")
    async def tap(address: Address, tapped: given.TapIn) -> Json:
        option = option_of(
            message_of(address, tapped.message_id, "bank"), tapped.option_id
        )
        if option is None:
            raise HTTPException(404, "this message has no such option")
        content = {
            "type": "interactive",
            "interactive": option,
            **phones.quoted(tapped.message_id),
        }
        title = option[option["type"]]["title"]
        return phones.write(address, content, text=title).as_json()

    @routes.post("/media")
    async def media(address: Address, sent: given.MediaIn) -> Json:
        file = sample(sent.kind)
        if file is None:
            raise HTTPException(422, "unknown kind")
        kept = file.as_media()
        world.storage.add_media(kept, file.content)
        payload: Json = {
            "id": kept.id,
            "mime_type": kept.mime_type,
            "sha256": kept.sha256,
        }
        kind = "audio" if sent.kind == "voice" else sent.kind
        if kind == "audio":
            payload["voice"] = sent.kind == "voice"
        elif sent.caption:
            payload["caption"] = sent.caption
        if kind == "document":
            payload["filename"] = sent.filename or kept.filename
        shown = {**payload, "size": kept.size, "url": f"/sim/media/{kept.id}"}
        return phones.write(
            address,
            {"type": kind, kind: payload},
            text=sent.caption or "",
            parts={kind: shown},
        ).as_json()

    @routes.post("/location")
    async def location(address: Address, place: given.LocationIn) -> Json:
        content = {"type": "location", "location": place.model_dump(exclude_none=True)}
        return phones.write(
            address, content, text=place.name or "", parts=_without_type(content)
        ).as_json()

    @routes.post("/contacts")
    async def contacts(address: Address, card: given.ContactsIn) -> Json:
        first, _, last = card.name.partition(" ")
        name = {"formatted_name": card.name, "first_name": first}
        phone = {"phone": card.phone, "wa_id": wa_id(card.phone), "type": "CELL"}
        contact = {"name": name | ({"last_name": last} if last else {})}
        content: Json = {
            "type": "contacts",
            "contacts": [{**contact, "phones": [phone]}],
        }
        return phones.write(
            address, content, text=card.name, parts=_without_type(content)
        ).as_json()

    @routes.post("/unsupported")
    async def unsupported(address: Address, what: given.UnsupportedIn) -> Json:
        error = {
            "code": 131051,
            "title": "Message type unknown",
            "message": "Message type unknown",
            "error_data": {"details": "Message type is currently not supported."},
        }
        content = {"type": what.type, "errors": [error]}
        return phones.write(address, content, text="Poll").as_json()

    @routes.post("/reaction")
    async def reaction(address: Address, reacted: given.ReactionIn) -> Json:
        target = message_of(address, reacted.message_id)
        payload: Json = {"message_id": target.id}
        if reacted.emoji:
            payload["emoji"] = reacted.emoji
        phones.write(address, {"type": "reaction", "reaction": payload}, shown=False)
        after = target.reacted("customer", reacted.emoji)
        phones.change(after)
        return after.as_json()

    @routes.post("/edit")
    async def edit(address: Address, change: given.EditIn) -> Json:
        target = message_of(address, change.message_id, "customer")
        new = {"type": "text", "text": {"body": change.text}, "context": {"id": "M0"}}
        payload = {"original_message_id": target.id, "message": new}
        phones.write(address, {"type": "edit", "edit": payload}, shown=False)
        phones.change(edited(target, change.text))
        return edited(target, change.text).as_json()

    @routes.post("/revoke")
    async def revoke(address: Address, taken_back: given.RevokeIn) -> Json:
        target = message_of(address, taken_back.message_id, "customer")
        payload = {"original_message_id": target.id}
        phones.write(address, {"type": "revoke", "revoke": payload}, shown=False)
        phones.change(revoked(target))
        return revoked(target).as_json()

    @routes.post("/system")
    async def system(address: Address, change: given.SystemIn) -> Json:
        name = world.people.name_of(address)
        new = _address(change.new_phone) if change.new_phone else _next_number(address)
        content: Json = {"type": "system"}
        match change.type:
            case "user_changed_number":
                content["system"] = {
                    "body": f"{name} changed from {wa_id(address)} to {wa_id(new)}",
                    "wa_id": wa_id(new),
                    "type": change.type,
                }
                world.people.add(new, name)
                world.hub.publish("people")
            case "customer_identity_changed":
                stamp = str(int(world.now().timestamp()))
                content["identity"] = {
                    "acknowledged": True,
                    "created_timestamp": stamp,
                    "hash": secrets.token_urlsafe(9),
                }
                content["system"] = {
                    "body": "User identity changed",
                    "type": change.type,
                }
            case "user_changed_user_id":
                content["system"] = {
                    "body": f"{name} has a new user id",
                    "previous_user_id": user_id(address),
                    "user_id": user_id(new),
                    "type": change.type,
                }
        words = content["system"]["body"]
        return phones.write(address, content, text=words).as_json()

    @routes.get("/chat")
    async def chat(
        address: Address,
        after: int = 0,
        wait: Annotated[float, Query(ge=0, le=LONGEST_WAIT_SECONDS)] = 0,
    ) -> Json:
        messages = world.storage.chat(address, after)
        with world.hub.listen() as events:
            try:
                async with asyncio.timeout(wait or None):
                    while wait and not any(m.side == "bank" for m in messages):
                        await events.get()
                        messages = world.storage.chat(address, after)
            except TimeoutError:
                messages = world.storage.chat(address, after)
        return {
            "messages": [message.as_json() for message in messages],
            "last": messages[-1].seq if messages else after,
            "typing": phones.is_typing(address),
        }

    @routes.delete("/chat")
    async def forget(address: Address) -> Json:
        world.storage.forget_chat(address)
        world.hub.publish("cleared", phone=address)
        return {"messages": []}

    @routes.get("/sms")
    async def sms(address: Address, after: int = 0) -> Json:
        return {"messages": [s.as_json() for s in world.storage.sms_of(address, after)]}

    @routes.get("/sim")
    async def sim(address: Address) -> Json:
        return {"changed_at": world.storage.sim_changed_at(address)}

    @routes.post("/sim-change")
    async def sim_change(address: Address, change: given.SimChangeIn) -> Json:
        at = None
        if change.hours_ago is not None:
            at = (world.now() - timedelta(hours=change.hours_ago)).isoformat()
        world.storage.set_sim_change(address, at)
        world.hub.publish("sim", phone=address, changed_at=at)
        return {"changed_at": at}

    return routes


def _world_routes(world: World) -> APIRouter:
    routes = APIRouter()

    @routes.get("/people")
    async def people() -> Json:
        return {"people": world.people.all(), "bank": world.settings.bank_name}

    @routes.post("/people", status_code=201)
    async def someone_new(new: given.PersonIn) -> Json:
        address = _address(new.phone or new.user_id or _unknown_number())
        person = world.people.add(address, new.name)
        world.hub.publish("people")
        return person

    @routes.get("/misbehave")
    async def misbehaviour() -> Dials:
        return world.misbehaviour.dials

    @routes.put("/misbehave")
    async def misbehave(changes: dict[str, Any]) -> Dials:
        before = world.misbehaviour.dials.model_dump()
        try:
            dials = Dials.model_validate(before | changes)
        except ValidationError as error:
            raise HTTPException(422, error.errors(include_url=False)) from None
        world.misbehaviour.dials = dials
        world.hub.publish("misbehave", dials=dials.model_dump())
        return dials

    @routes.delete("/misbehave")
    async def behave() -> Dials:
        world.misbehaviour.dials = Dials()
        world.hub.publish("misbehave", dials=Dials().model_dump())
        return world.misbehaviour.dials

    return routes


def _without_type(content: Json) -> Json:
    return {name: value for name, value in content.items() if name != "type"}


def _unknown_number() -> str:
    """A number nobody has: the block kept for fiction."""
    return f"+1555019{secrets.randbelow(10_000):04d}"


def _next_number(address: str) -> str:
    if not is_phone(address):
        return _unknown_number()
    return f"{address[:-4]}{(int(address[-4:]) + 1) % 10_000:04d}"
