"""When somebody is there to talk to."""

from datetime import UTC, datetime

import pytest

from banking.domain.opening import DAYS, Closed, HoursUnreadable, Open, OpeningHours

WEEK = {day: "8:00-18:00" for day in DAYS[:5]} | {"saturday": "", "sunday": ""}


@pytest.mark.parametrize(
    ("day", "hour", "minute", "state"),
    [
        (20, 7, 59, Closed(datetime(2026, 11, 20, 8, tzinfo=UTC))),
        (20, 8, 0, Open("18:00")),
        (20, 17, 59, Open("18:00")),
        (20, 18, 0, Closed(datetime(2026, 11, 23, 8, tzinfo=UTC))),
        (22, 12, 0, Closed(datetime(2026, 11, 23, 8, tzinfo=UTC))),
    ],
)
def test_it_is_open_or_opens_at_a_moment(day, hour, minute, state):
    now = datetime(2026, 11, day, hour, minute, tzinfo=UTC)

    assert state == OpeningHours.of(WEEK).at(now)


def test_one_day_a_week_opens_again_in_a_week():
    hours = OpeningHours.of(dict.fromkeys(DAYS, "") | {"friday": "9:30-24:00"})

    assert Open("24:00") == hours.at(datetime(2026, 11, 20, 23, 59, tzinfo=UTC))
    after = hours.at(datetime(2026, 11, 21, 0, 0, tzinfo=UTC))
    assert Closed(datetime(2026, 11, 27, 9, 30, tzinfo=UTC)) == after


@pytest.mark.parametrize(
    "change",
    [
        {"monday": "18:00-8:00"},
        {"monday": "8-18"},
        {"monday": "8:00-24:01"},
        {"monday": "8:60-18:00"},
        {"someday": "8:00-18:00"},
        dict.fromkeys(DAYS, ""),
    ],
)
def test_hours_that_cannot_be_read_are_refused(change):
    with pytest.raises(HoursUnreadable):
        OpeningHours.of(WEEK | change)
