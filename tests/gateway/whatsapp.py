"""What WhatsApp delivers, as it writes and signs it."""

import hashlib
import hmac
import itertools
from datetime import UTC, datetime
from typing import Any

PATH = "/webhooks/whatsapp"
NUMBER_ID = "109876543210987"
SECRET = "app-secret-of-the-tests"
OLD_SECRET = "app-secret-before-rotation"
VERIFY_TOKEN = "verify-me"
AMA = "233244123456"
NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)

_ids = itertools.count(1)


def signed(raw: bytes, secret: str = SECRET) -> str:
    return "sha256=" + hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest()


def text_message(body: str, *, at: datetime = NOON, **more: Any) -> dict[str, Any]:
    return {
        "from": AMA,
        "id": f"wamid.{next(_ids):08d}=",
        "timestamp": str(int(at.timestamp())),
        "type": "text",
        "text": {"body": body},
    } | more


def change(
    messages: list[Any] | None = None,
    statuses: list[Any] | None = None,
    *,
    number_id: str = NUMBER_ID,
    **more: Any,
) -> dict[str, Any]:
    value = {
        "messaging_product": "whatsapp",
        "metadata": {
            "display_phone_number": "15550100999",
            "phone_number_id": number_id,
        },
        **({} if messages is None else {"messages": messages}),
        **({} if statuses is None else {"statuses": statuses}),
    } | more
    return {"field": "messages", "value": value}


def envelope(
    messages: list[Any] | None = None, statuses: list[Any] | None = None, **more: Any
) -> dict[str, Any]:
    return wrapped([change(messages, statuses, **more)])


def wrapped(*entries: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "object": "whatsapp_business_account",
        "entry": [{"id": "1", "changes": changes} for changes in entries],
    }
