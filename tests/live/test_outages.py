"""What customers meet while something outside, or a part of the bank, is away."""

import signal
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import psutil
import pyotp
import pytest
import requests

from tests.live.customer import Customer
from tests.live.inside import (
    Inside,
    assert_ledger_is_clean,
    assert_paid_once,
    until,
    wants_to_pay,
)
from tests.live.stack import Stack
from tests.live.webhooks import deliver, message_id, text_webhook

NOTICE_S = 10
QUICK_S = 1.0
# Long enough for a webhook to be waiting for the database.
IN_FLIGHT_S = 0.3
RESTARTED_S = 60
# What refuses everything: it must end for anything to arrive. Dice instead would refuse
# a message now and then more often than anybody here waits for.
OUTAGES = {"error_5xx", "error_429", "graph_down"}


@pytest.fixture(autouse=True)
def a_good_day_again(stack: Stack) -> Iterator[None]:
    yield
    requests.delete(f"{stack.simulator}/sim/misbehave", timeout=5).raise_for_status()
    stack.wait_ready(RESTARTED_S)


def asks_for_code_in_vain(customer: Customer) -> str:
    customer.browser.press("send-code")
    return customer.browser.everything()


# --- text messages ------------------------------------------------------------------


def test_while_texts_do_not_go_out_it_is_said_and_nothing_is_used_up(
    stack: Stack, signed_in: Customer
) -> None:
    signed_in.says("send 11 to mum")
    signed_in.opens_confirmation()
    stack.misbehave(sms_down=True)
    for _ in range(4):
        said = asks_for_code_in_vain(signed_in)
        assert "Text messages aren't going out right now" in said
        assert "We texted" not in said

    stack.misbehave(sms_down=False)
    signed_in.asks_for_code()
    signed_in.browser.press(otp=signed_in.code)

    assert signed_in.browser.has("done")
    assert_paid_once(stack, signed_in, 11)


def test_after_a_sim_change_no_code_is_texted(
    stack: Stack, signed_in: Customer
) -> None:
    signed_in.says("send 11 to mum")
    signed_in.opens_confirmation()
    before = signed_in.texts
    signed_in.sim_changes(hours_ago=71)

    assert "Your SIM card was changed" in asks_for_code_in_vain(signed_in)
    assert before == signed_in.texts

    signed_in.sim_changes(hours_ago=73)
    signed_in.asks_for_code()
    signed_in.browser.press(otp=signed_in.code)
    assert_paid_once(stack, signed_in, 11)


def test_an_authenticator_stands_in_for_texts(stack: Stack, newcomer: Customer) -> None:
    newcomer.says("send 11 to mum")
    newcomer.registers(with_authenticator=True)
    newcomer.listen("Confirm")
    newcomer.opens_confirmation()
    stack.misbehave(sms_down=True)

    said = asks_for_code_in_vain(newcomer)
    assert "use the code from your authenticator app" in said
    newcomer.sim_changes(hours_ago=1)
    said = asks_for_code_in_vain(newcomer)
    assert "use the code from your authenticator app" in said

    # The code of this half minute was spent at enrolment: the next one is its own.
    later = newcomer.now.timestamp() + 30
    secret = str(newcomer.person["totp"])
    newcomer.browser.press(otp=pyotp.TOTP(secret).at(int(later)))
    assert newcomer.browser.has("done"), newcomer.browser.everything()
    assert_paid_once(stack, newcomer, 11)


# --- the messenger ------------------------------------------------------------------


@pytest.mark.parametrize(
    "dials",
    [
        {"error_5xx": True},
        {"error_429": True},
        {"graph_down": True},
        {"duplicates": 0.5, "reorder": True, "statuses_reversed": True},
    ],
    ids="+".join,
)
def test_a_bad_messenger_loses_nothing_and_repeats_nothing(
    stack: Stack, signed_in: Customer, dials: dict[str, float | bool]
) -> None:
    wants_to_pay(signed_in, 12)
    before = len(bank_messages(signed_in))
    stack.misbehave(**dials)
    signed_in.browser.press(otp=signed_in.code)
    assert signed_in.browser.has("done")
    for trouble in OUTAGES & dials.keys():
        until(lambda: was_refused(stack), "the messenger to refuse")
        stack.misbehave(**{trouble: False})

    assert_paid_once(stack, signed_in, 12)
    # The words first, then the receipt; neither again.
    words, paper = bank_messages(signed_in)[before:]
    assert "Done. USD 12.00" in words["text"]
    assert "document" in paper


def test_a_message_that_went_out_unanswered_is_not_sent_again(
    stack: Stack, signed_in: Customer
) -> None:
    stack.misbehave(timeout_after_accept=1)
    signed_in.says("how much do I have")
    stack.misbehave(timeout_after_accept=0)

    until(lambda: nothing_waits(stack), "the outbox to empty")
    assert signed_in.heard.count("Current") == 1


# --- the bank's own parts -----------------------------------------------------------


def test_a_hanging_rasa_is_said_within_ten_seconds(
    stack: Stack, signed_in: Customer
) -> None:
    with stopped(stack.pid("rasa")):
        began = time.monotonic()
        signed_in.sends("how much do I have")
        until(lambda: was_taken(signed_in), "the webhook's 200", QUICK_S)
        signed_in.listen("try again")
        assert time.monotonic() - began <= NOTICE_S
    stack.wait_ready(RESTARTED_S)

    assert "Current" in signed_in.says("how much do I have")


def test_a_dead_action_server_is_said_and_forgotten(
    stack: Stack, signed_in: Customer
) -> None:
    with stopped(stack.pid("actions")):
        began = time.monotonic()
        signed_in.says("how much do I have")
        assert time.monotonic() - began <= NOTICE_S + 2
        assert "Current" not in signed_in.heard
    stack.wait_ready(RESTARTED_S)

    assert "Current" in signed_in.says("how much do I have")


def test_what_comes_while_the_database_is_away_is_dealt_with_once(
    stack: Stack, signed_in: Customer
) -> None:
    webhook = text_webhook(signed_in, "how much do I have")
    server = postgres(stack)
    parts = [server, *server.children()]
    for part in parts:
        part.suspend()
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(deliver, stack, webhook)
        time.sleep(IN_FLIGHT_S)
        server.send_signal(signal.SIGQUIT)  # "stop -m immediate"
        for part in parts:
            part.resume()
        assert first.result() == requests.codes.service_unavailable

    until(lambda: deliver(stack, webhook) == requests.codes.ok, "a 200")
    assert deliver(stack, webhook) == requests.codes.ok
    signed_in.listen("Current")
    found = Inside(stack.home).rows(
        "SELECT count(*) FROM turns t JOIN messages_in m ON m.id = t.message_id"
        " WHERE m.channel_id = %s",
        message_id(webhook),
    )
    assert found == [(1,)]
    assert signed_in.heard.count("Current") == 1


def test_a_payment_survives_the_database_stopping_under_the_core(
    stack: Stack, signed_in: Customer
) -> None:
    inside = Inside(stack.home)
    wants_to_pay(signed_in, 13)
    with inside.holding("LOCK TABLE core_entries IN EXCLUSIVE MODE"):
        signed_in.browser.press(otp=signed_in.code)
        until(lambda: inside.core_state(signed_in) == "held", "the core to hold")
        postgres(stack).send_signal(signal.SIGQUIT)

    stack.wait_ready(RESTARTED_S)
    assert_paid_once(stack, signed_in, 13)
    assert_ledger_is_clean(stack)


def postgres(stack: Stack) -> psutil.Process:
    """The server that the supervisor started."""
    pid_file = stack.home / "postgres" / "postmaster.pid"
    return psutil.Process(int(pid_file.read_text().split()[0]))


def bank_messages(customer: Customer) -> list[dict[str, object]]:
    return [m for m in customer.chat() if m["from"] == "bank"]


def was_taken(customer: Customer) -> bool:
    """Whether the bank has answered 200 to the customer's newest message."""
    newest = [m for m in customer.chat() if m["from"] == "customer"][-1]
    return newest["status"] in ("delivered", "read")


def nothing_waits(stack: Stack) -> bool:
    rows = Inside(stack.home).rows(
        "SELECT 1 FROM messages_out WHERE state IN ('queued', 'sending')"
    )
    return not rows


def was_refused(stack: Stack) -> bool:
    """Whether something waits that the messenger has refused before."""
    rows = Inside(stack.home).rows(
        "SELECT 1 FROM messages_out WHERE state = 'queued' AND attempts > 0"
    )
    return bool(rows)


class stopped:  # noqa: N801 - reads as a state
    """A process that hangs for as long as this lasts."""

    def __init__(self, pid: int) -> None:
        self.process = psutil.Process(pid)

    def __enter__(self) -> None:
        self.process.suspend()

    def __exit__(self, *_error: object) -> None:
        self.process.resume()
