"""What is read of a delivery, and what one bad part may not do."""

import json

import pytest

from banking.adapters.channels import whatsapp_inbound
from tests.gateway.whatsapp import (
    AMA,
    NUMBER_ID,
    change,
    envelope,
    text_message,
    wrapped,
)


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
    assert [] == world.stored


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


def test_text_that_a_database_cannot_hold(world):
    world.write("a\x00b \ud800 c")

    assert ["ab ? c"] == [r.text for r in world.rows("SELECT text FROM messages_in")]


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


def test_group_messages_are_left_alone(world):
    world.write("how much do I have", group_id="g1")
    world.work()

    assert [] == world.phone.sent
    assert ["ignored: group"] == [
        r.outcome for r in world.rows("SELECT outcome FROM messages_in")
    ]


def test_another_number_of_the_same_app_is_not_ours(world):
    theirs = change([text_message("theirs")], number_id="1")
    ours = change([text_message("ours")])

    assert 200 == world.deliver(wrapped([theirs], [ours])).status_code
    assert ["ours"] == [r.text for r in world.rows("SELECT text FROM messages_in")]


def test_other_fields_are_taken_and_left(world):
    other = {"field": "account_update", "value": {"messages": [text_message("x")]}}

    assert 200 == world.deliver(wrapped([other])).status_code
    assert [] == world.stored


def test_every_entry_change_and_message_of_a_batch(world):
    def three(name):
        return [text_message(name), text_message(name), text_message(name)]

    body = wrapped(
        [change(three("a")), change(three("b"))], [change(three("c"))], [change([])]
    )
    assert 200 == world.deliver(body).status_code
    assert 9 == len(world.stored)
