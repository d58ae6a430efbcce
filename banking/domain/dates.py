"""Reading a period as a customer typed it, from a given "today".

What can be read in two ways, like 03/04/2026, is not read at all.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Final

from banking.domain.period import Period, shown
from banking.domain.period_words import one_period

__all__ = ["Period", "read_period", "shown"]

LONGEST_TEXT: Final = 64
_DAY: Final = timedelta(days=1)
_SPACES: Final = re.compile(r"\s+")
# Words first: a hyphen may be part of an ISO date.
_BETWEEN: Final = (
    re.compile(r" (?:to|until|till|through|and|-) "),
    re.compile(r" ?[–—] ?"),
    re.compile(r"(?<=^[0-9])-|(?<=^[0-9]{2})-|(?<=(?:st|nd|rd|th))-"),
)


def read_period(text: str, today: date) -> Period | None:
    """The period that the text names; None where there is none, or more than one."""
    if len(text) > LONGEST_TEXT:
        return None
    words = _SPACES.sub(" ", text.strip().lower().strip(".?!").replace(",", " "))
    words = words.strip()
    try:
        return _open(words, today) or _range(words, today) or one_period(words, today)
    except (ValueError, OverflowError):  # the 31st of June, the year 0
        return None


def _range(words: str, today: date) -> Period | None:
    """Two ends: "1-15 May", "from 1 May to 15 May", "between March and May"."""
    bare = re.sub(r"^(?:from|between) ", "", words)
    for between in _BETWEEN:
        first, found, second = _split(bare, between)
        if found:
            return _from_to(first, second, today)
    return None


def _split(words: str, between: re.Pattern[str]) -> tuple[str, bool, str]:
    parts = between.split(words, maxsplit=1)
    return (parts[0], True, parts[1]) if len(parts) > 1 else (words, False, "")


def _from_to(first: str, second: str, today: date) -> Period | None:
    last = one_period(second, today)
    if last is None:
        return None
    number = re.fullmatch(r"(?:the )?([0-9]{1,2})(?:st|nd|rd|th)?", first)
    if number is not None:
        # "1-15 May": the first day borrows the month of the last.
        start = last.since.replace(day=int(number[1]))
    else:
        begin = one_period(first, today)
        if begin is None:
            return None
        start = begin.since
        if start > last.since:
            start = _year_back(start)
    return Period(start, last.until) if start < last.until else None


def _open(words: str, today: date) -> Period | None:
    """From a day until now: "since March"."""
    found = re.fullmatch(
        r"(?P<word>since|after|starting(?: from)?|from) (?P<rest>.+?)"
        r"(?P<now> (?:till|until|to|up to) (?:now|date|today))?",
        words,
    )
    start = one_period(found["rest"], today) if found else None
    # "from March" alone may as well be in March.
    if found is None or start is None or (found["word"] == "from" and not found["now"]):
        return None
    # After a day is the day after it; since a month is from its first day on.
    since = start.until if found["word"] == "after" else start.since
    return Period(since, today + _DAY) if since <= today else None


def _year_back(day: date) -> date:
    try:
        return day.replace(year=day.year - 1)
    except ValueError:  # 29 February
        return day.replace(year=day.year - 1, day=28)
