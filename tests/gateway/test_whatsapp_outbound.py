"""The Graph API's requests: their form, their limits, and where the token goes."""

import json
from dataclasses import replace
from typing import ClassVar

import pytest

from banking.adapters.channels.whatsapp import LimitBroken, WhatsApp, build
from banking.domain.bubbles import (
    Choices,
    DocumentBubble,
    LinkButton,
    Option,
    Text,
    UnknownBubble,
    fit,
    from_json,
    from_reply,
    literal,
    split,
    to_json,
    unmarked,
)
from banking.ports.gateway import Conversation, SendFailed
from tests.answering import Answers, answering

AMA = Conversation("c1", "whatsapp", "+233244123456", phone="+233244123456")


def options(*titles, description=""):
    return tuple(Option(t, "/x", description, f"h{n}") for n, t in enumerate(titles))


# --- form -------------------------------------------------------------------------


def test_text():
    assert build(Text("Hello")) == {
        "type": "text",
        "text": {"body": "Hello", "preview_url": False},
    }


def test_up_to_three_choices_are_buttons():
    assert build(Choices("Which?", options("A", "B"))) == {
        "type": "interactive",
        "interactive": {
            "type": "button",
            "body": {"text": "Which?"},
            "action": {
                "buttons": [
                    {"type": "reply", "reply": {"id": "h0", "title": "A"}},
                    {"type": "reply", "reply": {"id": "h1", "title": "B"}},
                ]
            },
        },
    }


def test_four_to_ten_choices_are_a_list():
    choices = Choices("Which?", options(*"ABCD", description="more"))
    message = build(choices, list_label="Choose")

    action = message["interactive"]["action"]
    assert ["A", "B", "C", "D"] == [r["title"] for r in action["sections"][0]["rows"]]
    assert {"id": "h0", "title": "A", "description": "more"} == (
        action["sections"][0]["rows"][0]
    )
    assert "Choose" == action["button"]


def test_a_link_button():
    message = build(LinkButton("Confirm here", "Confirm", "https://bank.example/s/x"))

    assert message["interactive"]["action"] == {
        "name": "cta_url",
        "parameters": {"display_text": "Confirm", "url": "https://bank.example/s/x"},
    }


def test_a_document_goes_by_its_media_id():
    message = build(DocumentBubble("d", "receipt.pdf", "Yours"), media_id="m1")

    assert message["document"] == {
        "id": "m1",
        "filename": "receipt.pdf",
        "caption": "Yours",
    }


# --- limits -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "bubble",
    [
        Text(""),
        Text(" "),
        Text("x" * 4097),
        Choices("x" * 1025, options("A")),
        Choices("", options("A")),
        Choices("x", ()),
        Choices("x", options("A" * 21)),
        Choices("x", options("A", "A")),
        Choices("x", options("A", "")),
        Choices("x", options(*"ABC", "D" * 25)),
        Choices("x", options(*"ABCD", description="d" * 73)),
        Choices("x", options(*"ABCDEFGHIJK")),
        Choices("x", (Option("A", "", handle="h" * 257),)),
        Choices("x", (Option("A", "", handle=""),)),
        Choices("x", tuple(Option(c, "", handle="same") for c in "AB")),
        LinkButton("x", "l" * 21, "https://x"),
        LinkButton("x", "", "https://x"),
        LinkButton("x", "label", ""),
        LinkButton("x" * 1025, "label", "https://x"),
        DocumentBubble("d", "", "x"),
        DocumentBubble("d", "a.pdf", "x" * 1025),
    ],
)
def test_what_the_platform_would_refuse_is_never_sent(bubble):
    with pytest.raises(LimitBroken):
        build(bubble, media_id="m")


@pytest.mark.parametrize(
    "bubble",
    [
        Text("x" * 4096),
        Choices("x" * 1024, options("A" * 20, "B" * 20, "C" * 20)),
        Choices("x" * 1024, options(*(c * 24 for c in "ABCDEFGHIJ"))),
        LinkButton("x" * 1024, "l" * 20, "https://x"),
        DocumentBubble("d", "a.pdf", "x" * 1024),
    ],
)
def test_the_limits_themselves_are_fine(bubble):
    assert build(bubble, media_id="m")


@pytest.mark.parametrize(
    "bubble",
    [
        Text("word " * 3_000),
        Text("x" * 9_000),
        Choices("x" * 5_000, options(*(f"Savings account of Ama {n}" for n in "ABC"))),
        Choices(
            "Which?", options(*(f"Savings account of Ama no {n}" for n in range(10)))
        ),
        Choices("Which?", options(*(str(n) for n in range(40)), description="d" * 90)),
        Choices("Which?", options("Same", "Same", "Same")),
        Choices("", options("A")),
        LinkButton("x" * 3_000, "A very long label indeed", "https://x"),
        DocumentBubble("d", "a.pdf", "x" * 5_000),
    ],
)
def test_whatever_is_said_is_made_to_fit(bubble):
    for fitted in fit(bubble):
        assert build(with_handles(fitted), media_id="m")


def with_handles(bubble):
    if not isinstance(bubble, Choices):
        return bubble
    named = (replace(o, handle=f"h{n}") for n, o in enumerate(bubble.options))
    return replace(bubble, options=tuple(named))


def test_a_long_text_is_cut_where_a_reader_would():
    text = "First paragraph. " * 5 + "\n\n" + "Second one. " * 5

    assert [
        "First paragraph. " * 4 + "First paragraph.",
        ("Second one. " * 5).strip(),
    ] == (split(text, 100))
    assert [] == split("", 10)
    assert text.split() == " ".join(split(text, 30)).split()


def test_markup_in_a_customers_words_stays_words():
    body = f"*Paid* to {literal('_*Ama*_ `x` ~y~')}"

    shown = build(Text(body))["text"]["body"]
    assert shown.startswith("*Paid* to ")
    assert "*Ama*" not in shown
    assert "_*Ama*_ `x` ~y~" == shown.replace("\u200b", "").removeprefix("*Paid* to ")
    assert "*Paid* to _*Ama*_ `x` ~y~" == unmarked(body)


def test_bubbles_come_back_from_storage_without_payloads():
    for bubble in (
        Text("x"),
        LinkButton("b", "l", "u"),
        DocumentBubble("d", "f", "c"),
    ):
        assert bubble == from_json(to_json(bubble))
    stored = to_json(Choices("b", (Option("A", "/secret", "d", "h1"),)))
    assert "/secret" not in stored
    assert Option("A", "", "d", "h1").handle == from_json(stored).options[0].handle


def test_replies_of_the_dialogue_engine():
    assert [Text("Hi")] == from_reply("Hi", [], None)
    assert [Choices("Hi", (Option("A", "/a"),))] == from_reply(
        "Hi", [{"title": "A", "payload": "/a"}], None
    )
    link = {"type": "link", "text": "t", "label": "l", "url": "u"}
    assert [LinkButton("t", "l", "u")] == from_reply(None, [], link)
    document = {"type": "document", "document_id": "d", "filename": "f"}
    assert [DocumentBubble("d", "f")] == from_reply(None, [], document)
    with pytest.raises(UnknownBubble):
        from_reply("Hi", [], {"type": "html"})


# --- over HTTP --------------------------------------------------------------------


class Graph(Answers):
    """Answers as scripted, and remembers what it was sent."""

    script: ClassVar[list] = []
    seen: ClassVar[list] = []

    def answer(self):
        self.seen.append((self.path, dict(self.headers), self.heard()))
        status, headers, answer = self.script.pop(0) if self.script else ok()
        if status == 0:
            self.close_connection = True
            return
        self.say(status, answer, **headers)


@pytest.fixture
def graph():
    Graph.script, Graph.seen = [], []
    with answering(Graph) as url:
        yield Graph, url


@pytest.fixture
def whatsapp(graph):
    client = WhatsApp.create(
        graph_url=graph[1],
        version="v25.0",
        phone_number_id="109",
        access_token="secret-token",
    )
    yield client
    client.session.close()


def ok(message_id="wamid.1"):
    return 200, {}, json.dumps({"messages": [{"id": message_id}]}).encode()


def error(status, code, **headers):
    return status, headers, json.dumps({"error": {"code": code}}).encode()


def test_a_message_is_sent(graph, whatsapp):
    graph[0].script = [ok("wamid.HB=")]

    assert "wamid.HB=" == whatsapp.send(AMA, Text("Hello"), reference="out-1")
    ((path, headers, body),) = graph[0].seen
    assert "/v25.0/109/messages" == path
    assert "Bearer secret-token" == headers["Authorization"]
    assert json.loads(body) == {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "to": "+233244123456",
        "type": "text",
        "text": {"body": "Hello", "preview_url": False},
        "biz_opaque_callback_data": "out-1",
    }


def test_a_person_without_a_number_is_a_recipient(graph, whatsapp):
    graph[0].script = [ok()]
    whatsapp.send(
        Conversation("c", "whatsapp", "US.1", user_id="US.1"), Text("x"), reference="o"
    )

    body = json.loads(graph[0].seen[0][2])
    assert ("US.1", None) == (body["recipient"], body.get("to"))


def test_somebody_who_was_let_go_is_nobody(whatsapp):
    with pytest.raises(SendFailed) as refused:
        whatsapp.send(Conversation("c", "whatsapp", "gone:c"), Text("x"), reference="o")

    assert 131026 == refused.value.code


@pytest.mark.parametrize(
    ("answer", "code", "status", "unknown"),
    [
        (error(400, 131047), 131047, 400, False),
        (error(401, 190), 190, 401, False),
        (error(500, 131000), 131000, 500, False),
        ((502, {}, b"Bad Gateway"), None, 502, True),
        ((503, {}, b""), None, 503, True),
        ((400, {}, b"<html>"), None, 400, False),
        ((200, {}, b"not json"), None, 200, True),
        ((200, {}, b"{}"), None, 200, True),
        ((200, {}, b"[]"), None, 200, True),
        ((0, {}, b""), None, None, True),
        ((400, {}, b'{"error":{"code":"190"}}'), None, 400, False),
    ],
)
def test_each_refusal_is_told_apart(graph, whatsapp, answer, code, status, unknown):
    graph[0].script = [answer]

    with pytest.raises(SendFailed) as refused:
        whatsapp.send(AMA, Text("x"), reference="o")

    got = refused.value
    assert (code, status, unknown) == (got.code, got.status, got.unknown)
    assert "secret-token" not in repr(got)
    assert "233244123456" not in repr(got)


def test_the_platforms_wait(graph, whatsapp):
    graph[0].script = [error(429, 130429, **{"Retry-After": "120"})]

    with pytest.raises(SendFailed) as refused:
        whatsapp.send(AMA, Text("x"), reference="o")

    assert 120.0 == refused.value.retry_after


def test_nobody_listening_is_certain():
    client = WhatsApp.create(
        graph_url="http://127.0.0.1:9",
        version="v25.0",
        phone_number_id="1",
        access_token="t",
    )
    with client.session, pytest.raises(SendFailed) as refused:
        client.send(AMA, Text("x"), reference="o")

    assert not refused.value.unknown


def test_the_token_follows_no_redirect(graph, whatsapp):
    graph[0].script = [(302, {"Location": graph[1] + "/elsewhere"}, b"")]

    with pytest.raises(SendFailed):
        whatsapp.send(AMA, Text("x"), reference="o")
    assert 1 == len(graph[0].seen)


def test_a_bubble_over_a_limit_asks_nobody(graph, whatsapp):
    with pytest.raises(SendFailed) as refused:
        whatsapp.send(AMA, Text("x" * 5_000), reference="o")

    assert (131008, []) == (refused.value.code, graph[0].seen)


def test_upload(graph, whatsapp):
    graph[0].script = [(200, {}, b'{"id":"m1"}')]

    assert "m1" == whatsapp.upload(b"%PDF", filename="r.pdf", mime="application/pdf")
    ((path, headers, body),) = graph[0].seen
    assert "/v25.0/109/media" == path
    assert headers["Content-Type"].startswith("multipart/form-data")
    for part in (b'name="messaging_product"\r\n\r\nwhatsapp', b'name="type"', b"%PDF"):
        assert part in body
    assert b'filename="r.pdf"\r\nContent-Type: application/pdf' in body


def test_reading_and_typing(graph, whatsapp):
    graph[0].script = [(200, {}, b'{"success":true}')]
    whatsapp.mark_read("wamid.1", typing=True)

    assert json.loads(graph[0].seen[0][2]) == {
        "messaging_product": "whatsapp",
        "status": "read",
        "message_id": "wamid.1",
        "typing_indicator": {"type": "text"},
    }


def test_the_token_is_in_no_description(whatsapp):
    assert "secret-token" not in repr(whatsapp)
