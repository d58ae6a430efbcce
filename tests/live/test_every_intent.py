"""Every intent of the catalogue has an answer of its own, tapped in a running bank."""

import re
import secrets

import pytest

from tests.live.customer import Customer
from tests.live.playing import MOST_BUBBLES
from tests.live.stack import PROJECT, Stack
from tests.live.watch import Watch
from tests.live.webhooks import deliver, message_id, tap_webhook

# Nobody can be asked for anything after these, so they come last.
ENDS = ("logout", "freeze_account")
# Answered by the fallback on purpose: with what this bank does best.
BY_FALLBACK = {"out_of_scope"}


def intents() -> list[str]:
    """The names in the tables of docs/INTENTS.md."""
    catalogue = (PROJECT / "docs" / "INTENTS.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (`[^|]+) \|", catalogue, re.MULTILINE)
    names = [name for row in rows for name in re.findall(r"`([a-z_]+)", row)]
    return sorted(
        names, key=lambda name: (name in ENDS, ENDS.index(name) if name in ENDS else 0)
    )


def asks(stack: Stack, customer: Customer, watch: Watch, intent: str) -> list[str]:
    """Tap a button of this intent, as the bank itself would have issued it."""
    handle = secrets.token_urlsafe(18)
    watch.rows(
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


@pytest.mark.parametrize("who", ["signed_in", "newcomer"])
def test_it_has_an_answer_of_its_own(
    stack: Stack, who: str, request: pytest.FixtureRequest
) -> None:
    customer: Customer = request.getfixturevalue(who)
    assert customer.watch is not None
    customer.says("hello")
    wrong = {}
    for intent in intents():
        said = asks(stack, customer, customer.watch, intent)
        fell_back = {"utter_try_later", *(n for n in said if "fallback" in n)}
        if (
            not said
            or len(said) > MOST_BUBBLES
            or (fell_back & set(said) and intent not in BY_FALLBACK)
        ):
            wrong[intent] = said
        customer.says("cancel")

    assert {} == wrong
