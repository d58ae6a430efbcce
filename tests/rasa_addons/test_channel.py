"""The gateway's contract with Rasa, over HTTP."""

import json
import socket
import threading
import uuid

import pytest
import requests
from conftest import Gateway, answer, eventually
from signing import seal

from rasa_addons.gateway_channel import LARGEST_BODY, Turns

LINK = {"type": "link", "text": "Sign in", "label": "Open", "url": "https://b/s/1"}


def test_health_says_ok_once_the_model_is_there(assistant):
    health = requests.get(
        f"http://127.0.0.1:{assistant.port}/webhooks/gateway/", timeout=5
    )

    assert (health.status_code, health.json()) == (200, {"status": "ok"})


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/version",
        "/status",
        "/model",
        "/webhooks/rest/webhook",
        "/webhooks/callback/webhook",
        "/conversations/x/tracker",
        "/conversations/x/trigger_intent",
    ],
)
@pytest.mark.parametrize("method", ["get", "post", "put"])
def test_nothing_else_is_mounted(assistant, path, method):
    url = f"http://127.0.0.1:{assistant.port}{path}"

    assert requests.request(method, url, json={}, timeout=5).status_code == 404


def test_a_turn_says_what_was_said_understood_and_done(gateway, actions):
    actions.answers["action_balance"] = {
        "events": [],
        "responses": [
            {"text": "USD 5.00"},
            {"response": "utter_menu"},
            {"custom": LINK},
            {"text": "Both", "custom": LINK},
        ],
    }

    body = gateway.say("what is my balance, is it 12")

    assert [r.pop("response") for r in body["replies"]] == [
        None,
        "utter_menu",
        None,
        None,
        None,
    ]
    assert body["replies"] == [
        {"text": "USD 5.00", "buttons": [], "custom": None},
        {
            "text": "What now?",
            "buttons": [
                {"title": "Balance", "payload": "/check_balance"},
                {"title": "Say hello", "payload": "hello"},
            ],
            "custom": None,
        },
        {"text": None, "buttons": [], "custom": LINK},
        {"text": "Both", "buttons": [], "custom": None},
        {"text": None, "buttons": [], "custom": LINK},
    ]
    assert body["intent"] == {"name": "check_balance", "confidence": 1.0}
    assert body["actions"] == ["action_balance"]
    assert body["entities"] == [
        {"entity": "amount", "value": "12", "start": 26, "end": 28}
    ]


def test_an_action_gets_the_envelope_and_the_bearer_in_a_header(gateway, actions):
    gateway.say("balance")

    call = actions.named("action_balance")[0]
    assert set(call["tracker"]["latest_message"]["metadata"]) == {"envelope"}
    assert call["sender_id"] == gateway.conversation
    assert actions.headers[0]["Authorization"].startswith("Bearer ")


def test_the_connection_to_the_action_server_is_kept(gateway, actions):
    for _ in range(5):
        gateway.say("balance")

    assert len(actions.connections) == 1


def test_a_form_goes_on_from_message_to_message(gateway, actions):
    actions.answers["validate_send_form"] = {"events": [], "responses": []}

    assert gateway.say("send money")["replies"][0]["text"] == "How much?"
    assert gateway.say("make it 7")["replies"][0]["text"] == "To whom?"
    done = gateway.say("Bob", command='/inform{"payee": "Bob"}')

    assert done["replies"][0]["text"] == "7 to Bob"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'"text"',
        b"{}",
        b'{"text": "hello"}',
        b'{"envelope": "x"}',
        b"[" * 5_000,
        b"\xff\xfe",
        b'{"envelope": "a.b", "text": "hello"}',
    ],
    ids=lambda body: ascii(body)[:24],
)
def test_what_is_not_signed_is_refused_without_a_reason(gateway, body):
    refused = requests.post(gateway.url, data=body, timeout=5)

    assert (refused.status_code, refused.json()) == (401, {"error": "not accepted"})


def test_an_expired_envelope_starts_nothing(assistant, gateway):
    assert gateway.post("hello", at=1_000_000.0).status_code == 401
    assert assistant.events(gateway.conversation) == []


def test_an_envelope_of_another_text_starts_nothing(assistant, gateway):
    token = seal(gateway.conversation, "m1", "hello")
    body = {"envelope": token, "text": "balance"}

    assert requests.post(gateway.url, json=body, timeout=5).status_code == 401
    assert assistant.events(gateway.conversation) == []


def test_a_body_has_a_largest_size(gateway):
    text = "x" * LARGEST_BODY

    assert gateway.post(text).status_code == 413


@pytest.mark.parametrize("text", ["", " \n ", "\x00", "🙂" * 500, "\u202e" + "abc"])
def test_any_text_is_answered(gateway, text):
    assert gateway.say(text)["replies"]


def test_the_same_message_gets_the_same_answer_and_one_turn(
    assistant, gateway, actions
):
    actions.answers["action_balance"] = answer("USD 5.00")
    first = gateway.post("balance", message_id="m1")
    actions.answers["action_balance"] = answer("USD 4.00")
    second = gateway.post("balance", message_id="m1")

    assert first.content == second.content
    assert len(actions.named("action_balance")) == 1
    heard = [e for e in assistant.events(gateway.conversation) if e["event"] == "user"]
    assert len(heard) == 1


def test_another_conversation_may_use_the_same_message_id(gateway, actions):
    actions.answers["action_balance"] = answer("USD 5.00")
    gateway.say("balance", message_id="m1")
    other = Gateway(gateway.port)
    actions.answers["action_balance"] = answer("USD 4.00")

    assert other.say("balance", message_id="m1")["replies"][0]["text"] == "USD 4.00"


def test_a_repeat_waits_for_the_turn_that_is_running(gateway, actions):
    actions.answers["action_balance"] = answer("USD 5.00")
    actions.gate.clear()
    answers = []
    threads = [
        threading.Thread(
            target=lambda: answers.append(gateway.post("balance", message_id="m1"))
        )
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    eventually(lambda: actions.named("action_balance"))
    actions.gate.set()
    for thread in threads:
        thread.join(20)

    assert {a.status_code for a in answers} == {200}
    assert len({a.content for a in answers}) == 1
    assert len(actions.named("action_balance")) == 1


def test_after_a_restart_the_answer_comes_from_the_conversation(
    assistant, serve, gateway, actions
):
    actions.answers["action_balance"] = {
        "events": [],
        "responses": [
            {"text": "USD 5.00", "buttons": [{"title": "More", "payload": "menu"}]},
            {"text": "Both", "custom": LINK},
        ],
    }
    first = gateway.post("balance", message_id="m1")
    restarted = serve(store=assistant.agent.tracker_store)
    again = Gateway(restarted.port, gateway.conversation)
    second = again.post("balance", message_id="m1")

    assert second.content == first.content
    assert len(actions.named("action_balance")) == 1


def test_hanging_up_does_not_stop_the_turn(assistant, gateway, actions):
    actions.answers["action_balance"] = answer("USD 5.00")
    actions.gate.clear()
    body = json.dumps(
        {
            "envelope": seal(gateway.conversation, "m1", "balance"),
            "text": "balance",
        }
    ).encode()
    with socket.create_connection(("127.0.0.1", gateway.port)) as line:
        line.sendall(
            b"POST /webhooks/gateway/webhook HTTP/1.1\r\nHost: rasa\r\n"
            b"Content-Length: " + str(len(body)).encode() + b"\r\n\r\n" + body
        )
        eventually(lambda: actions.named("action_balance"))
    actions.gate.set()

    eventually(lambda: assistant.events(gateway.conversation))
    repeated = gateway.say("balance", message_id="m1")
    assert repeated["replies"][0]["text"] == "USD 5.00"
    assert len(actions.named("action_balance")) == 1


BROKEN = {
    "slot without a value": {"events": [{"event": "slot", "name": "x"}]},
    "event without a type": {"events": [{"name": "x"}]},
    "unknown event": {"events": [{"event": "transfer"}]},
    "events are text": {"events": "none"},
    "responses are text": {"events": [], "responses": "USD 5.00"},
    "response is text": {"events": [], "responses": ["USD 5.00"]},
    "status 500": (500, {"error": "secret 4111111111111111"}),
    "status 401": (401, {}),
}


@pytest.mark.parametrize("said", BROKEN.values(), ids=BROKEN.keys())
def test_an_action_that_fails_loses_the_turn_not_the_customer(
    assistant, gateway, actions, said, caplog
):
    actions.answers["action_balance"] = said
    failed = gateway.post("balance", message_id="m1")

    assert (failed.status_code, failed.json()) == (500, {"error": "turn failed"})
    # Long enough never to be part of a random id.
    assert "41111111" not in caplog.text
    assert assistant.events(gateway.conversation) == []

    actions.answers["action_balance"] = answer("USD 5.00")
    again = gateway.say("balance", message_id="m1")
    assert again["replies"][0]["text"] == "USD 5.00"


def test_without_an_action_server_the_turn_is_lost(serve, actions):
    served = serve(actions_url="http://127.0.0.1:1")
    gateway = Gateway(served.port)

    assert gateway.post("balance").status_code == 500
    assert served.events(gateway.conversation) == []
    assert gateway.say("hello")["replies"][0]["text"] == "Hello"


def test_without_a_model_the_gateway_is_told_to_come_again(serve, actions):
    served = serve()
    agent, served.app.ctx.agent = served.agent, None
    gateway = Gateway(served.port)
    health = f"http://127.0.0.1:{served.port}/webhooks/gateway/"

    assert gateway.post("hello").status_code == 503
    assert requests.get(health, timeout=5).status_code == 503
    assert gateway.post("hello", key=bytes(32)).status_code == 401
    served.app.ctx.agent = agent
    assert requests.get(health, timeout=5).status_code == 200


def test_messages_of_one_conversation_keep_their_order(assistant, gateway):
    said = ["hello", "menu", "hello", "menu"]
    for text in said:
        gateway.say(text)
    events = assistant.events(gateway.conversation)

    assert [e["text"] for e in events if e["event"] == "user"] == said


def test_an_unreadable_utterance_does_not_lose_the_turn(gateway, actions):
    actions.answers["action_balance"] = answer("USD 5.00", buttons=[{"no": "title"}])

    assert gateway.say("balance")["replies"][0] == {
        "text": "USD 5.00",
        "buttons": [],
        "custom": None,
        "response": None,
    }


def test_remembered_answers_are_bounded():
    import asyncio

    async def many() -> int:
        turns = Turns(limit=10)
        for i in range(50):

            async def body(number: int = i) -> bytes:
                return str(number).encode()

            assert await turns.answer(("c", str(i)), body) == str(i).encode()
        return len(turns._tasks)

    assert asyncio.run(many()) <= 11


def test_text_is_not_in_the_log(gateway, actions, caplog):
    secret = f"balance {uuid.uuid4().hex}"
    with caplog.at_level("INFO"):
        actions.answers["action_balance"] = (500, {})
        gateway.post(secret)

    assert secret not in caplog.text
