"""Any process may die at any moment of a transfer: it is paid once all the same."""

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
import requests

from tests.live.customer import Customer
from tests.live.inside import (
    Inside,
    assert_ledger_is_clean,
    assert_paid_once,
    signed_in_customers,
    together,
    until,
    wants_to_pay,
)
from tests.live.stack import Stack

# From one customer's step to the next one's, in seconds: some tens of milliseconds.
APART_S = 0.04
RESTARTED_S = 90


@pytest.fixture
def inside(stack: Stack) -> Inside:
    return Inside(stack.home)


@pytest.fixture(autouse=True)
def all_well_again(stack: Stack) -> Iterator[None]:
    yield
    stack.wait_ready(RESTARTED_S)


def test_worker_dies_at_every_step_of_sending_money(
    stack: Stack, inside: Inside
) -> None:
    customers = signed_in_customers(stack, 3)
    posted, held, begun = customers
    together([lambda c=c: wants_to_pay(c, 30) for c in customers])  # type: ignore[misc]
    with ExitStack() as standing_still:
        hold = standing_still.enter_context
        # The core has paid; receipt and notice are not written yet.
        hold(inside.holding("LOCK TABLE documents IN EXCLUSIVE MODE"))
        presses_confirm(posted)
        until(lambda: inside.core_state(posted) == "posted", "the core to pay")
        # The money is held; the core is about to pay.
        hold(inside.holding("LOCK TABLE core_entries IN EXCLUSIVE MODE"))
        presses_confirm(held)
        until(lambda: inside.core_state(held) == "held", "the core to hold")
        # The core has been asked and has done nothing yet.
        account = "SELECT 1 FROM core_accounts WHERE customer_number = %s FOR UPDATE"
        hold(inside.holding(account, begun.person["customer_number"]))
        presses_confirm(begun)
        until(lambda: inside.state(begun) == "sending", "the transfer to begin")
        stack.kill("worker")

    for customer in customers:
        assert_paid_once(stack, customer, 30)
    assert_ledger_is_clean(stack)


@pytest.mark.parametrize(
    ("process", "crowd"),
    [("worker", 8), ("web", 4), ("actions", 4), ("postgres", 4), ("rasa", 4)],
)
def test_a_process_dies_among_customers_at_different_steps(
    stack: Stack, process: str, crowd: int
) -> None:
    customers = signed_in_customers(stack, crowd)
    confirming, asking = customers[: crowd // 2], customers[crowd // 2 :]
    together([lambda c=c: wants_to_pay(c, 20) for c in confirming])  # type: ignore[misc]

    steps = [lambda c=c: c.sends("send 20 to mum") for c in asking]  # type: ignore[misc]
    steps += [lambda c=c: presses_confirm(c) for c in confirming]  # type: ignore[misc]
    steps.insert(len(steps) // 2, lambda: kill(stack, process))
    one_after_another(steps)
    stack.wait_ready(RESTARTED_S)

    together([lambda c=c: goes_on(stack, c) for c in customers])  # type: ignore[misc]
    for customer in customers:
        assert_paid_once(stack, customer, 20)
    assert_ledger_is_clean(stack)


def test_three_windows_confirm_at_once_and_pay_once(stack: Stack) -> None:
    (customer,) = signed_in_customers(stack, 1)
    wants_to_pay(customer, 25)
    code = customer.code

    pages = [customer.browser, customer.browser.twin(), customer.browser.twin()]
    together([lambda p=p: p.press(otp=code) for p in pages])  # type: ignore[misc]

    assert [page for page in pages if page.has("done")]
    assert_paid_once(stack, customer, 25)


def test_the_next_reply_comes_soon_after_the_worker_died(
    stack: Stack, record_property: Callable[[str, object], None]
) -> None:
    (customer,) = signed_in_customers(stack, 1)
    stack.kill("worker")
    began = time.monotonic()
    customer.says("how much do I have")
    took = time.monotonic() - began

    record_property("seconds_from_kill_to_reply", round(took, 2))
    assert "Current" in customer.heard


def presses_confirm(customer: Customer) -> None:
    """Type the code and confirm; the answer may never come."""
    try:
        customer.browser.press(otp=customer.code)
    except requests.RequestException:
        return


def goes_on(stack: Stack, customer: Customer) -> None:
    """Do what a patient customer does whose bank stumbled: look, and try again."""
    inside = Inside(stack.home)
    if not inside.transfers(customer) or inside.state(customer) == "awaiting":
        until(lambda: bool(answers(customer)), "an answer in the chat")
        # "Please try again": the draft may stand, and its button be lost.
        if not any("link" in answer for answer in answers(customer)):
            customer.says("send 20 to mum")
    if inside.state(customer) == "awaiting":
        until(lambda: "link" in answers(customer)[-1], "a button to confirm")
        page = customer.opens_confirmation()
        if not page.has("otp"):
            return
        if "We texted" not in page.everything():
            customer.asks_for_code()
        presses_confirm(customer)


def answers(customer: Customer) -> list[dict[str, Any]]:
    """What the bank said since the customer last wrote."""
    chat = customer.chat()
    last = max(i for i, m in enumerate(chat) if m["from"] == "customer")
    return chat[last + 1 :]


def one_after_another(steps: list[Callable[[], object]]) -> None:
    """Begin the steps some tens of milliseconds apart; wait for all."""
    running = []
    for step in steps:
        running.append(threading.Thread(target=step))
        running[-1].start()
        time.sleep(APART_S)
    for thread in running:
        thread.join()


def kill(stack: Stack, process: str) -> None:
    """SIGKILL one process of the bank, its PostgreSQL included."""
    if process != "postgres":
        stack.kill(process)
        return
    pid_file = stack.home / "postgres" / "postmaster.pid"
    os.kill(int(pid_file.read_text().split()[0]), signal.SIGKILL)
