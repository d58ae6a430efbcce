"""The door to the actions (SECURITY: CHT-3)."""

import asyncio
import json
import zlib
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from rasa_sdk.executor import ActionExecutor

from actions.check_balance import ActionCheckBalance
from actions.server import LARGEST_BODY, app, bearer
from banking.domain.envelope import Envelope
from tests.actions.fake_teller import FakeTeller
from tests.clock import StoppedClock

KEY = b"k" * 32
NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
CARD = "4111 1111 1111 1111"


class Breaks:
    """An action that lets an error escape, as ours never do."""

    @staticmethod
    def run(dispatcher, tracker, domain):
        raise RuntimeError(f"{CARD} {tracker.slots}")


class Door:
    """The server, without a socket."""

    def __init__(self, server):
        self.transport = httpx.ASGITransport(server)

    def request(self, method, path, **parts):
        async def sent():
            base = "http://actions"
            async with httpx.AsyncClient(
                transport=self.transport, base_url=base
            ) as client:
                return await client.request(method, path, **parts)

        return asyncio.run(sent())


@pytest.fixture
def teller():
    return FakeTeller()


@pytest.fixture
def door(teller):
    actions = ActionExecutor()
    actions.register_action(ActionCheckBalance(teller))
    actions.register_function("action_that_breaks", Breaks.run)
    return Door(app(actions, KEY, StoppedClock(NOW)))


def envelope(*, conversation="c1", key=KEY, at=NOW):
    return Envelope.for_text(conversation, "m1", "my balance", now=at).seal(key)


def call(name="action_check_balance", *, token=None, sender="c1", **more):
    message = {
        "text": "my balance",
        "intent": {"name": "check_balance", "confidence": 1.0},
        "entities": [],
        "metadata": {"envelope": token or envelope()},
    }
    tracker = {"sender_id": sender, "slots": {}, "latest_message": message, **more}
    return {"next_action": name, "sender_id": sender, "tracker": tracker}


def post(door, body, **headers):
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    given = {"Authorization": f"Bearer {bearer(KEY)}", **headers}
    return door.request("POST", "/webhook", content=content, headers=given)


def test_rasa_gets_its_action_run(door, teller):
    answer = post(door, call())

    assert 200 == answer.status_code
    assert "utter_balance" == answer.json()["responses"][0]["response"]
    assert [] == answer.json()["events"]
    assert 1 == len(teller.asked)


@pytest.mark.parametrize(
    "authorization",
    ["", "Bearer", f"Bearer {bearer(b'x' * 32)}", bearer(KEY), "Bearer \u00fcber"],
)
def test_without_the_bearer_nothing_runs(door, teller, authorization):
    answer = post(door, call(), Authorization=authorization.encode())

    assert 401 == answer.status_code
    assert [] == teller.asked


@pytest.mark.parametrize(
    "token",
    [
        envelope(key=b"x" * 32),
        envelope(at=NOW - timedelta(seconds=61)),
        envelope(at=NOW + timedelta(seconds=6)),
        envelope(conversation="another"),
        envelope()[:-1],
        "none",
    ],
)
def test_a_forged_old_or_foreign_envelope_runs_nothing(door, teller, token):
    answer = post(door, call(token=token))

    assert 401 == answer.status_code
    assert [] == teller.asked


def test_an_envelope_of_a_minute_ago_still_counts(door):
    at = NOW - timedelta(seconds=59)

    assert 200 == post(door, call(token=envelope(at=at))).status_code


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'"x"',
        b"{}",
        b"\xff",
        b"[" * 100_000,
        {"next_action": "x"},
        {"next_action": None, "tracker": {}},
    ],
)
def test_what_is_no_action_call_is_not_accepted(door, body):
    answer = post(door, body)

    assert 401 == answer.status_code
    assert {"error": "not accepted"} == answer.json()


def test_a_compressed_body_is_not_opened(door):
    packed = zlib.compress(b"0" * 50_000_000)
    answer = post(door, packed, **{"Content-Encoding": "deflate"})

    assert 415 == answer.status_code


def test_a_large_body_is_not_read(door):
    whole = post(door, b"0" * (LARGEST_BODY + 1))

    async def parts():
        for _ in range(17):
            yield b"0" * 65_536

    in_parts = door.request(
        "POST",
        "/webhook",
        content=parts(),
        headers={"Authorization": f"Bearer {bearer(KEY)}"},
    )

    assert [413, 413] == [whole.status_code, in_parts.status_code]


def test_an_error_says_nothing_of_the_request(door, caplog):
    answer = post(door, call("action_that_breaks", slots={"payee": CARD}))

    assert 500 == answer.status_code
    assert {"error": "failed"} == answer.json()
    assert "RuntimeError" in caplog.text
    assert CARD not in caplog.text


def test_an_unknown_action_is_not_repeated(door):
    answer = post(door, call("action_<script>"))

    assert 404 == answer.status_code
    assert "script" not in answer.text


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/actions"),
        ("GET", "/"),
        ("GET", "/webhook"),
        ("PUT", "/webhook"),
        ("POST", "/health"),
        ("GET", "/openapi.json"),
    ],
)
def test_there_is_nothing_else_to_see(door, method, path):
    assert door.request(method, path).status_code in (404, 405)


def test_it_says_that_it_is_alive(door):
    assert {"status": "ok"} == door.request("GET", "/health").json()
