"""What only the bank itself can see: its tables, and moments held still in them."""

import json
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, LiteralString

import psycopg

from tests.live.customer import Customer
from tests.live.stack import Stack

PATIENCE_S = 45


@dataclass(frozen=True)
class Inside:
    """The database of a running bank."""

    home: Path

    @property
    def url(self) -> str:
        run = json.loads((self.home / "run.json").read_text(encoding="utf-8"))
        return str(run["database_url"])

    def rows(self, query: LiteralString, *values: Any) -> list[tuple[Any, ...]]:
        """Ask in a connection of its own, as soon as the database takes one."""
        deadline = time.monotonic() + PATIENCE_S
        while True:
            try:
                with psycopg.connect(self.url) as connection:
                    return connection.execute(query, values).fetchall()
            except psycopg.OperationalError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.1)

    @contextmanager
    def holding(self, lock: LiteralString, *values: Any) -> Iterator[None]:
        """Hold a lock, so that whoever needs it stands still right there."""
        connection = psycopg.connect(self.url)
        try:
            connection.execute(lock, values)
            yield
        finally:
            # Closing gives the lock back, also where the server has died meanwhile.
            connection.close()

    def transfers(self, customer: Customer) -> list[tuple[str, str]]:
        """(id, state) of every transfer of a customer, the newest first."""
        number = customer.person["customer_number"]
        found = self.rows(
            "SELECT id, state FROM transfers WHERE customer_number = %s"
            " ORDER BY created_at DESC",
            number,
        )
        return [(str(key), str(state)) for key, state in found]

    def state(self, customer: Customer) -> str:
        """The state of the customer's newest transfer."""
        return self.transfers(customer)[0][1]

    def core_state(self, customer: Customer) -> str | None:
        """What the core knows of the customer's newest transfer."""
        key = self.transfers(customer)[0][0]
        found = self.rows("SELECT state FROM core_transactions WHERE id = %s", key)
        return str(found[0][0]) if found else None

    def spent(self, customer: Customer) -> int:
        """What has left the customer's accounts by transfers, in cents."""
        number = customer.person["customer_number"]
        ((minor,),) = self.rows(
            "SELECT coalesce(-sum(e.amount_minor), 0) FROM core_entries e"
            " JOIN core_accounts a ON a.number = e.account"
            " WHERE a.customer_number = %s AND e.transaction_id IN"
            " (SELECT id FROM transfers WHERE customer_number = %s)",
            number,
            number,
        )
        return int(minor)


def until(happened: Callable[[], bool], what: str, seconds: float = PATIENCE_S) -> None:
    """Wait for something that must come by itself."""
    deadline = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < deadline, f"waited {seconds} s: {what}"
        time.sleep(0.05)


def signed_in_customers(stack: Stack, count: int) -> list[Customer]:
    """Several customers with open sessions, all at once."""
    people = stack.people(count, registered=True)
    customers = [stack.customer_of(person) for person in people]
    together([lambda c=c: _signs_in(c) for c in customers])  # type: ignore[misc]
    return customers


def together(acts: Sequence[Callable[[], Any]]) -> list[Any]:
    """Do things at the same time; raise the first error."""
    with ThreadPoolExecutor(len(acts)) as pool:
        return [done.result() for done in [pool.submit(act) for act in acts]]


def wants_to_pay(customer: Customer, dollars: int) -> None:
    """Ask for a payment, open its page and have the code sent."""
    customer.says(f"send {dollars} to mum")
    customer.listen("Confirm")
    customer.opens_confirmation()
    customer.asks_for_code()


def papers(customer: Customer) -> int:
    """How many documents are in the chat."""
    chat = customer.chat()
    return sum("document" in message for message in chat)


def notices(customer: Customer, words: str) -> int:
    """How many bubbles of the bank contain these words."""
    return sum(
        words in message["text"]
        for message in customer.chat()
        if message["from"] == "bank"
    )


def assert_paid_once(stack: Stack, customer: Customer, dollars: int) -> None:
    """One posting, one receipt, one notice, and the money left once."""
    inside = Inside(stack.home)
    until(lambda: inside.state(customer) == "posted", f"{inside.state(customer)}")
    until(lambda: papers(customer) > 0, f"no receipt: {customer.chat()[-3:]}")
    states = [state for _, state in inside.transfers(customer)]
    assert ["posted"] == [s for s in states if s != "cancelled"]
    assert 100 * dollars == inside.spent(customer)
    assert 1 == papers(customer)
    assert 1 == notices(customer, "Done. USD"), customer.chat()[-3:]


def assert_ledger_is_clean(stack: Stack) -> None:
    """Nothing is wrong with the ledger, and no money is held for nobody."""
    found = stack.ledger()
    wrong = ("unbalanced", "negative_accounts", "open_holds", "holds_without_transfer")
    assert dict.fromkeys(wrong, 0) == {name: found[name] for name in wrong}


def _signs_in(customer: Customer) -> None:
    customer.says("log in")
    customer.signs_in()
    customer.listen()
