"""One-time codes: drawn, sent, tried, blocked, used once."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pyotp
import pytest

from banking.adapters.credentials import TotpAuthenticator
from banking.domain.challenge import (
    CodeRule,
    Tries,
    TryRule,
    new_code,
    read_code,
)

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
        # 9 degrees of freedom: fair codes pass it but once in 10**12 times.
        assert chi_square < 80
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
        CodeRule(
            timedelta(seconds=life),
            timedelta(seconds=30),
            3,
            10,
            10,
            9,
            timedelta(hours=72),
        )


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
