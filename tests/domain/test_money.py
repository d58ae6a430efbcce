"""Money is whole minor units of one currency."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from banking.domain.money import (
    CURRENCIES,
    CurrencyMismatch,
    Money,
    UnknownCurrency,
    exponent,
    least,
)


@pytest.mark.parametrize(
    ("minor", "currency", "shown"),
    [
        (120450, "USD", "USD 1,204.50"),
        (5, "USD", "USD 0.05"),
        (0, "USD", "USD 0.00"),
        (-120450, "USD", "USD -1,204.50"),
        (1234567, "JPY", "JPY 1,234,567"),
        (1234567, "KWD", "KWD 1,234.567"),
    ],
)
def test_money_is_shown_with_its_currency(minor, currency, shown):
    assert shown == str(Money(minor, currency))


def test_currencies_do_not_mix():
    with pytest.raises(CurrencyMismatch):
        Money(1, "USD") + Money(1, "EUR")
    with pytest.raises(CurrencyMismatch):
        _ = Money(1, "USD") < Money(1, "EUR")


@pytest.mark.parametrize("minor", [1.0, True, "1", None])
def test_minor_units_are_whole_numbers_and_nothing_like_them(minor):
    with pytest.raises(TypeError):
        Money(minor, "USD")


@pytest.mark.parametrize("currency", ["usd", "XXX", "", "US", "BTC"])
def test_an_unknown_currency_is_refused(currency):
    with pytest.raises(UnknownCurrency):
        Money(1, currency)


def test_decimals_follow_iso_4217():
    decimals = {code: exponent(code) for code in CURRENCIES}

    assert {0, 2, 3} == set(decimals.values())
    assert [0, 0, 3, 3, 2, 2] == [
        decimals[c] for c in ("JPY", "XOF", "KWD", "TND", "NGN", "EUR")
    ]


@given(st.integers(-(10**15), 10**15), st.integers(-(10**15), 10**15))
def test_adding_and_taking_away_lose_nothing(first, second):
    one, other = Money(first, "USD"), Money(second, "USD")

    assert one == one + other - other
    assert (one < other) == (first < second)
    assert least(one, other, None).minor == min(first, second)
