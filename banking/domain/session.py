"""A session: how long the bank goes on knowing who is writing."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum
from typing import Self


class TokenStatus(Enum):
    """What token validity answers; the values are the API's words."""

    MISSING = "missing"  # the customer has never registered here
    EXPIRED = "expired"  # registered, but signed out, locked or idle too long
    VALID = "valid"


@dataclass(frozen=True, slots=True)
class SessionRule:
    """How long a session lasts: `idle` slides, `longest` does not."""

    idle: timedelta
    longest: timedelta

    def __post_init__(self) -> None:
        if not timedelta(0) < self.idle <= timedelta(minutes=5):
            raise ValueError("session idle time must be at most 5 minutes")
        if not self.idle <= self.longest <= timedelta(hours=12):
            raise ValueError("session must end within 12 hours")


@dataclass(frozen=True, slots=True)
class Session:
    """One signed-in customer on one channel. Times are UTC."""

    id: str
    enrolment_id: str
    channel: str
    conversation_id: str
    started_at: datetime
    expires_at: datetime
    ended_at: datetime | None = None
    end_reason: str | None = None

    @classmethod
    def opened(
        cls,
        session_id: str,
        enrolment_id: str,
        channel: str,
        conversation_id: str,
        now: datetime,
        rule: SessionRule,
    ) -> Self:
        """A fresh session that starts now."""
        return cls(
            session_id,
            enrolment_id,
            channel,
            conversation_id,
            started_at=now,
            expires_at=now + rule.idle,
        )

    def live(self, now: datetime) -> bool:
        """Whether it still counts; a clock that ran backwards ends it."""
        return self.ended_at is None and self.started_at <= now < self.expires_at

    def extended(self, now: datetime, rule: SessionRule) -> Self:
        """Slide the end forward, never past the longest allowed session.

        Raises ValueError for a session that is over: it cannot come back.
        """
        if not self.live(now):
            raise ValueError("a session that is over cannot be extended")
        end = min(now + rule.idle, self.started_at + rule.longest)
        return replace(self, expires_at=max(self.expires_at, end))


def token_status(
    *, enrolled: bool, session: Session | None, now: datetime
) -> TokenStatus:
    """Read the status off what is known; what is unknown is not valid."""
    if not enrolled:
        return TokenStatus.MISSING
    if session is None or not session.live(now):
        return TokenStatus.EXPIRED
    return TokenStatus.VALID
