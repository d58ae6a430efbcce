"""Reads what WhatsApp's Cloud API delivers: signature, envelope, every message type.

The one place that knows Meta's field names. Whatever is missing, of another type or
new leads to a defined outcome; one bad item never stops the ones beside it.
"""

import hashlib
import hmac
import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from banking.domain.inbound import (
    Batch,
    Heard,
    HeardMedia,
    HeardOther,
    HeardReaction,
    HeardTap,
    HeardText,
    IdentityChanged,
    Ignored,
    Inbound,
    Report,
    Revoked,
    Unsupported,
)

LONGEST_ID = 256
_LARGEST_CODE = 2**31 - 1  # as large as the database keeps one
LONGEST_TAP = 300
_SIGNATURE = re.compile(rb"sha256=[0-9a-f]{64}")
_PHONE = re.compile(r"\+?([1-9][0-9]{5,14})")
_USER_ID = re.compile(r"[A-Z]{2}\.(ENT\.)?[A-Za-z0-9]{1,240}")
_CHANGED = re.compile(r" changed from (\S{1,256}) to \S{1,256}\s*\Z")
_STATUSES = frozenset(("sent", "delivered", "read", "played", "failed"))
_WORTH_AN_ALERT = ("account_update", "phone_number_quality_update", "security")

type Json = dict[str, Any]


class NotSigned(Exception):
    """The bytes do not carry the signature of our app."""


class NotReadable(Exception):
    """Signed, but not the JSON we know: nothing to do, and no use in trying again."""


def check_signature(
    body: bytes, headers: Sequence[bytes], secrets: Sequence[str]
) -> None:
    """Compare the signature header with the raw bytes; raise NotSigned.

    ``headers`` are all values of X-Hub-Signature-256: two of them are refused, since
    two readers could choose different ones. Several secrets are accepted while an
    app secret is being replaced; all are tried, so that the time tells nothing.
    """
    if len(headers) != 1 or not _SIGNATURE.fullmatch(headers[0]):
        raise NotSigned
    given = headers[0].removeprefix(b"sha256=")
    matches = [
        hmac.compare_digest(
            hmac.new(secret.encode(), body, hashlib.sha256).hexdigest().encode(), given
        )
        for secret in secrets
        if secret
    ]
    if not any(matches):
        raise NotSigned


def read(body: bytes, phone_number_id: str) -> Batch:
    """Read a delivery; raise NotReadable if it is none of Meta's."""
    try:
        root = json.loads(body)
    except (ValueError, RecursionError):
        raise NotReadable("not JSON") from None
    if _text(_dict(root).get("object")) != "whatsapp_business_account":
        raise NotReadable("another object")
    found = _Found()
    for change in _changes(root, found.skipped):
        kind, value = _text(change.get("field")), _dict(change.get("value"))
        number = _text(_dict(value.get("metadata")).get("phone_number_id"))
        if kind in _WORTH_AN_ALERT:
            found.alerts.append(kind)
        elif kind != "messages":
            found.skipped["another field"] += 1
        elif number != phone_number_id:
            found.skipped["another number"] += 1
        else:
            found.take(value)
    return Batch(
        tuple(found.messages),
        tuple(found.reports),
        dict(found.skipped),
        tuple(found.alerts),
    )


@dataclass(slots=True)
class _Found:
    """What has been read of a delivery so far."""

    messages: list[Inbound] = field(default_factory=list)
    reports: list[Report] = field(default_factory=list)
    alerts: list[str] = field(default_factory=list)
    skipped: Counter[str] = field(default_factory=Counter)

    def take(self, value: Json) -> None:
        """Read every message and report of one change."""
        people = _people(value)
        for item in _items(value, "messages", self.skipped):
            message = _message(item, people)
            if isinstance(message, str):
                self.skipped[message] += 1
            else:
                self.messages.append(message)
        for item in _items(value, "statuses", self.skipped):
            report = _report(item)
            if report is None:
                self.skipped["unreadable status"] += 1
            else:
                self.reports.append(report)


def _changes(root: Json, skipped: Counter[str]) -> Iterator[Json]:
    for entry in _items(root, "entry", skipped):
        yield from _items(entry, "changes", skipped)


def _items(parent: Json, key: str, skipped: Counter[str]) -> Iterator[Json]:
    """The objects of a list; what is not an object is counted and passed over."""
    found = parent.get(key)
    if found is None:
        return
    if not isinstance(found, list):
        skipped[f"{key} is no list"] += 1
        return
    for item in found:
        if isinstance(item, dict):
            yield item
        else:
            skipped[f"{key} holds no object"] += 1


def _people(value: Json) -> Mapping[str, Json]:
    """The contacts of a change by every id they go by: their order means nothing."""
    people: dict[str, Json] = {}
    for contact in _items(value, "contacts", Counter()):
        for key in ("wa_id", "user_id"):
            name = _text(contact.get(key))
            if name:
                people[_phone(name) or name] = contact
    return people


def _message(item: Json, people: Mapping[str, Json]) -> Inbound | str:
    """Read one message, or say why it cannot be kept."""
    channel_id = _text(item.get("id"))
    if not channel_id or len(channel_id) > LONGEST_ID:
        return "message without id"
    system = _dict(item.get("system"))
    phone = _phone(_text(item.get("from")))
    user_id = _user_id(item.get("from_user_id"))
    contact = people.get(phone or "") or people.get(user_id or "") or {}
    if not phone and not user_id and system:
        # System messages may name the person in their own part only.
        formerly = _formerly(system)
        phone = next((name for name in formerly if name.startswith("+")), None)
        user_id = next((name for name in formerly if not name.startswith("+")), None)
    phone = phone or _phone(_text(contact.get("wa_id")))
    user_id = user_id or _user_id(contact.get("user_id"))
    if not phone and not user_id:
        return "message from nobody"
    context = _dict(item.get("context"))
    identity = _dict(item.get("identity"))
    return Inbound(
        channel_id=channel_id,
        phone=phone,
        user_id=user_id,
        sent_at=_moment(item.get("timestamp")),
        heard=_heard(item),
        forwarded=bool(context.get("forwarded") or context.get("frequently_forwarded")),
        in_group=bool(item.get("group_id")),
        identity_hash=_text(contact.get("identity_key_hash"))
        or _text(identity.get("hash"))
        or None,
    )


def _heard(item: Json) -> Heard:
    kind = _text(item.get("type"))
    if not kind:
        # A few senders leave the type out; the part that is there tells.
        kind = next((name for name in _READERS if name in item), "")
    reader = _READERS.get(kind)
    if reader is None:
        return Ignored("unknown type")
    part = item.get(kind)
    if kind in _NEEDS_NO_PART or isinstance(part, dict | list):
        return reader(_dict(part), kind)
    return Ignored(f"{kind} without content")


def _read_text(part: Json, _: str) -> Heard:
    body = _text(part.get("body"))
    return HeardText(body) if body.strip() else Ignored("empty text")


def _read_interactive(part: Json, _: str) -> Heard:
    match _text(part.get("type")):
        case "button_reply" | "list_reply" as kind:
            reply = _dict(part.get(kind))
            return _tap(reply.get("id"), reply.get("title"))
        case "nfm_reply":
            return HeardOther("form")
        case "call_permission_reply":
            return Ignored("call permission")
        case _:
            return Ignored("unknown interactive type")


def _read_button(part: Json, _: str) -> Heard:
    return _tap(part.get("payload"), part.get("text"))


def _tap(handle: object, title: object) -> Heard:
    name = _text(handle)
    if not name or len(name) > LONGEST_TAP:
        # Such an id was never ours; an unknown one gets the same answer.
        name = "-"
    return HeardTap(name, _text(title)[:LONGEST_TAP])


def _read_media(part: Json, kind: str) -> Heard:
    if kind == "audio" and part.get("voice") is True:
        kind = "voice"
    # Captions and file names are words of the customer's that nobody asked for.
    return HeardMedia(
        kind, _text(part.get("id"))[:LONGEST_ID], _text(part.get("mime_type"))[:100]
    )


def _read_other(_: Json, kind: str) -> Heard:
    return HeardOther(kind)


def _read_reaction(part: Json, _: str) -> Heard:
    return HeardReaction(_text(part.get("emoji"))[:16])


def _read_revoke(part: Json, _: str) -> Heard:
    return Revoked(_text(part.get("original_message_id"))[:LONGEST_ID])


def _read_edit(_: Json, __: str) -> Heard:
    return Ignored("edit")


def _read_system(part: Json, _: str) -> Heard:
    match _text(part.get("type")):
        case (
            "user_changed_number"
            | "customer_changed_number"
            | "user_changed_user_id"
            | "customer_identity_changed" as why
        ):
            return IdentityChanged(why, tuple(_formerly(part)))
        case _:
            return Ignored("unknown system message")


def _read_unsupported(part: Json, _: str) -> Heard:
    return Unsupported(_text(part.get("type"))[:40] or "unknown")


_READERS: Mapping[str, Callable[[Json, str], Heard]] = {
    "text": _read_text,
    "interactive": _read_interactive,
    "button": _read_button,
    "image": _read_media,
    "video": _read_media,
    "sticker": _read_media,
    "document": _read_media,
    "audio": _read_media,
    "voice": _read_media,
    "location": _read_other,
    "contacts": _read_other,
    "order": _read_other,
    "reaction": _read_reaction,
    "revoke": _read_revoke,
    "edit": _read_edit,
    "system": _read_system,
    "unsupported": _read_unsupported,
    "unknown": _read_unsupported,
    "request_welcome": lambda _, __: Ignored("request_welcome"),
    "request_contact": lambda _, __: Ignored("request_contact"),
}
_NEEDS_NO_PART = frozenset(
    ("unsupported", "unknown", "request_welcome", "request_contact", "edit", "revoke")
)


def _formerly(system: Json) -> list[str]:
    """Every name the person had before, as the system message tells them."""
    names = [_phone(_text(system.get(key))) for key in ("customer", "previous_wa_id")]
    names += [_user_id(system.get(key)) for key in ("previous_user_id", "customer")]
    # Oldest form: both ids stand in the sentence alone, after a name that the person
    # chose and that may read like such a sentence itself: the last one counts.
    told = _CHANGED.search(_text(system.get("body")))
    if told is not None and not any(names):
        names += [_phone(told[1]), _user_id(told[1])]
    return [name for name in dict.fromkeys(names) if name]


def _report(item: Json) -> Report | None:
    channel_id, status = _text(item.get("id")), _text(item.get("status"))
    if not channel_id or len(channel_id) > LONGEST_ID or status not in _STATUSES:
        return None
    codes = [
        error.get("code")
        for error in _items(item, "errors", Counter())
        if type(error.get("code")) is int and abs(error["code"]) <= _LARGEST_CODE
    ]
    return Report(
        channel_id,
        status,
        _moment(item.get("timestamp")),
        _text(item.get("biz_opaque_callback_data"))[:64] or None,
        codes[0] if codes else None,
    )


def _phone(text: str) -> str | None:
    """The one way to write a number: E.164 with its plus sign."""
    found = _PHONE.fullmatch(text)
    return f"+{found[1]}" if found else None


def _user_id(value: object) -> str | None:
    text = _text(value)
    return text if _USER_ID.fullmatch(text) else None


def _moment(value: object) -> datetime | None:
    text = _text(value)
    if not re.fullmatch(r"[0-9]{1,12}", text):
        return None
    try:
        return datetime.fromtimestamp(int(text), UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _text(value: object) -> str:
    """A string, or an integer as one; anything else is as good as absent.

    NUL cannot be stored, and lone surrogates cannot be encoded.
    """
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value) if abs(value) < 10**20 else ""
    if not isinstance(value, str):
        return ""
    return value.encode(errors="replace").decode().replace("\x00", "")


def _dict(value: object) -> Json:
    return value if isinstance(value, dict) else {}
