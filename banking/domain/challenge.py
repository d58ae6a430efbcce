"""A challenge: one thing to be confirmed with one code, and the tries it costs.

The code proves the customer; the binding proves that what is confirmed is what
was shown. Tries are counted per customer and factor, not per challenge, so that
asking for another code or another payment buys nobody another guess.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import Enum
from typing import Self

CODE_DIGITS = 6
MOST_TRIES = 5
_LONGEST_TYPED = 20
_CODE = re.compile(r"[0-9]{6}")


class Verdict(Enum):
    """What became of one try."""

    RIGHT = "right"
    WRONG = "wrong"
    BLOCKED = "blocked"  # too many wrong ones; wait
    CLOSED = "closed"  # far too many; only a person at the bank can help
    EXPIRED = "expired"  # no live code, or the challenge is over
    CHANGED = "changed"  # what was shown is not what would happen


class ChallengeState(Enum):
    OPEN = "open"
    PASSED = "passed"
    BURNT = "burnt"


@dataclass(frozen=True, slots=True)
class CodeRule:
    """How codes by SMS live and how often they are sent."""

    life: timedelta
    gap: timedelta
    per_ten_minutes: int
    per_day: int
    per_ip_hour: int
    hourly_alarm: int
    sim_change_wait: timedelta

    def __post_init__(self) -> None:
        if not timedelta(0) < self.life <= timedelta(minutes=10):
            raise ValueError("a code may live at most 600 seconds")
        if self.gap < timedelta(seconds=30):
            raise ValueError("codes must be at least 30 seconds apart")


@dataclass(frozen=True, slots=True)
class TryRule:
    """`tries` wrong ones in a row block for `block`; after `blocks` blocks, the next
    full set of wrong ones closes the factor for good."""

    tries: int
    block: timedelta
    blocks: int

    def __post_init__(self) -> None:
        if not 1 <= self.tries <= MOST_TRIES:
            raise ValueError("between 1 and 5 wrong tries are allowed")


@dataclass(frozen=True, slots=True)
class Tries:
    """Wrong tries in a row of one subject with one factor."""

    subject: str
    factor: str
    failures: int = 0
    blocked_until: datetime | None = None
    closed: bool = False

    def blocked(self, now: datetime) -> bool:
        return self.closed or (
            self.blocked_until is not None and now < self.blocked_until
        )

    def failed(self, now: datetime, rule: TryRule) -> Self:
        """Count one wrong try; the last of a set blocks."""
        failures = self.failures + 1
        if failures % rule.tries:
            return replace(self, failures=failures)
        if failures // rule.tries > rule.blocks:
            return replace(self, failures=failures, closed=True)
        return replace(self, failures=failures, blocked_until=now + rule.block)

    def cleared(self) -> Self:
        """Forget the failures after a success."""
        return replace(self, failures=0, blocked_until=None, closed=False)

    def left(self, rule: TryRule) -> int:
        """How many tries remain before the next block."""
        return rule.tries - self.failures % rule.tries

    def last_warning(self, rule: TryRule) -> bool:
        """Whether the block that has just begun is the last before closing."""
        return self.failures == rule.tries * rule.blocks


@dataclass(frozen=True, slots=True)
class SmsWords:
    """Which text message carries the code, and the facts it names."""

    kind: str
    facts: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def payment(cls, *, amount: str, payee: str) -> Self:
        """`amount` and `payee` as the customer saw them, the payee masked."""
        return cls("payment", {"amount": amount, "payee": payee})


@dataclass(frozen=True, slots=True)
class Challenge:
    """What is to be confirmed. `code_mac` is all that is kept of the code."""

    id: str
    purpose: str
    subject: str
    phone: str
    binding: str
    sms: SmsWords
    created_at: datetime
    expires_at: datetime
    enrolment_id: str | None = None
    state: ChallengeState = ChallengeState.OPEN
    code_mac: str | None = None
    code_expires_at: datetime | None = None

    def open(self, now: datetime) -> bool:
        return self.state is ChallengeState.OPEN and now < self.expires_at

    def code_live(self, now: datetime) -> bool:
        return (
            self.open(now)
            and self.code_mac is not None
            and self.code_expires_at is not None
            and now < self.code_expires_at
        )

    def with_code(self, mac: str, until: datetime) -> Self:
        """A new code replaces the old one, which is dead from here on."""
        return replace(self, code_mac=mac, code_expires_at=until)

    def passed(self) -> Self:
        return replace(
            self, state=ChallengeState.PASSED, code_mac=None, code_expires_at=None
        )

    def burnt(self) -> Self:
        return replace(
            self, state=ChallengeState.BURNT, code_mac=None, code_expires_at=None
        )


def new_code() -> str:
    """Six digits from the system's secure source, leading zeros kept."""
    return f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}d}"


def read_code(typed: str) -> str | None:
    """The code in what was typed, spaces and one dash forgiven; else None.

    Digits of other scripts are not accepted: one code has one spelling.
    """
    if len(typed) > _LONGEST_TYPED:
        return None
    bare = typed.strip().replace(" ", "").replace("-", "")
    return bare if _CODE.fullmatch(bare) else None
