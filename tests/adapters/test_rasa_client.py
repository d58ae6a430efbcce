"""The bank's side of Rasa's channel, against a small HTTP server."""

import json
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest

from banking.adapters import rasa
from banking.adapters.rasa import RasaClient
from banking.domain.envelope import unseal
from banking.ports.gateway import RasaUnavailable
from tests.answering import Answers, answering
from tests.clock import StoppedClock

KEY = bytes(range(32))
NOW = datetime(2027, 3, 1, 9, 0, tzinfo=UTC)
SAID = {
    "replies": [
        {
            "text": "What now?",
            "buttons": [{"title": "A", "payload": "/a"}],
            "custom": None,
        },
        {"text": None, "buttons": [], "custom": {"type": "link"}},
    ],
    "intent": {"name": "menu", "confidence": 0.91},
    "ranking": [["menu", 0.91], ["help", 0.05]],
    "entities": [{"entity": "amount", "value": "5", "start": 0, "end": 1}],
    "actions": ["utter_menu"],
}


@dataclass
class Channel:
    url: str = ""
    status: int = 200
    body: bytes = json.dumps(SAID).encode()
    location: str = ""
    hold: threading.Event = field(default_factory=threading.Event)
    posted: list[dict[str, Any]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    connections: set[Any] = field(default_factory=set)


@pytest.fixture
def channel() -> Iterator[Channel]:
    house = Channel()
    house.hold.set()

    class Handler(Answers):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def answer(self) -> None:
            house.paths.append(self.path)
            house.connections.add(self.client_address)
            house.posted.append(json.loads(self.heard()))
            house.hold.wait(5)
            moved = {"location": house.location} if house.location else {}
            self.say(house.status, house.body, **moved)

    with answering(Handler) as house.url:
        yield house
        house.hold.set()


@pytest.fixture
def client(channel: Channel) -> Iterator[RasaClient]:
    opened = RasaClient(channel.url, KEY, StoppedClock(NOW))
    yield opened
    opened.http.close()


def test_a_turn_comes_back_whole(client: RasaClient) -> None:
    turn = client.turn("c1", "m1", "menu please")

    first, second = turn.replies
    assert (first.text, first.buttons[0]["payload"]) == ("What now?", "/a")
    assert (second.text, second.custom) == (None, {"type": "link"})
    assert (turn.intent, turn.confidence) == ("menu", 0.91)
    assert turn.ranking == (("menu", 0.91), ("help", 0.05))
    assert turn.entities[0]["value"] == "5"
    assert turn.actions == ("utter_menu",)


def test_no_intent_is_an_empty_name(client: RasaClient, channel: Channel) -> None:
    nothing = {"name": None, "confidence": 0.0}
    channel.body = json.dumps({**SAID, "intent": nothing}).encode()

    assert client.turn("c1", "m1", "?").intent == ""


def test_what_is_posted_is_signed_for_this_message(
    client: RasaClient, channel: Channel
) -> None:
    client.turn("c1", "m1", "Größe 🙂", command="/resume")

    assert channel.paths == ["/webhooks/gateway/webhook"]
    (posted,) = channel.posted
    envelope = unseal(posted["envelope"], KEY, now=NOW)
    assert (envelope.conversation_id, envelope.message_id) == ("c1", "m1")
    assert (envelope.command, posted["text"]) == ("/resume", "Größe 🙂")
    assert set(posted) == {"envelope", "text"}


def test_the_connection_is_kept(client: RasaClient, channel: Channel) -> None:
    for number in range(5):
        client.turn("c1", f"m{number}", "hello")

    assert len(channel.connections) == 1


@pytest.mark.parametrize("status", [201, 302, 400, 401, 404, 413, 500, 503])
def test_any_other_answer_is_no_answer(
    client: RasaClient, channel: Channel, status: int
) -> None:
    channel.status = status

    with pytest.raises(RasaUnavailable):
        client.turn("c1", "m1", "hello")


def test_a_redirection_is_not_followed(client: RasaClient, channel: Channel) -> None:
    channel.status, channel.location = 307, f"{channel.url}/elsewhere"

    with pytest.raises(RasaUnavailable):
        client.turn("c1", "m1", "hello")
    assert len(channel.posted) == 1


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b"[]",
        b"null",
        b"{}",
        json.dumps({**SAID, "intent": None}).encode(),
        json.dumps({**SAID, "replies": [{"text": "secret 4111"}]}).encode(),
        json.dumps({**SAID, "ranking": [["menu", "secret 4111"]]}).encode(),
    ],
)
def test_an_answer_of_another_form_is_refused_and_not_quoted(
    client: RasaClient, channel: Channel, body: bytes
) -> None:
    channel.body = body

    with pytest.raises(RasaUnavailable) as refusal:
        client.turn("c1", "m1", "hello")
    assert "4111" not in str(refusal.value)


def test_nobody_there_is_said_at_once() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{unused.getsockname()[1]}"
        client = RasaClient(address, KEY, StoppedClock(NOW))
        began = time.monotonic()
        with pytest.raises(RasaUnavailable):
            client.turn("c1", "m1", "hello")
        client.http.close()

    assert time.monotonic() - began < rasa.CONNECT_SECONDS + 1


def test_a_silent_rasa_does_not_hold_us_for_ever(
    client: RasaClient, channel: Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rasa, "READ_SECONDS", 0.2)
    channel.hold.clear()

    with pytest.raises(RasaUnavailable):
        client.turn("c1", "m1", "hello")


def test_the_environments_proxy_has_no_say(
    client: RasaClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)

    assert client.turn("c1", "m1", "hello").intent == "menu"


def test_its_description_does_not_hold_the_key(client: RasaClient) -> None:
    assert "x01" not in repr(client)
