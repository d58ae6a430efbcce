"""The secrets of a demo or test bank: made once, marked, never fit for production."""

import base64
import json
import os
import secrets
from pathlib import Path

KEY_BYTES = 32
KEYS = ("envelope_key", "pin_pepper", "vault_key")
WORDS = (
    "api_key",
    "whatsapp_access_token",
    "whatsapp_app_secret",
    "whatsapp_verify_token",
)
# Every generated secret starts so, that production can recognise and refuse it.
MARK = "demo"
PLACEHOLDERS = ("change-me", "changeme", "example", "password", "secret")
# What signs or lets in alone, and could be tried where nobody counts the tries.
GUESSED = ("api_key", "whatsapp_app_secret")
FEWEST_CHARACTERS = 16
FEWEST_SYMBOLS = 4  # Fewer different characters are a keyboard, not a secret.


def demo_keys(home: Path) -> dict[str, str]:
    """Return the keys of the demo bank that lives in ``home``, made once."""
    file = home / "keys.json"
    if not file.exists():
        _make_keys(file)
    kept: dict[str, str] = json.loads(file.read_text(encoding="utf-8"))
    return kept


def _make_keys(file: Path) -> None:
    mark = MARK.encode()
    made = {
        name: base64.b64encode(
            mark + secrets.token_bytes(KEY_BYTES - len(mark))
        ).decode()
        for name in KEYS
    } | {name: f"{MARK}-{secrets.token_urlsafe(32)}" for name in WORDS}
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = file.with_name(f"{file.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as out:
        json.dump(made, out)
    try:
        # Linking fails where another process was first: its keys are the keys.
        os.link(draft, file)
    except FileExistsError:
        pass
    finally:
        draft.unlink()


def why_unfit(name: str, told: str) -> str | None:
    """Say why a setting holds no secret for production; None when it may.

    While one secret replaces another there are several, divided by commas.
    """
    parts = [part.strip() for part in told.split(",") if part.strip()]
    if any(is_made_up(part) for part in parts):
        return "is a default, not a secret of yours"
    if name in GUESSED and any(len(part) < FEWEST_CHARACTERS for part in parts):
        return f"is shorter than {FEWEST_CHARACTERS} characters"
    return None


def is_made_up(secret: str) -> bool:
    """Tell whether a secret is a demo's, a placeholder or a row of one character."""
    marked_key = base64.b64encode(MARK.encode()).decode()[:5]
    return (
        secret.lower().startswith((f"{MARK}-", *PLACEHOLDERS))
        or secret.startswith(marked_key)
        or len(set(secret)) < FEWEST_SYMBOLS
    )
