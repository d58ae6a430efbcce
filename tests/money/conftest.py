"""A bank on PostgreSQL with a stopped clock, and customers who are signed in."""

import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Engine, text

from banking import bootstrap
from banking.adapters.core_banking.check import check_ledger
from banking.adapters.core_banking.ledger import Ledger
from banking.adapters.documents.pdf import PdfPress
from banking.adapters.memory.identity import MemorySimChange, MemorySms
from banking.bootstrap import Bank, Outside
from banking.domain.envelope import Envelope
from banking.domain.money import Money
from banking.ports.core_banking import CoreUnreachable, Order
from banking.ports.gateway import Sealed
from banking.seeding import seed
from banking.services.outcomes import ConfirmNeeded, Outcome, SendMoneyDraft
from banking.settings import Settings
from tests.clock import StoppedClock

START = datetime(2026, 11, 18, 10, 0, tzinfo=UTC)
KEY = "A" * 43 + "="


class Nobody:
    """A party that these tests never speak to."""


@dataclass
class ShakyCore:
    """The real ledger behind a line that can break, before or after the core acts."""

    ledger: Ledger
    lost_before: bool = False
    lost_after: bool = False
    asked: list[str] = field(default_factory=list)

    def post(self, transfer_id: str) -> str:
        return self._over_the_line("post", self.ledger.post, transfer_id)

    def hold(self, order: Order) -> None:
        return self._over_the_line("hold", self.ledger.hold, order)

    def _over_the_line(self, name: str, act: Callable[..., Any], *args: Any) -> Any:
        self.asked.append(name)
        if self.lost_before:
            raise CoreUnreachable
        answer = act(*args)
        if self.lost_after and name == "post":
            raise CoreUnreachable
        return answer

    def __getattr__(self, name: str) -> Any:
        return getattr(self.ledger, name)


@dataclass
class Person:
    """A registered customer with an open session, as the chat sees them."""

    world: "World"
    line: dict[str, Any]
    enrolment_id: str
    conversation_id: str

    @property
    def number(self) -> str:
        return self.line["customer_number"]

    @property
    def account(self) -> str:
        return self.line["accounts"][0]["number"]

    def token(self, command: str | None = None) -> str:
        envelope = Envelope.for_text(
            self.conversation_id,
            uuid.uuid4().hex,
            "whatever was said",
            now=self.world.clock.now(),
            command=command,
        )
        return envelope.seal(self.world.key)

    def ask(self, query: Any) -> Outcome:
        return self._said(self.world.bank.teller.ask(self.token(), query))

    def do(self, command: Any) -> Outcome:
        return self._said(self.world.bank.teller.do(self.token(), command))

    def draft(self, **said: Any) -> Outcome:
        draft = SendMoneyDraft(**said)
        return self._said(self.world.bank.teller.draft(self.token(), draft))

    def _said(self, outcome: Outcome) -> Outcome:
        """Put the outcome into words, so that a missing word or fact shows."""
        response = getattr(outcome, "response", None)
        if response is not None:
            facts = {"url": getattr(outcome, "url", ""), **outcome.facts}
            self.world.bank.words.say(response, **facts)
        return outcome

    def propose(self, **said: Any) -> str:
        """A draft that is complete; returns the transfer's id."""
        outcome = self.draft(**said)
        assert isinstance(outcome, ConfirmNeeded), outcome
        return self.world.waiting(self)

    def authorise(self, transfer_id: str) -> None:
        with self.world.bank.uow() as tx:
            self.world.bank.teller.authorise(tx, transfer_id, self.enrolment_id)
            tx.commit()

    def confirm(self, **said: Any) -> str:
        """The same, confirmed; it waits to be sent."""
        transfer_id = self.propose(**said)
        self.authorise(transfer_id)
        return transfer_id

    def pay(self, **said: Any) -> str:
        transfer_id = self.confirm(**said)
        self.world.bank.settlement.execute(transfer_id)
        return transfer_id

    def balance(self, place: int = 0) -> Money:
        return self.world.bank.core.accounts(self.number)[place].available

    def heard(self) -> list[str]:
        """The bubbles queued for this customer, as their stored form."""
        rows = self.world.rows(
            "SELECT id, key_id, nonce, sealed FROM messages_out"
            " WHERE conversation_id = :c ORDER BY number",
            c=self.conversation_id,
        )
        unseal = self.world.bank.cipher.unseal
        return [
            unseal(
                Sealed(row.key_id, row.nonce, row.sealed), bound_to=f"out:{row.id}"
            ).decode()
            for row in rows
        ]


@dataclass
class World:
    bank: Bank
    clock: StoppedClock
    core: ShakyCore
    engine: Engine

    @property
    def key(self) -> bytes:
        return self.bank.settings.envelope_key.get_secret_value()

    def people(self, count: int = 1, seed_number: int = 1) -> list[Person]:
        outside = replace(self.bank.outside, core=self.core.ledger)
        bank = replace(self.bank, outside=outside)
        lines = seed(bank, customers=count, seed=seed_number, registered=True)
        return [self._signed_in(line) for line in lines]

    def person(self) -> Person:
        return self.people(1)[0]

    def sign_in(self, person: Person) -> None:
        with self.bank.uow() as tx:
            enrolment = tx.enrolments.get(person.enrolment_id)
            conversation = tx.conversations.get(person.conversation_id)
            self.bank.identity.sessions.open(tx, enrolment, conversation)
            tx.commit()

    def waiting(self, person: Person) -> str:
        with self.bank.uow() as tx:
            (transfer,) = tx.transfers.open_of(person.enrolment_id)
        return transfer.id

    def transfer(self, transfer_id: str) -> Any:
        with self.bank.uow() as tx:
            return tx.transfers.get(transfer_id)

    def rows(self, query: str, **values: Any) -> Sequence[Any]:
        with self.engine.connect() as connection:
            return connection.execute(text(query), values).all()

    def jobs(self, name: str) -> list[dict[str, Any]]:
        rows = self.rows(
            "SELECT args FROM procrastinate_jobs WHERE task_name = :n ORDER BY id",
            n=name,
        )
        return [row.args for row in rows]

    def check(self) -> dict[str, Any]:
        return check_ledger(self.engine)

    def _signed_in(self, line: dict[str, Any]) -> Person:
        with self.bank.uow() as tx:
            enrolment = tx.enrolments.by_customer(line["customer_number"])
            (conversation,) = tx.conversations.of_enrolment(enrolment.id)
        person = Person(self, line, enrolment.id, conversation.id)
        self.sign_in(person)
        return person


@pytest.fixture(scope="session")
def one_bank(
    database_url: str, database: Engine, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    """A bank whose core may lose its line and whose clock stands still."""
    settings = Settings(
        _env_file=None,
        bank_env="test",
        bank_home=tmp_path_factory.mktemp("bank"),
        database_url=database_url,
    )
    clock = StoppedClock(START)
    core = ShakyCore(Ledger(engine=database, clock=clock, card_key=b"k" * 32))
    outside = Outside(
        clock=clock,
        core=core,
        sms=MemorySms(),
        sim_change=MemorySimChange(),
        channels={},
        rasa=Nobody(),
        press=PdfPress("Acme Bank"),
    )
    bank = bootstrap.open_bank(settings, outside=outside)
    yield World(bank, clock, core, database)
    bank.engine.dispose()


@pytest.fixture
def world(
    one_bank: World, clean_database: str, caplog: pytest.LogCaptureFixture
) -> Iterator[World]:
    """That bank, empty, at START, its line mended; no word may be missing."""
    one_bank.clock.moment = START
    one_bank.core.lost_before = one_bank.core.lost_after = False
    one_bank.core.asked.clear()
    yield one_bank
    wordless = [r for r in caplog.get_records("call") if "wording" in r.name]
    assert not [record.getMessage() for record in wordless]
