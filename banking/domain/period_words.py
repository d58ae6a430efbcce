"""The words for one period: "last month", "8 weeks ago", "May the 15th"."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable
from datetime import date, timedelta
from typing import Final

from banking.domain.period import Period

_DAY: Final = timedelta(days=1)
_MOST_UNITS: Final = 400

_MONTHS: Final = {
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
_WEEKDAYS: Final = {
    name: number
    for number, names in enumerate(
        (
            "monday mon",
            "tuesday tue tues",
            "wednesday wed",
            "thursday thu thurs",
            "friday fri",
            "saturday sat",
            "sunday sun",
        )
    )
    for name in names.split()
}
_COUNTS: Final = {
    word: number
    for number, word in enumerate(
        """
        one two three four five six seven eight nine ten eleven twelve
        """.split(),
        start=1,
    )
}
_MONTH: Final = "|".join(sorted(_MONTHS, key=len, reverse=True))
_WEEKDAY: Final = "|".join(sorted(_WEEKDAYS, key=len, reverse=True))
_YEAR: Final = r"(?P<year>(?:19|20)[0-9]{2})"
_DAY_NUMBER: Final = r"(?P<day>[0-9]{1,2})(?:st|nd|rd|th)?"
_UNIT: Final = r"(?P<unit>days?|weeks?|months?|years?)"
_N: Final = r"(?P<n>[0-9]{1,3}|" + "|".join(_COUNTS) + ")"

_FILLER: Final = re.compile(r"^(?:in|for|on|during|of|the|my|from|back in|at) ")


def one_period(words: str, today: date) -> Period | None:
    for reader in _READERS:
        period = reader(words, today)
        if period is not None:
            return period
    shorter = _FILLER.sub("", words)
    return one_period(shorter, today) if shorter != words else None


def _today(today: date) -> Period:
    return Period(today, today + _DAY)


def _named_day(words: str, today: date) -> Period | None:
    if words in {"today", "so far today", "now"}:
        return _today(today)
    if words in {"yesterday", "last night"}:
        return Period(today - _DAY, today)
    if words in {"day before yesterday", "the day before yesterday"}:
        return Period(today - 2 * _DAY, today - _DAY)
    return None


def _named_span(words: str, today: date) -> Period | None:
    found = re.fullmatch(
        r"(?P<which>this|last|past|previous|current) (?P<unit>week|month|year)"
        r"(?: so far)?",
        words,
    )
    if found is None:
        return None
    start = _start_of(found["unit"], today)
    if found["which"] in {"this", "current"}:
        return Period(start, today + _DAY)
    return Period(_start_of(found["unit"], start - _DAY), start)


def _counted(words: str, today: date) -> Period | None:
    """ "last 7 days", "past 3 months", "8 weeks ago"."""
    found = re.fullmatch(
        rf"(?:(?:last|past|previous) )?{_N} {_UNIT}(?P<ago> ago)?", words
    )
    if found is None:
        return None
    if not found["ago"] and words[0] not in "lp":
        return None
    number = _COUNTS.get(found["n"]) or int(found["n"])
    if not 0 < number <= _MOST_UNITS:
        return None
    unit = found["unit"].rstrip("s")
    start = _back(today, number, unit)
    if not found["ago"]:
        return Period(start + _DAY if unit == "day" else start, today + _DAY)
    if unit == "day":
        return Period(start, start + _DAY)
    begins = _start_of(unit, start)
    return Period(begins, _forward(begins, unit))


def _iso(words: str, today: date) -> Period | None:  # noqa: ARG001
    found = re.fullmatch(r"([0-9]{4})-([0-9]{2})(?:-([0-9]{2}))?", words)
    if found is None:
        return None
    year, month = int(found[1]), int(found[2])
    if found[3] is None:
        return _whole_month(year, month)
    day = date(year, month, int(found[3]))
    return Period(day, day + _DAY)


def _slashed(words: str, today: date) -> Period | None:  # noqa: ARG001
    """25/12/2025: read only where day and month cannot change places."""
    found = re.fullmatch(r"([0-9]{1,2})[/.]([0-9]{1,2})[/.]([0-9]{4})", words)
    if found is None:
        return None
    first, second, year = int(found[1]), int(found[2]), int(found[3])
    months = 12
    if first <= months and second <= months and first != second:
        return None
    month, number = sorted((first, second))
    day = date(year, month, number)
    return Period(day, day + _DAY)


def _month(words: str, today: date) -> Period | None:
    """ "October", "last October", "October 2025": the latest one that has begun."""
    found = re.fullmatch(rf"(?:last )?(?P<month>{_MONTH})(?: {_YEAR})?", words)
    if found is None:
        return None
    month = _MONTHS[found["month"]]
    if found["year"]:
        return _whole_month(int(found["year"]), month)
    this_year = (
        month < today.month if words.startswith("last") else month <= today.month
    )
    return _whole_month(today.year if this_year else today.year - 1, month)


def _day_of_month(words: str, today: date) -> Period | None:
    """ "15 May", "May the 15th", "15th of May 2025": the latest one."""
    for pattern in (
        rf"{_DAY_NUMBER}(?: of)? (?P<month>{_MONTH})(?: {_YEAR})?",
        rf"(?P<month>{_MONTH})(?: the)? {_DAY_NUMBER}(?: {_YEAR})?",
    ):
        found = re.fullmatch(pattern, words)
        if found is None:
            continue
        month, number = _MONTHS[found["month"]], int(found["day"])
        if found["year"]:
            day = date(int(found["year"]), month, number)
        else:
            day = _latest(today, month, number)
        return Period(day, day + _DAY)
    return None


def _bare_day(words: str, today: date) -> Period | None:
    """ "the 15th": of this month, or of the last where that is still to come."""
    found = re.fullmatch(r"(?:the )?([0-9]{1,2})(?:st|nd|rd|th)", words)
    if found is None:
        return None
    number = int(found[1])
    start = today.replace(day=1)
    if number > today.day:
        start = (start - _DAY).replace(day=1)
    day = start.replace(day=number)
    return Period(day, day + _DAY)


def _weekday(words: str, today: date) -> Period | None:
    found = re.fullmatch(rf"(?:last |on )?({_WEEKDAY})", words)
    if found is None:
        return None
    back = (today.weekday() - _WEEKDAYS[found[1]]) % 7 or 7
    day = today - back * _DAY
    return Period(day, day + _DAY)


def _year(words: str, today: date) -> Period | None:  # noqa: ARG001
    if not re.fullmatch(_YEAR, words):
        return None
    return Period(date(int(words), 1, 1), date(int(words) + 1, 1, 1))


_READERS: Final[tuple[Callable[[str, date], Period | None], ...]] = (
    _named_day,
    _named_span,
    _counted,
    _iso,
    _slashed,
    _month,
    _day_of_month,
    _bare_day,
    _weekday,
    _year,
)


def _whole_month(year: int, month: int) -> Period:
    first = date(year, month, 1)
    return Period(first, first + timedelta(days=monthrange(year, month)[1]))


def _latest(today: date, month: int, number: int) -> date:
    for year in (today.year, today.year - 1):
        day = date(year, month, number)
        if day <= today:
            return day
    raise ValueError("it lies ahead")


def _start_of(unit: str, day: date) -> date:
    if unit == "week":
        return day - timedelta(days=day.weekday())
    if unit == "month":
        return day.replace(day=1)
    return day.replace(month=1, day=1)


def _forward(start: date, unit: str) -> date:
    if unit == "week":
        return start + timedelta(days=7)
    if unit == "month":
        return _whole_month(start.year, start.month).until
    return start.replace(year=start.year + 1)


def _back(today: date, number: int, unit: str) -> date:
    if unit in {"day", "week"}:
        return today - timedelta(days=number * (7 if unit == "week" else 1))
    months = number * (12 if unit == "year" else 1)
    year, month = divmod(today.year * 12 + today.month - 1 - months, 12)
    last = monthrange(year, month + 1)[1]
    return date(year, month + 1, min(today.day, last))
