"""When somebody of the bank is there to talk to."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Final

DAYS: Final = (
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
)
_SPAN: Final = re.compile(r"([0-9]{1,2}):([0-9]{2})-([0-9]{1,2}):([0-9]{2})")
_DAY_MINUTES: Final = 24 * 60


class HoursUnreadable(ValueError):
    """Not "8:00-18:00" with the end after the beginning; or no day at all.

    Its text goes on after the name of the table: ".monday is missing".
    """


@dataclass(frozen=True, slots=True)
class Open:
    """Somebody is there, until this time of day (24:00 for midnight)."""

    until: str


@dataclass(frozen=True, slots=True)
class Closed:
    """Nobody is there before this moment."""

    opens: datetime


@dataclass(frozen=True, slots=True)
class OpeningHours:
    """For each weekday, Monday first: from and to, in minutes after midnight."""

    days: tuple[tuple[int, int] | None, ...]

    @classmethod
    def of(cls, written: Mapping[str, str]) -> OpeningHours:
        """Read weekday → "8:00-18:00", "" for a closed day. Raises HoursUnreadable."""
        for day in {*DAYS, *written}:
            if day not in written:
                raise HoursUnreadable(f".{day} is missing")
            if day not in DAYS:
                raise HoursUnreadable(f".{day} is no day of the week")
        days = tuple(_span(day, written[day]) for day in DAYS)
        if not any(days):
            raise HoursUnreadable(": nobody ever answers")
        return cls(days)

    def at(self, now: datetime) -> Open | Closed:
        """How it stands at a moment of the bank's own time zone."""
        minute = now.hour * 60 + now.minute
        for ahead in range(len(DAYS) + 1):
            date = now.date() + timedelta(days=ahead)
            span = self.days[date.weekday()]
            if span is None or (ahead == 0 and minute >= span[1]):
                continue
            if ahead == 0 and span[0] <= minute:
                return Open(clock_time(span[1]))
            opens = time(*divmod(span[0], 60), tzinfo=now.tzinfo)
            return Closed(datetime.combine(date, opens))
        raise HoursUnreadable(": nobody ever answers")


def clock_time(minutes: int) -> str:
    """ "8:00"."""
    return f"{minutes // 60}:{minutes % 60:02}"


def _span(day: str, written: str) -> tuple[int, int] | None:
    if not written:
        return None
    found = _SPAN.fullmatch(written)
    unreadable = HoursUnreadable(f".{day} is not like 8:00-18:00: {written}")
    if found is None:
        raise unreadable
    hours, minutes, to_hours, to_minutes = map(int, found.groups())
    since, until = hours * 60 + minutes, to_hours * 60 + to_minutes
    if max(minutes, to_minutes) > 59 or not since < until <= _DAY_MINUTES:  # noqa: PLR2004
        raise unreadable
    return since, until
