"""Both ledgers keep the promises of the core banking port."""

import pytest
from sqlalchemy import Engine, text, update

from banking.adapters.core_banking.check import check_ledger
from banking.adapters.core_banking.ledger import Ledger
from banking.adapters.core_banking.loading import (
    NewAccount,
    NewBeneficiary,
    NewCard,
    NewCustomer,
    PastPosting,
    load,
)
from banking.adapters.core_banking.memory import MemoryLedger
from banking.adapters.db import schema_core
from tests.clock import StoppedClock
from tests.contracts.books import (
    ACCOUNTS,
    AMA,
    AMA_CURRENT,
    CARD,
    CUSTOMERS,
    KOFI_CURRENT,
    START,
    Books,
)
from tests.contracts.core_banking_at_once import CoreBankingContract

CARD_KEY = b"k" * 32


class TestMemoryLedger(CoreBankingContract):
    @pytest.fixture
    def books(self):
        clock = StoppedClock(START)
        core = MemoryLedger(clock)
        for customer in CUSTOMERS:
            core.add_customer(customer)
        for number, owner, kind, name, cap in ACCOUNTS:
            core.add_account(
                number, owner, currency="USD", kind=kind, name=name, cap_minor=cap
            )
        core.add_card(CARD, AMA_CURRENT)
        core.add_beneficiary(AMA, "Kofi", KOFI_CURRENT)
        core.put_in(AMA_CURRENT, 10_000)
        return Books(core, clock, core.put_in, core.close)


class TestLedger(CoreBankingContract):
    @pytest.fixture
    def books(self, clean_database, database):
        clock = StoppedClock(START)
        core = Ledger(engine=database, clock=clock, card_key=CARD_KEY)
        _open_books(database)
        _put_in(database, AMA_CURRENT, 10_000)
        yield Books(
            core,
            clock,
            lambda number, minor: _put_in(database, number, minor),
            lambda number: _close(database, number),
        )
        _assert_sound(check_ledger(database))

    def test_a_card_number_is_not_in_the_books(self, books, database):
        with database.connect() as connection:
            rows = connection.execute(text("SELECT * FROM core_cards")).all()

        assert 1 == len(rows)
        assert CARD not in str(rows)


def _open_books(engine: Engine) -> None:
    people = [
        NewCustomer(
            customer.customer_number,
            customer.name,
            customer.phone,
            customer.date_of_birth,
            customer.kyc_level,
            tuple(
                NewAccount(number, kind, name, rank, cap)
                for rank, (number, owner, kind, name, cap) in enumerate(ACCOUNTS)
                if owner == customer.customer_number
            ),
            (NewCard(CARD, AMA_CURRENT),) if customer.customer_number == AMA else (),
        )
        for customer in CUSTOMERS
    ]
    known = [NewBeneficiary(AMA, "Kofi", KOFI_CURRENT)]
    load(engine, currency="USD", card_key=CARD_KEY, people=people, past=[], known=known)


_deposits = iter(range(10**6))


def _put_in(engine: Engine, number: str, minor: int) -> None:
    newcomer = f"depositor {next(_deposits)}"
    stranger = NewCustomer(
        newcomer, newcomer, newcomer, START.date(), "full", accounts=()
    )
    deposit = PastPosting(
        id=newcomer,
        owner=newcomer,
        at=START,
        debit=None,
        credit=number,
        amount_minor=minor,
        payer="Cash",
        payee="",
        description="Deposit",
        category="deposit",
    )
    load(
        engine,
        currency="USD",
        card_key=CARD_KEY,
        people=[stranger],
        past=[deposit],
        known=[],
    )


def _close(engine: Engine, number: str) -> None:
    accounts = schema_core.accounts
    with engine.begin() as db:
        db.execute(
            update(accounts).where(accounts.c.number == number).values(status="closed")
        )


def _assert_sound(found: dict) -> None:
    faults = ("unbalanced", "negative_accounts")
    assert [0, 0] == [found[fault] for fault in faults]
    assert {"USD": 0} == found["total_minor"]
