"""Months, weekdays and small numbers by name, and steps through the calendar."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date, timedelta
from typing import Final

MONTHS: Final = {
    name: number
    for number, names in enumerate(
        (
            "january jan",
            "february feb",
            "march mar",
            "april apr",
            "may",
            "june jun",
            "july jul",
            "august aug",
            "september sept sep",
            "october oct",
            "november nov",
            "december dec",
        ),
        start=1,
    )
    for name in names.split()
}
WEEKDAYS: Final = {
    name: number
    for number, names in enumerate(
        (
            "monday mon",
            "tuesday tue tues",
            "wednesday wed",
            "thursday thu thur thurs",
            "friday fri",
            "saturday sat",
            "sunday sun",
        )
    )
    for name in names.split()
}
COUNTS: Final = {
    word: number
    for number, word in enumerate(
        """
        one two three four five six seven eight nine ten eleven twelve
        """.split(),
        start=1,
    )
}
MONTH: Final = "|".join(sorted(MONTHS, key=len, reverse=True))
WEEKDAY: Final = "|".join(sorted(WEEKDAYS, key=len, reverse=True))
_LAST_MONTH: Final = 12


def count(word: str) -> int:
    """The number behind "a", "two" or "14"."""
    if word in {"a", "an"}:
        return 1
    return COUNTS[word] if word in COUNTS else int(word)


def days_in(day: date) -> int:
    """How many days the month of that day has."""
    return monthrange(day.year, day.month)[1]


def later(day: date, number: int, unit: str) -> date:
    """So many days, weeks, fortnights, months or years on; earlier below zero.

    The 31st becomes the last day of a shorter month.
    """
    match unit:
        case "day":
            return day + timedelta(days=number)
        case "week":
            return day + timedelta(weeks=number)
        case "fortnight":
            return day + timedelta(weeks=2 * number)
    months = number * (12 if unit == "year" else 3 if unit == "quarter" else 1)
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    first = date(year, month + 1, 1)
    return first.replace(day=min(day.day, days_in(first)))


def slashed(words: str) -> tuple[date, ...]:
    """25/12/2025: two days where day and month can change places. May raise."""
    found = re.fullmatch(r"([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]([0-9]{4})", words)
    if found is None:
        return ()
    first, second, year = int(found[1]), int(found[2]), int(found[3])
    if first <= _LAST_MONTH and second <= _LAST_MONTH and first != second:
        return date(year, second, first), date(year, first, second)
    month, number = sorted((first, second))
    return (date(year, month, number),)
