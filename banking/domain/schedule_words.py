"""Schedules as customers say them: "every Friday", "the 1st of every month".

Only what names its days is read. "Every payday" and "from time to time" are not, and
an end or a beginning with two readings leaves the whole unread: it has to be asked.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
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
)
from banking.domain.coming_days import read_days
from banking.domain.schedule import LAST_DAY, Schedule, Unit

LONGEST_TEXT: Final = 100
_N: Final = r"(?P<n>[0-9]{1,2}|" + "|".join(COUNTS) + "|other|second|2nd|third|3rd)"
_ADVERBS: Final[dict[str, tuple[Unit, int]]] = {
    "daily": ("day", 1),
    "everyday": ("day", 1),
    "weekly": ("week", 1),
    "fortnightly": ("week", 2),
    "monthly": ("month", 1),
    "quarterly": ("month", 3),
    "half yearly": ("month", 6),
    "yearly": ("year", 1),
    "annually": ("year", 1),
}
_UNITS: Final[dict[str, tuple[Unit, int]]] = {
    "day": ("day", 1),
    "week": ("week", 1),
    "fortnight": ("week", 2),
    "month": ("month", 1),
    "quarter": ("month", 3),
    "year": ("year", 1),
}
_PLACES: Final = {
    **{"first": 1, "1st": 1, "second": 2, "2nd": 2, "third": 3, "3rd": 3},
    **{"fourth": 4, "4th": 4, "last": -1},
}
_OTHERS: Final = {"other": 2, "second": 2, "2nd": 2, "third": 3, "3rd": 3}
_WORKING_DAYS: Final = (0, 1, 2, 3, 4)
_WEEKEND: Final = (5, 6)
_EACH: Final = r"(?:every|each)"
_EACH_MONTH: Final = rf"(?: of)?(?: the| {_EACH}|,? {_EACH})? month|,? monthly"
_END: Final = re.compile(
    r" (?:until|till|til|up to|ending) (?P<until>.+)$"
    rf"| for (?:the next )?(?P<n>[0-9]{{1,3}}|an?|{'|'.join(COUNTS)})"
    r" (?P<unit>times|payments|day|week|month|year)s?$"
    rf"|,? (?P<times>[0-9]{{1,3}}|{'|'.join(COUNTS)}) times$"
)
_BEGINNING: Final = re.compile(
    r",? (?:starting|beginning|from|as of)(?: from| on)? (?P<start>.+)$"
)
_LEAD_IN: Final = re.compile(r"^(?:on |at |repeat |once |the )")


def read_schedule(text: str, today: date) -> Schedule | None:
    """The schedule that the text names, from today on; None where it must be asked."""
    if len(text) > LONGEST_TEXT:
        return None
    words = re.sub(r"\s+", " ", text.strip().lower().strip(".?!"))
    words = re.sub(r"(?<=[a-z])-(?=[a-z])", " ", words)
    try:
        return _with_ends(words.strip(), today)
    except (ValueError, OverflowError):
        return None


def _with_ends(words: str, today: date) -> Schedule | None:
    """Take the end off, then the beginning, and read what is left."""
    end = _END.search(words)
    words = words[: end.start()] if end else words
    begins = _BEGINNING.search(words)
    words = words[: begins.start()] if begins else words
    start = today
    if begins:
        days = _starts(begins["start"], today)
        if len(days) != 1:
            return None
        start = days[0]
    schedule = _recurring(words, start)
    return _ended(schedule, end) if schedule and end else schedule


def _starts(words: str, today: date) -> tuple[date, ...]:
    month = re.fullmatch(rf"({MONTH})", words)
    return read_days(f"the first of {words}" if month else words, today)


def _ended(schedule: Schedule, end: re.Match[str]) -> Schedule | None:
    if end["times"] or end["unit"] in {"times", "payments"}:
        number = count(end["times"] or end["n"])
        return replace(schedule, times=number) if number else None
    if end["unit"]:
        last = later(schedule.start, count(end["n"]), end["unit"])
        return replace(schedule, until=date.fromordinal(last.toordinal() - 1))
    until = _until(end["until"], schedule.start)
    return replace(schedule, until=until) if until and until >= schedule.start else None


def _until(words: str, start: date) -> date | None:
    """The last day that counts; a month by name counts to its end."""
    words = words.removeprefix("the end of ").removeprefix("end of ")
    month = re.fullmatch(rf"(?P<month>{MONTH})(?: (?P<year>20[0-9]{{2}}))?", words)
    if month is None:
        days = read_days(words, start)
        return days[0] if len(days) == 1 else None
    number = MONTHS[month["month"]]
    year = int(month["year"]) if month["year"] else start.year
    if not month["year"] and number < start.month:
        year += 1
    first = date(year, number, 1)
    return first.replace(day=days_in(first))


def _recurring(words: str, start: date) -> Schedule | None:
    for reader in _READERS:
        schedule = reader(words, start)
        if schedule is not None:
            return schedule
    shorter = _LEAD_IN.sub("", words)
    return _recurring(shorter, start) if shorter != words else None


def _plain(words: str, start: date) -> Schedule | None:
    """ "daily", "every 2 weeks", "every other month", "twice" is none."""
    if words in _ADVERBS:
        unit, every = _ADVERBS[words]
        return Schedule(unit=unit, every=every, start=start)
    found = re.fullmatch(
        rf"(?:{_EACH}|an?|per) (?:{_N} )?(?P<unit>{'|'.join(_UNITS)})s?", words
    )
    if found is None:
        return None
    number = _step(found["n"])
    unit, every = _UNITS[found["unit"]]
    return Schedule(unit=unit, every=every * number, start=start)


def _step(word: str | None) -> int:
    if word is None:
        return 1
    return _OTHERS[word] if word in _OTHERS else count(word)


def _on_weekdays(words: str, start: date) -> Schedule | None:
    """ "every Friday", "Mondays and Thursdays", "weekly on Monday"."""
    if re.fullmatch(rf"(?:{_EACH} )?(?:week ?day|working day|business day)s?", words):
        return Schedule(unit="week", start=start, weekdays=_WORKING_DAYS)
    if re.fullmatch(rf"(?:{_EACH} )?weekends?", words) and words != "weekend":
        return Schedule(unit="week", start=start, weekdays=_WEEKEND)
    names = rf"(?:{WEEKDAY})s?(?:(?:,| and|, and) (?:{WEEKDAY})s?)*"
    found = re.fullmatch(
        rf"(?:{_EACH} (?:(?P<other>other|second|2nd) )?(?P<each>{names})"
        rf"|(?P<adverb>weekly|fortnightly|{_EACH} (?:(?P<weeks>other|two|2) )?weeks?)"
        rf"(?:,? on)? (?P<on>{names})"
        rf"|(?P<plural>(?:{WEEKDAY})s(?: and (?:{WEEKDAY})s)*))",
        words,
    )
    if found is None:
        return None
    said = found["each"] or found["on"] or found["plural"]
    weekdays = tuple(
        sorted({WEEKDAYS[name] for name in re.findall(rf"\b({WEEKDAY})s?\b", said)})
    )
    fortnightly = found["other"] or found["weeks"] or found["adverb"] == "fortnightly"
    if fortnightly:
        # The first of them is the next one, so the weeks are counted from there.
        start = min(
            later(start, (day - start.weekday()) % 7, "day") for day in weekdays
        )
    every = 2 if fortnightly else 1
    return Schedule(unit="week", every=every, start=start, weekdays=weekdays)


def _on_days(words: str, start: date) -> Schedule | None:
    """ "the 1st of every month", "the 1st and 15th of each month", "month end"."""
    if re.fullmatch(
        rf"(?:the )?(?:last day|end) of (?:{_EACH}|the) month"
        rf"|(?:{_EACH} )?month end|{_EACH} end of(?: the)? month",
        words,
    ) and not words.startswith("month"):
        return Schedule(unit="month", start=start, days=(LAST_DAY,))
    number = r"(?:[0-9]{1,2}(?:st|nd|rd|th)|first)"
    days = rf"(?:the )?(?P<days>{number}(?:(?:,| and) (?:the )?{number})*)"
    found = re.fullmatch(rf"{days}(?: day)?(?:{_EACH_MONTH})", words) or re.fullmatch(
        rf"(?:monthly|{_EACH} month|{_EACH})(?:,? on)? {days}(?: of the month)?", words
    )
    if found is None:
        return None
    numbers = [int(n) for n in re.findall(r"[0-9]+", found["days"])]
    numbers += [1] if "first" in found["days"] else []
    if not all(0 < number <= 31 for number in numbers):  # noqa: PLR2004
        return None
    return Schedule(unit="month", start=start, days=tuple(sorted(set(numbers))))


def _on_nth(words: str, start: date) -> Schedule | None:
    """ "the last Friday of every month"."""
    found = re.fullmatch(
        rf"(?:the )?(?:{_EACH} )?(?P<place>{'|'.join(_PLACES)}) (?P<name>{WEEKDAY})"
        rf"(?: of (?:the|{_EACH}) month| {_EACH} month)",
        words,
    )
    if found is None:
        return None
    nth = _PLACES[found["place"]], WEEKDAYS[found["name"]]
    return Schedule(unit="month", start=start, nth=nth)


_READERS: Final[tuple[Callable[[str, date], Schedule | None], ...]] = (
    _plain,
    _on_weekdays,
    _on_days,
    _on_nth,
)
