"""The error table, the pace and the window."""

from datetime import timedelta

import pytest

from banking.domain.delivery import (
    RULES,
    Alert,
    GiveUp,
    IdentityLost,
    PairRate,
    Retry,
    decide,
    window_open,
)
from tests.gateway.whatsapp import NOON

WAITS = [2, 131016, 133004, 131000, 1, 4, 80007, 130429, 131056, 131057]
STOPS = [0, 190, 368, 131031, 130497, 131048]
ALERTS = [3, 10, 200, 299, 131005, 33, 100, 131008, 131009, 135000, 131021, 131037]
ALERTS += [131042, 131045, 133010, 131051, 131053, 131062, 132000, 132001, 132069]
GIVES_UP = [131026, 131047, 130472, 131049, 131050, 131052]


@pytest.mark.parametrize("code", WAITS)
def test_trouble_that_passes_is_tried_again_a_bounded_number_of_times(code):
    decisions = [decide(code, 400, attempt=n) for n in range(1, 12)]

    assert isinstance(decisions[0], Retry)
    assert not isinstance(decisions[-1], Retry)


@pytest.mark.parametrize("code", STOPS)
def test_a_refused_account_stops_everything(code):
    decision = decide(code, 400, attempt=1)

    assert isinstance(decision, Alert)
    assert decision.stop


@pytest.mark.parametrize("code", ALERTS)
def test_a_fault_of_ours_wakes_a_person_and_is_not_repeated(code):
    decision = decide(code, 400, attempt=1)

    assert isinstance(decision, Alert)
    assert not decision.stop


@pytest.mark.parametrize("code", GIVES_UP)
def test_what_will_never_arrive_is_given_up(code):
    assert isinstance(decide(code, 400, attempt=1), GiveUp)


def test_another_identity_key_is_a_lost_identity():
    assert IdentityLost() == decide(137000, 400, attempt=1)


def test_what_the_platform_cannot_explain_is_tried_thrice_over_most_of_a_minute():
    waits = [decide(131000, 500, attempt=n) for n in range(1, 4)]

    assert [2, 8, 32] == [wait.seconds for wait in waits]
    assert isinstance(decide(131000, 500, attempt=4), GiveUp)


def test_the_pair_limit_waits_four_to_the_power_of_x():
    waits = [decide(131056, 400, attempt=n) for n in range(1, 6)]

    assert [1, 4, 16, 64, 256] == [wait.seconds for wait in waits]


def test_the_platforms_own_wait_is_respected():
    assert Retry(120, everybody=True) == decide(
        130429, 429, attempt=1, retry_after=120.0
    )
    assert 900 == decide(130429, 429, attempt=1, retry_after=86_400.0).seconds


@pytest.mark.parametrize("status", [None, 500, 502, 503, 429])
def test_without_a_code_the_status_decides(status):
    assert isinstance(decide(None, status, attempt=1), Retry)
    assert isinstance(decide(None, status, attempt=9), GiveUp)


def test_a_code_nobody_knows_ends_with_a_person():
    assert isinstance(decide(999_999, 400, attempt=9), Alert)


def test_no_code_stands_in_two_rows():
    codes = [code for rule in RULES for code in rule.codes]

    # 133004 is the one code that passes among the registration errors around it.
    assert {133004} == {code for code in codes if codes.count(code) > 1}


def test_a_burst_and_then_one_in_six_seconds():
    pace, clear_at, now = PairRate(timedelta(seconds=6), 45), None, NOON
    for _ in range(45):
        assert not pace.wait(clear_at, now)
        clear_at = pace.after(clear_at, now)

    assert timedelta(seconds=6) == pace.wait(clear_at, now)
    assert not pace.wait(clear_at, now + timedelta(seconds=6))


def test_over_an_hour_never_more_than_the_average_and_one_burst():
    pace, clear_at, sent = PairRate(timedelta(seconds=6), 45), None, 0
    for second in range(3_600):
        now = NOON + timedelta(seconds=second)
        if not pace.wait(clear_at, now):
            clear_at, sent = pace.after(clear_at, now), sent + 1

    assert 600 <= sent <= 645


def test_the_window_is_open_for_a_day():
    assert window_open(NOON, NOON + timedelta(hours=23, minutes=59))
    assert not window_open(NOON, NOON + timedelta(hours=24))
    assert not window_open(None, NOON)
