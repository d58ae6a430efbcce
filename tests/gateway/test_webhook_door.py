"""The door: who is let in, with how much, and what is answered."""

import json

import pytest

from banking.adapters.channels import whatsapp_inbound
from tests.gateway.whatsapp import (
    AMA,
    NUMBER_ID,
    OLD_SECRET,
    PATH,
    VERIFY_TOKEN,
    envelope,
    signed,
    text_message,
)

BODY = json.dumps(envelope([text_message("hello", id="wamid.signed")])).encode()
GOOD = signed(BODY)


# --- the handshake ----------------------------------------------------------------


def handshake(**changes):
    asked = {
        "hub.mode": "subscribe",
        "hub.verify_token": VERIFY_TOKEN,
        "hub.challenge": "1158201444",
    } | changes
    return {name: value for name, value in asked.items() if value is not None}


def test_the_challenge_comes_back_as_plain_text(world):
    answer = world.client.get(PATH, params=handshake())

    assert (200, "1158201444") == (answer.status_code, answer.text)
    assert answer.headers["content-type"].startswith("text/plain")


def test_a_script_in_the_challenge_stays_text(world):
    answer = world.client.get(
        PATH, params=handshake(**{"hub.challenge": "<script>alert(1)</script>"})
    )

    assert answer.headers["content-type"].startswith("text/plain")
    assert "nosniff" == answer.headers["x-content-type-options"]


@pytest.mark.parametrize(
    "params",
    [
        {},
        handshake(**{"hub.verify_token": "wrong"}),
        handshake(**{"hub.verify_token": ""}),
        handshake(**{"hub.verify_token": None}),
        handshake(**{"hub.verify_token": "vérify-me"}),
        handshake(**{"hub.mode": "unsubscribe"}),
        handshake(**{"hub.mode": None}),
        handshake(**{"hub.challenge": None}),
        handshake(**{"hub.challenge": ""}),
        handshake(**{"hub.challenge": "x" * 257}),
        [*handshake().items(), ("hub.challenge", "2")],
        [*handshake().items(), ("hub.verify_token", "wrong")],
        handshake(**{"hub.mode[]": "subscribe", "hub.mode": None}),
        handshake(**{"hub.verify_token[]": VERIFY_TOKEN, "hub.verify_token": None}),
    ],
)
def test_any_other_question_is_refused_without_an_echo(world, params):
    answer = world.client.get(PATH, params=params)

    assert (403, "") == (answer.status_code, answer.text)


# --- the signature ----------------------------------------------------------------


def test_the_old_secret_counts_while_it_is_being_replaced(world):
    assert 200 == world.deliver(BODY, secret=OLD_SECRET).status_code
    assert ["wamid.signed"] == world.stored


@pytest.mark.parametrize(
    "signatures",
    [
        [],
        [""],
        ["sha256="],
        [GOOD.removeprefix("sha256=")],
        [GOOD.upper()],
        ["sha256=" + GOOD.removeprefix("sha256=").upper()],
        ["SHA256=" + GOOD.removeprefix("sha256=")],
        [GOOD[:-1]],
        [GOOD + "0"],
        [GOOD + " "],
        [" " + GOOD[1:]],
        ["sha1=" + "0" * 40],
        ["md5=" + "0" * 32],
        ["sha256=" + "g" * 64],
        ["sha256=" + "é" * 32],
        [signed(BODY, "another secret")],
        [signed(BODY, "")],
        [signed(BODY + b" ")],
        [GOOD, GOOD],
        [GOOD, "sha256=" + "0" * 64],
        [f"{GOOD}, {GOOD}"],
        [f"{GOOD},sha256=" + "0" * 64],
    ],
)
def test_nothing_but_our_apps_signature_is_let_in(world, signatures):
    headers = [(b"X-Hub-Signature-256", value.encode()) for value in signatures]

    answer = world.client.post(PATH, content=BODY, headers=headers)

    assert (401, "") == (answer.status_code, answer.text)
    assert [] == world.stored
    assert [] == world.jobs()


def test_the_older_sha1_header_alone_is_nothing(world):
    answer = world.client.post(
        PATH, content=BODY, headers={"X-Hub-Signature": "sha1=" + "0" * 40}
    )

    assert 401 == answer.status_code


def test_an_unsigned_body_is_not_even_parsed(world, monkeypatch):
    bomb = b"[" * 100_000

    assert 401 == world.client.post(PATH, content=bomb).status_code


def test_the_signature_is_over_the_bytes_as_they_came(world):
    raw = (
        b'{"object":"whatsapp_business_account","entry":[{"id":"1","changes":[{"field":'
        b'"messages","value":{"metadata":{"phone_number_id":"'
        + NUMBER_ID.encode()
        + b'"'
        b'},"messages":[{"from":"' + AMA.encode() + b'","id":"wamid.e","timestamp":"'
        b'1795000000","type":"text","text":{"body":"\\u00e4 \\ud83d\\ude4f \\/ \xf0\x9f'
        b'\x98\x80"}}]}}]}]}'
    )

    assert 200 == world.deliver(raw).status_code
    assert ["ä 🙏 / 😀"] == [r.text for r in world.rows("SELECT text FROM messages_in")]


def test_without_a_secret_nothing_is_signed():
    with pytest.raises(whatsapp_inbound.NotSigned):
        whatsapp_inbound.check_signature(BODY, [signed(BODY, "").encode()], ("",))


# --- what comes through it --------------------------------------------------------


def test_three_megabytes_are_the_most(world):
    limit = 3 * 1024 * 1024
    fitting = BODY + b" " * (limit - len(BODY))

    assert 200 == world.deliver(fitting).status_code
    assert 413 == world.deliver(fitting + b" ").status_code


def test_an_endless_body_is_cut_off(world):
    async def endless():
        for _ in range(64):
            yield b" " * 65_536

    answer = world.client.post(PATH, content=endless())

    assert 413 == answer.status_code


def test_a_database_that_is_away_is_told_to_meta(world, monkeypatch):
    def away():
        raise ConnectionError

    object.__setattr__(world.desk, "uow", away)

    assert 503 == world.deliver(BODY).status_code
