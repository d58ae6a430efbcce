"""Of two requests in one message an action hears the one that is answered now."""

from typing import Any

from rasa_sdk import Tracker

from actions.heard import Heard

TEXT = "send 50 to mum and whats my savings balance"
SECOND = {
    "name": "transfer_money",
    "text": "send 50 to mum",
    "first": {"text": "whats my savings balance", "start": 19, "end": 43},
}
ENTITIES = [
    {"entity": "amount", "value": "50", "start": 5, "end": 7},
    {"entity": "account", "value": "savings", "start": 28, "end": 35},
]


def heard(loop: dict[str, Any]) -> Heard:
    message = {
        "text": TEXT,
        "intent": {"name": "check_balance", "confidence": 0.97},
        "entities": ENTITIES,
        "second_intent": SECOND,
    }
    return Heard.of(Tracker("c", {}, message, [], False, None, loop, None))


def test_the_other_request_fills_nothing_in() -> None:
    now = heard({})

    assert "whats my savings balance" == now.text
    assert [("account", 9, 16)] == [(f.kind, f.start, f.end) for f in now.found]


def test_an_open_form_hears_the_whole_message() -> None:
    assert TEXT == heard({"name": "transfer_form"}).text
