"""What customers type as an amount: the one right figure, a question, or nothing."""

import re
from fractions import Fraction

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from banking.domain.amounts import (
    Ambiguous,
    Exactly,
    Foreign,
    NumberStyle,
    Relative,
    Unreadable,
    read_amount,
)
from banking.domain.money import Money

GERMAN = NumberStyle(decimal=",", group=".")
FRENCH = NumberStyle(decimal=",", group="\u202f")


def usd(minor: int) -> Money:
    return Money(minor, "USD")


EXACT = {
    "50": 5000,
    " 100\n": 10000,
    "50.": 5000,
    "$50": 5000,
    "50$": 5000,
    "US$50": 5000,
    "USD 50": 5000,
    "50 usd": 5000,
    "$50 USD": 5000,
    "50 bucks": 5000,
    "fifty dollars": 5000,
    "0.01": 1,
    "0.5": 50,
    "1,250.50": 125050,
    "1.250,50": 125050,
    "1,000": 100000,
    "1,000.00": 100000,
    "1.000,00": 100000,
    "1,250,000": 125000000,
    "1.250.000": 125000000,
    "1,00,000.50": 10000050,
    "2k": 200000,
    "2 K": 200000,
    "1.5k": 150000,
    "1.5m": 150000000,
    "2 lakh": 20000000,
    "1 crore": 1000000000,
    "a grand": 100000,
    "hundred": 10000,
    "a hundred": 10000,
    "two hundred and fifty": 25000,
    "2 hundred and 50": 25000,
    "twenty-five": 2500,
    "twelve hundred": 120000,
    "two thousand five hundred": 250000,
    "one hundred and one thousand and one": 10100100,
    "half a million": 50000000,
    "one and a half thousand": 150000,
    "make it 45 actually": 4500,
    "no, 50": 5000,
    "just 50 please": 5000,
    "50 cents": 50,
    "fifty dollars and 20 cents": 5020,
    "٢٥٠": 25000,
    "١٠٠": 10000,
    "۱۰۰": 10000,
    "१००": 10000,
    "１００": 10000,
    "٥٠٫٢٥": 5025,
    "١٬٢٥٠٫٥٠": 125050,
}


@pytest.mark.parametrize(("typed", "minor"), EXACT.items())
def test_what_is_plain_is_read_exactly(typed, minor):
    assert Exactly(usd(minor)) == read_amount(typed, "USD")


REFUSED = """
-5|−5|+5|- 5|0|0.00|-0|00|007|0.001|1e9|1E9|1e400|0x64|0b1|1_000|²|½|Ⅷ|①|五十|NaN
nan|inf|infinity|None|null|true|{"amount":1}|[50]|(50)|50%|ten percent|lots
1٠0|1１0|100\u202e|100\u200b|1\u200b00|\u202e100|100\x00|1\x1f00|10.20.30|1,00.50|1.2.3,4
1,2,3|,50|.50|50-100|50 or|or 60|50 or so|50 and 60|50 20|zero|nil|about 50|a|an|and
half a|no one|nobody|the|of|my money|some|a few|a couple hundred|a dozen
five hundred hundred|one million million|two thousand two thousand|50k5|5 5k|k|m|$|usd
$50 €|50 usd eur
thousand fifty thousand|twenty thirty|twenty eleven|fifty ten|1/2|50:00|#50|~50|50*2
=50|@50|a50|50a|$$|50..|50,,|1 00|1'00|1,0000|0,000|00.50|5 cents 5 dollars
2.5 cents|3 dollars 120 cents|150 cents and 5|🙂|50🙂|.
"""


@pytest.mark.parametrize("typed", re.split(r"[|\n]", REFUSED.strip("\n")))
def test_what_is_not_plain_is_refused(typed):
    assert Unreadable() == read_amount(typed, "USD")


def test_a_long_text_is_refused_before_it_is_read():
    assert Unreadable() == read_amount("9" * 5000, "USD")
    assert Unreadable() == read_amount("9" * 64, "USD")
    assert Unreadable() == read_amount(" " * 80 + "5", "USD")


@pytest.mark.parametrize(
    ("typed", "options"),
    {
        "1.000": (100000, 100),
        "1.250": (125000, 125),
        "2.005": (200500,),
        "1.005": (100500,),
        "1 000": (100000,),
        "1'000": (100000,),
        "1\u00a0000": (100000,),
        "10,00": (1000,),
        "10,5": (1050,),
        "1,250k": (125000000, 125000),
    }.items(),
)
def test_an_ambiguous_separator_is_asked_about(typed, options):
    assert Ambiguous(tuple(map(usd, options))) == read_amount(typed, "USD")


@pytest.mark.parametrize(
    ("typed", "style", "minor"),
    [
        ("10,00", GERMAN, 1000),
        ("1.000", GERMAN, 100000),
        ("1.250,50", GERMAN, 125050),
        ("1 250,50", FRENCH, 125050),
        ("1\u202f000", FRENCH, 100000),
    ],
)
def test_the_locale_decides_what_it_writes_itself(typed, style, minor):
    assert Exactly(usd(minor)) == read_amount(typed, "USD", style)


def test_a_german_asks_about_an_english_group():
    assert Ambiguous((usd(100000), usd(100))) == read_amount("1,000", "USD", GERMAN)


@pytest.mark.parametrize(
    ("typed", "currency", "expected"),
    [
        ("500", "JPY", Exactly(Money(500, "JPY"))),
        ("1,000", "JPY", Exactly(Money(1000, "JPY"))),
        ("10.50", "JPY", Unreadable()),
        ("10.5", "JPY", Unreadable()),
        ("50 cents", "JPY", Unreadable()),
        ("1.5k", "JPY", Exactly(Money(1500, "JPY"))),
        ("10.5", "KWD", Exactly(Money(10500, "KWD"))),
        ("0.001", "KWD", Exactly(Money(1, "KWD"))),
        ("0.0001", "KWD", Unreadable()),
        ("1.250", "KWD", Ambiguous((Money(1250000, "KWD"), Money(1250, "KWD")))),
        ("1,250", "KWD", Ambiguous((Money(1250000, "KWD"), Money(1250, "KWD")))),
    ],
)
def test_a_currency_has_its_own_decimals(typed, currency, expected):
    assert expected == read_amount(typed, currency)


@pytest.mark.parametrize(
    ("typed", "currency", "foreign"),
    [
        ("50 €", "USD", "EUR"),
        ("€50", "USD", "EUR"),
        ("50 euros", "NGN", "EUR"),
        ("£20", "USD", "GBP"),
        ("20 quid", "EUR", "GBP"),
        ("$50", "NGN", "USD"),
        ("A$50", "USD", "AUD"),
        ("₦5000", "USD", "NGN"),
        ("50 gbp", "USD", "GBP"),
        ("fifty pence", "USD", "GBP"),
    ],
)
def test_another_currency_is_asked_about(typed, currency, foreign):
    assert Foreign(foreign) == read_amount(typed, currency)


def test_dollars_are_those_of_the_bank():
    assert Exactly(Money(5000, "CAD")) == read_amount("$50", "CAD")
    assert Exactly(Money(5000, "GHS")) == read_amount("50 cedis", "GHS")


@pytest.mark.parametrize(
    ("typed", "share", "account"),
    [
        ("all", 1, None),
        ("all of it", 1, None),
        ("everything", 1, None),
        ("all my money", 1, None),
        ("the whole balance", 1, None),
        ("everything I have", 1, None),
        ("the rest", 1, None),
        ("what's left of it", None, "unreadable"),
        ("all my savings", 1, "savings"),
        ("half", Fraction(1, 2), None),
        ("half of it", Fraction(1, 2), None),
        ("half my balance", Fraction(1, 2), None),
        ("half of my savings", Fraction(1, 2), "savings"),
        ("half my savings and current", None, "unreadable"),
        ("a third of my balance", Fraction(1, 3), None),
        ("three quarters of it", Fraction(3, 4), None),
        ("10% of my balance", Fraction(1, 10), None),
        ("ten percent of my balance", Fraction(1, 10), None),
        ("twenty per cent of what i have", Fraction(1, 5), None),
        ("0% of my balance", None, "unreadable"),
        ("150% of my balance", None, "unreadable"),
        ("half of 50", None, "unreadable"),
        ("all but 50", None, "unreadable"),
        ("twice that", None, "unreadable"),
        ("same as last time", None, None),
        ("the same amount again", None, None),
        ("the usual", None, None),
    ],
)
def test_an_amount_relative_to_something_is_named_as_such(typed, share, account):
    if account == "unreadable":
        assert Unreadable() == read_amount(typed, "USD")
    else:
        assert Relative(share, account) == read_amount(typed, "USD")


DIGITS = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")


@given(st.integers(1, 10**12), st.sampled_from(["USD", "JPY", "KWD"]))
def test_an_amount_as_the_bank_writes_it_is_read_back(minor, currency):
    amount = Money(minor, currency)

    reading = read_amount(amount.plain, currency)

    if currency == "KWD":  # three decimals may also be a group
        assert amount in getattr(reading, "options", (getattr(reading, "amount", 0),))
    else:
        assert Exactly(amount) == reading
        assert reading == read_amount(str(amount), currency)
        assert reading == read_amount(amount.plain.translate(DIGITS), currency)


PIECES = st.sampled_from(
    [
        *"0 1 5 00 10 50 100 250 1000 . , ' - + e x _ k m $ € £ % and a half ½".split(),
        *"hundred thousand million lakh two twenty fifty cents usd eur all".split(),
        *"of it no please ١ ٠٠ ² \u200b \u202e ( )".split(),
        " ",
    ]
)


@settings(max_examples=600)
@given(st.one_of(st.text(max_size=80), st.lists(PIECES, max_size=8).map("".join)))
@example("1e309")
def test_any_text_is_an_exact_amount_or_a_question(typed):
    reading = read_amount(typed, "USD")

    match reading:
        case Exactly(amount):
            assert 0 < amount.minor <= 10**15
            # A hyphen links words, as in "twenty-two", and nothing else.
            marks = re.sub(r"(?<=[^\W\d_])-(?=[^\W\d_])", "", typed)
            assert not set(marks) & set("-+%_()−²½")
            digits = _plain_value(typed)
            assert digits is None or Fraction(amount.minor, 100) == digits
        case Ambiguous(options):
            assert options
            assert all(option.minor > 0 for option in options)
        case _:
            assert isinstance(reading, Foreign | Relative | Unreadable)


def _plain_value(typed: str) -> Fraction | None:
    """The value of the plainest form, read here in another way."""
    plain = re.fullmatch(r"\s*\$?([0-9]{1,15}(?:\.[0-9]{1,2})?)\s*", typed, re.ASCII)
    return Fraction(plain[1]) if plain else None


@pytest.mark.parametrize("typed", ["1" * 64, "1," * 32, "a " * 32, "1 " * 32, "." * 64])
def test_awkward_texts_are_read_at_once(typed):
    assert not isinstance(read_amount(typed, "USD"), Exactly)
