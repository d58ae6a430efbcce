"""The SMS gateway and the SIM signal over real HTTP, well-behaved and not."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest

from banking.adapters.sim_change import HttpSimChange
from banking.adapters.sms import HttpSmsGateway, sms_texts
from banking.ports.identity import SimChangeUnknown, SmsUnavailable
from tests.answering import Answers, answering

PHONE = "+15550101567"


@dataclass
class Outside:
    """Answers what it is told to, in order, and remembers what it was asked."""

    answers: list[tuple[int, object]] = field(default_factory=list)
    asked: list[tuple[str, str, object]] = field(default_factory=list)
    url: str = ""


@pytest.fixture
def outside() -> Iterator[Outside]:
    told = Outside()

    class Handler(Answers):
        def answer(self) -> None:
            asked = json.loads(self.heard() or "null")
            told.asked.append((self.command, self.path, asked))
            status, content = told.answers.pop(0)
            raw = isinstance(content, bytes)
            body = content if raw else json.dumps(content).encode()
            moved = {"location": f"{told.url}/elsewhere"} if status == 302 else {}
            self.say(status, body, **moved)

    with answering(Handler) as told.url:
        yield told


def gateway(outside: Outside) -> HttpSmsGateway:
    return HttpSmsGateway(outside.url, timeout_s=2)


def test_a_text_is_handed_over_as_the_contract_says(outside):
    outside.answers = [(202, {})]
    gateway(outside).send("m1", PHONE, "hello")

    assert outside.asked == [
        ("POST", "/messages", {"id": "m1", "to": PHONE, "text": "hello"})
    ]


def test_a_lost_answer_is_asked_for_again_with_the_same_id(outside):
    outside.answers = [(503, {}), (202, {})]
    gateway(outside).send("m1", PHONE, "hello")

    assert [body["id"] for _, _, body in outside.asked] == ["m1", "m1"]


@pytest.mark.parametrize(
    ("answers", "times", "perhaps_taken"),
    [
        ([(503, {}), (503, {})], 2, False),
        ([(503, {}), (500, {})], 2, True),
        ([(400, {})], 1, False),
        ([(429, {})], 1, False),
        ([(302, {})], 1, False),
    ],
)
def test_what_was_not_taken_is_said(outside, answers, times, perhaps_taken):
    outside.answers = answers

    with pytest.raises(SmsUnavailable) as down:
        gateway(outside).send("m1", PHONE, "hello")
    assert len(outside.asked) == times
    assert down.value.perhaps_taken is perhaps_taken


def test_nobody_at_the_address_is_said():
    with pytest.raises(SmsUnavailable) as down:
        HttpSmsGateway("http://127.0.0.1:9", timeout_s=1).send("m1", PHONE, "hello")
    assert not down.value.perhaps_taken


@pytest.mark.parametrize(
    ("told", "moment"),
    [
        (None, None),
        ("2026-03-01T09:30:00+00:00", datetime(2026, 3, 1, 9, 30, tzinfo=UTC)),
        ("2026-03-01T09:30:00Z", datetime(2026, 3, 1, 9, 30, tzinfo=UTC)),
        ("2026-03-01T09:30:00", datetime(2026, 3, 1, 9, 30, tzinfo=UTC)),
    ],
)
def test_a_change_is_read_as_the_contract_says(outside, told, moment):
    outside.answers = [(200, {"changed_at": told})]

    assert HttpSimChange(outside.url).changed_at(PHONE) == moment
    assert outside.asked == [("GET", "/sim-change?phone=%2B15550101567", None)]


@pytest.mark.parametrize(
    "answer",
    [
        (200, {}),
        (200, []),
        (200, {"changed_at": "yesterday"}),
        (200, {"changed_at": 5}),
        (200, b"not json"),
        (404, {"changed_at": None}),
        (500, {"changed_at": None}),
        (302, {"changed_at": None}),
    ],
)
def test_what_cannot_be_read_is_unknown_not_steady(outside, answer):
    outside.answers = [answer]

    with pytest.raises(SimChangeUnknown):
        HttpSimChange(outside.url).changed_at(PHONE)


def test_nobody_to_ask_is_unknown():
    with pytest.raises(SimChangeUnknown):
        HttpSimChange("http://127.0.0.1:9", timeout_s=1).changed_at(PHONE)


def test_no_text_message_asks_for_anything_and_all_say_who_writes():
    for kind, text in sms_texts().items():
        assert text.startswith("{bank}: "), kind
        assert len(text) < 160, kind
        assert "http" not in text, kind
