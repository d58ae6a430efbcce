"""What is thrown at the API: nothing is read for long, nothing ends in a failure."""

import asyncio

import pytest

from banking.web.body_limit import LARGEST_QUESTION
from tests.identity.world import AMA, World
from tests.web.conftest import TestClient

PATH = "/api/v1/token-validity"
ASK = {"channel": "whatsapp", "user": AMA.phone}


@pytest.fixture
def key(app) -> dict[str, str]:
    return {"X-API-Key": app.state.api.key}


@pytest.fixture
def http(app) -> TestClient:
    return TestClient(
        app, base_url="http://127.0.0.1:8000", raise_server_exceptions=False
    )


async def sent_in_pieces(app, pieces: int) -> tuple[int, int]:
    """Post without a key, piece by piece; the status, and how many were taken."""
    taken, status = 0, 0
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": PATH,
        "raw_path": PATH.encode(),
        "query_string": b"",
        "headers": [
            (b"host", b"127.0.0.1:8000"),
            (b"content-type", b"application/json"),
        ],
        "client": ("192.0.2.1", 5000),
        "server": ("127.0.0.1", 8000),
    }

    async def receive():
        nonlocal taken
        taken += 1
        return {
            "type": "http.request",
            "body": b"x" * 1_024,
            "more_body": taken < pieces,
        }

    async def send(message):
        nonlocal status
        status = message.get("status", status)

    await app(scope, receive, send)
    return status, taken


def test_a_body_without_end_is_left_where_it_gets_too_long(app):
    status, taken = asyncio.run(sent_in_pieces(app, 100_000))

    assert status == 413
    assert taken == LARGEST_QUESTION // 1_024 + 1


def test_a_body_of_the_allowed_length_is_read(http, key):
    body = '{"channel": "whatsapp", "user": "x"}'.ljust(LARGEST_QUESTION)

    kind = {"content-type": "application/json"}

    assert http.post(PATH, content=body, headers=key | kind).status_code == 200
    assert http.post(PATH, content=body + " ", headers=key | kind).status_code == 413


@pytest.mark.parametrize(
    "body",
    [
        b'{"channel": "whatsapp", "user": "+1555\\u00000101567"}',
        b'{"channel": "whats\\u0000app", "user": "x"}',
        b'{"channel": "whatsapp", "user": "\\ud800"}',
        b'{"channel": "whatsapp", "user": "a\\nb"}',
        b'{"channel": "whatsapp", "user": "x", "user": 1}',
        b"[" * 8_000,
        b'{"channel": NaN, "user": 1e400}',
        b"\xff\xfe",
        b"",
    ],
)
def test_what_cannot_be_looked_up_is_not_understood(http, key, body):
    kind = {"content-type": "application/json"}
    answer = http.post(PATH, content=body, headers=key | kind)

    assert answer.status_code in (400, 422)
    assert answer.json()["error"] in ("not understood", "refused")


def test_a_panel_of_nobody_is_no_failure(http, key):
    answer = http.get("/api/v1/trace", params={"phone": "+1\0"}, headers=key)

    assert answer.status_code == 422


def test_a_number_in_other_digits_opens_no_chat(world: World, http, key):
    before = world.dump().count("whatsapp")
    other = "".join(chr(0x660 + int(c)) for c in AMA.phone[1:])
    answer = http.post(PATH, json=ASK | {"user": other}, headers=key)

    assert answer.json()["status"] == "missing"
    assert answer.json()["next_url"] is None
    assert world.dump().count("whatsapp") == before
