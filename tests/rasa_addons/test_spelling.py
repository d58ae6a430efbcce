"""Misspelt words, and the words they are taken for."""

import json

import pytest

from rasa_addons.shorthand import MEANINGS, written_out
from rasa_addons.spelling import SEEN_AT_LEAST, Spelling, english

EXAMPLES = [
    "cancel my last transfer",
    "transfer money to my savings",
    "block my card",
    "unblock the card please",
    "I never received a statement",
    "what is the interest rate",
    "a complaint about the scheduled payments",
    "show me the transactions",
    "forgot my pin",
    "register me",
    "send 20 to Kwabena",
]


@pytest.fixture(scope="module")
def spelling() -> Spelling:
    return Spelling.learned([*EXAMPLES * SEEN_AT_LEAST, "zap 20 to Zanele"])


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("cancl my lst trnsfer", "cancel my lst transfer"),
        ("TRANZACTIONS", "transactions"),
        ("my scheduld pymnts!", "my scheduled payments!"),
        ("intrest rate", "interest rate"),
        ("unblok card", "unblock card"),
        ("not recieved", "not received"),
        ("file complnt", "file complaint"),
        ("frgt my pin", "forgot my pin"),
        ("Regstr me", "register me"),
        ("hsow me", "show me"),
    ],
)
def test_a_misspelt_word_is_read_as_the_one_that_was_meant(spelling, typed, meant):
    assert meant == spelling.of(typed)


@pytest.mark.parametrize(
    "typed",
    [
        "cancel my last transfer",
        "how many liters are in a pint, a calorie question",
        "my order was canceled while traveling",
        "a rebate and a mistress",  # near words of the examples, and words themselves
        "send 20 to Kwabena and 5 to Zanele",
        "pay Trnsfeer 20",  # a capital within a sentence begins a name
        "activ8 N5000 m@cancl.com don't cancl's",
        "haan ji bilkul",
        "[card 4242 #ab12cd34]",
        "पैसे भेजो",
        "",
        "zzzz qqqqqq",
    ],
)
def test_everything_else_stays_as_it_was_typed(spelling, typed):
    assert typed == spelling.of(typed)


def test_a_word_of_a_single_example_is_known_but_nothing_is_taken_for_it(spelling):
    assert "zanele" == spelling.of("zanele")
    assert "zaneel" == spelling.of("zaneel")


def test_what_was_learned_is_plain_data(spelling):
    again = Spelling.from_json(json.loads(json.dumps(spelling.as_json())))

    assert "cancel the transfer" == again.of("cancl the trnsfer")


def test_very_long_texts_are_read_as_far_as_the_encoder_reads(spelling):
    assert "cancel cancel " in spelling.of("cancl " * 1_000)
    assert spelling.of("cancl " * 1_000).endswith("cancl ")


def test_english_has_both_spellings():
    assert {"cancelled", "canceled", "cheque", "check", "litres"} <= english()
    assert not {"recieved", "tranzaction"} & english()


def test_what_is_written_out_once_stays_written_out():
    # The encoder writes out once more what was spelt right before.
    for short in MEANINGS:
        assert written_out(short) == written_out(written_out(short))
