"""A period of whole days, half-open: `until` is the day after the last."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Final

_DAY: Final = timedelta(days=1)
_SHORT_MONTHS: Final = (
    "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()  # not the locale's
)


@dataclass(frozen=True, slots=True)
class Period:
    since: date
    until: date

    def instants(self, zone: tzinfo) -> tuple[datetime, datetime]:
        """The same, as instants in UTC, by the bank's clock."""
        return _midnight(self.since, zone), _midnight(self.until, zone)

    @property
    def last(self) -> date:
        """The last day inside."""
        return self.until - _DAY

    def __str__(self) -> str:
        """As customers read it: "1 Oct 2026 – 31 Oct 2026"."""
        if self.last == self.since:
            return shown(self.since)
        return f"{shown(self.since)} – {shown(self.last)}"


def shown(day: date) -> str:
    """ "5 Nov 2026", whatever the process's locale."""
    return f"{day.day} {_SHORT_MONTHS[day.month - 1]} {day.year}"


def _midnight(day: date, zone: tzinfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)
