"""Webhooks made by hand, delivered by the simulator with Meta's signature."""

import json
import secrets
from typing import Any

import requests

from banking.settings import Settings
from tests.live.customer import Customer
from tests.live.stack import Stack

type Json = dict[str, Any]


def text_webhook(customer: Customer, text: str, **how: Any) -> Json:
    """One text message of a customer. ``how`` as in ``webhook``."""
    return webhook(customer, {"type": "text", "text": {"body": text}}, **how)


def tap_webhook(customer: Customer, handle: str, title: str) -> Json:
    """A tapped reply button whose id is whatever the sender says it is."""
    reply = {"id": handle, "title": title}
    content = {"type": "button_reply", "button_reply": reply}
    return webhook(customer, {"type": "interactive", "interactive": content})


def webhook(
    customer: Customer, content: Json, *, wamid: str | None = None, age_s: float = 0
) -> Json:
    """A delivery of one message, written so many seconds ago."""
    number = customer.phone.removeprefix("+")
    message = {
        "from": number,
        "id": wamid or f"wamid.{secrets.token_hex(16)}",
        "timestamp": str(int(customer.now.timestamp() - age_s)),
        **content,
    }
    value = {
        "messaging_product": "whatsapp",
        "metadata": {
            "display_phone_number": "15550000000",
            "phone_number_id": Settings().whatsapp_phone_number_id,
        },
        "contacts": [{"profile": {"name": "Ama"}, "wa_id": number}],
        "messages": [message],
    }
    change = {"field": "messages", "value": value}
    return {
        "object": "whatsapp_business_account",
        "entry": [{"id": "102290129340398", "changes": [change]}],
    }


def message_id(body: Json) -> str:
    """The messenger's id of the message in a delivery."""
    return str(body["entry"][0]["changes"][0]["value"]["messages"][0]["id"])


def deliver(stack: Stack, body: Json | str, signature: str = "valid") -> int:
    """Deliver once, now; return the bank's status."""
    answer = requests.post(
        f"{stack.simulator}/sim/webhook-raw",
        data=json.dumps({"body": body, "signature": signature}),
        headers={"content-type": "application/json"},
        timeout=30,
    )
    answer.raise_for_status()
    return int(answer.json()["status"])
