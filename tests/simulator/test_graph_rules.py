"""The Graph API refuses what Meta refuses, with Meta's codes."""

from copy import deepcopy

import pytest

from tests.simulator.conftest import AMA, NUMBER, Simulated


def button(title: str, option: str | None = None) -> dict:
    return {"type": "reply", "reply": {"id": option or title, "title": title}}


def interactive(kind: str, action: dict, **rest: object) -> dict:
    body = {"type": kind, "body": {"text": "Well?"}, "action": action, **rest}
    return {"type": "interactive", "interactive": body}


def buttons(*titles: str, **rest: object) -> dict:
    return interactive("button", {"buttons": [button(t) for t in titles]}, **rest)


def rows(count: int, **changes: str) -> list[dict]:
    return [{"id": str(n), "title": f"Row {n}", **changes} for n in range(count)]


def a_list(*sections: dict, button: str = "Choose") -> dict:
    return interactive("list", {"button": button, "sections": list(sections)})


def link(label: str = "Open", url: str = "https://bank.test/s/abc") -> dict:
    parameters = {"display_text": label, "url": url}
    return interactive("cta_url", {"name": "cta_url", "parameters": parameters})


def text(body: object) -> dict:
    return {"type": "text", "text": {"body": body}}


def long_body(kind: dict, length: int) -> dict:
    changed = deepcopy(kind)
    changed["interactive"]["body"]["text"] = "x" * length
    return changed


ACCEPTED = {
    "a text of one letter": text("x"),
    "a text at the limit": text("x" * 4096),
    "one button": buttons("Yes"),
    "three buttons with titles at the limit": buttons("a" * 20, "b" * 20, "c" * 20),
    "a body at the limit": long_body(buttons("Yes"), 1024),
    "header and footer": buttons(
        "Yes", header={"type": "text", "text": "h" * 60}, footer={"text": "f" * 60}
    ),
    "ten rows": a_list({"rows": rows(10)}),
    "ten rows in two sections": a_list(
        {"title": "s" * 24, "rows": rows(5)},
        {"title": "Two", "rows": [{"id": f"b{n}", "title": "R"} for n in range(5)]},
    ),
    "rows at the limit": a_list(
        {"rows": [{"id": "i" * 200, "title": "t" * 24, "description": "d" * 72}]},
        button="b" * 20,
    ),
    "a link": link(),
    "a link with a label at the limit": link("l" * 20),
    "a place": {"type": "location", "location": {"latitude": 1.5, "longitude": -2}},
    "contacts": {"type": "contacts", "contacts": [{"name": {"formatted_name": "A"}}]},
    "a document by link": {
        "type": "document",
        "document": {"link": "https://bank.test/a.pdf", "filename": "a.pdf"},
    },
    "callback data at the limit": {
        **text("x"),
        "biz_opaque_callback_data": "d" * 512,
    },
}

REFUSED = {
    "no text": ({"type": "text"}, 131008),
    "an empty text": (text(""), 100),
    "a blank text": (text(" \n"), 100),
    "a text that is a number": (text(5), 100),
    "a text over the limit": (text("x" * 4097), 100),
    "an unknown type": ({"type": "poll", "poll": {}}, 100),
    "an unknown key": ({"type": "text", "text": {"body": "x", "bold": 1}}, 100),
    "a group": ({**text("x"), "recipient_type": "group"}, 100),
    "no buttons": (buttons(), 131009),
    "four buttons": (buttons("1", "2", "3", "4"), 131009),
    "an empty title": (buttons(""), 131009),
    "a title over the limit": (buttons("a" * 21), 131009),
    "a title twice": (
        interactive("button", {"buttons": [button("A", "1"), button("A", "2")]}),
        131009,
    ),
    "an id twice": (
        interactive("button", {"buttons": [button("A", "1"), button("B", "1")]}),
        131009,
    ),
    "an id over the limit": (
        interactive("button", {"buttons": [button("A", "1" * 257)]}),
        131009,
    ),
    "no body": (
        {"type": "interactive", "interactive": {"type": "button", "action": {}}},
        131008,
    ),
    "a body over the limit": (long_body(buttons("Yes"), 1025), 131009),
    "a footer over the limit": (buttons("A", footer={"text": "f" * 61}), 131009),
    "a header over the limit": (
        buttons("A", header={"type": "text", "text": "h" * 61}),
        131009,
    ),
    "eleven rows": (a_list({"rows": rows(11)}), 131009),
    "eleven rows in two sections": (
        a_list(
            {"title": "A", "rows": rows(6)},
            {"title": "B", "rows": [{"id": f"b{n}", "title": "R"} for n in range(5)]},
        ),
        131009,
    ),
    "two sections without titles": (
        a_list({"rows": rows(1)}, {"rows": [{"id": "x", "title": "R"}]}),
        131008,
    ),
    "no rows": (a_list({"rows": []}), 131009),
    "a row title over the limit": (
        a_list({"rows": rows(1, title="t" * 25)}),
        131009,
    ),
    "a description over the limit": (
        a_list({"rows": rows(1, description="d" * 73)}),
        131009,
    ),
    "a row id twice": (a_list({"rows": rows(2, id="same")}), 131009),
    "a list button over the limit": (
        a_list({"rows": rows(1)}, button="b" * 21),
        131009,
    ),
    "a list body over the limit": (
        long_body(a_list({"rows": rows(1)}), 1025),
        131009,
    ),
    "a link label over the limit": (link("l" * 21), 131009),
    "a link without a label": (link(""), 131009),
    "a link that is none": (link(url="bank.test"), 131009),
    "a link that runs a script": (link(url="javascript:alert(1)"), 131009),
    "a link body over the limit": (long_body(link(), 1025), 131009),
    "a document without a file": ({"type": "document", "document": {}}, 100),
    "a document nobody uploaded": (
        {"type": "document", "document": {"id": "12345"}},
        131009,
    ),
    "a caption over the limit": (
        {
            "type": "document",
            "document": {"link": "https://bank.test/a.pdf", "caption": "c" * 1025},
        },
        131009,
    ),
    "a place beyond the pole": (
        {"type": "location", "location": {"latitude": 91, "longitude": 0}},
        131009,
    ),
    "a reaction to nothing": (
        {"type": "reaction", "reaction": {"message_id": "wamid.x", "emoji": "x"}},
        131009,
    ),
    "callback data over the limit": (
        {**text("x"), "biz_opaque_callback_data": "d" * 513},
        131009,
    ),
    "a recipient that is no number": ({**text("x"), "to": "Ama"}, 131009),
    "the bank itself": ({**text("x"), "to": "+15550100000"}, 131021),
}


@pytest.fixture
def writing(simulated: Simulated) -> Simulated:
    simulated.customer("text", text="hi")
    return simulated


@pytest.mark.parametrize("body", ACCEPTED.values(), ids=ACCEPTED)
def test_what_the_platform_takes_is_taken(all_day: Simulated, body: dict):
    answer = all_day.send(**body)

    assert answer.status_code == 200, answer.text
    assert answer.json()["messages"][0]["id"].startswith("wamid.")
    assert answer.json()["contacts"][0]["wa_id"] == AMA.removeprefix("+")
    assert all_day.chat()[-1]["id"] == answer.json()["messages"][0]["id"]


@pytest.mark.parametrize(
    ("body", "code"),
    list(REFUSED.values()),
    ids=REFUSED,
)
def test_what_the_platform_refuses_is_refused(
    all_day: Simulated, body: dict, code: int
):
    before = all_day.chat()

    answer = all_day.send(**body)

    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (400, code), error
    assert error["type"] == "OAuthException"
    assert error["message"].startswith(f"(#{code})")
    assert error["error_data"]["messaging_product"] == "whatsapp"
    assert error["fbtrace_id"]
    assert all_day.chat() == before


def test_a_wrong_token_is_code_190(writing: Simulated):
    writing.graph_headers = {"authorization": "Bearer another"}

    answer = writing.send_text()

    assert (answer.status_code, answer.json()["error"]["code"]) == (401, 190)


def test_another_number_does_not_exist(writing: Simulated):
    answer = writing.http.post(
        "/v25.0/999/messages", json={}, headers=writing.graph_headers
    )

    error = answer.json()["error"]
    assert (answer.status_code, error["code"], error["error_subcode"]) == (400, 100, 33)


def test_a_path_without_a_version_is_unknown(writing: Simulated):
    answer = writing.http.post(
        f"/latest/{NUMBER}/messages", json={}, headers=writing.graph_headers
    )

    assert (answer.status_code, answer.json()["error"]["code"]) == (404, 2500)


def test_a_body_that_is_not_json_is_refused(writing: Simulated):
    answer = writing.http.post(
        f"/v25.0/{NUMBER}/messages", content=b"{", headers=writing.graph_headers
    )

    assert (answer.status_code, answer.json()["error"]["code"]) == (400, 100)


def test_after_24_hours_only_templates_pass(writing: Simulated):
    writing.clock.forward(hours=24, seconds=-1)
    assert writing.send_text().status_code == 200
    writing.clock.forward(seconds=1)

    assert writing.send_text().json()["error"]["code"] == 131047
    template = {"name": "payment_received", "language": {"code": "en_US"}}
    assert writing.send(type="template", template=template).status_code == 200


def test_a_reaction_does_not_open_the_24_hours(writing: Simulated):
    sent = writing.send_text().json()["messages"][0]["id"]
    writing.clock.forward(hours=25)

    writing.customer("reaction", message_id=sent, emoji="+")

    assert writing.send_text().json()["error"]["code"] == 131047


def test_nobody_can_be_written_to_first(simulated: Simulated):
    assert simulated.send_text().json()["error"]["code"] == 131047


def test_the_pair_rate_allows_a_burst_of_45_and_then_one_in_6_seconds(
    writing: Simulated,
):
    writing.dial(pair_rate=True)

    codes = [writing.send_text().status_code for _ in range(45)]
    over = writing.send_text()
    writing.clock.forward(seconds=6)

    assert codes == [200] * 45
    assert over.json()["error"]["code"] == 131056
    assert writing.send_text().status_code == 200
    assert writing.send_text().json()["error"]["code"] == 131056


def test_marking_as_read_turns_the_ticks_blue_and_shows_typing(writing: Simulated):
    first, second = writing.chat()[0], writing.customer("text", text="anyone?")
    writing.settle()

    answer = writing.send(
        status="read",
        message_id=second["id"],
        typing_indicator={"type": "text"},
    )

    assert answer.json() == {"success": True}
    assert [message["status"] for message in writing.chat()] == ["read", "read"]
    path = f"/sim/phones/{AMA}/chat"
    assert writing.http.get(path).json()["typing"] is True
    writing.clock.forward(seconds=25)
    assert writing.http.get(path).json()["typing"] is False
    unknown = writing.send(status="read", message_id=first["id"] + "x")
    assert unknown.json()["error"]["code"] == 131009


def test_what_came_after_the_message_read_is_not_read(writing: Simulated):
    first, _ = writing.chat()[0], writing.customer("text", text="anyone?")
    writing.settle()

    writing.send(status="read", message_id=first["id"])

    assert [message["status"] for message in writing.chat()] == ["read", "delivered"]


def test_a_user_id_reaches_the_person_without_a_number(simulated: Simulated):
    path = "/sim/phones/US.13491208655302741918"
    simulated.http.post(f"{path}/text", json={"text": "hi"})
    simulated.settle()

    answer = simulated.http.post(
        f"/v25.0/{NUMBER}/messages",
        json={
            "messaging_product": "whatsapp",
            "recipient": "US.13491208655302741918",
            "type": "text",
            "text": {"body": "Hello"},
        },
        headers=simulated.graph_headers,
    )

    assert answer.status_code == 200, answer.text
    assert "from" not in simulated.bank.said[0]
    assert simulated.bank.said[0]["from_user_id"] == "US.13491208655302741918"
    chat = simulated.http.get(f"{path}/chat").json()["messages"]
    assert chat[-1]["text"] == "Hello"
