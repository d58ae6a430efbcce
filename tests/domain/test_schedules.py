"""Recurring payments as customers say them, and the days that they fall on."""

from datetime import date, timedelta
from itertools import islice, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from banking.domain.calendar_words import days_in
from banking.domain.schedule import LAST_DAY, Schedule
from banking.domain.schedule_words import read_schedule

TODAY = date(2026, 11, 18)  # a Wednesday
DAYS = st.dates(date(2000, 1, 1), date(2090, 1, 1))


@pytest.mark.parametrize(
    ("said", "first", "second", "third"),
    [
        ("daily", "2026-11-18", "2026-11-19", "2026-11-20"),
        ("every day", "2026-11-18", "2026-11-19", "2026-11-20"),
        ("weekly", "2026-11-18", "2026-11-25", "2026-12-02"),
        ("once a week", "2026-11-18", "2026-11-25", "2026-12-02"),
        ("every Friday", "2026-11-20", "2026-11-27", "2026-12-04"),
        ("on Fridays", "2026-11-20", "2026-11-27", "2026-12-04"),
        ("each tues", "2026-11-24", "2026-12-01", "2026-12-08"),
        ("weekly on Monday", "2026-11-23", "2026-11-30", "2026-12-07"),
        ("every week on mondays", "2026-11-23", "2026-11-30", "2026-12-07"),
        ("Mondays and Thursdays", "2026-11-19", "2026-11-23", "2026-11-26"),
        ("every other Friday", "2026-11-20", "2026-12-04", "2026-12-18"),
        ("every other Monday", "2026-11-23", "2026-12-07", "2026-12-21"),
        ("fortnightly", "2026-11-18", "2026-12-02", "2026-12-16"),
        ("every two weeks", "2026-11-18", "2026-12-02", "2026-12-16"),
        ("every fortnight", "2026-11-18", "2026-12-02", "2026-12-16"),
        ("every weekday", "2026-11-18", "2026-11-19", "2026-11-20"),
        ("on weekends", "2026-11-21", "2026-11-22", "2026-11-28"),
        ("monthly", "2026-11-18", "2026-12-18", "2027-01-18"),
        ("on the 1st of every month", "2026-12-01", "2027-01-01", "2027-02-01"),
        ("every month on the 1st", "2026-12-01", "2027-01-01", "2027-02-01"),
        ("every 25th", "2026-11-25", "2026-12-25", "2027-01-25"),
        ("1st and 15th of each month", "2026-12-01", "2026-12-15", "2027-01-01"),
        ("the 31st of every month", "2026-11-30", "2026-12-31", "2027-01-31"),
        ("last day of the month", "2026-11-30", "2026-12-31", "2027-01-31"),
        ("every month end", "2026-11-30", "2026-12-31", "2027-01-31"),
        ("first of every month", "2026-12-01", "2027-01-01", "2027-02-01"),
        ("last Friday of every month", "2026-11-27", "2026-12-25", "2027-01-29"),
        ("the 2nd monday of each month", "2026-12-14", "2027-01-11", "2027-02-08"),
        ("every 3 months", "2026-11-18", "2027-02-18", "2027-05-18"),
        ("quarterly", "2026-11-18", "2027-02-18", "2027-05-18"),
        ("every year", "2026-11-18", "2027-11-18", "2028-11-18"),
        ("weekly starting tomorrow", "2026-11-19", "2026-11-26", "2026-12-03"),
        ("monthly from 1 January", "2027-01-01", "2027-02-01", "2027-03-01"),
        ("monthly from January", "2027-01-01", "2027-02-01", "2027-03-01"),
        ("monthly from 31 January", "2027-01-31", "2027-02-28", "2027-03-31"),
    ],
)
def test_a_schedule_falls_on_its_days(said, first, second, third):
    schedule = read_schedule(said, TODAY)

    assert schedule is not None
    days = [day.isoformat() for day in islice(schedule.occurrences(), 3)]
    assert [first, second, third] == days


@pytest.mark.parametrize(
    ("said", "number", "last"),
    [
        ("weekly until June", 33, "2027-06-30"),
        ("every Friday until the end of December", 6, "2026-12-25"),
        ("every Friday till 5 December", 3, "2026-12-04"),
        ("every friday until 2026-12-04", 3, "2026-12-04"),
        ("monthly for 6 months", 6, "2027-04-18"),
        ("on the 1st of every month for a year", 12, "2027-11-01"),
        ("daily for 10 days", 10, "2026-11-27"),
        ("weekly for 4 times", 4, "2026-12-09"),
        ("every Monday 5 times", 5, "2026-12-21"),
        ("every Friday starting next month until March", None, None),
        ("every Friday from 1 Dec until March", 17, "2027-03-26"),
    ],
)
def test_a_schedule_ends_where_it_was_said_to(said, number, last):
    schedule = read_schedule(said, TODAY)

    if number is None:
        assert schedule is None
    else:
        days = list(schedule.occurrences())
        assert (number, last) == (len(days), days[-1].isoformat())


@pytest.mark.parametrize(
    "said",
    """
    every payday|from time to time|twice a week|every now and then|sometimes|monday
    next friday|on the 1st|every 32nd|every 0 weeks|weekly until yesterday
    weekly until 03/04/2027|weekly starting next friday|every|every other|monthly until
    every few days|weekly for 0 times|biweekly|weekend|month end|every month to peter
    every blue moon|until june|2 weeks
    """.strip()
    .replace("\n", "|")
    .split("|"),
)
def test_what_names_no_days_for_sure_is_asked_about(said):
    assert read_schedule(said.strip(), TODAY) is None


@given(st.text(max_size=110), DAYS)
def test_any_text_is_a_schedule_from_today_on_or_none(said, today):
    schedule = read_schedule(said, today)

    assert schedule is None or schedule.start >= today


@given(
    DAYS,
    st.sampled_from(["day", "week", "month", "year"]),
    st.integers(1, 12),
    st.sets(st.integers(0, 6)),
    st.sets(st.one_of(st.integers(1, 31), st.just(LAST_DAY))),
)
def test_days_go_forward_and_keep_to_what_was_said(start, unit, every, weekdays, days):
    schedule = Schedule(
        unit=unit,
        every=every,
        start=start,
        weekdays=tuple(weekdays) if unit == "week" else (),
        days=tuple(days) if unit == "month" else (),
    )
    some = list(islice(schedule.occurrences(), 12))

    assert all(one < other for one, other in pairwise(some))
    assert all(day >= start for day in some)
    for day in some:
        if schedule.weekdays:
            assert day.weekday() in weekdays
        if schedule.days:
            shortened = {LAST_DAY, *range(days_in(day), 32)} & days
            assert day.day in days or (shortened and day.day == days_in(day))


def test_a_schedule_that_stands_still_is_refused():
    with pytest.raises(ValueError, match="forward"):
        Schedule(unit="day", every=0, start=TODAY)


@given(DAYS, st.integers(1, 400))
def test_times_count_every_day(start, times):
    schedule = Schedule(unit="day", start=start, times=times)

    assert start + timedelta(days=times - 1) == list(schedule.occurrences())[-1]
