"""Periods as customers say them, from a given today, in the bank's time zone."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from banking.domain.dates import Period, read_period

TODAY = date(2026, 11, 20)  # a Friday


@pytest.mark.parametrize(
    ("said", "first", "last"),
    [
        ("today", "2026-11-20", "2026-11-20"),
        ("Yesterday", "2026-11-19", "2026-11-19"),
        ("this week", "2026-11-16", "2026-11-20"),
        ("last week", "2026-11-09", "2026-11-15"),
        ("this month", "2026-11-01", "2026-11-20"),
        ("last month", "2026-10-01", "2026-10-31"),
        ("this year", "2026-01-01", "2026-11-20"),
        ("last year", "2025-01-01", "2025-12-31"),
        ("2025", "2025-01-01", "2025-12-31"),
        ("in October", "2026-10-01", "2026-10-31"),
        ("December", "2025-12-01", "2025-12-31"),
        ("October 2025", "2025-10-01", "2025-10-31"),
        ("for Feb 2024", "2024-02-01", "2024-02-29"),
        ("since March", "2026-03-01", "2026-11-20"),
        ("since yesterday", "2026-11-19", "2026-11-20"),
        ("last 7 days", "2026-11-14", "2026-11-20"),
        ("past three months", "2026-08-20", "2026-11-20"),
        ("8 weeks ago", "2026-09-21", "2026-09-27"),
        ("2 days ago", "2026-11-18", "2026-11-18"),
        ("1–15 May", "2026-05-01", "2026-05-15"),
        ("1-15 May", "2026-05-01", "2026-05-15"),
        ("from 1 May to 15 May", "2026-05-01", "2026-05-15"),
        ("from the 16th to the 22nd of Apr", "2026-04-16", "2026-04-22"),
        ("between March and May", "2026-03-01", "2026-05-31"),
        ("from December to January", "2025-12-01", "2026-01-31"),
        ("between 30 Dec and 2 Jan", "2025-12-30", "2026-01-02"),
        ("2026-05-01", "2026-05-01", "2026-05-01"),
        ("2026-05", "2026-05-01", "2026-05-31"),
        ("2026-05-01 to 2026-05-15", "2026-05-01", "2026-05-15"),
        ("25/12/2025", "2025-12-25", "2025-12-25"),
        ("12/25/2025", "2025-12-25", "2025-12-25"),
        ("5/5/2026", "2026-05-05", "2026-05-05"),
        ("15 May", "2026-05-15", "2026-05-15"),
        ("May 15th, 2025", "2025-05-15", "2025-05-15"),
        ("24 December", "2025-12-24", "2025-12-24"),
        ("the 15th", "2026-11-15", "2026-11-15"),
        ("the 25th", "2026-10-25", "2026-10-25"),
        ("on Monday", "2026-11-16", "2026-11-16"),
        ("last friday", "2026-11-13", "2026-11-13"),
        ("last 10 days", "2026-11-11", "2026-11-20"),
        ("in the last 10 days", "2026-11-11", "2026-11-20"),
        ("past month", "2026-10-20", "2026-11-20"),
        ("over the past week", "2026-11-13", "2026-11-20"),
        ("last fortnight", "2026-11-06", "2026-11-20"),
        ("a fortnight ago", "2026-11-06", "2026-11-06"),
        ("a week ago", "2026-11-09", "2026-11-15"),
        ("two months ago", "2026-09-01", "2026-09-30"),
        ("last weekend", "2026-11-14", "2026-11-15"),
        ("this quarter", "2026-10-01", "2026-11-20"),
        ("last quarter", "2026-07-01", "2026-09-30"),
        ("Q1", "2026-01-01", "2026-03-31"),
        ("q4", "2026-10-01", "2026-12-31"),
        ("Q3 2025", "2025-07-01", "2025-09-30"),
        ("the first quarter of 2024", "2024-01-01", "2024-03-31"),
        ("year to date", "2026-01-01", "2026-11-20"),
        ("ytd", "2026-01-01", "2026-11-20"),
        ("month to date", "2026-11-01", "2026-11-20"),
        ("between 3 and 9 May", "2026-05-03", "2026-05-09"),
        ("between the 3rd and the 9th of May", "2026-05-03", "2026-05-09"),
        ("3rd-9th May", "2026-05-03", "2026-05-09"),
        ("from March until now", "2026-03-01", "2026-11-20"),
        ("since last friday", "2026-11-13", "2026-11-20"),
        ("since the 1st", "2026-11-01", "2026-11-20"),
        ("after 1 November", "2026-11-02", "2026-11-20"),
        ("29 February 2024", "2024-02-29", "2024-02-29"),
    ],
)
def test_a_period_is_read(said, first, last):
    period = read_period(said, TODAY)

    assert period is not None
    assert (first, last) == (period.since.isoformat(), period.last.isoformat())


@pytest.mark.parametrize(
    "said",
    [
        "03/04/2026",
        "friday",  # said on a Friday: today, or a week ago?
        "a few days ago",
        "last couple of months",
        "29 February 2026",
        "payday",
        "every month",
        "tomorrow",
        "next week",
        "31 June",
        "2026-13-01",
        "15-1 May",
        "since 2027-01-01",
        "soon",
        "",
        "in",
        "0 days ago",
        "999 days ago",
        "the 31st of February",
        "October and",
        "x" * 65,
    ],
)
def test_what_is_not_a_period_for_sure_is_refused(said):
    assert read_period(said, TODAY) is None


def test_the_bare_day_that_a_month_lacks_is_refused():
    assert read_period("the 31st", date(2026, 3, 15)) is None


def test_a_day_is_as_long_as_the_banks_clock_says():
    berlin = ZoneInfo("Europe/Berlin")

    spring = Period(date(2026, 3, 29), date(2026, 3, 30)).instants(berlin)
    autumn = Period(date(2026, 10, 25), date(2026, 10, 26)).instants(berlin)

    assert timedelta(hours=23) == spring[1] - spring[0]
    assert timedelta(hours=25) == autumn[1] - autumn[0]
    assert datetime(2026, 3, 28, 23, tzinfo=UTC) == spring[0]


@pytest.mark.parametrize(
    ("said", "today", "first", "last"),
    [
        ("yesterday", "2027-01-01", "2026-12-31", "2026-12-31"),
        ("last month", "2027-01-15", "2026-12-01", "2026-12-31"),
        ("last week", "2027-01-01", "2026-12-21", "2026-12-27"),
        ("last quarter", "2027-02-28", "2026-10-01", "2026-12-31"),
        ("last month", "2028-03-31", "2028-02-01", "2028-02-29"),
        ("past month", "2027-03-31", "2027-02-28", "2027-03-31"),
        ("yesterday", "2028-03-01", "2028-02-29", "2028-02-29"),
        ("a year ago", "2028-02-29", "2027-01-01", "2027-12-31"),
        ("last weekend", "2026-11-22", "2026-11-14", "2026-11-15"),
        ("last weekend", "2026-11-23", "2026-11-21", "2026-11-22"),
    ],
)
def test_the_edges_of_months_and_years(said, today, first, last):
    period = read_period(said, date.fromisoformat(today))

    assert period is not None
    assert (first, last) == (period.since.isoformat(), period.last.isoformat())


@given(st.text(max_size=70), st.dates(date(1990, 1, 1), date(2100, 1, 1)))
def test_any_text_is_a_real_period_or_none(said, today):
    period = read_period(said, today)

    assert period is None or period.since < period.until


@given(st.dates(date(1990, 1, 1), date(2100, 1, 1)), st.integers(1, 40))
def test_neighbouring_periods_share_no_instant(first, days):
    middle = first + timedelta(days=days)
    zone = ZoneInfo("America/New_York")

    before = Period(first, middle).instants(zone)
    after = Period(middle, middle + timedelta(days=1)).instants(zone)

    assert before[1] == after[0]
