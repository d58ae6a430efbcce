"""One-time codes: drawn, sent, tried, blocked, used once."""

import contextlib
import threading
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pyotp
import pytest

from banking.adapters.credentials import TotpAuthenticator
from banking.domain.challenge import (
    CodeRule,
    SmsWords,
    Tries,
    TryRule,
    new_code,
    read_code,
)
from banking.domain.page_refusals import (
    CodeClosed,
    CodeExpired,
    CodePaused,
    CodeTooOften,
    CodeTooSoon,
    CodeUnreadable,
    ConfirmationChanged,
    PageRefusal,
    SimChanged,
    SmsDown,
    WrongCode,
)
from tests.identity.world import AMA, IP, KOFI, World

NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
RULE = TryRule(5, timedelta(minutes=30), 3)
RFC_SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"


# --- drawing and reading ---


def test_codes_have_six_even_digits():
    drawn = [new_code() for _ in range(100_000)]

    assert all(len(code) == 6 and code.isascii() for code in drawn)
    for position in range(6):
        counts = Counter(code[position] for code in drawn)
        chi_square = sum((counts[d] - 10_000) ** 2 / 10_000 for d in "0123456789")
        assert chi_square < 27.9  # 9 degrees of freedom, p = 0.001
    assert 9_500 < sum(code.startswith("0") for code in drawn) < 10_500


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("012345", "012345"),
        (" 012 345 ", "012345"),
        ("012-345", "012345"),
        ("12345", None),
        ("1234567", None),
        ("", None),
        ("12345a", None),
        ("１２３４５６", None),
        ("١٢٣٤٥٦", None),
        ("+12345", None),
        ("1" * 5_000, None),
    ],
)
def test_a_code_has_one_spelling(typed, read):
    assert read_code(typed) == read


@pytest.mark.parametrize("life", [0, 601])
def test_a_code_may_not_live_longer_than_ten_minutes(life):
    with pytest.raises(ValueError, match="600"):
        CodeRule(timedelta(seconds=life), timedelta(seconds=30), 3, 10, 10, 9,
                 timedelta(hours=72))


@pytest.mark.parametrize(
    ("seconds", "code"),
    [
        (59, "287082"),
        (1_111_111_109, "081804"),
        (1_111_111_111, "050471"),
        (1_234_567_890, "005924"),
        (2_000_000_000, "279037"),
        (20_000_000_000, "353130"),
    ],
)
def test_the_authenticator_agrees_with_the_standard(seconds, code):
    at = datetime.fromtimestamp(seconds, UTC)

    assert TotpAuthenticator().step(RFC_SECRET, code, at) == seconds // 30


@pytest.mark.parametrize(
    ("counter", "code"),
    [
        (0, "755224"),
        (1, "287082"),
        (2, "359152"),
        (3, "969429"),
        (4, "338314"),
        (5, "254676"),
        (6, "287922"),
        (7, "162583"),
        (8, "399871"),
        (9, "520489"),
    ],
)
def test_the_counters_agree_with_the_standard(counter, code):
    at = datetime.fromtimestamp(counter * 30 + 30, UTC)

    assert TotpAuthenticator().step(RFC_SECRET, code, at) == counter


@pytest.mark.parametrize(
    ("late", "right"), [(-61, False), (-30, True), (30, True), (61, False)]
)
def test_an_authenticator_may_be_one_step_off(late, right):
    code = pyotp.TOTP(RFC_SECRET).at(1_000_000_000)
    at = datetime.fromtimestamp(1_000_000_000 // 30 * 30 + late, UTC)

    found = TotpAuthenticator().step(RFC_SECRET, code, at)

    assert (found is not None) is right


def test_an_authenticators_code_in_other_digits_is_wrong():
    code = pyotp.TOTP(RFC_SECRET).at(1_000_000_000)
    wide = "".join(chr(ord(c) - ord("0") + 0xFF10) for c in code)
    at = datetime.fromtimestamp(1_000_000_000, UTC)

    assert TotpAuthenticator().step(RFC_SECRET, wide, at) is None


# --- counting, without tables ---


def test_five_wrong_block_for_thirty_minutes():
    tries = Tries("customer", "code")
    for left in (4, 3, 2, 1):
        tries = tries.failed(NOW, RULE)
        assert not tries.blocked(NOW)
        assert tries.left(RULE) == left
    tries = tries.failed(NOW, RULE)

    assert tries.blocked(NOW + timedelta(seconds=1_799))
    assert not tries.blocked(NOW + timedelta(seconds=1_800))


def test_after_three_blocks_the_next_one_is_for_good():
    tries, now = Tries("customer", "code"), NOW
    evaluated = 0
    for _ in range(200):
        now += timedelta(hours=4)
        if not tries.blocked(now):
            tries, evaluated = tries.failed(now, RULE), evaluated + 1

    assert evaluated == 20
    assert tries.closed


def test_the_third_block_is_the_last_warning():
    tries, warned = Tries("customer", "code"), []
    for attempt in range(1, 21):
        tries = tries.failed(NOW, RULE)
        if tries.last_warning(RULE):
            warned.append(attempt)

    assert warned == [15]


# --- with the tables ---


def begin(world: World, challenge_id: str = "t1", binding: str = "b", who=AMA) -> None:
    with world.uow() as tx:
        enrolment = tx.enrolments.by_customer(who.customer_number)
        world.identity.otp.start(
            tx,
            challenge_id=challenge_id,
            purpose="payment",
            enrolment_id=enrolment and enrolment.id,
            customer_number=who.customer_number,
            phone=who.phone,
            binding=binding,
            sms=SmsWords.payment(amount="USD 45.00", payee="Peter O. ••1122"),
        )
        tx.commit()


def send(world: World, challenge_id: str = "t1", ip: str = IP) -> str:
    world.identity.otp.send(challenge_id, ip)
    return world.code()


def verify(world: World, code: str, challenge_id: str = "t1", binding: str = "b"):
    return world.identity.otp.verify(
        challenge_id, code, binding, then=lambda _tx: "done"
    )


def wrong_of(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06d}"


@pytest.fixture
def ready(world: World) -> World:
    world.enrol()
    begin(world)
    return world


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
    ready.clock.pass_by(seconds=seconds)

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
    ready.clock.pass_by(seconds=31)
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
        world.clock.pass_by(hours=2)
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
    ready.clock.pass_by(seconds=31)
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


# --- sending ---


def test_codes_are_thirty_seconds_apart(ready: World):
    send(ready)
    ready.clock.pass_by(seconds=29)
    with pytest.raises(CodeTooSoon) as refused:
        send(ready)
    assert refused.value.wait_seconds == 1
    ready.clock.pass_by(seconds=1)

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
        world.clock.pass_by(minutes=1)

    assert sent == 10
    world.clock.pass_by(hours=2)
    begin(world, "late")
    with pytest.raises(CodeTooOften):
        world.identity.otp.send("late", "203.0.113.9")


def test_a_thousand_requests_send_three_codes(ready: World):
    for _second in range(60):
        for _ in range(17):
            with contextlib.suppress(PageRefusal):
                ready.identity.otp.send("t1", IP)
        ready.clock.pass_by(seconds=1)

    assert len(ready.sms.inbox) <= 3


def test_ten_codes_an_hour_to_one_place(world: World):
    rules = replace(
        world.identity.rules.codes, per_ten_minutes=100, per_day=100
    )
    world.use(codes=rules)
    world.enrol()
    for number in range(10):
        begin(world, f"t{number}")
        world.identity.otp.send(f"t{number}", IP)
        world.clock.pass_by(seconds=31)
    begin(world, "t10")

    with pytest.raises(CodeTooOften):
        world.identity.otp.send("t10", IP)
    world.identity.otp.send("t10", "203.0.113.9")


def test_a_silent_gateway_is_said_and_an_authenticator_offered(ready: World):
    ready.sms.down = True

    with pytest.raises(SmsDown) as refused:
        ready.identity.otp.send("t1", IP)
    assert refused.value.authenticator


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

    assert code not in ready.dump()


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


def at_once(count: int, work) -> list[object]:
    """Run it in that many threads behind one barrier; results or exceptions."""
    barrier, results = threading.Barrier(count), [None] * count

    def one(index: int) -> None:
        barrier.wait()
        try:
            results[index] = work(index)
        except PageRefusal as refused:
            results[index] = refused

    threads = [threading.Thread(target=one, args=(i,)) for i in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


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


def test_fifty_requests_at_once_send_one_code(ready: World):
    at_once(50, lambda _index: ready.identity.otp.send("t1", IP))

    assert len(ready.sms.inbox) == 1
