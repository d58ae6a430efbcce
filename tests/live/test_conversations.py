"""Plays every conversation of tests/conversations through the running bank."""

import re
from collections.abc import Callable
from typing import Any

import pytest
import yaml

from tests.live.customer import Customer
from tests.live.stack import PROJECT, Stack

FILES = sorted((PROJECT / "tests" / "conversations").glob("*.yml"))


def conversations() -> list[Any]:
    """Every conversation, named by its file and title."""
    return [
        pytest.param(told, id=f"{file.stem}: {told['conversation']}")
        for file in FILES
        for told in yaml.safe_load(file.read_text(encoding="utf-8"))
    ]


@pytest.mark.parametrize("told", conversations())
def test_the_bank_answers_as_told(
    told: dict[str, Any],
    stack: Stack,
    customer_named: Callable[[str], Customer],
) -> None:
    customer = customer_named(told.get("customer", "signed_in"))
    before = stack.ledger()
    for number, step in enumerate(told["steps"], start=1):
        ((kind, value),) = step.items()
        try:
            STEPS[kind](customer, value, stack)
        except AssertionError as failure:
            raise AssertionError(
                f"step {number} ({kind}: {value}): {failure}"
            ) from None
    after = stack.ledger()

    moved = after["transactions"] - before["transactions"]
    assert told.get("postings", 0) == moved
    assert (0, 0, 0) == (
        after["unbalanced"],
        after["negative_accounts"],
        after["holds_without_transfer"],
    )


def bank(customer: Customer, expected: str | list[str], _: Stack) -> None:
    """Each of these appears in the answer; one starting with "not " must not."""
    for words in [expected] if isinstance(expected, str) else expected:
        if words.startswith("not "):
            assert words[4:].lower() not in customer.heard.lower(), customer.heard
        else:
            assert words.lower() in customer.heard.lower(), customer.heard


def page(customer: Customer, what: str, _: Stack) -> None:
    """Do something on the bank's page behind the newest link."""
    {
        "registers": customer.registers,
        "signs in": customer.signs_in,
        "confirms": customer.confirms,
        "looks": customer.opens_confirmation,
        "finds the link dead": customer.finds_the_link_dead,
    }[what]()
    if what in ANSWERED:
        customer.listen()


def shows(customer: Customer, fields: dict[str, str], _: Stack) -> None:
    """The page behind the newest link shows these, by test id."""
    for testid, words in fields.items():
        assert words in customer.browser.text(testid)


def sms(customer: Customer, pattern: str, _: Stack) -> None:
    """The newest SMS matches this pattern."""
    newest = customer._get("sms")["messages"][-1]["text"]
    assert re.search(pattern, newest), newest


# What the bank speaks about in the chat once the page is done.
ANSWERED = ("registers", "signs in", "confirms")

STEPS: dict[str, Callable[[Customer, Any, Stack], Any]] = {
    "customer": lambda customer, text, _: customer.says(text),
    "taps": lambda customer, title, _: customer.taps(title),
    "later": lambda customer, words, _: customer.listen(words),
    "bank": bank,
    "page": page,
    "shows": shows,
    "sms": sms,
}
