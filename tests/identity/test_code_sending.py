"""Codes on their way: how often, and to which SIM."""

import contextlib
import re
from dataclasses import replace
from datetime import timedelta

import pytest

from banking.domain.page_refusals import (
    CodeTooOften,
    CodeTooSoon,
    PageRefusal,
    SimChanged,
    SmsDown,
)
from tests.identity.challenges import at_once, begin, send, verify
from tests.identity.world import AMA, IP, World


def test_codes_are_thirty_seconds_apart(ready: World):
    send(ready)
    ready.clock.forward(seconds=29)
    with pytest.raises(CodeTooSoon) as refused:
        send(ready)
    assert refused.value.wait_seconds == 1
    ready.clock.forward(seconds=1)

    send(ready)


def test_whoever_answers_their_codes_may_confirm_one_payment_after_another(
    world: World,
):
    world.enrol()
    for number in range(12):
        begin(world, f"t{number}")
        verify(world, send(world, f"t{number}"), f"t{number}")

    begin(world, "unanswered")
    send(world, "unanswered")
    begin(world, "next")
    with pytest.raises(CodeTooSoon):
        send(world, "next")


def test_three_codes_in_ten_minutes_and_ten_a_day(world: World):
    world.enrol()
    sent = 0
    for minute in range(24 * 60):
        begin(world, f"t{minute}")
        try:
            world.identity.otp.send(f"t{minute}", IP)
        except (CodeTooOften, CodeTooSoon):
            pass
        else:
            sent += 1
        if minute == 9:
            assert sent == 3
        if sent == 10:
            break
        world.clock.forward(minutes=1)

    assert sent == 10
    world.clock.forward(hours=2)
    begin(world, "late")
    with pytest.raises(CodeTooOften):
        world.identity.otp.send("late", "203.0.113.9")


def test_a_thousand_requests_send_three_codes(ready: World):
    for _second in range(60):
        for _ in range(17):
            with contextlib.suppress(PageRefusal):
                ready.identity.otp.send("t1", IP)
        ready.clock.forward(seconds=1)

    assert len(ready.sms.inbox) <= 3


def test_ten_codes_an_hour_to_one_place(world: World):
    rules = replace(world.identity.rules.codes, per_ten_minutes=100, per_day=100)
    world.use(codes=rules)
    world.enrol()
    for number in range(10):
        begin(world, f"t{number}")
        world.identity.otp.send(f"t{number}", IP)
        world.clock.forward(seconds=31)
    begin(world, "t10")

    with pytest.raises(CodeTooOften):
        world.identity.otp.send("t10", IP)
    world.identity.otp.send("t10", "203.0.113.9")


def test_a_silent_gateway_is_said_and_an_authenticator_offered(ready: World):
    ready.sms.down = True

    with pytest.raises(SmsDown) as refused:
        ready.identity.otp.send("t1", IP)
    assert refused.value.authenticator


def test_a_code_that_never_left_burns_nothing(ready: World):
    first = send(ready)
    ready.clock.forward(seconds=31)
    ready.sms.down = True
    for _ in range(4):
        with pytest.raises(SmsDown):
            ready.identity.otp.send("t1", IP)
    ready.sms.down = False

    # No waiting, nothing counted, and the code before it is still the code.
    assert verify(ready, first) == "done"


def test_after_an_outage_the_next_code_comes_at_once(ready: World):
    ready.sms.down = True
    with pytest.raises(SmsDown):
        ready.identity.otp.send("t1", IP)
    ready.sms.down = False

    assert verify(ready, send(ready)) == "done"


@pytest.mark.parametrize(("hours", "steady"), [(71, False), (73, True)])
def test_a_changed_sim_gets_no_codes_for_three_days(ready: World, hours, steady):
    ready.sim.changes[AMA.phone] = ready.clock.now() - timedelta(hours=hours)

    if steady:
        assert send(ready)
    else:
        with pytest.raises(SimChanged):
            ready.identity.otp.send("t1", IP)
        assert ready.sms.inbox == []


def test_when_it_cannot_be_told_no_code_is_sent(ready: World):
    ready.sim.down = True

    with pytest.raises(SimChanged):
        ready.identity.otp.send("t1", IP)


def test_a_sim_changed_after_sending_makes_the_code_worthless(ready: World):
    code = send(ready)
    ready.sim.changes[AMA.phone] = ready.clock.now()

    with pytest.raises(SimChanged):
        verify(ready, code)


def test_no_code_is_kept_that_could_be_read(ready: World):
    code = send(ready)

    # Six digits are found by chance in ids, hashes and fractions of a second.
    chance = r"[0-9a-f]{16,}|:\d\d\.\d+"
    kept = re.sub(chance, "", ready.dump())
    assert code not in kept
    assert code.encode().hex() not in ready.dump()


def test_fifty_requests_at_once_send_one_code(ready: World):
    at_once(50, lambda _index: ready.identity.otp.send("t1", IP))

    assert len(ready.sms.inbox) == 1
