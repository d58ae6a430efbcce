"""What the control API accepts, one model for each thing a person can do."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class TextIn(_Strict):
    text: str = Field(max_length=70_000)
    reply_to: str | None = None
    forwarded: bool = False


class TapIn(_Strict):
    message_id: str
    option_id: str


class MediaIn(_Strict):
    kind: Literal["image", "voice", "audio", "video", "document", "sticker"]
    caption: str | None = None
    filename: str | None = None


class LocationIn(_Strict):
    latitude: float = 51.5074
    longitude: float = -0.1278
    name: str | None = None
    address: str | None = None


class ContactsIn(_Strict):
    name: str = "Sam Carter"
    phone: str = "+15550107788"


class ReactionIn(_Strict):
    message_id: str
    emoji: str = ""


class EditIn(_Strict):
    message_id: str
    text: str


class RevokeIn(_Strict):
    message_id: str


class SystemIn(_Strict):
    type: Literal[
        "user_changed_number", "customer_identity_changed", "user_changed_user_id"
    ] = "user_changed_number"
    new_phone: str | None = None


class UnsupportedIn(_Strict):
    type: str = "unsupported"


class SimChangeIn(_Strict):
    hours_ago: float | None = Field(default=0, ge=0, le=24 * 365)


class PersonIn(_Strict):
    name: str = Field(default="Someone new", min_length=1, max_length=60)
    phone: str | None = None
    user_id: str | None = None


class RawWebhookIn(_Strict):
    """`body` is sent as written if it is a string, escaped like Meta's if not."""

    body: Any = None
    body_base64: str | None = None
    signature: str = "valid"
    headers: dict[str, str] = {}
