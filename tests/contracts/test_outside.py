"""What the SMS gateway and the SIM signal promise, over HTTP and in memory."""

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from banking.adapters.memory.identity import MemorySimChange, MemorySms
from banking.adapters.sim_change import HttpSimChange
from banking.adapters.sms import HttpSmsGateway
from banking.ports.identity import SimChangeUnknown, SmsUnavailable
from tests.answering import Answers, answering
from tests.contracts.conftest import NOON

AMA, KOFI = "+15550101567", "+15550102222"


@dataclass
class Carrier:
    """A mobile network that keeps its contract; `down` and `mute` as in memory."""

    inbox: dict[str, tuple[str, str]] = field(default_factory=dict)
    changes: dict[str, datetime] = field(default_factory=dict)
    down: bool = False
    mute: bool = False
    url: str = ""

    def to(self, phone: str) -> list[str]:
        return [text for number, text in self.inbox.values() if number == phone]

    def takes(self, sms: dict) -> int:
        if self.down:
            return 503
        self.inbox.setdefault(sms["id"], (sms["to"], sms["text"]))
        return 500 if self.mute else 202

    def tells(self, phone: str) -> tuple[int, dict]:
        moment = self.changes.get(phone)
        told = {"changed_at": moment.isoformat() if moment else None}
        return 503 if self.down else 200, told


@pytest.fixture(scope="module")
def running():
    carrier = Carrier()

    class Handler(Answers):
        def answer(self) -> None:
            if self.command == "POST":
                self.say(carrier.takes(json.loads(self.heard())))
                return
            (phone,) = parse_qs(urlsplit(self.path).query)["phone"]
            status, told = carrier.tells(phone)
            self.say(status, json.dumps(told).encode())

    with answering(Handler) as carrier.url:
        yield carrier


@pytest.fixture
def carrier(running):
    running.inbox.clear()
    running.changes.clear()
    running.down = running.mute = False
    return running


@pytest.fixture
def http():
    with requests.Session() as session:
        yield session


@pytest.fixture(params=["memory", "http"])
def sms(request):
    """Who sends text messages, and the network that they reach."""
    if request.param == "memory":
        both = MemorySms()
        return both, both
    carrier = request.getfixturevalue("carrier")
    session = request.getfixturevalue("http")
    return HttpSmsGateway(carrier.url, http=session), carrier


@pytest.fixture(params=["memory", "http"])
def sim(request):
    """Who asks for changes of SIM cards, and the network that knows them."""
    if request.param == "memory":
        both = MemorySimChange()
        return both, both
    carrier = request.getfixturevalue("carrier")
    session = request.getfixturevalue("http")
    return HttpSimChange(carrier.url, http=session), carrier


# --- text messages ----------------------------------------------------------------


def test_a_text_reaches_its_phone_and_no_other(sms):
    sender, network = sms
    sender.send("m1", AMA, "hello")
    sender.send("m2", KOFI, "good day")
    sender.send("m3", AMA, "é 🙂")

    assert (["hello", "é 🙂"], ["good day"]) == (network.to(AMA), network.to(KOFI))


def test_the_same_id_again_is_the_same_message(sms):
    sender, network = sms
    sender.send("m1", AMA, "hello")
    sender.send("m1", AMA, "hello")

    assert ["hello"] == network.to(AMA)


def test_what_was_refused_was_not_taken_and_may_be_tried_again(sms):
    sender, network = sms
    network.down = True
    with pytest.raises(SmsUnavailable) as refused:
        sender.send("m1", AMA, "hello")

    assert not refused.value.perhaps_taken
    assert [] == network.to(AMA)
    network.down = False
    sender.send("m1", AMA, "hello")
    assert ["hello"] == network.to(AMA)


def test_without_an_answer_it_may_have_been_taken_and_still_arrives_once(sms):
    sender, network = sms
    network.mute = True
    with pytest.raises(SmsUnavailable) as unanswered:
        sender.send("m1", AMA, "hello")

    assert unanswered.value.perhaps_taken
    network.mute = False
    sender.send("m1", AMA, "hello")
    assert ["hello"] == network.to(AMA)


# --- SIM cards --------------------------------------------------------------------


def test_a_change_is_told_of_its_number_only(sim):
    signal, network = sim
    changed_at = NOON - timedelta(hours=3)
    network.changes[AMA] = changed_at

    assert changed_at == signal.changed_at(AMA)
    assert signal.changed_at(AMA).tzinfo is not None
    assert signal.changed_at(KOFI) is None


def test_a_later_change_is_told_from_then_on(sim):
    signal, network = sim
    assert signal.changed_at(AMA) is None
    network.changes[AMA] = NOON

    assert NOON == signal.changed_at(AMA)


def test_a_silent_signal_is_unknown_and_not_steady(sim):
    signal, network = sim
    network.down = True

    for phone in (AMA, KOFI):
        with pytest.raises(SimChangeUnknown):
            signal.changed_at(phone)
