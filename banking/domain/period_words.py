"""The words for one period: "last month", "8 weeks ago", "May the 15th"."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Final

from banking.domain.calendar_words import (
    COUNTS,
    MONTH,
    MONTHS,
    WEEKDAY,
    WEEKDAYS,
    count,
    days_in,
    later,
    slashed,
)
from banking.domain.period import Period

_DAY: Final = timedelta(days=1)
_MOST_UNITS: Final = 400

_YEAR: Final = r"(?P<year>(?:19|20)[0-9]{2})"
_DAY_NUMBER: Final = r"(?P<day>[0-9]{1,2})(?:st|nd|rd|th)?"
_UNIT: Final = r"(?P<unit>day|week|fortnight|month|quarter|year)s?"
_N: Final = r"(?P<n>[0-9]{1,3}|an?|" + "|".join(COUNTS) + ")"
_QUARTERS: Final = {"first": 1, "second": 2, "third": 3, "fourth": 4}

_FILLER: Final = re.compile(
    r"^(?:in|for|on|during|of|the|my|from|back in|at|over|within|dated) "
)


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
    if words in {"today", "so far today", "now", "this morning", "tonight"}:
        return _today(today)
    if words in {"yesterday", "last night", "yday", "yesterday evening"}:
        return Period(today - _DAY, today)
    if words in {"day before yesterday", "the day before yesterday"}:
        return Period(today - 2 * _DAY, today - _DAY)
    if words in {"last weekend", "weekend", "this weekend"}:
        # The latest that has begun; the one before where this one is still going on.
        back = (today.weekday() - WEEKDAYS["saturday"]) % 7
        if words == "last weekend" and back <= 1:
            back += 7
        saturday = today - back * _DAY
        return Period(saturday, min(saturday + 2 * _DAY, today + _DAY))
    return None


def _named_span(words: str, today: date) -> Period | None:
    to_date = {
        "year to date": "year",
        "ytd": "year",
        "month to date": "month",
        "mtd": "month",
        "week to date": "week",
    }
    if words in to_date:
        return Period(_start_of(to_date[words], today), today + _DAY)
    found = re.fullmatch(
        r"(?P<which>this|last|previous|current) (?P<unit>week|month|quarter|year)"
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
    """ "last 7 days", "past month", "last fortnight", "8 weeks ago"."""
    found = re.fullmatch(
        rf"(?:(?P<past>last|past|previous) )?(?:{_N} )?{_UNIT}(?P<ago> ago)?", words
    )
    if found is None or bool(found["past"]) == bool(found["ago"]):
        return None
    unit, bare = found["unit"], found["n"] is None
    # "last month" is the one before this; "past month" ends today.
    if bare and (found["ago"] or (found["past"] != "past" and unit != "fortnight")):
        return None
    number = 1 if bare else count(found["n"])
    if not 0 < number <= _MOST_UNITS:
        return None
    start = later(today, -number, unit)
    if not found["ago"]:
        return Period(start + _DAY if unit == "day" else start, today + _DAY)
    if unit in {"day", "fortnight"}:
        return Period(start, start + _DAY)
    begins = _start_of(unit, start)
    return Period(begins, later(begins, 1, unit))


def _quarter(words: str, today: date) -> Period | None:
    """ "Q1", "the third quarter of 2025": the latest one that has begun."""
    found = re.fullmatch(
        r"(?:q(?P<n>[1-4])|(?P<name>first|second|third|fourth) quarter)"
        rf"(?: (?:of )?{_YEAR})?",
        words,
    )
    if found is None:
        return None
    number = int(found["n"]) if found["n"] else _QUARTERS[found["name"]]
    month = 3 * number - 2
    year = int(found["year"]) if found["year"] else today.year
    if not found["year"] and date(year, month, 1) > today:
        year -= 1
    start = date(year, month, 1)
    return Period(start, later(start, 1, "quarter"))


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
    days = slashed(words)
    return Period(days[0], days[0] + _DAY) if len(days) == 1 else None


def _month(words: str, today: date) -> Period | None:
    """ "October", "last October", "October 2025": the latest one that has begun."""
    found = re.fullmatch(rf"(?:last )?(?P<month>{MONTH})(?: {_YEAR})?", words)
    if found is None:
        return None
    month = MONTHS[found["month"]]
    if found["year"]:
        return _whole_month(int(found["year"]), month)
    this_year = (
        month < today.month if words.startswith("last") else month <= today.month
    )
    return _whole_month(today.year if this_year else today.year - 1, month)


def _day_of_month(words: str, today: date) -> Period | None:
    """ "15 May", "May the 15th", "15th of May 2025": the latest one."""
    for pattern in (
        rf"{_DAY_NUMBER}(?: of)? (?P<month>{MONTH})(?: {_YEAR})?",
        rf"(?P<month>{MONTH})(?: the)? {_DAY_NUMBER}(?: {_YEAR})?",
    ):
        found = re.fullmatch(pattern, words)
        if found is None:
            continue
        month, number = MONTHS[found["month"]], int(found["day"])
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
    found = re.fullmatch(rf"(?:last |on )?({WEEKDAY})", words)
    if found is None:
        return None
    back = (today.weekday() - WEEKDAYS[found[1]]) % 7
    if not back and not words.startswith("last "):
        return None  # said on the day itself: today, or a week ago?
    day = today - (back or 7) * _DAY
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
    _quarter,
    _month,
    _day_of_month,
    _bare_day,
    _weekday,
    _year,
)


def _whole_month(year: int, month: int) -> Period:
    first = date(year, month, 1)
    return Period(first, first + timedelta(days=days_in(first)))


def _latest(today: date, month: int, number: int) -> date:
    for year in (today.year, today.year - 1):
        day = date(year, month, number)
        if day <= today:
            return day
    raise ValueError("it lies ahead")


def _start_of(unit: str, day: date) -> date:
    match unit:
        case "week":
            return day - timedelta(days=day.weekday())
        case "month":
            return day.replace(day=1)
        case "quarter":
            return day.replace(month=day.month - (day.month - 1) % 3, day=1)
    return day.replace(month=1, day=1)
