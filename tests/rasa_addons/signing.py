"""The gateway's side of the envelope, written a second time on purpose."""

import base64
import hashlib
import hmac
import json
import time

KEY = bytes(range(32))


def encoded_key(key: bytes = KEY) -> str:
    return base64.b64encode(key).decode()


def seal(conversation, message_id, text, /, *, command=None, at=None, key=KEY, **other):
    payload = {
        "v": 1,
        "conversation": conversation,
        "message_id": message_id,
        "issued_at": time.time() if at is None else at,
        "text_sha256": hashlib.sha256(text.encode()).hexdigest(),
        "command": command,
        **other,
    }
    packed = json.dumps(payload, separators=(",", ":")).encode()
    body = base64.urlsafe_b64encode(packed)
    return body.decode() + "." + hmac.new(key, body, hashlib.sha256).hexdigest()
