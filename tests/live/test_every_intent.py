"""Every intent of the catalogue has an answer of its own, tapped in a running bank."""

import re
import secrets
from collections.abc import Callable

import pytest

from tests.live.customer import Customer
from tests.live.playing import MOST_BUBBLES
from tests.live.stack import PROJECT, Stack
from tests.live.webhooks import deliver, message_id, tap_webhook

# Nobody can be asked for anything after these, so they come last.
ENDS = ("logout", "freeze_account")
# Answered by the fallback on purpose: with what this bank does best.
BY_FALLBACK = {"out_of_scope"}
# One person is written to so often, and then at the messenger's pace only.
EACH = 14


def intents() -> list[str]:
    """The names in the tables of docs/INTENTS.md."""
    catalogue = (PROJECT / "docs" / "INTENTS.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (`[^|]+) \|", catalogue, re.MULTILINE)
    names = [name for row in rows for name in re.findall(r"`([a-z_]+)", row)]
    return [*(name for name in names if name not in ENDS), *ENDS]


def few_at_a_time() -> list[list[str]]:
    """As many as one person can ask for without being kept waiting."""
    names = intents()
    return [names[n : n + EACH] for n in range(0, len(names), EACH)]


def asks(stack: Stack, customer: Customer, intent: str) -> list[str]:
    """Tap a button of this intent, as the bank itself would have issued it."""
    assert customer.watch is not None
    handle = secrets.token_urlsafe(18)
    customer.watch.rows(
        "INSERT INTO handles (id, conversation_id, out_id, title, payload, expires_at)"
        " SELECT %(id)s, id, '', %(intent)s, '/' || %(intent)s,"
        " now() + interval '1 minute' FROM conversations WHERE phone = %(phone)s"
        " RETURNING id",
        {"id": handle, "intent": intent, "phone": customer.phone},
    )
    customer.hears_anew()
    tap = tap_webhook(customer, handle, intent)
    assert 200 == deliver(stack, tap)
    customer.sent = message_id(tap)
    customer.listen()
    return customer.responses


@pytest.mark.parametrize("some", few_at_a_time(), ids=lambda some: some[0])
@pytest.mark.parametrize("who", ["signed_in", "newcomer"])
def test_it_has_an_answer_of_its_own(
    stack: Stack,
    customer_named: Callable[..., Customer],
    who: str,
    some: list[str],
) -> None:
    customer = customer_named(who)
    customer.says("hello")
    wrong = {}
    for intent in some:
        said = asks(stack, customer, intent)
        fell_back = any("fallback" in name for name in said)
        silent = not said or "utter_try_later" in said
        if silent or len(said) > MOST_BUBBLES or fell_back != (intent in BY_FALLBACK):
            wrong[intent] = said

    assert {} == wrong
