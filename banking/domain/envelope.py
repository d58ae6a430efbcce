"""A signed note that travels with a customer's message through Rasa.

Rasa, its tracker and the action server are only couriers: what an action may do is
decided by the envelope, which the gateway signs and the teller verifies again
(OWASP ASVS 5.0, 8.3.3). It names the conversation, never the customer.

Form: ``base64url(json) + "." + hex(HMAC-SHA256(key, base64url(json)))``.
"""

import base64
import binascii
import hashlib
import hmac
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

VALID_FOR = timedelta(seconds=60)
# Clocks of two processes on one machine hardly differ; of two machines, a little.
CLOCK_SKEW = timedelta(seconds=5)
LONGEST_TOKEN = 4096


class ForgedEnvelope(Exception):
    """The envelope is absent, altered, too old, or from the future."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """Who is speaking, in which message, and when the gateway vouched for it.

    ``command`` is set only for what the bank itself issued: a tapped choice or the
    resumption of a parked request. Anything typed by a person leaves it ``None``.
    """

    conversation_id: str
    message_id: str
    issued_at: datetime
    text_sha256: str
    command: str | None = None

    def seal(self, key: bytes) -> str:
        """Return the signed token."""
        payload = {
            "v": 1,
            "conversation": self.conversation_id,
            "message_id": self.message_id,
            "issued_at": self.issued_at.timestamp(),
            "text_sha256": self.text_sha256,
            "command": self.command,
        }
        packed = json.dumps(payload, separators=(",", ":")).encode()
        body = base64.urlsafe_b64encode(packed)
        return f"{body.decode()}.{_mac(key, body)}"

    @classmethod
    def for_text(
        cls,
        conversation_id: str,
        message_id: str,
        text: str,
        *,
        now: datetime,
        command: str | None = None,
    ) -> "Envelope":
        """Vouch for one text of one conversation."""
        digest = hashlib.sha256(text.encode()).hexdigest()
        return cls(conversation_id, message_id, now, digest, command)


def unseal(token: object, key: bytes, *, now: datetime) -> Envelope:
    """Verify a token and return what it says; raise ``ForgedEnvelope`` otherwise."""
    if not isinstance(token, str) or not token.isascii() or len(token) > LONGEST_TOKEN:
        raise ForgedEnvelope
    body, _, mac = token.partition(".")
    if not hmac.compare_digest(_mac(key, body.encode()), mac):
        raise ForgedEnvelope
    try:
        payload = json.loads(base64.urlsafe_b64decode(body))
        envelope = Envelope(
            conversation_id=payload["conversation"],
            message_id=payload["message_id"],
            issued_at=datetime.fromtimestamp(payload["issued_at"], UTC),
            text_sha256=payload["text_sha256"],
            command=payload["command"],
        )
    except (binascii.Error, ValueError, KeyError, TypeError, OverflowError):
        raise ForgedEnvelope from None
    age = now - envelope.issued_at
    if payload["v"] != 1 or age > VALID_FOR or age < -CLOCK_SKEW:
        raise ForgedEnvelope
    return envelope


def _mac(key: bytes, body: bytes) -> str:
    return hmac.new(key, body, hashlib.sha256).hexdigest()
