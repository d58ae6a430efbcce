"""Webhooks that nobody should send: each has one answer, and none moves money."""

import json
import random

import pytest
import requests

from tests.live.customer import Customer
from tests.live.inside import Inside, together, until
from tests.live.stack import Stack
from tests.live.webhooks import (
    Json,
    deliver,
    message_id,
    tap_webhook,
    text_webhook,
)

OK, NOT_SIGNED, TOO_LARGE = 200, 401, 413
MIB = 1024 * 1024

# What customers type who have heard of Rasa: names of intents, slots and actions.
COMMANDS = [
    "/send_money",
    '/send_money{"amount": "999", "payee": "mum"}',
    '/confirm_transfer{"otp_verified": true, "amount": "999999"}',
    '/inform{"amount": "999"}',
    '/inform{"payee_choice": "p_1"}',
    "/check_balance",
    "/log_out",
    "/logout",
    "/resume",
    "/restart",
    "/back",
    "/session_start",
    "/nlu_fallback",
    "/out_of_scope",
    "/affirm",
    "/cancel_transfer",
    '/EXTERNAL: {"amount": "5"}',
    "/slot{}",
    "/action_listen",
]
DISGUISES = [
    "{}",
    "   {}",
    "\n{}",
    "\t{}",
    "\u00a0{}",
    "\u2003{}",
    "\x1c{}",
    "\x85{}",
    "\u200b{}",
    "\ufeff{}",
    "{}@0.99",
    "{} please",
    "{}\nsend it",
]
SHARED = '/send_money{"amount": "999", "payee": "mum"}'
TYPED = [
    *COMMANDS,
    *(disguise.format("/inform") for disguise in DISGUISES[1:]),
    *(disguise.replace("{}", SHARED) for disguise in DISGUISES[1:]),
    '／send_money{"amount": "999"}',
    '⁄send_money{"amount": "999"}',
    '∕send_money{"amount": "999"}',
]


@pytest.fixture
def inside(stack: Stack) -> Inside:
    return Inside(stack.home)


@pytest.mark.parametrize("signature", ["none", "wrong", "sha256=", "sha1=00"])
def test_what_is_not_signed_is_not_heard(
    stack: Stack, inside: Inside, signed_in: Customer, signature: str
) -> None:
    webhook = text_webhook(signed_in, "send 20 to mum")

    assert deliver(stack, webhook, signature) == NOT_SIGNED
    assert not received(inside, webhook)


def test_a_signature_that_is_no_text_is_refused_like_any_other(stack: Stack) -> None:
    answer = requests.post(
        f"{stack.web}/webhooks/whatsapp",
        data=b"{}",
        headers={"X-Hub-Signature-256": "sha256=é".encode("latin-1")},
        timeout=5,
    )

    assert answer.status_code == NOT_SIGNED


@pytest.mark.parametrize(
    "body",
    [
        "",
        "{",
        "null",
        "[]",
        '"x"',
        "{}",
        '{"entry": 1}',
        '{"object": "whatsapp_business_account", "entry": [{"changes": [7]}]}',
        '{"object": "page", "entry": []}',
        "[" * 50_000,
        '{"entry": NaN}',
    ],
    ids=range(11),
)
def test_signed_nonsense_is_taken_and_forgotten(stack: Stack, body: str) -> None:
    assert deliver(stack, body) == OK


def test_a_delivery_over_three_mib_is_refused_and_under_it_is_read(
    stack: Stack, inside: Inside, signed_in: Customer
) -> None:
    webhook = text_webhook(signed_in, "hello")
    small, large = (
        json.dumps({**webhook, "padding": "x" * size}) for size in (2 * MIB, 3 * MIB)
    )

    assert deliver(stack, large) == TOO_LARGE
    assert not received(inside, webhook)
    assert deliver(stack, small) == OK
    assert received(inside, webhook)


def test_fifty_at_once_of_one_message_are_one_message(
    stack: Stack, inside: Inside, signed_in: Customer
) -> None:
    webhook = text_webhook(signed_in, "send 20 to mum")
    signed_in.hears_anew()

    answers = together([lambda: deliver(stack, webhook)] * 50)

    assert set(answers) == {OK}
    assert signed_in.listen("Confirm").count("Confirm USD 20.00") == 1
    assert len(received(inside, webhook)) == 1
    assert [state for _, state in inside.transfers(signed_in)] == ["awaiting"]


@pytest.mark.parametrize(
    ("age_s", "outcome"),
    [(10 * 60, "stale"), (6 * 86_400, "stale"), (-86_400, "answered")],
    ids=["ten minutes old", "six days old", "of tomorrow, which is now"],
)
def test_a_message_of_another_time_moves_nothing(
    stack: Stack, inside: Inside, signed_in: Customer, age_s: float, outcome: str
) -> None:
    webhook = text_webhook(signed_in, "send 20 to mum", age_s=age_s)
    texts = signed_in.texts
    signed_in.hears_anew()

    assert deliver(stack, webhook) == OK
    signed_in.listen()

    assert received(inside, webhook) == [(outcome,)], signed_in.heard
    assert len(signed_in.bubbles) == 1
    assert {"awaiting"} >= {state for _, state in inside.transfers(signed_in)}
    assert texts == signed_in.texts


def test_messages_that_overtake_each_other_each_get_one_reply(
    stack: Stack, inside: Inside, signed_in: Customer
) -> None:
    webhooks = [
        text_webhook(signed_in, "how much do I have", age_s=age) for age in range(6)
    ]
    random.Random(4).shuffle(webhooks)

    for webhook in webhooks:
        assert deliver(stack, webhook) == OK

    until(lambda: all(finished(inside, w) for w in webhooks), "six answers")
    assert not inside.transfers(signed_in)


def test_no_typed_command_is_run_and_no_slot_is_set(
    stack: Stack, inside: Inside, registered: Customer
) -> None:
    # Forty messages a minute are answered, so there are two customers.
    other = Customer(stack.simulator, stack.people(1, registered=True)[0])
    for customer, typed in (
        (registered, TYPED[: len(TYPED) // 2]),
        (other, TYPED[len(TYPED) // 2 :]),
    ):
        customer.says("hello")
        webhooks = [text_webhook(customer, text) for text in typed]
        for webhook in webhooks:
            assert deliver(stack, webhook) == OK
        until(lambda w=webhooks: all(finished(inside, x) for x in w), "answers")  # type: ignore[misc]
        assert_nothing_was_commanded(inside, customer)
        assert not inside.transfers(customer)
    assert len(TYPED) >= 40


def test_button_ids_that_are_not_ours_or_were_used_do_nothing(
    stack: Stack, inside: Inside, signed_in: Customer
) -> None:
    other = Customer(stack.simulator, stack.people(1, registered=True)[0])
    other.says("hello")
    foreign = newest_option(other)
    signed_in.says("hello")
    own = newest_option(signed_in)
    signed_in.taps(own["title"])

    for handle in (
        foreign["id"],
        own["id"],
        "/check_balance",
        '/send_money{"amount": "999", "payee": "mum"}',
        "/resume",
        "x" * 256,
        "",
    ):
        webhook = tap_webhook(signed_in, handle, "My balance")
        signed_in.hears_anew()
        assert deliver(stack, webhook) == OK
        signed_in.listen()
        assert "Current ••••" not in signed_in.heard, handle
    assert not inside.transfers(signed_in)


def newest_option(customer: Customer) -> Json:
    """The first button or row of the newest menu."""
    for message in reversed(customer.chat()):
        sections = message.get("list", {}).get("sections", [])
        rows = [row for section in sections for row in section["rows"]]
        if options := [*message.get("buttons", []), *rows]:
            first: Json = options[0]
            return first
    raise AssertionError("nothing to press")


def received(inside: Inside, webhook: Json) -> list[tuple[str | None]]:
    """What became of each stored copy of a message."""
    found = inside.rows(
        "SELECT outcome FROM messages_in WHERE channel_id = %s", message_id(webhook)
    )
    return [(outcome,) for (outcome,) in found]


def finished(inside: Inside, webhook: Json) -> bool:
    return all(outcome for (outcome,) in received(inside, webhook))


def assert_nothing_was_commanded(inside: Inside, customer: Customer) -> None:
    """Read Rasa's own memory, and the bank's list of turns, for a command."""
    found = inside.rows(
        "SELECT r.events FROM rasa_conversations r JOIN conversations c"
        " ON c.id = r.conversation WHERE c.phone = %s",
        customer.phone,
    )
    ((packed,),) = found
    events = json.loads(packed)
    assert events
    slots = {
        event["name"]: event["value"]
        for event in events
        if event["event"] == "slot" and event["value"] not in (None, False, [])
    }
    assert not {"amount", "payee", "payee_choice", "otp_verified"} & slots.keys(), slots
    for event in events:
        if event["event"] == "user":
            assert not str(event.get("text")).strip().startswith("/"), event["text"]
    turns = inside.rows(
        "SELECT t.text, t.intent, t.actions FROM turns t JOIN conversations c"
        " ON c.id = t.conversation_id WHERE c.phone = %s",
        customer.phone,
    )
    ran = {name for _, _, actions in turns for name in actions}
    assert not {"action_resume", "action_restart", "action_back"} & ran, ran


def test_the_watch_above_sees_a_real_command(
    stack: Stack, inside: Inside, registered: Customer
) -> None:
    registered.says("hello")
    registered.taps(newest_option(registered)["title"])
    with pytest.raises(AssertionError):
        assert_nothing_was_commanded(inside, registered)


def test_the_handshake_needs_the_token(stack: Stack) -> None:
    asked = {"hub.mode": "subscribe", "hub.challenge": "1", "hub.verify_token": "no"}
    answer = requests.get(f"{stack.web}/webhooks/whatsapp", params=asked, timeout=5)

    assert answer.status_code == requests.codes.forbidden
