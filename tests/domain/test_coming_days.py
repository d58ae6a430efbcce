"""Days ahead as customers say them; what has two readings gives both."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from banking.domain.calendar_words import days_in, later
from banking.domain.coming_days import read_days
from banking.domain.dates import read_period

WEDNESDAY = date(2026, 11, 18)
DAYS = st.dates(date(2000, 1, 1), date(2090, 1, 1))
NAMES = "monday tuesday wednesday thursday friday saturday sunday".split()


@pytest.mark.parametrize(
    ("said", "days"),
    [
        ("today", "11-18"),
        ("tomorrow", "11-19"),
        ("tmrw", "11-19"),
        ("the day after tomorrow", "11-20"),
        ("in two weeks", "12-02"),
        ("in a fortnight", "12-02"),
        ("a fortnight from now", "12-02"),
        ("in 10 days", "11-28"),
        ("in 10 days' time", "11-28"),
        ("in a month", "12-18"),
        ("3 days from now", "11-21"),
        ("Friday", "11-20"),
        ("on friday", "11-20"),
        ("this Friday", "11-20"),
        ("coming Friday", "11-20"),
        ("next Friday", "11-20 11-27"),
        ("next Monday", "11-23"),
        ("next Wednesday", "11-25"),
        ("Wednesday", "11-18 11-25"),
        ("friday next week", "11-27"),
        ("the 25th", "11-25"),
        ("on the 5th", "12-05"),
        ("the 18th", "11-18 12-18"),
        ("5th of next month", "12-05"),
        ("the first of next month", "12-01"),
        ("end of the month", "11-30"),
        ("25 December", "12-25"),
        ("Dec the 25th", "12-25"),
        ("end of December", "12-31"),
        ("2026-12-24", "12-24"),
        ("24/12/2026", "12-24"),
        ("12/24/2026", "12-24"),
    ],
)
def test_a_day_ahead_is_read(said, days):
    expected = tuple(date.fromisoformat(f"2026-{day}") for day in days.split())

    assert expected == read_days(said, WEDNESDAY)


@pytest.mark.parametrize(
    ("said", "today", "expected"),
    [
        ("29 February", date(2027, 3, 1), date(2028, 2, 29)),
        ("29 February", date(2026, 3, 1), None),
        ("31 December", date(2026, 12, 31), date(2026, 12, 31)),
        ("1 January", date(2026, 12, 31), date(2027, 1, 1)),
        ("tomorrow", date(2026, 12, 31), date(2027, 1, 1)),
        ("tomorrow", date(2028, 2, 28), date(2028, 2, 29)),
        ("in a month", date(2027, 1, 31), date(2027, 2, 28)),
        ("in a year", date(2028, 2, 29), date(2029, 2, 28)),
        ("the 31st", date(2026, 11, 18), None),
        ("03/04/2027", date(2026, 11, 18), (date(2027, 3, 4), date(2027, 4, 3))),
        ("yesterday", date(2026, 11, 18), None),
        ("1 May 2020", date(2026, 11, 18), None),
        ("payday", date(2026, 11, 18), None),
        ("soon", date(2026, 11, 18), None),
        ("in 0 days", date(2026, 11, 18), None),
        ("31 June", date(2026, 11, 18), None),
        ("next week", date(2026, 11, 18), None),
    ],
)
def test_the_edges_of_the_calendar(said, today, expected):
    days = expected if isinstance(expected, tuple) else (expected,) if expected else ()

    assert days == read_days(said, today)


@given(st.text(max_size=80), DAYS)
def test_any_text_is_days_from_today_on_or_none(said, today):
    days = read_days(said, today)

    assert list(days) == sorted(set(days))
    assert all(day >= today for day in days)
    assert len(days) <= 2


@given(DAYS, st.integers(0, 6))
def test_next_is_never_today_and_always_that_weekday(today, weekday):
    days = read_days(f"next {NAMES[weekday]}", today)

    assert days
    assert all(
        day.weekday() == weekday and 0 < (day - today).days <= 14 for day in days
    )
    # Two readings only where the coming one is still in this very week.
    this_week = weekday > today.weekday()
    assert (len(days) == 2) == this_week


@given(DAYS, st.integers(0, 60))
def test_a_written_day_is_read_back(today, ahead):
    day = today + timedelta(days=ahead)
    written = (day.isoformat(), f"{day.day} {day:%B} {day.year}")

    assert {(day,)} == {read_days(said, today) for said in written}


@given(DAYS, st.integers(-400, 400), st.sampled_from(["month", "quarter", "year"]))
def test_a_step_through_the_calendar_keeps_the_day_or_the_months_end(day, n, unit):
    there = later(day, n, unit)

    assert there.day == day.day or there.day == days_in(there) < day.day


@pytest.mark.parametrize(
    ("zone", "today", "yesterday"),
    [
        ("Pacific/Kiritimati", date(2027, 1, 1), date(2026, 12, 31)),
        ("Africa/Lagos", date(2027, 1, 1), date(2026, 12, 31)),
        ("America/New_York", date(2026, 12, 31), date(2026, 12, 30)),
    ],
)
def test_today_is_the_banks_and_not_greenwichs(zone, today, yesterday):
    now = datetime(2026, 12, 31, 23, 30, tzinfo=UTC).astimezone(ZoneInfo(zone))

    assert today == now.date()
    assert (today,) == read_days("today", now.date())
    period = read_period("yesterday", now.date())
    assert period is not None
    assert yesterday == period.since
    since, until = period.instants(ZoneInfo(zone))
    assert since <= now - timedelta(days=1) < until
