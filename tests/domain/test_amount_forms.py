"""Seventy thousand ways to say a sum: the one right reading, or a question."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from banking.domain.amounts import (
    Ambiguous,
    Exactly,
    Foreign,
    NumberStyle,
    Reading,
    Unreadable,
    read_amount,
)
from banking.domain.money import Money
from tests.domain.amount_forms import (
    AROUND,
    PLACES,
    SCRIPTS,
    Form,
    Values,
    continental,
    every_form,
    figures,
    indian,
    western,
)

NBSP, NARROW, THIN, FIGURE = "\u00a0", "\u202f", "\u2009", "\u2007"
SUMS = st.one_of(st.integers(1, 5_000), st.integers(1, 10**9))


def right(meant: Values) -> Reading:
    amounts = tuple(Money.exact(value, "USD") for value in meant)
    assert all(amounts)
    return Exactly(amounts[0]) if len(amounts) == 1 else Ambiguous(amounts)


def test_every_form_has_its_one_right_reading():
    wrong: list[tuple[Form, Reading]] = []
    tried = 0
    for form in every_form():
        tried += 1
        reading = read_amount(form.said, "USD")
        if reading != right(form.meant):
            wrong.append((form, reading))

    assert not wrong[:20]
    assert tried > 70_000


@given(st.integers(1, 10**11))
def test_any_number_in_words_is_read_or_asked_about(number):
    reading = read_amount(western(number)[:64], "USD")
    american = read_amount(western(number, link=" ")[:64], "USD")

    if len(western(number)) <= 64:
        said = Money(number * 100, "USD")
        if number > 10**6 and 100 <= number % 10**6 < 1000:
            # "Five million nine hundred": a thousand may have been left out.
            assert said in reading.options
        else:
            assert Exactly(said) == reading
        # Without "and" a hundred or a thousand may have been left out.
        assert said in getattr(american, "options", (getattr(american, "amount", 0),))


@given(
    SUMS,
    st.sampled_from([(c, p) for c, all_ in PLACES.items() for p in all_.split("|")]),
    st.sampled_from(AROUND),
    st.sampled_from([None, *SCRIPTS]),
)
def test_figures_in_their_own_currency_are_read_exactly(minor, place, around, script):
    currency, beside = place
    for figure in figures(minor):
        typed = (
            figure.translate(str.maketrans("0123456789", SCRIPTS[script]))
            if (script)
            else figure
        )
        said = around.format(beside.format(typed))

        assert Exactly(Money(minor, currency)) == read_amount(said, currency), said


@given(
    SUMS,
    st.sampled_from([(c, p) for c, all_ in PLACES.items() for p in all_.split("|")]),
    st.sampled_from(sorted(PLACES)),
    st.sampled_from(AROUND),
)
def test_another_currency_never_reads_as_ours(minor, place, ours, around):
    currency, beside = place
    if currency == ours or beside == "{}":
        return
    for figure in figures(minor):
        said = around.format(beside.format(figure))

        assert isinstance(read_amount(said, ours), Foreign | Unreadable), said


@given(SUMS, st.sampled_from([".", " ", NBSP, NARROW, THIN, FIGURE, "'", "’"]))
def test_a_continental_sum_is_that_sum_or_a_question(minor, group):
    said = continental(minor, group)
    amount = Money(minor, "EUR")

    own = read_amount(said, "EUR", NumberStyle(decimal=",", group=group))
    abroad = read_amount(said, "EUR")

    assert Exactly(amount) == own
    assert abroad in (Exactly(amount), Ambiguous((amount,)))


@given(st.integers(1, 999), st.integers(0, 999), st.sampled_from([".", ",", " ", "'"]))
def test_three_digits_behind_one_mark_are_never_cents(whole, rest, mark):
    reading = read_amount(f"{whole}{mark}{rest:03d}", "USD")
    grouped = Money((whole * 1000 + rest) * 100, "USD")

    assert reading == Exactly(grouped) or grouped in getattr(reading, "options", ())


@pytest.mark.parametrize("minor", [1, 50, 99, 100, 12_345, 10_000_000, 123_456_789])
def test_lakhs_are_grouped_as_in_india(minor):
    whole, cents = divmod(minor, 100)
    said = f"₹{indian(whole)}.{cents:02d}" if whole >= 1000 else f"₹{minor / 100:.2f}"

    assert Exactly(Money(minor, "INR")) == read_amount(said, "INR")


@pytest.mark.parametrize(
    ("typed", "currency", "expected"),
    [
        ("a fiver", "GBP", 500),
        ("fiver", "USD", 500),
        ("one tenner please", "EUR", 1000),
        ("a fiver", "NGN", Unreadable()),
        ("N5000", "NGN", 500_000),
        ("Ksh.500", "KES", 50_000),
        ("500 sh", "UGX", 500),
        ("ten pounds fifty", "GBP", Ambiguous((Money(1050, "GBP"),))),
        ("5 dollars 20", "USD", Ambiguous((Money(520, "USD"),))),
        ("5 dollars 5", "USD", Unreadable()),
        ("5 euros 20", "USD", Unreadable()),
        ("two fivers", "GBP", Unreadable()),
        ("50p", "GBP", 50),
        ("50c", "USD", 50),
        ("£5 and 20p", "GBP", 520),
        ("5 pounds 20 pence", "GBP", 520),
        ("five rupees fifty paise", "INR", 550),
        ("twenty-five naira ten kobo", "NGN", 2510),
        ("£50", "EGP", Foreign("GBP")),
        ("50 pounds", "EGP", 5000),
        ("₹50", "PKR", Foreign("INR")),
        ("50 rupees", "PKR", 5000),
        ("$500", "MXN", 50000),
        ("500 dollars", "MXN", Foreign("USD")),
        ("S$50", "USD", Foreign("SGD")),
        ("50 us dollars", "USD", 5000),
        ("50 US dollars", "CAD", Foreign("USD")),
        ("50 canadian dollars", "USD", Foreign("CAD")),
        ("50 hong kong dollars", "HKD", 5000),
        ("50 zim dollars", "USD", Unreadable()),
        ("500 ugandan shillings", "KES", Foreign("UGX")),
        ("fifty indian rupees", "PKR", Foreign("INR")),
        ("50 egyptian pounds", "GBP", Foreign("EGP")),
        ("50 british pounds", "EGP", Foreign("GBP")),
        ("HK$50", "USD", Foreign("HKD")),
        ("R$50", "USD", Foreign("BRL")),
        ("R$50", "ZAR", Foreign("BRL")),
        ("5\ufe0f\u20e30\ufe0f\u20e3", "USD", 5000),
        ("twenty‑five", "USD", 2500),
        ("fiftyfive", "USD", 5500),
        ("two and a half dollars", "USD", 250),
        ("two and a half", "USD", Unreadable()),
        ("a hundred and a half dollars", "USD", Unreadable()),
        ("fifty point two five", "USD", 5025),
        ("one point two five million", "USD", 125_000_000),
        ("1,5k", "USD", Ambiguous((Money(150_000, "USD"),))),
        ("2k5", "USD", Unreadable()),
        ("fivty", "USD", Unreadable()),
        ("50ish", "USD", Unreadable()),
        ("50 each", "USD", Unreadable()),
        ("50 or 60", "USD", Ambiguous((Money(5000, "USD"), Money(6000, "USD")))),
        ("about fifty", "USD", Unreadable()),
        ("not 50", "USD", Unreadable()),
        ("50 not 60", "USD", Unreadable()),
        ("60 instead of 50", "USD", Unreadable()),
        ("all 50", "USD", Unreadable()),
        ("50 x 3", "USD", Unreadable()),
        ("3 times 50", "USD", Unreadable()),
        ("on the 5th", "USD", Unreadable()),
        ("5th", "USD", Unreadable()),
        ("4 digits", "USD", Unreadable()),
        ("2 pizzas", "USD", Unreadable()),
        ("2 peter", "USD", Unreadable()),
        ("5/6", "USD", Unreadable()),
        ("12:30", "USD", Unreadable()),
        ("5 pm", "USD", Unreadable()),
        ("50 points", "USD", Unreadable()),
        ("thousand hundred", "USD", Unreadable()),
        ("lakh-thousand", "USD", Unreadable()),
        ("two million thousand", "USD", Unreadable()),
        ("fifty hundred thousand", "USD", Unreadable()),
        ("thousands", "USD", Unreadable()),
        ("a couple of hundred", "USD", Unreadable()),
        ("half", "JPY", Fraction(1, 2)),
    ],
)
def test_what_people_write_beside_the_rule(typed, currency, expected):
    reading = read_amount(typed, currency)

    match expected:
        case int():
            assert Exactly(Money(expected, currency)) == reading
        case Fraction():
            assert expected == reading.share
        case _:
            assert expected == reading
