"""Limits: to the minor unit, by the bank's calendar, closed where nothing is said."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from banking.domain.kyc import KycLevel
from banking.domain.limits import Limit, MoneyRules, day_of, month_of
from banking.domain.money import Money
from banking.domain.refusals import KycTooLow, LimitExceeded
from banking.policy import load_policy

POLICY = Path(__file__).parents[2] / "policy.toml"


def usd(minor: int) -> Money:
    return Money(minor, "USD")


LIMIT = Limit(per_transaction=usd(500), daily=usd(1200), monthly=usd(3000))
NOTHING = usd(0)


def test_exactly_the_limit_is_allowed():
    LIMIT.check(usd(500), usd(700), usd(2500))


@pytest.mark.parametrize(
    ("amount", "today", "month", "window", "allowed"),
    [
        (501, 0, 0, "transaction", "USD 5.00"),
        (500, 701, 701, "day", "USD 4.99"),
        (500, 0, 2501, "month", "USD 4.99"),
        (1, 1200, 1200, "day", "USD 0.00"),
        (1, 1300, 1300, "day", "USD 0.00"),
    ],
)
def test_one_cent_over_is_refused_with_what_is_still_possible(
    amount, today, month, window, allowed
):
    with pytest.raises(LimitExceeded) as refusal:
        LIMIT.check(usd(amount), usd(today), usd(month))

    assert {"window": window, "allowed": allowed} == refusal.value.facts()


@given(st.integers(0, 1300), st.integers(0, 3100))
def test_what_is_left_is_exactly_what_may_be_sent(today, month):
    left = LIMIT.left(usd(today), usd(month))

    if left:
        LIMIT.check(left, usd(today), usd(month))
    with pytest.raises(LimitExceeded):
        LIMIT.check(left + usd(1), usd(today), usd(month))


def test_the_policy_has_a_limit_for_every_level_and_closes_what_it_does_not_name():
    rules = MoneyRules.of(load_policy(POLICY), "USD")

    for level in KycLevel:
        assert rules.limit("transfer", level).per_transaction
    with pytest.raises(KycTooLow):
        rules.limit("gold bars", KycLevel.FULL)
    with pytest.raises(KycTooLow):
        rules.fee("gold bars")


def test_a_day_ends_at_the_banks_midnight():
    lagos = ZoneInfo("Africa/Lagos")  # one hour ahead of UTC
    before = datetime(2026, 11, 20, 22, 59, 59, tzinfo=UTC)

    since, until = day_of(before, lagos)

    assert datetime(2026, 11, 19, 23, tzinfo=UTC) == since
    assert datetime(2026, 11, 20, 23, tzinfo=UTC) == until
    assert since <= before < until
    assert until == day_of(before + timedelta(seconds=1), lagos)[0]


def test_days_that_change_their_clocks_are_shorter_and_longer():
    zone = ZoneInfo("America/New_York")

    spring = day_of(datetime(2026, 3, 8, 12, tzinfo=UTC), zone)
    autumn = day_of(datetime(2026, 11, 1, 12, tzinfo=UTC), zone)

    assert timedelta(hours=23) == spring[1] - spring[0]
    assert timedelta(hours=25) == autumn[1] - autumn[0]


@given(
    st.integers(0, 4_000_000_000).map(lambda s: datetime.fromtimestamp(s, UTC)),
    st.sampled_from(["UTC", "Africa/Lagos", "America/New_York", "Asia/Kolkata"]),
)
def test_every_instant_is_in_one_day_of_one_month(moment, name):
    zone = ZoneInfo(name)
    day, month = day_of(moment, zone), month_of(moment, zone)

    assert day[0] <= moment < day[1]
    assert month[0] <= day[0]
    assert day[1] <= month[1]
