"""Rasa's side of the signed note that comes with every message.

The bank's gateway is the only one that may speak to Rasa. It signs, for each message,
which conversation and message it is, when, and the digest of the text. The form is
``base64url(json) + "." + hex(HMAC-SHA256(key, base64url(json)))``.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from dataclasses import dataclass
from typing import Any, Optional

VALID_FOR_SECONDS = 60
# Clocks of two processes on one machine hardly differ; of two machines, a little.
CLOCK_SKEW_SECONDS = 5
LONGEST_TOKEN = 4096
# What the tracker store's key column and message index hold.
LONGEST_ID = 255
KEY_BYTES = 32


class ForgedEnvelope(Exception):
    """The envelope is absent, altered, too old, or of another text."""


@dataclass(frozen=True)
class Envelope:
    """A verified message: whose, which, and the bank's own command if there is one."""

    token: str
    conversation: str
    message_id: str
    command: Optional[str]


def decode_key(encoded: str) -> bytes:
    """Read a base64 (either alphabet) key of 32 bytes; raise ``ValueError`` else."""
    try:
        standard = encoded.strip().replace("-", "+").replace("_", "/")
        standard += "=" * (-len(standard) % 4)
        key = base64.b64decode(standard, validate=True)
    except (AttributeError, binascii.Error, ValueError):
        raise ValueError("the key is not base64") from None
    if len(key) != KEY_BYTES:
        raise ValueError(f"the key must be {KEY_BYTES} bytes")
    return key


def unseal(token: object, text: object, key: bytes, *, now: float) -> Envelope:
    """Verify a token against the text that came with it.

    ``now`` is in seconds since the epoch. Raises ``ForgedEnvelope`` and never says why.
    """
    if not isinstance(token, str) or not token.isascii() or len(token) > LONGEST_TOKEN:
        raise ForgedEnvelope
    body, _, mac = token.partition(".")
    expected = hmac.new(key, body.encode(), hashlib.sha256).hexdigest()
    if not hmac.compare_digest(expected, mac):
        raise ForgedEnvelope
    try:
        payload = json.loads(base64.urlsafe_b64decode(body))
        return _checked(token, payload, _digest(text), now)
    except (ValueError, KeyError, TypeError, RecursionError):
        raise ForgedEnvelope from None


def _checked(token: str, payload: Any, digest: str, now: float) -> Envelope:
    """Hold a signed payload against the rules; any of several errors means no."""
    age = now - payload["issued_at"]
    # Stated positively, so that NaN is refused too.
    in_time = -CLOCK_SKEW_SECONDS <= age <= VALID_FOR_SECONDS
    if payload["v"] != 1 or not in_time:
        raise ValueError("wrong version or time")
    if not hmac.compare_digest(digest, payload["text_sha256"]):
        raise ValueError("another text")
    command = payload["command"]
    if command is not None and not isinstance(command, str):
        raise ValueError("not a command")
    return Envelope(
        token=token,
        conversation=_identifier(payload["conversation"]),
        message_id=_identifier(payload["message_id"]),
        command=command or None,
    )


def _identifier(value: Any) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= LONGEST_ID:
        raise ValueError("not an identifier")
    return value


def _digest(text: object) -> str:
    if not isinstance(text, str):
        raise TypeError("not a text")
    return hashlib.sha256(text.encode()).hexdigest()
