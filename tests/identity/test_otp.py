"""Codes tried, blocked and used once, on PostgreSQL."""

import pyotp
import pytest

from banking.domain.page_refusals import (
    CodeClosed,
    CodeExpired,
    CodePaused,
    CodeTooOften,
    CodeUnreadable,
    ConfirmationChanged,
    WrongCode,
)
from tests.identity.challenges import at_once, begin, send, verify, wrong_of
from tests.identity.world import AMA, KOFI, World


def test_the_text_names_amount_and_payee(ready: World):
    code = send(ready)

    assert ready.sms.to(AMA.phone) == [
        f"Acme Bank: {code} is your code to send USD 45.00 to Peter O. ••1122."
        " Valid 3 minutes. Never share it."
    ]


def test_a_right_code_counts_once(ready: World):
    code = send(ready)

    assert verify(ready, code) == "done"
    with pytest.raises(CodeExpired):
        verify(ready, code)


@pytest.mark.parametrize(("seconds", "fits"), [(179, True), (181, False)])
def test_a_code_lives_three_minutes(ready: World, seconds, fits):
    code = send(ready)
    ready.clock.forward(seconds=seconds)

    if fits:
        assert verify(ready, code) == "done"
    else:
        with pytest.raises(CodeExpired):
            verify(ready, code)


def test_the_right_code_after_five_wrong_is_refused(ready: World):
    code = send(ready)
    for left in (4, 3, 2, 1):
        with pytest.raises(WrongCode) as refused:
            verify(ready, wrong_of(code))
        assert refused.value.tries_left == left
    with pytest.raises(CodePaused):
        verify(ready, wrong_of(code))

    with pytest.raises(CodePaused):
        verify(ready, code)


def test_another_code_does_not_reset_the_count(ready: World):
    code = send(ready)
    for _ in range(3):
        with pytest.raises(WrongCode):
            verify(ready, wrong_of(code))
    ready.clock.forward(seconds=31)
    code = send(ready)
    with pytest.raises(WrongCode):
        verify(ready, wrong_of(code))

    with pytest.raises(CodePaused):
        verify(ready, wrong_of(code))


def test_one_wrong_on_each_of_five_payments_blocks(world: World):
    world.enrol()
    for number in range(4):
        begin(world, f"t{number}")
        with pytest.raises(WrongCode):
            verify(world, "000000", f"t{number}")
    begin(world, "t4")

    with pytest.raises(CodePaused):
        verify(world, "000000", "t4")


def test_a_success_forgets_the_failures(ready: World):
    code = send(ready)
    with pytest.raises(WrongCode):
        verify(ready, wrong_of(code))
    verify(ready, code)

    with ready.uow() as tx:
        assert tx.attempts.lock("customer:C100001", "code").failures == 0


def test_never_more_than_twenty_tries_in_thirty_days(world: World):
    world.enrol()
    evaluated, seen = 0, set()
    for hour in range(0, 30 * 24, 2):
        begin(world, f"t{hour}")
        for _ in range(6):
            try:
                verify(world, "000000", f"t{hour}")
            except (CodePaused, CodeClosed, WrongCode, CodeExpired) as refused:
                seen.add(type(refused))
            else:
                pytest.fail("guessed")
        world.clock.forward(hours=2)
        evaluated = world.events().count("code_wrong")
        if evaluated == 20:
            break
    begin(world, "after")
    with pytest.raises(CodeClosed):
        verify(world, "000000", "after")

    assert evaluated == 20
    assert world.events().count("code_wrong") == 20
    assert world.events().count("code_closed") == 1
    said = " ".join(world.said())
    assert said.index("codes_last_warning") < said.index("codes_closed")


def test_a_resent_code_kills_the_one_before(ready: World):
    old = send(ready)
    ready.clock.forward(seconds=31)
    new = send(ready)
    if old != new:
        with pytest.raises(WrongCode):
            verify(ready, old)

    assert verify(ready, new) == "done"


def test_a_code_of_one_payment_fails_on_another(ready: World):
    code = send(ready)
    begin(ready, "t2")

    with pytest.raises(WrongCode):
        verify(ready, code, "t2")


def test_a_code_of_one_customer_fails_for_another(ready: World):
    code = send(ready)
    ready.enrol(KOFI)
    begin(ready, "t2", who=KOFI)

    with pytest.raises(WrongCode):
        verify(ready, code, "t2")


def test_what_has_changed_burns_the_challenge(ready: World):
    code = send(ready)
    with pytest.raises(ConfirmationChanged):
        verify(ready, code, binding="another amount")

    with pytest.raises(CodeExpired):
        verify(ready, code)


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "abcdef", "１２３４５６"])
def test_what_is_no_code_spends_no_try(ready: World, typed):
    send(ready)
    for _ in range(10):
        with pytest.raises(CodeUnreadable):
            verify(ready, typed)

    with ready.uow() as tx:
        assert tx.attempts.lock("customer:C100001", "code").failures == 0


def test_the_count_survives_a_restart(ready: World):
    send(ready)
    for _ in range(4):
        with pytest.raises(WrongCode):
            verify(ready, "000000")
    ready.use()  # every service anew, nothing kept but the tables

    with pytest.raises(CodePaused):
        verify(ready, "000000")


def test_what_the_teller_refuses_leaves_nothing_and_the_code_is_spent(ready: World):
    code = send(ready)

    def refuse(tx):
        tx.audit.record("must_not_last")
        raise CodeTooOften  # any refusal

    with pytest.raises(CodeTooOften):
        ready.identity.otp.verify("t1", code, "b", then=refuse)

    assert "must_not_last" not in ready.events()
    with pytest.raises(CodeExpired):
        verify(ready, code)


# --- authenticator ---


def test_an_authenticators_code_counts_once(world: World):
    secret = pyotp.random_base32()
    world.enrol(totp=secret)
    begin(world, "t1")
    begin(world, "t2")
    code = pyotp.TOTP(secret).at(int(world.clock.now().timestamp()))

    assert verify(world, code, "t1") == "done"
    with pytest.raises(WrongCode):
        verify(world, code, "t2")


def test_an_older_step_than_the_last_is_refused(world: World):
    secret = pyotp.random_base32()
    world.enrol(totp=secret)
    begin(world, "t1")
    begin(world, "t2")
    now = int(world.clock.now().timestamp())
    verify(world, pyotp.TOTP(secret).at(now), "t1")

    with pytest.raises(WrongCode):
        verify(world, pyotp.TOTP(secret).at(now - 30), "t2")


def test_an_authenticator_works_when_the_sim_was_changed(world: World):
    secret = pyotp.random_base32()
    world.enrol(totp=secret)
    begin(world)
    send(world)
    world.sim.changes[AMA.phone] = world.clock.now()

    code = pyotp.TOTP(secret).at(int(world.clock.now().timestamp()))
    assert verify(world, code) == "done"


# --- at the same moment ---


@pytest.mark.parametrize("again", range(3))
def test_fifty_right_codes_at_once_are_one_success(ready: World, again):
    code = send(ready)

    def pay(_index):
        return ready.identity.otp.verify(
            "t1", code, "b", then=lambda tx: tx.audit.record("paid") or "done"
        )

    results = at_once(50, pay)

    assert results.count("done") == 1
    assert ready.events().count("paid") == 1


def test_a_hundred_guesses_at_once_are_five_tries(ready: World):
    code = send(ready)
    guesses = [wrong_of(code)] * 56 + [code] + [wrong_of(code)] * 43

    at_once(100, lambda index: verify(ready, guesses[index]))

    assert ready.events().count("code_wrong") <= 5
