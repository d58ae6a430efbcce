"""The door: who is let in, what is read, and what one bad part may not do."""

import json

import pytest

from banking.adapters.channels import whatsapp_inbound
from tests.gateway.whatsapp import (
    AMA,
    NUMBER_ID,
    OLD_SECRET,
    VERIFY_TOKEN,
    change,
    envelope,
    signed,
    text_message,
    wrapped,
)

PATH = "/webhooks/whatsapp"


def stored(world):
    return [r.channel_id for r in world.rows("SELECT * FROM messages_in ORDER BY id")]


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

BODY = json.dumps(envelope([text_message("hello", id="wamid.signed")])).encode()
GOOD = signed(BODY)


def test_the_old_secret_counts_while_it_is_being_replaced(world):
    assert 200 == world.deliver(BODY, secret=OLD_SECRET).status_code
    assert ["wamid.signed"] == stored(world)


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
    assert [] == stored(world)
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


# --- size and shape ---------------------------------------------------------------


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


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"not json",
        b"null",
        b"[]",
        b"7",
        b'"text"',
        b"{}",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"object":"whatsapp_business_account","entry":' + b"[" * 10_000 + b"}",
        b'{"a":' * 10_000 + b"1" + b"}" * 10_000,
        b'{"object":"page","entry":[]}',
        b'{"object":"whatsapp_business_account"}',
        b'{"object":"whatsapp_business_account","entry":null}',
        b'{"object":"whatsapp_business_account","entry":{}}',
        b'{"object":"whatsapp_business_account","entry":[null,1,[],"x",{}]}',
        b'{"object":"whatsapp_business_account","entry":[{"changes":"x"}]}',
        b'{"object":"whatsapp_business_account","entry":[{"changes":[null,{}]}]}',
        b'{"object":"whatsapp_business_account","entry":' + b"9" * 5_000 + b"}",
        b'{"object":NaN}',
    ],
)
def test_signed_nonsense_is_taken_and_forgotten(world, raw):
    assert 200 == world.deliver(raw).status_code
    assert [] == stored(world)


@pytest.mark.parametrize(
    "bad",
    [
        None,
        7,
        "text",
        [],
        {},
        {"id": "wamid.x"},
        {"from": AMA},
        {"from": AMA, "id": ""},
        {"from": AMA, "id": "x" * 257},
        {"from": AMA, "id": ["wamid.x"]},
        {"from": "nobody", "id": "wamid.x", "type": "text", "text": {"body": "x"}},
        {"from": "../../x", "id": "wamid.x", "type": "text", "text": {"body": "x"}},
        {"from": "", "id": "wamid.x", "type": "text", "text": {"body": "x"}},
        {"from": "0" * 12, "id": "wamid.x", "type": "text", "text": {"body": "x"}},
    ],
)
def test_one_bad_message_never_stops_the_others(world, bad):
    before = text_message("one", id="wamid.before")
    after = text_message("two", id="wamid.after")
    body = wrapped([change([before, bad, after])], [change([text_message("three")])])

    assert 200 == world.deliver(body).status_code
    assert 3 == len(world.jobs("turn"))


@pytest.mark.parametrize(
    "odd",
    [
        {"text": None},
        {"text": "a string"},
        {"text": []},
        {"text": {}},
        {"text": {"body": None}},
        {"text": {"body": 7.5}},
        {"text": {"body": {"deep": 1}}},
        {"text": {"body": ""}},
        {"text": {"body": " \n "}},
        {"type": None, "text": None},
        {"type": "hologram"},
        {"type": ["text"]},
        {"type": "interactive"},
        {"type": "interactive", "interactive": {"type": "button_reply"}, "a": 1},
    ],
)
def test_a_message_without_readable_content_has_an_outcome(world, odd):
    message = text_message("hello") | odd

    assert 200 == world.deliver(envelope([message])).status_code
    world.work()

    (row,) = world.rows("SELECT outcome, kind FROM messages_in")
    assert row.outcome is not None


def test_text_that_a_database_cannot_hold(world):
    world.write("a\x00b \ud800 c")

    assert ["ab ? c"] == [r.text for r in world.rows("SELECT text FROM messages_in")]


def test_another_number_of_the_same_app_is_not_ours(world):
    theirs = change([text_message("theirs")], number_id="1")
    ours = change([text_message("ours")])

    assert 200 == world.deliver(wrapped([theirs], [ours])).status_code
    assert ["ours"] == [r.text for r in world.rows("SELECT text FROM messages_in")]


def test_other_fields_are_taken_and_left(world):
    other = {"field": "account_update", "value": {"messages": [text_message("x")]}}

    assert 200 == world.deliver(wrapped([other])).status_code
    assert [] == stored(world)


def test_every_entry_change_and_message_of_a_batch(world):
    def three(name):
        return [text_message(name), text_message(name), text_message(name)]

    body = wrapped(
        [change(three("a")), change(three("b"))], [change(three("c"))], [change([])]
    )
    assert 200 == world.deliver(body).status_code
    assert 9 == len(stored(world))


def test_a_database_that_is_away_is_told_to_meta(world, monkeypatch):
    def away():
        raise ConnectionError

    object.__setattr__(world.desk, "uow", away)

    assert 503 == world.deliver(BODY).status_code


# --- repeated and reordered -------------------------------------------------------


def test_fifty_copies_at_once_are_one_message(world):
    answers = world.client.at_once(
        50, PATH, content=BODY, headers={"X-Hub-Signature-256": GOOD}
    )

    assert {200} == {answer.status_code for answer in answers}
    assert ["wamid.signed"] == stored(world)
    assert 1 == len(world.jobs("turn"))


def test_a_copy_after_a_week_is_still_a_copy(world):
    world.deliver(BODY)
    world.work()
    world.clock.forward(days=7, hours=23)
    world.deliver(BODY)

    assert [] == world.jobs("turn")
    assert 1 == len(world.phone.sent)


def test_the_same_message_twice_in_one_delivery(world):
    message = text_message("hello")

    world.deliver(envelope([message, message]))

    assert 1 == len(world.jobs("turn"))


def test_the_same_id_with_other_words_is_an_event_and_nothing_else(world):
    world.write("send 5 to kofi", id="wamid.same")
    world.write("send 500 to eve", id="wamid.same")

    assert ["send 5 to kofi"] == [
        r.text for r in world.rows("SELECT text FROM messages_in")
    ]
    assert 1 == len(world.audit.named("message_id_reused"))


def test_a_copy_of_a_message_with_a_card_is_no_event(world):
    world.write("send 5 to 4111 1111 1111 1111", id="wamid.same")
    world.write("send 5 to 4111 1111 1111 1111", id="wamid.same")

    assert [] == world.audit.named("message_id_reused")


def test_one_persons_messages_of_a_delivery_go_by_their_time(world):
    at = int(world.clock.moment.timestamp())
    late = text_message("second", timestamp=str(at - 1))
    early = text_message("first", timestamp=str(at - 3))

    world.deliver(envelope([late, early]))
    world.work()

    assert ["You said: first", "You said: second"] == world.phone.texts


# --- every type -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("message", "kind", "outcome"),
    [
        (
            {"type": "image", "image": {"id": "1", "caption": "pin 1234"}},
            "image",
            "not",
        ),
        ({"type": "video", "video": {"id": "1"}}, "video", "not text"),
        ({"type": "sticker", "sticker": {"id": "1"}}, "sticker", "not text"),
        (
            {"type": "document", "document": {"filename": "../x"}},
            "document",
            "not text",
        ),
        ({"type": "audio", "audio": {"id": "1"}}, "audio", "not text"),
        ({"type": "audio", "audio": {"id": "1", "voice": True}}, "voice", "not text"),
        ({"type": "location", "location": {"latitude": 5}}, "location", "not text"),
        ({"type": "contacts", "contacts": [{}]}, "contacts", "not text"),
        ({"type": "order", "order": {}}, "order", "not text"),
        ({"type": "unsupported", "errors": [{"code": 131051}]}, "unsupported", "not"),
        ({"type": "unknown", "errors": [{}]}, "unsupported", "not text"),
        ({"type": "reaction", "reaction": {"emoji": "👍"}}, "reaction", "ignored"),
        ({"type": "reaction", "reaction": {}}, "reaction", "ignored"),
        ({"type": "revoke", "revoke": {"original_message_id": "w"}}, "revoke", "ign"),
        ({"type": "edit", "edit": {"message": {}}}, "ignored", "ignored: edit"),
        ({"type": "request_welcome"}, "ignored", "ignored: request_welcome"),
        ({"type": "hologram", "hologram": {}}, "ignored", "ignored: unknown type"),
        (
            {"type": "interactive", "interactive": {"type": "nfm_reply"}},
            "form",
            "not text",
        ),
        (
            {"type": "interactive", "interactive": {"type": "call_permission_reply"}},
            "ignored",
            "ignored: call permission",
        ),
    ],
)
def test_each_type_has_its_outcome(world, message, kind, outcome):
    whole = {k: v for k, v in text_message("").items() if k not in ("type", "text")}

    world.deliver(envelope([whole | message]))
    world.work()

    (row,) = world.rows("SELECT kind, outcome, text, detail FROM messages_in")
    assert kind == row.kind
    assert row.outcome.startswith(outcome)
    assert [] == world.rasa.heard
    assert "1234" not in repr(row)


def test_a_message_without_a_type_is_read_by_its_part(world):
    message = {k: v for k, v in text_message("hello").items() if k != "type"}

    world.deliver(envelope([message]))

    assert ["text"] == [r.kind for r in world.rows("SELECT kind FROM messages_in")]


@pytest.mark.parametrize("stamp", ["{}", 0, "", None, "x", "9" * 30, "-5", 1.5, []])
def test_any_timestamp_is_survived(world, stamp):
    world.deliver(envelope([text_message("hello", timestamp=stamp)]))

    (row,) = world.rows("SELECT sent_at, received_at FROM messages_in")
    assert row.sent_at <= row.received_at


def test_group_messages_are_left_alone(world):
    world.write("how much do I have", group_id="g1")
    world.work()

    assert [] == world.phone.sent
    assert ["ignored: group"] == [
        r.outcome for r in world.rows("SELECT outcome FROM messages_in")
    ]


@pytest.mark.parametrize(
    ("code", "read"), [(131047, 131047), (2**31, None), (10**300, None)]
)
def test_an_error_code_beyond_the_database_is_left_out(code, read):
    status = {
        "id": "wamid.e",
        "status": "failed",
        "timestamp": "1795000000",
        "errors": [{"code": code}],
    }
    value = {"metadata": {"phone_number_id": NUMBER_ID}, "statuses": [status]}
    changes = [{"field": "messages", "value": value}]
    body = {"object": "whatsapp_business_account", "entry": [{"changes": changes}]}
    batch = whatsapp_inbound.read(json.dumps(body).encode(), NUMBER_ID)

    assert [read] == [report.code for report in batch.reports]
