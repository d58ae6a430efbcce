"""Two requests in one message are told apart from one with its reason."""

import time

import pytest

from rasa_addons.two_requests import Rules, cuts, two_requests

RULES = Rules(
    surely=0.7,
    never=frozenset({"thank", "inform", "out_of_scope"}),
    last=frozenset({"transfer_money", "pay_bill"}),
)
MEANS = {
    "what's my balance": ("check_balance", 0.99),
    "bal": ("check_balance", 0.97),
    "send 50 to mum": ("transfer_money", 0.98),
    "snd 40 2 bro": ("transfer_money", 0.96),
    "20 to dad": ("transfer_money", 0.9),
    "pay dstv": ("pay_bill", 0.9),
    "lock my card": ("lock_card", 0.95),
    "thanks": ("thank", 0.99),
    "savings": ("inform", 0.96),
    "i think someone used it": ("report_fraud", 0.8),
    "maybe": ("out_of_scope", 0.6),
}


def guess(texts):
    return [MEANS.get(text, ("out_of_scope", 0.3)) for text in texts]


def found(text, whole):
    two = two_requests(text, (whole, 0.6), guess, RULES)
    return two and (two.now.intent, two.later.intent)


@pytest.mark.parametrize(
    ("text", "whole", "intents"),
    [
        (
            "what's my balance and send 50 to mum",
            "transfer_money",
            ("check_balance", "transfer_money"),
        ),
        (
            "send 50 to mum, then also lock my card",
            "transfer_money",
            ("lock_card", "transfer_money"),
        ),
        ("bal & snd 40 2 bro", "inform", ("check_balance", "transfer_money")),
        ("bal and lock my card", "lock_card", ("lock_card", "check_balance")),
        ("bal and lock my card", "check_balance", ("check_balance", "lock_card")),
        ("pay dstv and send 50 to mum", "pay_bill", ("pay_bill", "transfer_money")),
        (
            "lock my card. i think someone used it",
            "report_fraud",
            ("report_fraud", "lock_card"),
        ),
        # "and" joins two sure requests, whatever the whole of it reads like.
        ("bal and lock my card", "show_card", ("check_balance", "lock_card")),
        # A full stop does not, nor are they sure enough.
        ("lock my card. i think someone used it", "order_card", None),
        ("pay dstv and lock my card", "order_card", None),
        ("send 50 to mum and 20 to dad", "transfer_money", None),
        ("send 50 to mum and thanks", "transfer_money", None),
        ("bal and savings", "check_balance", None),
        ("lock my card and maybe", "lock_card", None),
        ("what's my balance", "check_balance", None),
        ("and send 50 to mum", "transfer_money", None),
        ("", "inform", None),
    ],
)
def test_what_is_answered_and_what_is_offered(text, whole, intents):
    assert found(text, whole) == intents


def test_the_parts_are_places_in_the_text():
    text = "send 50 to mum and  what's my balance"
    two = two_requests(text, ("transfer_money", 0.9), guess, RULES)

    told = two.as_json()
    assert told["name"] == "transfer_money"
    assert told["confidence"] == 0.98
    assert text[told["start"] : told["end"]] == told["text"] == "send 50 to mum"
    first = told["first"]
    assert text[first["start"] : first["end"]] == first["text"] == "what's my balance"


@pytest.mark.parametrize("text", ["and " * 40, ", " * 80, "a. " * 53, "\n" * 160])
def test_few_places_are_tried(text):
    asked = []

    def counting(texts):
        asked.extend(texts)
        return guess(texts)

    began = time.perf_counter()
    two_requests(text, ("inform", 0.5), counting, RULES)

    assert len(asked) <= 8
    assert time.perf_counter() - began < 0.5


def test_a_long_letter_is_one_request():
    assert not list(cuts("what's my balance and send 50 to mum " * 5))
