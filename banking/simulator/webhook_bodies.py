"""Webhook bodies as Meta writes them, and the signature over their bytes."""

import hashlib
import hmac
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from banking.simulator.addresses import is_phone, user_id, wa_id

type Json = dict[str, Any]

BUSINESS_ACCOUNT_ID = "102290129340398"


def encode(body: Json) -> bytes:
    """Escape like Meta: ASCII only, `\\u00e4` in lower case, `\\/` for a slash."""
    text = json.dumps(body, ensure_ascii=True, separators=(",", ":"))
    return text.replace("/", "\\/").encode("ascii")


def signature(body: bytes, app_secret: str) -> str:
    """The value of X-Hub-Signature-256 over exactly these bytes."""
    digest = hmac.new(app_secret.encode(), body, hashlib.sha256).hexdigest()
    return f"sha256={digest}"


@dataclass(frozen=True, slots=True)
class Business:
    """The bank's number, as webhooks name it."""

    phone_number_id: str
    display_number: str

    def _envelope(self, value: Json) -> Json:
        metadata = {
            "display_phone_number": self.display_number,
            "phone_number_id": self.phone_number_id,
        }
        return {
            "object": "whatsapp_business_account",
            "entry": [
                {
                    "id": BUSINESS_ACCOUNT_ID,
                    "changes": [
                        {
                            "value": {
                                "messaging_product": "whatsapp",
                                "metadata": metadata,
                                **value,
                            },
                            "field": "messages",
                        }
                    ],
                }
            ],
        }

    def message(
        self, address: str, name: str, message_id: str, at: datetime, content: Json
    ) -> Json:
        """One message of a customer; content holds `type` and its payload."""
        message = {**_sender(address), "id": message_id, "timestamp": _unix(at)}
        contact: Json = {"profile": {"name": name}}
        if is_phone(address):
            contact["wa_id"] = wa_id(address)
        contact["user_id"] = user_id(address)
        value: Json = {"contacts": [contact], "messages": [{**message, **content}]}
        if content["type"] == "system":
            # Meta sends system messages without contacts.
            del value["contacts"]
        return self._envelope(value)

    def status(
        self,
        address: str,
        message_id: str,
        status: str,
        at: datetime,
        callback_data: str | None,
        error: Json | None = None,
    ) -> Json:
        """One step of a message of the bank: sent, delivered, read or failed."""
        entry: Json = {"id": message_id, "status": status, "timestamp": _unix(at)}
        if is_phone(address):
            entry["recipient_id"] = wa_id(address)
        entry["recipient_user_id"] = user_id(address)
        if status == "delivered":
            entry["pricing"] = {
                "billable": False,
                "pricing_model": "PMP",
                "type": "free_customer_service",
                "category": "service",
            }
        if callback_data is not None:
            entry["biz_opaque_callback_data"] = callback_data
        if error is not None:
            entry["errors"] = [error]
        return self._envelope({"statuses": [entry]})


def _sender(address: str) -> Json:
    sender = {"from": wa_id(address)} if is_phone(address) else {}
    return {**sender, "from_user_id": user_id(address)}


def _unix(at: datetime) -> str:
    return str(int(at.timestamp()))
