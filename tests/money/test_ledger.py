"""The ledger under any sequence of orders, and the check that watches over it."""

import itertools
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    invariant,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import Engine, text

from banking.adapters.core_banking.check import check_ledger
from banking.adapters.core_banking.ledger import Ledger
from banking.adapters.core_banking.loading import (
    NewAccount,
    NewCustomer,
    PastPosting,
    load,
)
from banking.domain.money import Money
from banking.ports.core_banking import CoreRefused, CoreState, Order
from tests.clock import StoppedClock
from tests.money.conftest import START

CAP = 250


def usd(minor: int) -> Money:
    return Money(minor, "USD")


def open_accounts(engine: Engine, name: str, deposits: list[int]) -> list[str]:
    """One customer with an account for each deposit; the last one has a cap."""
    numbers = [f"{name}-{place}" for place in range(len(deposits))]
    caps = [None] * (len(numbers) - 1) + [CAP]
    accounts = tuple(
        NewAccount(number, "current", "Current", place, cap)
        for place, (number, cap) in enumerate(zip(numbers, caps, strict=True))
    )
    past = [
        PastPosting(number, name, START, None, number, minor, "Cash", "", "", "deposit")
        for number, minor in zip(numbers, deposits, strict=True)
        if minor
    ]
    load(
        engine,
        currency="USD",
        card_key=b"k" * 32,
        people=[NewCustomer(name, name, name, START.date(), "full", accounts)],
        past=past,
        known=[],
    )
    return numbers


_names = itertools.count()


def machine_on(engine: Engine) -> type[RuleBasedStateMachine]:  # noqa: C901
    class Postings(RuleBasedStateMachine):
        """Small sums on four accounts, so that everything gets in everything's way."""

        orders = Bundle("orders")

        def __init__(self) -> None:
            super().__init__()
            self.clock = StoppedClock(START)
            self.core = Ledger(engine=engine, clock=self.clock, card_key=b"k" * 32)
            self.name = f"m{next(_names)}"
            self.numbers = open_accounts(engine, self.name, [100, 60, 0, 200])
            self.serial = itertools.count()
            self.balance = dict(zip(self.numbers, [100, 60, 0, 200], strict=True))
            self.held: dict[str, Order] = {}
            self.expires: dict[str, object] = {}
            self.final: dict[str, str] = {}
            self.fees = 0

        @rule(
            target=orders,
            ends=st.permutations(range(4)),
            minor=st.integers(1, 90),
            fee=st.sampled_from([0, 0, 3]),
        )
        def order(self, ends, minor, fee):
            debit, credit, *_ = ends
            return Order(
                id=f"{self.name}:{next(self.serial)}",
                debit_account=self.numbers[debit],
                credit_account=self.numbers[credit],
                amount=usd(minor),
                fee=usd(fee),
                description="",
            )

        @rule(order=orders)
        def hold(self, order):
            try:
                self.core.hold(order)
            except CoreRefused:
                assert self.refusable(order)
                self.final.setdefault(order.id, "void")
                return
            assert self.final.get(order.id) != "void"
            if order.id not in self.final and order.id not in self.held:
                assert not self.refusable(order)
                self.held[order.id] = order
                self.expires[order.id] = self.clock.now() + timedelta(minutes=30)

        @rule(order=orders)
        def post(self, order):
            before = self.core.outcome(order.id)
            try:
                reference = self.core.post(order.id)
            except CoreRefused:
                assert before.state is not CoreState.POSTED
                if self.held.pop(order.id, None):
                    assert self.over_cap(order) or self.due(order)
                    self.final[order.id] = "void"
                return
            if before.state is CoreState.POSTED:
                assert before.reference == reference
                return
            assert self.held.pop(order.id)
            assert not self.due(order)
            self.final[order.id] = "posted"
            self.balance[order.debit_account] -= order.amount.minor + order.fee.minor
            self.balance[order.credit_account] += order.amount.minor
            self.fees += order.fee.minor

        @rule(order=orders)
        def void(self, order):
            if self.final.get(order.id) == "posted":
                with pytest.raises(CoreRefused):
                    self.core.void(order.id)
                return
            self.core.void(order.id)
            self.held.pop(order.id, None)
            self.final[order.id] = "void"

        @rule(minutes=st.integers(1, 40))
        def wait_and_expire(self, minutes):
            self.clock.forward(minutes=minutes)
            self.core.expire_holds()
            for number in [n for n, order in self.held.items() if self.due(order)]:
                del self.held[number]
                self.final[number] = "void"

        @invariant()
        def the_books_are_those_of_the_model(self):
            accounts = self.core.accounts(self.name)
            assert self.balance == {a.number: a.balance.minor for a in accounts}
            for account in accounts:
                held = account.balance.minor - account.available.minor
                mine = [
                    order.amount.minor + order.fee.minor
                    for order in self.held.values()
                    if order.debit_account == account.number
                ]
                assert sum(mine) == held
                assert account.available.minor >= 0
            assert 360 == sum(self.balance.values()) + self.fees

        def due(self, order):
            return self.clock.now() >= self.expires[order.id]

        def over_cap(self, order):
            balance = self.balance[order.credit_account] + order.amount.minor
            return order.credit_account == self.numbers[-1] and balance > CAP

        def refusable(self, order):
            if order.id in self.final or order.id in self.held:
                return self.final.get(order.id) == "void"
            debit = order.debit_account
            held = sum(
                o.amount.minor + o.fee.minor
                for o in self.held.values()
                if o.debit_account == debit
            )
            free = self.balance[debit] - held
            return free < order.amount.minor + order.fee.minor or self.over_cap(order)

    return Postings


def test_no_sequence_of_orders_loses_a_cent(clean_database, database):
    run_state_machine_as_test(
        machine_on(database),
        settings=settings(
            max_examples=200,
            stateful_step_count=18,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )

    found = check_ledger(database)
    assert [0, 0] == [found["unbalanced"], found["negative_accounts"]]
    assert {"USD": 0} == found["total_minor"]


@pytest.mark.parametrize(
    ("damage", "fault"),
    [
        ("UPDATE core_entries SET amount_minor = amount_minor + 1 WHERE id = 1", 2),
        (
            "UPDATE core_accounts SET balance_minor = balance_minor + 1"
            " WHERE number = 'a-0'",
            1,
        ),
        ("DELETE FROM core_entries WHERE id IN (1, 2)", 3),
        ("UPDATE core_accounts SET held_minor = 1 WHERE number = 'a-0'", 1),
        ("UPDATE core_transactions SET state = 'held' WHERE id = 'a-0'", 1),
    ],
)
def test_the_check_finds_what_was_tampered_with(
    clean_database, database, damage, fault
):
    open_accounts(database, "a", [100])
    assert 0 == check_ledger(database)["unbalanced"]

    with database.begin() as db:
        db.execute(text(damage))

    assert fault == check_ledger(database)["unbalanced"]


def test_the_database_itself_refuses_a_negative_customer(clean_database, database):
    open_accounts(database, "a", [100])

    with pytest.raises(Exception, match="covered"), database.begin() as db:
        db.execute(
            text(
                "UPDATE core_accounts SET balance_minor = -1 WHERE rank = 0"
                " AND customer_number IS NOT NULL"
            )
        )


def test_a_hold_without_its_transfer_is_counted(clean_database, database):
    numbers = open_accounts(database, "a", [100, 0])
    core = Ledger(engine=database, clock=StoppedClock(START), card_key=b"k" * 32)
    core.hold(
        Order(
            id="nobody's",
            debit_account=numbers[0],
            credit_account=numbers[1],
            amount=usd(5),
            fee=usd(0),
            description="",
        )
    )

    found = check_ledger(database)

    assert (1, 1) == (found["open_holds"], found["holds_without_transfer"])
    assert {
        "transactions",
        "unbalanced",
        "negative_accounts",
        "total_minor",
        "open_holds",
        "holds_without_transfer",
    } == set(found)
