"""A small bank for testing identity: real tables and services, a stopped clock."""

import uuid
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from types import SimpleNamespace

from argon2 import PasswordHasher
from sqlalchemy import Engine, text

from banking.adapters.credentials import (
    PepperedHasher,
    Sealer,
    TotpAuthenticator,
    derived_key,
    guessable_pins,
)
from banking.adapters.db.unit_of_work import SqlUnitOfWork
from banking.adapters.memory.identity import MemorySimChange, MemorySms
from banking.adapters.sms import sms_texts
from banking.adapters.vault import AesVault
from banking.domain.bubbles import Text
from banking.domain.customer import CoreCustomer
from banking.domain.kyc import KycLevel
from banking.domain.link import LinkPurpose
from banking.domain.money import Money
from banking.policy import load_policy
from banking.ports.core_banking import CoreUnreachable
from banking.ports.gateway import Conversation
from banking.ports.identity import Enrolment, EnrolmentStatus
from banking.services.identity import Identity
from banking.services.identity_rules import IdentityRules
from banking.settings import PROJECT
from tests.clock import StoppedClock

PEPPER, VAULT_KEY = b"p" * 32, b"v" * 32
PUBLIC_URL = "http://127.0.0.1:8000"
IP = "198.51.100.7"
PIN, CHAT_ID, PASSPHRASE = "739158", "ama.m", "quiet-river-42"
# Always the same, so that a code which should be wrong is never right by chance.
TOTP_SECRET = "JBSWY3DPEHPK3PXPKRSXG5BAMJQW42ZB"

AMA = CoreCustomer(
    "C100001", "Ama Mensah", "+15550101567", date(1987, 3, 9), KycLevel.STANDARD
)
KOFI = CoreCustomer(
    "C100002", "Kofi Boateng", "+15550101890", date(1962, 11, 30), KycLevel.BASIC
)
ACCOUNTS = {
    AMA.customer_number: ("20010000004321", "20010000009876"),
    KOFI.customer_number: ("20010000001122",),
}


@dataclass(slots=True)
class Records:
    """The part of core banking that identity reads."""

    people: list[CoreCustomer] = field(default_factory=lambda: [AMA, KOFI])
    down: bool = False
    asked: int = 0

    def customer_by_phone(self, phone):
        self._answer()
        return next((p for p in self.people if p.phone == phone), None)

    def customer(self, number):
        self._answer()
        return next((p for p in self.people if p.customer_number == number), None)

    def accounts(self, number):
        self._answer()
        return [SimpleNamespace(number=n) for n in ACCOUNTS.get(number, ())]

    def _answer(self):
        self.asked += 1
        if self.down:
            raise CoreUnreachable


@dataclass(slots=True)
class EchoWords:
    """Says the name of a response and its facts, and remembers it."""

    said: list[str] = field(default_factory=list)

    def say(self, response, /, **facts):
        self.said.append(response)
        told = " ".join(f"{k}={v}" for k, v in sorted(facts.items()))
        return [Text(f"{response} {told}".strip())]


@dataclass(frozen=True)
class View:
    id: str
    enrolment_id: str
    amount: Money = field(default_factory=lambda: Money(4_500, "USD"))
    payee_shown: str = "Peter O."
    payee_account_masked: str = "•••• 1122"
    fee: Money = field(default_factory=lambda: Money(0, "USD"))
    source_shown: str = "Current •••• 4321"
    reference: str = "pizza"
    state: str = "awaiting"
    binding: str = "45.00 to Peter"
    expires_at: datetime = datetime(2026, 3, 2, 10, 30, tzinfo=UTC)


@dataclass
class Desk:
    """The teller as the confirmation page knows it; postings are audit rows."""

    views: dict[str, View] = field(default_factory=dict)
    refuses_with: Exception | None = None

    def confirmation(self, transfer_id, enrolment_id):
        view = self.views.get(transfer_id)
        return view if view and view.enrolment_id == enrolment_id else None

    def authorise(self, tx, transfer_id, enrolment_id):
        tx.audit.record("posted_by_the_test", enrolment_id=enrolment_id)
        if self.refuses_with is not None:
            raise self.refuses_with
        view = self.views[transfer_id]
        self.views[transfer_id] = replace(view, state="authorised")

    def cancel(self, transfer_id, enrolment_id):
        view = self.views[transfer_id]
        self.views[transfer_id] = replace(view, state="cancelled")


# Argon2id in a thousandth of its time, where the time is not the point.
QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


class World:
    """Everything a test of identity needs, and short ways to say it."""

    def __init__(self, engine: Engine, **rules: object) -> None:
        self.engine = engine
        self.clock = StoppedClock()
        self.core = Records()
        self.sms = MemorySms()
        self.sim = MemorySimChange()
        self.words = EchoWords()
        self.desk = Desk()
        self.hasher = PepperedHasher(PEPPER, QUICK)
        self.sealer = Sealer(VAULT_KEY)
        self.policy = load_policy(PROJECT / "policy.toml")
        self.use(**rules)

    def use(self, pin_policy: str = "bank", **rules: object) -> None:
        """Wire the services, with other rules than the usual ones."""
        cipher = AesVault.of(derived_key(VAULT_KEY, "chat vault"))
        self.uow = SqlUnitOfWork(self.engine, self.clock.now, cipher, self.sealer)
        known = IdentityRules.of(
            self.policy, pin_policy=pin_policy, blocklist=guessable_pins()
        )
        self.identity = Identity.of(
            uow=self.uow,
            clock=self.clock,
            rules=replace(known, **rules),
            core=self.core,
            hasher=self.hasher,
            sealer=self.sealer,
            authenticator=TotpAuthenticator(),
            sms=self.sms,
            sim_change=self.sim,
            words=self.words,
            texts=sms_texts(),
            bank_name="Acme Bank",
            public_url=PUBLIC_URL,
        )

    # --- people ---

    def chat(self, who: CoreCustomer | str) -> Conversation:
        """A conversation of a customer, or of a number that is nobody's."""
        phone = who if isinstance(who, str) else who.phone
        with self.uow() as tx:
            found = tx.conversations.open(
                "whatsapp", phone=phone, user_id=None, now=self.clock.now()
            )
            tx.commit()
        return found

    def enrol(
        self, who: CoreCustomer = AMA, *, pin: str = PIN, totp: str | None = None
    ) -> Enrolment:
        """Make a registered customer, without pages."""
        enrolment = Enrolment(
            id=uuid.uuid4().hex,
            customer_number=who.customer_number,
            name=who.name,
            chat_id=CHAT_ID,
            phone=who.phone,
            kyc_level=who.kyc_level.value,
            status=EnrolmentStatus.ACTIVE,
            main_account=ACCOUNTS[who.customer_number][0],
            created_at=self.clock.now(),
        )
        pin_hash = self.hasher.hash_pin(pin)
        with self.uow() as tx:
            tx.enrolments.add(enrolment, pin_hash=pin_hash, passphrase=PASSPHRASE)
            tx.enrolments.set_totp(enrolment.id, totp or TOTP_SECRET)
            conversation = tx.conversations.open(
                "whatsapp", phone=who.phone, user_id=None, now=self.clock.now()
            )
            tx.conversations.bind(conversation.id, enrolment.id)
            tx.commit()
        return enrolment

    def link(
        self, purpose: LinkPurpose, who: CoreCustomer | str = AMA, **more: str
    ) -> str:
        """A link of this purpose in this chat; its path."""
        conversation = self.chat(who)
        with self.uow() as tx:
            url = self.identity.links.issue(
                tx,
                purpose,
                conversation.id,
                enrolment_id=more.pop("enrolment_id", conversation.enrolment_id),
                **more,
            )
            tx.commit()
        return url.removeprefix(PUBLIC_URL)

    def payment(self, transfer_id: str, enrolment: Enrolment, **other: object) -> View:
        """A payment that waits for its confirmation."""
        view = View(transfer_id, enrolment.id, **other)
        self.desk.views[transfer_id] = view
        return view

    # --- what can be seen from outside ---

    def code(self, who: CoreCustomer = AMA) -> str:
        """The code in the latest text message."""
        words = self.sms.to(who.phone)[-1].split()
        return next(w for w in words if len(w) == 6 and w.isdigit())

    def events(self) -> list[str]:
        with self.uow() as tx:
            return [row.event for row in tx.audit.rows()]

    def jobs(self) -> list[str]:
        """What was queued."""
        with self.engine.connect() as connection:
            return list(
                connection.execute(
                    text("SELECT task_name FROM procrastinate_jobs ORDER BY id")
                ).scalars()
            )

    def enrolment(self, who: CoreCustomer = AMA) -> Enrolment:
        with self.uow() as tx:
            return tx.enrolments.by_customer(who.customer_number)

    def said(self) -> list[str]:
        """What the bank wrote in chats, oldest first."""
        return self.words.said

    def dump(self) -> str:
        """Every row of every table of identity and the chat, as text."""
        with self.engine.connect() as connection:
            names = connection.execute(
                text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
            ).scalars()
            return "\n".join(
                str(row)
                for name in list(names)
                for row in connection.execute(text(f'SELECT t::text FROM "{name}" t'))
            )

    def status(self, who: CoreCustomer = AMA, *, extend: bool = False) -> str:
        """What token validity says of a customer's chat."""
        conversation = self.chat(who)
        with self.uow() as tx:
            found = self.identity.token_validity.check(tx, conversation, extend=extend)
            tx.commit()
        return found.status.value

    def sign_in(self, enrolment: Enrolment) -> str:
        """Open a session as the page does; the raw token."""
        with self.uow() as tx:
            conversation = tx.conversations.of_enrolment(enrolment.id)[0]
            token = self.identity.sessions.open(tx, enrolment, conversation)
            tx.commit()
        return token
