"""A link: one browser, one purpose, once, within minutes."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum

_SHAPE = re.compile(r"[A-Za-z0-9_-]{43}")


class LinkPurpose(Enum):
    REGISTER = "register"
    SIGN_IN = "sign_in"
    CONFIRM = "confirm"
    RESET_PIN = "reset_pin"
    CHANGE_PIN = "change_pin"
    AUTHENTICATOR = "authenticator"
    STATEMENT_PASSPHRASE = "statement_passphrase"  # noqa: S105 - a purpose


@dataclass(frozen=True, slots=True)
class LinkRule:
    """`life` to open it, `finish` more to finish once it has been claimed."""

    life: timedelta
    finish: timedelta

    def __post_init__(self) -> None:
        if not timedelta(0) < self.life <= timedelta(minutes=10):
            raise ValueError("a link may live at most 10 minutes")
        if not timedelta(0) < self.finish <= timedelta(minutes=30):
            raise ValueError("a page must be finished within 30 minutes")


@dataclass(frozen=True, slots=True)
class Link:
    """A link as the bank keeps it: only the hash of its token."""

    token_sha256: str
    purpose: LinkPurpose
    conversation_id: str
    issued_at: datetime
    expires_at: datetime
    enrolment_id: str | None = None
    subject: str | None = None
    claimed_by: str | None = None
    used_at: datetime | None = None
    killed_at: datetime | None = None
    progress: Mapping[str, str] = field(default_factory=dict)

    def open_to(self, visit_sha256: str, now: datetime) -> bool:
        """Whether this browser may go on with it."""
        return (
            self.used_at is None
            and self.killed_at is None
            and self.issued_at <= now < self.expires_at
            and self.claimed_by in (None, visit_sha256)
        )


def new_token() -> str:
    """256 bits, safe in a path."""
    return secrets.token_urlsafe(32)


def looks_like_token(text: str) -> bool:
    """Whether it could be one at all; saves a look-up, tells nobody anything."""
    return _SHAPE.fullmatch(text) is not None
