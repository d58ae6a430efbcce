"""Which messages of customers need a trainer, and why."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from banking.domain.examples import Span


class Reason(StrEnum):
    """Why a message is shown to a trainer."""

    # The assistant said that it did not understand.
    REFUSED = "refused"
    # It answered, and was not sure.
    UNCERTAIN = "uncertain"
    # The customer then chose or wrote what had been meant.
    CORRECTED = "corrected"
    # The customer said "no" or "cancel" to the answer.
    TAKEN_BACK = "taken_back"
    # The customer then asked for a person.
    AGENT = "agent"
    # A trainer took it from the search.
    PICKED = "picked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """One turn as stored. ``kind`` is "text", "tap", or "" for the bank's own."""

    number: int
    conversation_id: str
    at: datetime
    kind: str
    text: str = field(repr=False)
    intent: str
    confidence: float
    ranking: tuple[tuple[str, float], ...]
    spans: tuple[Span, ...] = field(repr=False)
    actions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """A message for the inbox, and the intent it seems to have had, "" if none."""

    turn: Heard
    reasons: frozenset[Reason]
    suggested: str
