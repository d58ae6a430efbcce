"""When something is to happen again and again, and on which days that is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import count, islice
from typing import Final, Literal

from banking.domain.calendar_words import days_in, later

LAST_DAY: Final = -1
"""The last day of a month, however long it is."""

Unit = Literal["day", "week", "month", "year"]
_DAY: Final = timedelta(days=1)
_WEEK: Final = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """Every so many days, weeks, months or years.

    ``start`` is the first day that counts, and the day itself where nothing else is
    named. ``weekdays`` (Monday is 0) belong to weeks; ``days`` of the month, or
    ``nth`` (the 2nd Friday is ``(2, 4)``, the last one ``(-1, 4)``) to months. A day
    that a month lacks becomes its last. ``until`` is the last day that counts.
    """

    unit: Unit
    every: int = 1
    start: date
    weekdays: tuple[int, ...] = ()
    days: tuple[int, ...] = ()
    nth: tuple[int, int] | None = None
    until: date | None = None
    times: int | None = None

    def __post_init__(self) -> None:
        if self.every < 1 or (self.times is not None and self.times < 1):
            raise ValueError("a schedule moves forward")

    def occurrences(self) -> Iterator[date]:
        """The days in order; without ``until`` and ``times`` they never end."""
        for day in islice(self._endless(), self.times):
            if self.until is not None and day > self.until:
                return
            yield day

    def _endless(self) -> Iterator[date]:
        for round_number in count():
            for day in self._round(round_number * self.every):
                if day >= self.start:
                    yield day

    def _round(self, ahead: int) -> list[date]:
        """The days of one week or month, or the one day of the others."""
        if self.unit == "week" and self.weekdays:
            monday = self.start - self.start.weekday() * _DAY + ahead * _WEEK * _DAY
            return [monday + weekday * _DAY for weekday in sorted(self.weekdays)]
        if self.unit == "month" and (self.days or self.nth):
            first = later(self.start.replace(day=1), ahead, "month")
            return self._in_month(first)
        return [later(self.start, ahead, self.unit)]

    def _in_month(self, first: date) -> list[date]:
        length = days_in(first)
        if self.nth is None:
            numbers = {length if d == LAST_DAY else min(d, length) for d in self.days}
            return [first.replace(day=number) for number in sorted(numbers)]
        place, weekday = self.nth
        days = [
            first.replace(day=number)
            for number in range(1, length + 1)
            if first.replace(day=number).weekday() == weekday
        ]
        return [days[place if place < 0 else place - 1]]
