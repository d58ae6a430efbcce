"""Puts the bank together: the one module that knows everybody.

Nothing happens on import. ``open_bank`` builds a bank from settings; ``bank`` and
``teller`` are the ones of this process, built when first asked for.
"""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from babel.numbers import get_decimal_symbol, get_group_symbol
from sqlalchemy import Engine

from banking.adapters.channels.whatsapp import WhatsApp
from banking.adapters.clock import SystemClock
from banking.adapters.core_banking.ledger import Ledger
from banking.adapters.credentials import (
    PepperedHasher,
    Sealer,
    TotpAuthenticator,
    derived_key,
    guessable_pins,
)
from banking.adapters.db.engine import engine as connect
from banking.adapters.db.unit_of_work import SqlUnitOfWork
from banking.adapters.documents.pdf import PdfPress
from banking.adapters.documents.shelf import DocumentShelf
from banking.adapters.rasa import RasaClient
from banking.adapters.sim_change import HttpSimChange
from banking.adapters.sms import HttpSmsGateway, sms_texts
from banking.adapters.vault import AesVault
from banking.adapters.wording import DomainWords
from banking.domain.amounts import NumberStyle
from banking.domain.inbound import ChatRules
from banking.domain.limits import MoneyRules
from banking.policy import Policy, load_policy
from banking.ports.core_banking import CoreBanking
from banking.ports.documents import DocumentPress
from banking.ports.gateway import Channel, Conversation, Dialogue, VaultCipher, Words
from banking.ports.identity import Clock, Hasher, SimChange, SmsSender
from banking.ports.unit_of_work import Tx, UnitOfWork
from banking.services.accounts import Accounts
from banking.services.front_desk import FrontDesk
from banking.services.identity import Identity
from banking.services.identity_rules import IdentityRules
from banking.services.kyc import Allowance
from banking.services.payees import PayeeBook
from banking.services.payments import Payments
from banking.services.receipts import Receipts
from banking.services.reconciliation import Reconciliation
from banking.services.send_money import SendMoney
from banking.services.sending import Sending
from banking.services.settlement import Settlement
from banking.services.statements import Statements
from banking.services.teller import Teller
from banking.services.tidying import Tidying
from banking.services.turns import Turns
from banking.settings import PROJECT, Settings

# Marking a message as read happens beside the turn and may fail unseen.
ASIDES_AT_ONCE = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Outside:
    """Everything beyond our own tables, so that a test may bring its own."""

    clock: Clock
    core: CoreBanking
    sms: SmsSender
    sim_change: SimChange
    channels: Mapping[str, Channel]
    rasa: Dialogue
    press: DocumentPress


@dataclass(frozen=True, slots=True, kw_only=True)
class Bank:
    """One bank, wired: what it is told, where it keeps things, what it can do."""

    settings: Settings
    policy: Policy
    engine: Engine = field(repr=False)
    uow: UnitOfWork
    outside: Outside
    cipher: VaultCipher = field(repr=False)
    hasher: Hasher = field(repr=False)
    words: Words
    identity: Identity
    teller: Teller
    settlement: Settlement
    front_desk: FrontDesk
    turns: Turns
    sending: Sending
    # Queued work by the name of its job, and chores done each minute.
    jobs: Mapping[str, Callable[..., None]]
    chores: Mapping[str, Callable[[], None]]

    @property
    def clock(self) -> Clock:
        """The time that everything here goes by."""
        return self.outside.clock

    @property
    def core(self) -> CoreBanking:
        """The core system, or the ledger in its place."""
        return self.outside.core


@cache
def bank() -> Bank:
    """Return the bank of this process, as its environment describes it."""
    return open_bank(Settings())


def teller() -> Teller:
    """Return the teller of this process."""
    return bank().teller


def open_bank(settings: Settings, *, outside: Outside | None = None) -> Bank:
    """Build a bank; raise ``SettingsRefused`` or ``PolicyRefused`` where it cannot.

    Opens no connection: the first unit of work does.
    """
    policy = load_policy(PROJECT / "policy.toml")
    engine = connect(_database(settings), application=f"bank-{settings.bank_env}")
    outside = outside or reach_outside(settings, engine)
    chat_rules = ChatRules(
        stale_after=policy.messages.stale, handle_for=policy.handles.valid_for
    )
    vault_key = settings.vault_key.get_secret_value()
    cipher = AesVault.of(derived_key(vault_key, "chat vault"))
    sealer = Sealer(vault_key)
    uow = SqlUnitOfWork(engine, outside.clock.now, cipher, sealer, chat_rules)
    return _wire(settings, policy, engine, uow, outside, cipher, sealer, chat_rules)


def reach_outside(settings: Settings, engine: Engine) -> Outside:
    """Build the clients of every other party, as the settings name them."""
    clock = SystemClock()
    graph = WhatsApp.create(
        graph_url=settings.whatsapp_graph_url,
        version=settings.whatsapp_graph_version,
        phone_number_id=settings.whatsapp_phone_number_id,
        access_token=settings.whatsapp_access_token.get_secret_value(),
    )
    return Outside(
        clock=clock,
        core=_core(settings, engine, clock),
        sms=HttpSmsGateway(settings.sms_gateway_url),
        sim_change=HttpSimChange(settings.sim_change_url),
        channels={"whatsapp": graph},
        rasa=RasaClient(
            settings.rasa_url, settings.envelope_key.get_secret_value(), clock
        ),
        press=PdfPress(settings.bank_name),
    )


def _database(settings: Settings) -> str:
    if settings.database_url is None:
        raise RuntimeError("DATABASE_URL is not set: start the bank with `bank up`")
    return settings.database_url.get_secret_value()


def _core(settings: Settings, engine: Engine, clock: Clock) -> CoreBanking:
    match settings.core_banking:
        case "ledger":
            card_key = derived_key(settings.vault_key.get_secret_value(), "cards")
            return Ledger(engine=engine, clock=clock, card_key=card_key)
        case other:
            raise NotImplementedError(f"there is no {other} connector yet")


def _wire(
    settings: Settings,
    policy: Policy,
    engine: Engine,
    uow: UnitOfWork,
    outside: Outside,
    cipher: VaultCipher,
    sealer: Sealer,
    chat_rules: ChatRules,
) -> Bank:
    clock, core = outside.clock, outside.core
    hasher = PepperedHasher(settings.pin_pepper.get_secret_value())
    words = DomainWords.of(PROJECT / "domain.yml", bank=settings.bank_name)
    identity = Identity.of(
        uow=uow,
        clock=clock,
        rules=IdentityRules.of(
            policy, pin_policy=settings.pin_policy, blocklist=guessable_pins()
        ),
        core=core,
        hasher=hasher,
        sealer=sealer,
        authenticator=TotpAuthenticator(),
        sms=outside.sms,
        sim_change=outside.sim_change,
        words=words,
        texts=sms_texts(),
        bank_name=settings.bank_name,
        public_url=settings.public_url,
        # In a demo every customer's browser is on this machine.
        uncounted_places=frozenset()
        if settings.is_production
        else frozenset({"127.0.0.1", "::1", "testclient"}),
    )
    money = _Money.of(settings, policy, uow, outside, words, identity)
    tidying = Tidying(uow=uow, clock=clock, rules=chat_rules)

    def identity_changed(tx: Tx, conversation: Conversation, _why: str) -> None:
        identity.sessions.number_changed(tx, conversation)

    return Bank(
        settings=settings,
        policy=policy,
        engine=engine,
        uow=uow,
        outside=outside,
        cipher=cipher,
        hasher=hasher,
        words=words,
        identity=identity,
        teller=money.teller,
        settlement=money.settlement,
        front_desk=FrontDesk(
            uow=uow,
            clock=clock,
            cipher=cipher,
            identity_changed=identity_changed,
            rules=chat_rules,
        ),
        turns=Turns(
            uow=uow,
            clock=clock,
            rasa=outside.rasa,
            words=words,
            channels=outside.channels,
            aside=ThreadPoolExecutor(ASIDES_AT_ONCE, "aside").submit,
            rules=chat_rules,
        ),
        sending=Sending(
            uow=uow,
            clock=clock,
            channels=outside.channels,
            files=DocumentShelf(uow),
            identity_changed=identity_changed,
            rules=chat_rules,
        ),
        jobs={
            "transfer": money.settlement.execute,
            "statement": money.statements.produce,
        },
        chores={
            "expire": lambda: _ignored(money.reconciliation.expire()),
            "reconcile": lambda: _ignored(money.reconciliation.reconcile()),
            "tidy": tidying.run,
        },
    )


@dataclass(frozen=True, slots=True)
class _Money:
    """The services that know what money is."""

    teller: Teller
    settlement: Settlement
    reconciliation: Reconciliation
    statements: Statements

    @classmethod
    def of(
        cls,
        settings: Settings,
        policy: Policy,
        uow: UnitOfWork,
        outside: Outside,
        words: Words,
        identity: Identity,
    ) -> "_Money":
        clock, core, press = outside.clock, outside.core, outside.press
        zone = ZoneInfo(settings.bank_timezone)
        rules = MoneyRules.of(policy, settings.bank_currency)
        allowance = Allowance(
            uow=uow,
            clock=clock,
            rules=rules,
            zone=zone,
            currency=settings.bank_currency,
        )
        accounts = Accounts(core=core, clock=clock, zone=zone)
        book = PayeeBook(uow=uow, core=core, clock=clock, country=settings.bank_country)
        payments = Payments(
            uow=uow,
            clock=clock,
            rules=rules,
            allowance=allowance,
            links=identity.links,
        )
        statements = Statements(
            uow=uow,
            clock=clock,
            core=core,
            accounts=accounts,
            press=press,
            words=words,
            zone=zone,
        )
        settlement = Settlement(
            uow=uow,
            clock=clock,
            rules=rules,
            core=core,
            receipts=Receipts(uow=uow, press=press, zone=zone),
            validity=identity.token_validity,
            words=words,
        )
        send_money = SendMoney(
            uow=uow,
            clock=clock,
            rules=rules,
            allowance=allowance,
            accounts=accounts,
            book=book,
            payments=payments,
            currency=settings.bank_currency,
            style=NumberStyle(
                decimal=get_decimal_symbol(settings.bank_locale),
                group=get_group_symbol(settings.bank_locale),
            ),
        )
        teller = Teller(
            uow=uow,
            clock=clock,
            envelope_key=settings.envelope_key.get_secret_value(),
            validity=identity.token_validity,
            sessions=identity.sessions,
            links=identity.links,
            accounts=accounts,
            allowance=allowance,
            book=book,
            send_money=send_money,
            payments=payments,
            statements=statements,
        )
        reconciliation = Reconciliation(
            uow=uow,
            clock=clock,
            core=core,
            settlement=settlement,
            links=identity.links,
            words=words,
        )
        return cls(teller, settlement, reconciliation, statements)


def _ignored(_count: Any) -> None:
    """How many there were is of no interest to the queue."""
