"""Each dial does what it says, and nothing while it is off."""

import pytest

from tests.simulator.conftest import NUMBER, Simulated


@pytest.fixture
def writing(simulated: Simulated) -> Simulated:
    simulated.customer("text", text="hi")
    simulated.settle()
    return simulated


def test_a_good_day_repeats_and_loses_nothing(writing: Simulated):
    assert writing.send_text().status_code == 200
    writing.settle()

    assert len(writing.bank.said) == 1
    assert len(writing.bank.statuses) == 3


def test_duplicates_repeat_the_same_bytes(writing: Simulated):
    writing.dial(duplicates=1)

    writing.customer("text", text="again")
    writing.settle()

    assert writing.bank.bodies[1] == writing.bank.bodies[2]
    assert len(writing.bank.bodies) == 3


def test_a_late_webhook_waits_until_the_dial_is_turned_back(writing: Simulated):
    writing.dial(delay_ms=60_000)
    late = writing.customer("text", text="a minute ago")

    held = writing.http.get("/sim/webhooks", params={"wait": 0.1}).json()
    assert (held["waiting"], len(writing.bank.said)) == (1, 1)

    writing.dial(delay_ms=0)
    writing.settle()
    assert writing.bank.said[-1]["id"] == late["id"]


@pytest.mark.parametrize(
    ("dial", "status", "code"), [("error_5xx", 500, 131000), ("error_429", 429, 130429)]
)
def test_an_error_is_answered_and_nothing_is_delivered(
    writing: Simulated, dial: str, status: int, code: int
):
    writing.dial(**{dial: 1})

    answer = writing.send_text()

    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
    assert ("retry-after" in answer.headers) == (status == 429)
    assert len(writing.chat()) == 1


def test_an_api_that_is_down_does_not_speak_json(writing: Simulated):
    writing.dial(graph_down=True)

    assert writing.send_text().status_code == 502
    assert writing.send_text().text == "Bad Gateway"
    media = writing.http.get("/v25.0/12345", headers=writing.graph_headers)
    assert media.status_code == 502


def test_statuses_come_backwards(writing: Simulated):
    writing.dial(statuses_reversed=True)

    writing.send_text()
    writing.settle()

    statuses = [status["status"] for status in writing.bank.statuses]
    assert statuses == ["read", "delivered", "sent"]
    assert writing.chat()[-1]["status"] == "read"


def test_without_read_receipts_read_never_comes(writing: Simulated):
    writing.dial(read_receipts=False)

    writing.send_text()
    writing.settle()

    statuses = [status["status"] for status in writing.bank.statuses]
    assert statuses == ["sent", "delivered"]


def test_reordered_webhooks_overtake_one_another(writing: Simulated):
    writing.dial(reorder=True)

    sent = [writing.customer("text", text=str(n))["id"] for n in range(8)]
    writing.settle()

    arrived = [message["id"] for message in writing.bank.said[1:]]
    assert sorted(arrived) == sorted(sent)
    assert arrived != sent


def test_the_gateway_can_be_down_or_lose_messages(simulated: Simulated):
    sms = {"id": "s1", "to": "+15550101567", "text": "123456 is your code"}

    simulated.dial(sms_down=True)
    assert simulated.http.post("/messages", json=sms).status_code == 503
    simulated.dial(sms_down=False, sms_lost=True)
    assert simulated.http.post("/messages", json=sms).status_code == 202

    assert simulated.sms() == []


def test_the_sim_service_can_be_down(simulated: Simulated):
    simulated.dial(sim_change_down=True)

    answer = simulated.http.get("/sim-change", params={"phone": "+15550101567"})

    assert answer.status_code == 503


def test_a_dial_that_does_not_exist_or_goes_too_far_is_refused(simulated: Simulated):
    before = simulated.http.get("/sim/misbehave").json()

    for wrong in ({"duplicates": 2}, {"gravity": 1}, {"delay_ms": -1}):
        assert simulated.http.put("/sim/misbehave", json=wrong).status_code == 422

    assert simulated.http.get("/sim/misbehave").json() == before


def test_all_off_again(writing: Simulated):
    writing.dial(error_5xx=True, sms_down=True)

    writing.http.delete("/sim/misbehave")

    assert writing.send_text().status_code == 200


def test_an_upload_fails_with_the_api(writing: Simulated):
    writing.dial(error_5xx=1)

    answer = writing.http.post(
        f"/v25.0/{NUMBER}/media",
        data={"messaging_product": "whatsapp"},
        files={"file": ("a.pdf", b"%PDF-", "application/pdf")},
        headers=writing.graph_headers,
    )

    assert answer.status_code == 500
