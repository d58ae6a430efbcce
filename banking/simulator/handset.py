"""The phones: what customers write, what arrives from the bank, and the ticks."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from banking.simulator.addresses import new_message_id
from banking.simulator.chat import ChatMessage, kind_of, parts_of, text_of
from banking.simulator.delivery import LinesBusy, WebhookSender
from banking.simulator.events import Hub
from banking.simulator.misbehave import Misbehaviour
from banking.simulator.people import People
from banking.simulator.storage import Storage
from banking.simulator.webhook_bodies import Business

type Json = dict[str, Any]

CUSTOMER_WINDOW = timedelta(hours=24)
TYPING_LASTS = timedelta(seconds=25)
# Not known to open the customer's 24 hours; the bank must not count on it.
OPENS_NO_WINDOW = frozenset({"reaction", "edit", "revoke", "system"})


class Handsets:
    """All phones. Times are UTC from `now`."""

    def __init__(
        self,
        *,
        business: Business,
        storage: Storage,
        hub: Hub,
        people: People,
        misbehaviour: Misbehaviour,
        now: Callable[[], datetime],
    ) -> None:
        self._business = business
        self._storage = storage
        self._hub = hub
        self._people = people
        self._misbehaviour = misbehaviour
        self._now = now
        self._typing_until: dict[str, datetime] = {}
        self.sender: WebhookSender | None = None

    # From the customer to the bank

    def write(
        self,
        address: str,
        content: Json,
        *,
        text: str = "",
        parts: Json | None = None,
        shown: bool = True,
    ) -> ChatMessage:
        """Send what the customer did; `content` is the webhook's type and payload.

        Raises LinesBusy when too many webhooks are waiting. Not `shown` are
        actions that leave no bubble of their own: reactions, edits, revokes.
        """
        at = self._now()
        message = ChatMessage(
            id=new_message_id(address),
            address=address,
            side="customer",
            kind=content["type"],
            at=at.isoformat(),
            text=text,
            parts=parts or {},
            context=content.get("context", {}).get("id"),
        )
        body = self._business.message(
            address, self._people.name_of(address), message.id, at, content
        )
        self._send(address, body, message.id if shown else None)
        if content["type"] not in OPENS_NO_WINDOW:
            self._storage.open_window(address, at.timestamp())
        if shown:
            message = self._storage.add_message(message.reached("sent", message.at))
            self._tell(message)
        return message

    def settled(self, message_id: str, arrived: bool) -> None:
        """The webhook of this message was taken by the bank, or given up."""
        message = self._storage.message(message_id)
        if message is not None:
            status = "delivered" if arrived else "failed"
            self.change(message.reached(status, self._now().isoformat()))

    def change(self, message: ChatMessage) -> None:
        self._storage.save_message(message)
        self._tell(message)

    # From the bank to the customer

    def window_is_open(self, address: str) -> bool:
        opened = self._storage.window_opened(address)
        if opened is None:
            return False
        return self._now().timestamp() - opened < CUSTOMER_WINDOW.total_seconds()

    def receive(self, address: str, body: Json, about_media: Json) -> ChatMessage:
        """Show a message of the bank and report its statuses to the bank."""
        self._typing_until.pop(address, None)
        parts = parts_of(body)
        kind = kind_of(body)
        if about_media:
            parts[kind] = {**parts[kind], **about_media}
        message = ChatMessage(
            id=new_message_id(address),
            address=address,
            side="bank",
            kind=kind,
            at=self._now().isoformat(),
            text=text_of(body),
            parts=parts,
            context=body.get("context", {}).get("message_id"),
        )
        for status in self._statuses():
            message = message.reached(status, message.at)
        message = self._storage.add_message(message)
        self._tell(message)
        self._report(message, body.get("biz_opaque_callback_data"))
        return message

    def react(self, target: ChatMessage, emoji: str, callback: str | None) -> str:
        """The bank's reaction to a message; returns the id of the reaction."""
        self.change(target.reacted("bank", emoji))
        message_id = new_message_id(target.address)
        self._report_one(target.address, message_id, "sent", callback)
        return message_id

    def mark_read(self, message: ChatMessage, *, typing: bool) -> None:
        """The bank has read up to this message; earlier ones count as read too."""
        at = self._now()
        for earlier in self._storage.chat(message.address):
            if earlier.seq > message.seq:
                break
            if earlier.side == "customer" and earlier.status != "read":
                self.change(earlier.reached("read", at.isoformat()))
        if typing:
            self._typing_until[message.address] = at + TYPING_LASTS
            self._hub.publish(
                "typing",
                phone=message.address,
                seconds=TYPING_LASTS.total_seconds(),
            )

    def is_typing(self, address: str) -> bool:
        until = self._typing_until.get(address)
        return until is not None and self._now() < until

    # Both

    def quoted(self, message_id: str) -> Json:
        """The `context` of a webhook that answers a message."""
        target = self._storage.message(message_id)
        if target is None or target.side == "bank":
            author = self._business.display_number
        else:
            author = target.address
        return {"context": {"from": author.removeprefix("+"), "id": message_id}}

    def _statuses(self) -> list[str]:
        dials = self._misbehaviour.dials
        read = ["read"] if dials.read_receipts else []
        return ["sent", "delivered", *read]

    def _report(self, message: ChatMessage, callback: str | None) -> None:
        statuses = self._statuses()
        if self._misbehaviour.dials.statuses_reversed:
            statuses.reverse()
        for status in statuses:
            self._report_one(message.address, message.id, status, callback)

    def _report_one(
        self, address: str, message_id: str, status: str, callback: str | None
    ) -> None:
        body = self._business.status(address, message_id, status, self._now(), callback)
        # Meta drops statuses rather than sending late; messages it does not drop.
        try:
            self._send(address, body, None, may_join=True)
        except LinesBusy:
            return

    def _send(
        self,
        address: str,
        body: Json,
        message_id: str | None,
        *,
        may_join: bool = False,
    ) -> None:
        if self.sender is None:
            raise LinesBusy
        self.sender.put(address, body, message_id, may_join=may_join)

    def _tell(self, message: ChatMessage) -> None:
        self._hub.publish("message", phone=message.address, message=message.as_json())


def edited(message: ChatMessage, text: str) -> ChatMessage:
    return replace(message, text=text, edited=True)


def revoked(message: ChatMessage) -> ChatMessage:
    return replace(message, text="", parts={}, revoked=True)
