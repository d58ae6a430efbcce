"""The SMS gateway and the SIM-change signal, as the bank calls them."""

import pytest

from tests.simulator.conftest import AMA, Simulated


def test_an_sms_arrives_once_however_often_it_is_sent(simulated: Simulated):
    sms = {"id": "challenge-1", "to": AMA, "text": "482913 is your code"}

    codes = [simulated.http.post("/messages", json=sms).status_code for _ in range(3)]
    other = simulated.http.post("/messages", json={**sms, "text": "another text"})

    assert [*codes, other.status_code] == [202] * 4
    assert [message["text"] for message in simulated.sms()] == ["482913 is your code"]


def test_an_sms_reaches_only_its_phone(simulated: Simulated):
    sms = {"id": "1", "to": "+15550109999", "text": "hello"}

    simulated.http.post("/messages", json=sms)

    assert simulated.sms() == []


@pytest.mark.parametrize(
    "sms",
    [
        {},
        {"id": "1", "to": AMA},
        {"id": "", "to": AMA, "text": "x"},
        {"id": "1", "to": AMA.removeprefix("+"), "text": "x"},
        {"id": "1", "to": "Ama", "text": "x"},
        {"id": "1", "to": AMA, "text": ""},
        {"id": "1", "to": AMA, "text": "x" * 1601},
        {"id": 1, "to": AMA, "text": "x"},
    ],
)
def test_a_broken_request_is_refused(simulated: Simulated, sms: dict):
    assert simulated.http.post("/messages", json=sms).status_code == 422
    assert simulated.sms() == []


def test_the_sim_has_changed_when_the_phone_says_so(simulated: Simulated):
    def asked(phone: str) -> object:
        answer = simulated.http.get(f"/sim-change?phone={phone}")
        assert answer.status_code == 200
        return answer.json()["changed_at"]

    assert asked(AMA) is None
    simulated.customer("sim-change", hours_ago=3)
    assert asked(AMA) == "2026-11-20T06:00:00+00:00"
    assert asked(AMA.replace("+", "%2B")) == "2026-11-20T06:00:00+00:00"
    assert asked("+15550109999") is None
    simulated.customer("sim-change", hours_ago=None)
    assert asked(AMA) is None


def test_no_number_no_answer(simulated: Simulated):
    assert simulated.http.get("/sim-change").status_code == 422
    assert simulated.http.get("/sim-change?phone=Ama").status_code == 422
