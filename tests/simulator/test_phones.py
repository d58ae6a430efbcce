"""Whose phones there are, what they keep, and what the control API refuses."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from banking.simulator.addresses import NotAnAddress, new_message_id, read_address
from banking.simulator.settings import SimulatorRefused, SimulatorSettings
from tests.simulator.conftest import AMA, NUMBER, SEED, Simulated, Start
from tests.simulator.fake_bank import one_page_pdf

ENVIRONMENT = {
    "BANK_ENV": "test",
    "WEB_URL": "http://127.0.0.1:8000/",
    "WHATSAPP_PHONE_NUMBER_ID": NUMBER,
    "WHATSAPP_ACCESS_TOKEN": "token",
    "WHATSAPP_APP_SECRET": "new, old",
    "WHATSAPP_VERIFY_TOKEN": "verify",
}


def test_it_does_not_start_in_production():
    started = subprocess.run(
        [sys.executable, "-m", "banking.simulator"],
        env={**ENVIRONMENT, "BANK_ENV": "production"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert started.returncode == 2
    assert "production" in started.stderr


def test_it_names_everything_that_is_missing():
    with pytest.raises(SimulatorRefused) as refused:
        SimulatorSettings.from_environment({"BANK_ENV": "live", "SIMULATOR_PORT": "x"})

    for name in (*(set(ENVIRONMENT) - {"BANK_ENV"}), "BANK_ENV", "SIMULATOR_PORT"):
        assert name in str(refused.value)


def test_the_first_of_several_app_secrets_signs():
    settings = SimulatorSettings.from_environment(ENVIRONMENT)

    assert settings.app_secret == "new"
    assert settings.webhook_url == "http://127.0.0.1:8000/webhooks/whatsapp"
    assert "token" not in repr(settings).replace("verify_token", "")


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("+1 (555) 010-1567", AMA),
        ("15550101567", AMA),
        ("US.13491208655302741918", "US.13491208655302741918"),
    ],
)
def test_an_address_is_read(typed: str, address: str):
    assert read_address(typed) == address


@pytest.mark.parametrize("typed", ["", "+", "abc", "+0123456789", "١٢٣٤٥٦٧٨", "us.1"])
def test_what_is_no_address_is_refused(typed: str):
    with pytest.raises(NotAnAddress):
        read_address(typed)


def test_message_ids_do_not_repeat():
    assert len({new_message_id(AMA) for _ in range(1000)}) == 1000


def test_people_are_read_again_when_the_seeds_change(
    simulated: Simulated, tmp_path: Path
):
    def names() -> list[str]:
        people = simulated.http.get("/sim/people").json()["people"]
        return [person["name"] for person in people]

    peter = {**SEED, "name": "Peter Okafor", "phone": "+15550101122"}
    assert names() == ["Ama Mensah"]
    with (tmp_path / "people.jsonl").open("a") as seeds:
        seeds.write(json.dumps(peter) + "\n" + '{"name": "half a li')
    assert names() == ["Ama Mensah", "Peter Okafor"]


def test_somebody_unknown_to_the_bank_has_a_phone_too(simulated: Simulated):
    person = simulated.http.post("/sim/people", json={"name": "Kim"}).json()

    simulated.http.post(f"/sim/phones/{person['phone']}/text", json={"text": "hi"})
    simulated.settle()

    assert person["known"] is False
    assert simulated.bank.said[0]["from"] == person["phone"].removeprefix("+")


def test_a_restart_keeps_the_phone(start: Start):
    before = start()
    before.customer("text", text="hi")
    before.send_text("Hello")
    before.http.post("/messages", json={"id": "1", "to": AMA, "text": "123456"})
    before.settle()

    after = start()

    assert after.chat() == before.chat()
    assert after.sms() == before.sms()
    assert after.send_text().status_code == 200


def test_a_document_says_what_it_is(simulated: Simulated):
    simulated.customer("text", text="my receipt please")
    pdf = one_page_pdf()
    uploaded = simulated.http.post(
        f"/v25.0/{NUMBER}/media",
        data={"messaging_product": "whatsapp", "type": "application/pdf"},
        files={"file": ("blob", pdf, "application/pdf")},
        headers=simulated.graph_headers,
    ).json()
    document = {"id": uploaded["id"], "filename": "Receipt.pdf", "caption": "Thanks"}

    simulated.send(type="document", document=document)

    shown = simulated.chat()[-1]
    assert shown["text"] == "Thanks"
    assert shown["document"]["filename"] == "Receipt.pdf"
    assert shown["document"]["pages"] == 1
    assert shown["document"]["size"] == len(pdf)
    opened = simulated.http.get(shown["document"]["url"])
    assert opened.content == pdf
    assert opened.headers["content-type"] == "application/pdf"


def test_a_document_is_not_a_photo(simulated: Simulated):
    simulated.customer("text", text="hi")
    uploaded = simulated.http.post(
        f"/v25.0/{NUMBER}/media",
        data={"messaging_product": "whatsapp", "type": "application/pdf"},
        files={"file": ("a.pdf", one_page_pdf(), "application/pdf")},
        headers=simulated.graph_headers,
    ).json()

    answer = simulated.send(type="image", image={"id": uploaded["id"]})

    assert answer.json()["error"]["code"] == 131053


def test_the_chat_can_be_waited_for(simulated: Simulated):
    first = simulated.customer("text", text="hi")
    simulated.send_text("Hello")

    said = simulated.chat(after=first["seq"], wait=5)

    assert [message["text"] for message in said] == ["Hello"]
    assert simulated.chat(after=said[-1]["seq"]) == []


def test_a_message_of_another_chat_cannot_be_answered(simulated: Simulated):
    sent = simulated.customer("text", text="hi")

    answer = simulated.http.post(
        "/sim/phones/+15550109999/revoke", json={"message_id": sent["id"]}
    )

    assert answer.status_code == 404


def test_the_banks_own_account_of_a_turn(simulated: Simulated):
    simulated.customer("text", text="hi")
    simulated.settle()

    trace = simulated.http.get(f"/sim/phones/{AMA}/trace").json()

    assert trace["available"] is True
    assert [turn["text"] for turn in trace["turns"]] == ["hi"]


def test_a_bank_without_that_account_is_said_plainly(start: Start):
    async def nothing(scope: dict, receive: object, send: object) -> None:
        await send({"type": "http.response.start", "status": 404, "headers": []})
        await send({"type": "http.response.body", "body": b"no"})

    simulated = start(web=nothing)

    trace = simulated.http.get(f"/sim/phones/{AMA}/trace").json()

    assert trace == {"available": False, "why": "the bank answered 404"}
