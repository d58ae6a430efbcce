"""Webhooks reach the bank signed, escaped, in order, and until it says 200."""

import hashlib
import hmac
import json

import pytest

from banking.simulator.webhook_bodies import encode, signature
from tests.simulator.conftest import AMA, NUMBER, SECRET, Simulated, Start


def test_the_signature_covers_exactly_the_escaped_bytes(simulated: Simulated):
    simulated.customer("text", text="50 € an Jürgen 👍 <a/b> & \u2028")
    simulated.settle()

    [body] = simulated.bank.bodies
    assert simulated.bank.trusted == [True]
    assert body.isascii()
    assert b"50 \\u20ac an J\\u00fcrgen \\ud83d\\udc4d <a\\/b> &" in body
    assert simulated.bank.said[0]["text"]["body"] == "50 € an Jürgen 👍 <a/b> & \u2028"


def test_a_signature_known_from_elsewhere():
    # printf 'ok' | openssl dgst -sha256 -hmac key
    digest = hmac.new(b"key", b"ok", hashlib.sha256).hexdigest()

    assert signature(b"ok", "key") == f"sha256={digest}"
    assert encode({"a": "é/"}) == b'{"a":"\\u00e9\\/"}'


def test_a_text_looks_as_meta_sends_it(simulated: Simulated):
    sent = simulated.customer("text", text="hi")
    simulated.settle()

    body = json.loads(simulated.bank.bodies[0])
    value = body["entry"][0]["changes"][0]["value"]
    assert body["object"] == "whatsapp_business_account"
    assert body["entry"][0]["changes"][0]["field"] == "messages"
    assert value["metadata"]["phone_number_id"] == NUMBER
    assert value["contacts"][0]["profile"]["name"] == "Ama Mensah"
    assert value["contacts"][0]["wa_id"] == AMA.removeprefix("+")
    [message] = value["messages"]
    assert message["from"] == AMA.removeprefix("+")
    assert message["id"] == sent["id"]
    assert message["timestamp"] == "1795165200"
    assert (message["type"], message["text"]) == ("text", {"body": "hi"})


def test_taps_carry_the_id_and_the_message_they_answer(simulated: Simulated):
    simulated.customer("text", text="hi")
    reply = {"type": "reply", "reply": {"id": "h-1", "title": "Yes"}}
    row = {"id": "h-2", "title": "Rent", "description": "Monthly"}
    asked = simulated.send(
        type="interactive",
        interactive={
            "type": "button",
            "body": {"text": "Send it?"},
            "action": {"buttons": [reply]},
        },
    ).json()["messages"][0]["id"]
    listed = simulated.send(
        type="interactive",
        interactive={
            "type": "list",
            "body": {"text": "Which?"},
            "action": {"button": "Choose", "sections": [{"rows": [row]}]},
        },
    ).json()["messages"][0]["id"]

    simulated.customer("tap", message_id=asked, option_id="h-1")
    simulated.customer("tap", message_id=listed, option_id="h-2")
    simulated.settle()

    _, button, chosen = simulated.bank.said
    assert button["context"] == {"from": "15550100000", "id": asked}
    assert button["interactive"] == {
        "type": "button_reply",
        "button_reply": {"id": "h-1", "title": "Yes"},
    }
    assert chosen["context"]["id"] == listed
    assert chosen["interactive"] == {"type": "list_reply", "list_reply": row}
    unknown = simulated.http.post(
        f"/sim/phones/{AMA}/tap", json={"message_id": asked, "option_id": "h-9"}
    )
    assert unknown.status_code == 404


@pytest.mark.parametrize(
    ("what", "given", "kind"),
    [
        ("media", {"kind": "voice"}, "audio"),
        ("media", {"kind": "image", "caption": "my card"}, "image"),
        ("media", {"kind": "document", "filename": "a.txt"}, "document"),
        ("location", {"name": "Market"}, "location"),
        ("contacts", {"name": "Sam Carter"}, "contacts"),
        ("unsupported", {}, "unsupported"),
        ("unsupported", {"type": "hologram"}, "hologram"),
        ("system", {"new_phone": "+15550109999"}, "system"),
        ("system", {"type": "customer_identity_changed"}, "system"),
    ],
)
def test_every_kind_of_message_reaches_the_bank(
    simulated: Simulated, what: str, given: dict, kind: str
):
    simulated.customer(what, **given)
    simulated.settle()

    [message] = simulated.bank.said
    assert message["type"] == kind
    assert kind in message or "errors" in message


def test_reactions_edits_and_revokes_name_their_message(simulated: Simulated):
    first = simulated.customer("text", text="send 50 to Peter")
    simulated.customer("edit", message_id=first["id"], text="send 5 to Peter")
    simulated.customer("reaction", message_id=first["id"], emoji="+")
    simulated.customer("reaction", message_id=first["id"], emoji="")
    simulated.customer("revoke", message_id=first["id"])
    simulated.settle()

    _, edit, reaction, taken_back, revoke = simulated.bank.said
    assert edit["edit"]["original_message_id"] == first["id"]
    assert edit["edit"]["message"]["text"] == {"body": "send 5 to Peter"}
    assert reaction["reaction"] == {"message_id": first["id"], "emoji": "+"}
    assert taken_back["reaction"] == {"message_id": first["id"]}
    assert revoke["revoke"] == {"original_message_id": first["id"]}
    assert [message["revoked"] for message in simulated.chat()] == [True]


def test_files_of_a_customer_are_fetched_in_two_steps(simulated: Simulated):
    simulated.customer("media", kind="image")
    simulated.settle()
    image = simulated.bank.said[0]["image"]
    headers = simulated.graph_headers

    about = simulated.http.get(f"/v25.0/{image['id']}", headers=headers).json()
    path = about["url"].removeprefix("http://127.0.0.1:8090")
    content = simulated.http.get(path, headers=headers)

    assert hashlib.sha256(content.content).hexdigest() == about["sha256"]
    assert content.headers["content-type"] == about["mime_type"] == "image/png"
    assert simulated.http.get(path).status_code == 401
    assert simulated.http.get(path[:-1] + "x", headers=headers).status_code == 400
    simulated.clock.forward(minutes=5, seconds=1)
    assert simulated.http.get(path, headers=headers).status_code == 400


def test_a_webhook_is_repeated_until_200_and_the_next_one_waits(
    simulated: Simulated,
):
    simulated.bank.answers = [500, 202, 302]

    first = simulated.customer("text", text="one")
    second = simulated.customer("text", text="two")
    simulated.settle()

    bodies = simulated.bank.bodies
    assert bodies[0] == bodies[1] == bodies[2] == bodies[3] != bodies[4]
    assert [m["id"] for m in simulated.bank.said] == [first["id"], second["id"]]
    assert [m["status"] for m in simulated.chat()] == ["delivered", "delivered"]


def test_a_webhook_is_given_up_in_the_end(simulated: Simulated):
    simulated.bank.answers = [500] * 4

    simulated.customer("text", text="one")
    simulated.settle()

    assert len(simulated.bank.bodies) == 4
    assert [message["status"] for message in simulated.chat()] == ["failed"]


def test_what_was_not_delivered_goes_on_after_a_restart(start: Start):
    before = start(pauses=(60,))
    before.bank.answers = [500] * 100
    sent = before.customer("text", text="one")
    before.http.portal.call(before.world.sender.stop)

    after = start()
    after.settle()

    assert [message["id"] for message in after.bank.said] == [sent["id"]]
    assert [message["text"] for message in after.chat()] == ["one"]
    assert [message["status"] for message in after.chat()] == ["delivered"]


def test_statuses_follow_a_message_and_carry_its_callback_data(simulated: Simulated):
    simulated.customer("text", text="hi")
    sent = simulated.send_text(biz_opaque_callback_data="out-7").json()
    simulated.settle()

    statuses = simulated.bank.statuses
    assert [s["status"] for s in statuses] == ["sent", "delivered", "read"]
    assert {s["id"] for s in statuses} == {sent["messages"][0]["id"]}
    assert {s["biz_opaque_callback_data"] for s in statuses} == {"out-7"}
    assert {s["recipient_id"] for s in statuses} == {AMA.removeprefix("+")}


def test_statuses_that_wait_together_travel_together(simulated: Simulated):
    simulated.customer("text", text="hi")
    simulated.settle()

    simulated.send_text("one")
    simulated.settle()

    entries = json.loads(simulated.bank.bodies[-1])["entry"]
    assert len(simulated.bank.bodies) == 2
    assert simulated.bank.trusted == [True, True]
    assert [e["changes"][0]["value"]["statuses"][0]["status"] for e in entries] == [
        "sent",
        "delivered",
        "read",
    ]


def test_messages_of_a_customer_travel_alone(simulated: Simulated):
    simulated.bank.answers = [500]

    for text in ("one", "two", "three"):
        simulated.customer("text", text=text)
    simulated.settle()

    assert [len(json.loads(b)["entry"]) for b in simulated.bank.bodies] == [1] * 4


def test_any_body_can_be_sent_with_any_signature(simulated: Simulated):
    outcomes = [
        simulated.http.post(
            "/sim/webhook-raw",
            json={"body": '{"entry": []', "signature": how},
        ).json()["status"]
        for how in ("none", "wrong", "sha256=00", "sha1=abc")
    ]
    right = hmac.new(SECRET.encode(), b"{}", hashlib.sha256).hexdigest()
    simulated.bank.answers = [418]
    accepted = simulated.http.post(
        "/sim/webhook-raw", json={"body_base64": "e30=", "signature": f"sha256={right}"}
    )

    assert outcomes == [403] * 4
    assert accepted.json()["status"] == 418
    assert simulated.bank.trusted == [False] * 4 + [True]


def test_the_handshake_is_made_like_metas(simulated: Simulated):
    assert simulated.http.post("/sim/subscribe").json()["verified"] is True
    simulated.bank.verify_token = "another"
    assert simulated.http.post("/sim/subscribe").json() == {
        "status": 403,
        "body": "",
        "verified": False,
    }
