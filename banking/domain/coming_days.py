"""The days ahead: "tomorrow", "next Friday", "in two weeks", "the 1st", "25 December".

What has two readings gives both: on a Wednesday "next Friday" is the one in two days
or the one in nine, and 03/04/2027 is in March or in April.
"""

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

LONGEST_TEXT: Final = 64
_DAY: Final = timedelta(days=1)
_MOST_AHEAD: Final = 400
_NUMBER: Final = r"(?P<day>[0-9]{1,2})(?:st|nd|rd|th)?"
_LEAD_IN: Final = re.compile(r"^(?:on|by|from|starting|this coming|coming|for|at|the) ")

Days = tuple[date, ...]


def read_days(text: str, today: date) -> Days:
    """The days from today on that the words may mean; empty where they mean none."""
    if len(text) > LONGEST_TEXT:
        return ()
    words = re.sub(r"[\s,]+", " ", text.strip().lower().strip(".?!")).strip()
    try:
        return _days(words, today)
    except (ValueError, OverflowError):  # the 31st of June
        return ()


def _days(words: str, today: date) -> Days:
    for reader in _READERS:
        days = reader(words, today)
        if days:
            return tuple(sorted(day for day in set(days) if day >= today))
    shorter = _LEAD_IN.sub("", words)
    return _days(shorter, today) if shorter != words else ()


def _named(words: str, today: date) -> Days:
    if words in {"today", "now", "right now", "immediately"}:
        return (today,)
    if words in {"tomorrow", "tmrw", "tmr", "tomoro", "tommorow", "2moro"}:
        return (today + _DAY,)
    if words in {"day after tomorrow", "the day after tomorrow", "overmorrow"}:
        return (today + 2 * _DAY,)
    if words in {"end of the month", "end of month", "month end", "end of this month"}:
        return (today.replace(day=days_in(today)),)
    return ()


def _counted(words: str, today: date) -> Days:
    """ "in two weeks", "a fortnight from now", "in 10 days' time"."""
    found = re.fullmatch(
        rf"(?:in )?(?P<n>[0-9]{{1,3}}|an?|{'|'.join(COUNTS)}) "
        r"(?P<unit>day|week|fortnight|month|year)s?['’]?"
        r"(?P<later> time| from now| from today| later)?",
        words,
    )
    if found is None or not (words.startswith("in ") or found["later"]):
        return ()
    number = count(found["n"])
    if not 0 < number <= _MOST_AHEAD:
        return ()
    return (later(today, number, found["unit"]),)


def _weekday(words: str, today: date) -> Days:
    found = re.fullmatch(
        rf"(?:(?P<which>next|this) )?(?P<name>{WEEKDAY})(?P<week> week| next week)?",
        words,
    )
    if found is None:
        return ()
    ahead = (WEEKDAYS[found["name"]] - today.weekday()) % 7
    coming = today + (ahead or 7) * _DAY
    monday_next = today + (7 - today.weekday()) * _DAY
    if found["week"]:
        if found["which"] or found["week"] == " week":
            return ()
        return (monday_next + WEEKDAYS[found["name"]] * _DAY,)
    if found["which"] == "next":
        # In this very week "next Friday" is the coming one to some.
        return (coming,) if coming >= monday_next else (coming, coming + 7 * _DAY)
    if ahead == 0:
        return (today,) if found["which"] else (today, coming)
    return (coming,)


def _bare_day(words: str, today: date) -> Days:
    """ "the 15th", "15th of next month"."""
    found = re.fullmatch(
        r"(?:the )?(?P<day>[0-9]{1,2})(?:st|nd|rd|th)"
        r"(?: (?:of )?(?P<of>this|next) month)?",
        words,
    )
    if found is None:
        return ()
    number = int(found["day"])
    first = today.replace(day=1)
    if found["of"] == "next" or (found["of"] is None and number < today.day):
        first = later(first, 1, "month")
    if found["of"] is None and number == today.day:
        return today, later(today, 1, "month")  # said on the day itself
    return (first.replace(day=number),)


def _day_of_month(words: str, today: date) -> Days:
    """ "25 December", "May the 15th", "1 Feb 2027"."""
    year = r"(?: (?P<year>20[0-9]{2}))?"
    for pattern in (
        rf"(?:the )?{_NUMBER}(?: of)? (?P<month>{MONTH}){year}",
        rf"(?P<month>{MONTH})(?: the)? {_NUMBER}{year}",
    ):
        found = re.fullmatch(pattern, words)
        if found is None:
            continue
        month, number = MONTHS[found["month"]], int(found["day"])
        if found["year"]:
            return (date(int(found["year"]), month, number),)
        return (_coming(today, month, number),)
    return ()


def _coming(today: date, month: int, number: int) -> date:
    """The next such day; 29 February only in the years that have one."""
    for year in (today.year, today.year + 1):
        if number <= days_in(date(year, month, 1)):
            day = date(year, month, number)
            if day >= today:
                return day
    raise ValueError("not within a year")


def _start_of_month(words: str, today: date) -> Days:
    """ "the first of next month", "the last day of this month", "start of May"."""
    found = re.fullmatch(
        r"(?:the )?(?P<which>first|start|beginning|last|end)(?: day)?(?: of)?"
        rf"(?: the)? (?:(?P<of>this|next) month|(?P<month>{MONTH})|month)",
        words,
    )
    if found is None:
        return ()
    first = today.replace(day=1)
    ends = found["which"] in {"last", "end"}
    if found["month"]:
        first = date(today.year, MONTHS[found["month"]], 1)
        if (first.replace(day=days_in(first)) if ends else first) < today:
            first = first.replace(year=first.year + 1)
    elif found["of"] == "next" or (not found["of"] and not ends and today.day > 1):
        first = later(first, 1, "month")
    return (first.replace(day=days_in(first)) if ends else first,)


def _written(words: str, today: date) -> Days:  # noqa: ARG001
    """2027-03-04, and 03/04/2027, which is two days to two people."""
    iso = re.fullmatch(r"(20[0-9]{2})-([0-9]{2})-([0-9]{2})", words)
    if iso:
        return (date(int(iso[1]), int(iso[2]), int(iso[3])),)
    return slashed(words)


_READERS: Final[tuple[Callable[[str, date], Days], ...]] = (
    _named,
    _counted,
    _weekday,
    _bare_day,
    _day_of_month,
    _start_of_month,
    _written,
)
