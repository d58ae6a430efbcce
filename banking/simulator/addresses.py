"""Who a chat belongs to: a phone number, or a business-scoped user id.

An address is written `+` and digits for a phone, `CC.letters-and-digits` for a
person whose number WhatsApp does not tell the business.
"""

import base64
import hashlib
import re
import secrets

_PHONE = re.compile(r"[1-9][0-9]{6,14}")
_USER_ID = re.compile(r"[A-Z]{2}\.(?:ENT\.)?[A-Za-z0-9]{1,128}")


class NotAnAddress(ValueError):
    """Neither an international phone number nor a business-scoped user id."""


def read_address(text: str) -> str:
    """Read a phone number or user id as typed, or raise NotAnAddress."""
    text = text.strip()
    if _USER_ID.fullmatch(text):
        return text
    digits = re.sub(r"[ ().\-]", "", text).removeprefix("+")
    if digits.isascii() and _PHONE.fullmatch(digits):
        return f"+{digits}"
    raise NotAnAddress(text)


def is_phone(address: str) -> bool:
    return address.startswith("+")


def wa_id(address: str) -> str:
    """The form Meta uses on the wire: digits without a plus sign."""
    return address.removeprefix("+")


def user_id(address: str) -> str:
    """The business-scoped id of this person: the same every time."""
    if not is_phone(address):
        return address
    digest = hashlib.sha256(address.encode()).hexdigest()
    return f"US.{int(digest[:16], 16):020d}"


def new_message_id(address: str) -> str:
    """A fresh `wamid.…`; like the real ones it may contain `+`, `/` and `=`."""
    who = wa_id(address).encode()[:40]
    random = secrets.token_hex(10).upper().encode()
    packed = b"\x1c\x18" + bytes([len(who)]) + who + b"\x15\x02\x00\x12\x18\x14"
    return "wamid." + base64.b64encode(packed + random + b"\x00").decode()
