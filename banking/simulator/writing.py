"""What a customer does with the phone: one method each, one webhook each."""

import secrets
from typing import Any

from fastapi import APIRouter, HTTPException

from banking.simulator import requests_in as given
from banking.simulator.address_in import Address, address_in, unknown_number
from banking.simulator.addresses import is_phone, user_id, wa_id
from banking.simulator.chat import ChatMessage, option_of
from banking.simulator.handset import edited, revoked
from banking.simulator.samples import sample
from banking.simulator.world import World

type Json = dict[str, Any]


class Writing:
    """Actions of the person who holds the phone `address`."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._phones = world.handsets

    def routes(self) -> APIRouter:
        routes = APIRouter(prefix="/phones/{phone}")
        for action in (
            self.text,
            self.tap,
            self.media,
            self.location,
            self.contacts,
            self.unsupported,
            self.reaction,
            self.edit,
            self.revoke,
            self.system,
        ):
            routes.add_api_route(f"/{action.__name__}", action, methods=["POST"])
        return routes

    async def text(self, address: Address, said: given.TextIn) -> Json:
        content: Json = {"type": "text", "text": {"body": said.text}}
        if said.reply_to:
            content |= self._phones.quoted(said.reply_to)
        if said.forwarded:
            content["context"] = {"forwarded": True}
        return self._phones.write(address, content, text=said.text).as_json()

    async def tap(self, address: Address, tapped: given.TapIn) -> Json:
        option = option_of(
            self._message_of(address, tapped.message_id, "bank"), tapped.option_id
        )
        if option is None:
            raise HTTPException(404, "this message has no such option")
        content = {
            "type": "interactive",
            "interactive": option,
            **self._phones.quoted(tapped.message_id),
        }
        title = option[option["type"]]["title"]
        return self._phones.write(address, content, text=title).as_json()

    async def media(self, address: Address, sent: given.MediaIn) -> Json:
        file = sample(sent.kind)
        if file is None:
            raise HTTPException(422, "unknown kind")
        kept = file.as_media()
        self._world.storage.add_media(kept, file.content)
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
        return self._phones.write(
            address,
            {"type": kind, kind: payload},
            text=sent.caption or "",
            parts={kind: shown},
        ).as_json()

    async def location(self, address: Address, place: given.LocationIn) -> Json:
        content = {"type": "location", "location": place.model_dump(exclude_none=True)}
        return self._phones.write(
            address, content, text=place.name or "", parts=_without_type(content)
        ).as_json()

    async def contacts(self, address: Address, card: given.ContactsIn) -> Json:
        first, _, last = card.name.partition(" ")
        name = {"formatted_name": card.name, "first_name": first}
        phone = {"phone": card.phone, "wa_id": wa_id(card.phone), "type": "CELL"}
        contact = {"name": name | ({"last_name": last} if last else {})}
        content: Json = {
            "type": "contacts",
            "contacts": [{**contact, "phones": [phone]}],
        }
        return self._phones.write(
            address, content, text=card.name, parts=_without_type(content)
        ).as_json()

    async def unsupported(self, address: Address, what: given.UnsupportedIn) -> Json:
        error = {
            "code": 131051,
            "title": "Message type unknown",
            "message": "Message type unknown",
            "error_data": {"details": "Message type is currently not supported."},
        }
        content: Json = {"type": what.type, "errors": [error]}
        if what.type == "unsupported":
            content["unsupported"] = {"type": "poll"}
        return self._phones.write(address, content, text="Poll").as_json()

    async def reaction(self, address: Address, reacted: given.ReactionIn) -> Json:
        target = self._message_of(address, reacted.message_id)
        payload: Json = {"message_id": target.id}
        if reacted.emoji:
            payload["emoji"] = reacted.emoji
        self._phones.write(
            address, {"type": "reaction", "reaction": payload}, shown=False
        )
        after = target.reacted("customer", reacted.emoji)
        self._phones.change(after)
        return after.as_json()

    async def edit(self, address: Address, change: given.EditIn) -> Json:
        target = self._message_of(address, change.message_id, "customer")
        new: Json = {"type": "text", "text": {"body": change.text}}
        new["context"] = {"id": "M0"}
        payload = {"original_message_id": target.id, "message": new}
        self._phones.write(address, {"type": "edit", "edit": payload}, shown=False)
        self._phones.change(edited(target, change.text))
        return edited(target, change.text).as_json()

    async def revoke(self, address: Address, taken_back: given.RevokeIn) -> Json:
        target = self._message_of(address, taken_back.message_id, "customer")
        payload = {"original_message_id": target.id}
        self._phones.write(address, {"type": "revoke", "revoke": payload}, shown=False)
        self._phones.change(revoked(target))
        return revoked(target).as_json()

    async def system(self, address: Address, change: given.SystemIn) -> Json:
        name = self._world.people.name_of(address)
        new = (
            address_in(change.new_phone) if change.new_phone else _next_number(address)
        )
        content: Json = {"type": "system"}
        match change.type:
            case "user_changed_number":
                content["system"] = {
                    "body": f"{name} changed from {wa_id(address)} to {wa_id(new)}",
                    "wa_id": wa_id(new),
                    "type": change.type,
                }
                self._world.people.add(new, name)
                self._world.hub.publish("people")
            case "customer_identity_changed":
                stamp = str(int(self._world.now().timestamp()))
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
        return self._phones.write(address, content, text=words).as_json()

    def _message_of(
        self, address: str, message_id: str, side: str | None = None
    ) -> ChatMessage:
        message = self._world.storage.message(message_id)
        if message is None or message.address != address:
            raise HTTPException(404, "no such message in this chat")
        if side is not None and message.side != side:
            raise HTTPException(404, f"not a message of the {side}")
        return message


def _without_type(content: Json) -> Json:
    return {name: value for name, value in content.items() if name != "type"}


def _next_number(address: str) -> str:
    if not is_phone(address):
        return unknown_number()
    return f"{address[:-4]}{(int(address[-4:]) + 1) % 10_000:04d}"
