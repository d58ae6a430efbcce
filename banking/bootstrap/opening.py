"""One bank, opened: what it is told, where it keeps things, what it can do."""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cache

from sqlalchemy import Engine

from banking.adapters.credentials import (
    PepperedHasher,
    Sealer,
    TotpAuthenticator,
    derived_key,
    guessable_pins,
)
from banking.adapters.db.engine import engine as connect
from banking.adapters.db.unit_of_work import SqlUnitOfWork
from banking.adapters.documents.shelf import DocumentShelf
from banking.adapters.sms import sms_texts
from banking.adapters.vault import AesVault
from banking.adapters.wording import DomainWords
from banking.bootstrap.language import open_gate
from banking.bootstrap.money import MoneyServices
from banking.bootstrap.outside import Outside, reach_outside
from banking.bootstrap.teaching import open_teaching
from banking.domain.inbound import ChatRules
from banking.domain.staff import StaffRule
from banking.policy import Policy, load_policy
from banking.ports.core_banking import CoreBanking
from banking.ports.gateway import Conversation, VaultCipher, Words
from banking.ports.identity import Clock, Hasher
from banking.ports.unit_of_work import Tx, UnitOfWork
from banking.services.api_pace import ApiPace
from banking.services.front_desk import FrontDesk
from banking.services.identity import Identity
from banking.services.identity_rules import IdentityRules
from banking.services.model_gate import JOB, ModelGate
from banking.services.sending import Sending
from banking.services.settlement import Settlement
from banking.services.staff import Staff
from banking.services.staff_door import StaffDoor
from banking.services.teaching import Teaching
from banking.services.teller import Teller
from banking.services.tidying import Tidying
from banking.services.turns import Turns
from banking.settings import PROJECT, Settings

# Marking a message as read happens beside the turn and may fail unseen.
ASIDES_AT_ONCE = 4


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
    api_pace: ApiPace
    teller: Teller
    settlement: Settlement
    front_desk: FrontDesk
    turns: Turns
    sending: Sending
    model_gate: ModelGate
    staff: Staff
    staff_door: StaffDoor
    teaching: Teaching
    # Queued work by the name of its job, and chores done each minute.
    jobs: Mapping[str, Callable[..., None]]
    chores: Mapping[str, Callable[[], object]]

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
    words = DomainWords.of(
        settings.language_home / "domain.yml", bank=settings.bank_name
    )
    outside = outside or reach_outside(settings, engine, words=words)
    vault_key = settings.vault_key.get_secret_value()
    cipher = AesVault.of(derived_key(vault_key, "chat vault"))
    sealer = Sealer(vault_key)
    uow = SqlUnitOfWork(engine, outside.clock.now, cipher, sealer, _chat_rules(policy))
    return _wire(settings, policy, engine, uow, outside, words, cipher, sealer)


def _database(settings: Settings) -> str:
    if settings.database_url is None:
        raise RuntimeError("DATABASE_URL is not set: start the bank with `bank up`")
    return settings.database_url.get_secret_value()


def _chat_rules(policy: Policy) -> ChatRules:
    messages = policy.messages
    return ChatRules(
        stale_after=messages.stale,
        handle_for=policy.handles.valid_for,
        most_per_minute=messages.most_per_minute,
        pair_every=messages.pair,
        pair_burst=messages.pair_burst,
        keep_messages=messages.remembered,
    )


def _wire(
    settings: Settings,
    policy: Policy,
    engine: Engine,
    uow: UnitOfWork,
    outside: Outside,
    words: DomainWords,
    cipher: VaultCipher,
    sealer: Sealer,
) -> Bank:
    chat_rules = _chat_rules(policy)
    clock, core = outside.clock, outside.core
    hasher = PepperedHasher(settings.pin_pepper.get_secret_value())
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
    gate = open_gate(
        settings.language_home,
        policy,
        clock,
        rasa_url=settings.rasa_url,
        uow=uow,
        has_customers=settings.is_production,
    )
    money = MoneyServices.of(settings, policy, uow, outside, words, identity)
    tidying = Tidying(uow=uow, clock=clock, rules=chat_rules)
    teaching = open_teaching(
        settings,
        uow,
        clock,
        engine,
        rules=policy.language.inbox,
        keep=chat_rules.keep_messages,
    )
    staff_rule = StaffRule(blocklist=guessable_pins())
    staff = Staff(uow=uow, clock=clock, rule=staff_rule, public_url=settings.public_url)

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
        api_pace=ApiPace(uow=uow, clock=clock, hasher=hasher, rules=policy.api),
        teller=money.teller,
        settlement=money.settlement,
        front_desk=FrontDesk(
            uow=uow,
            clock=clock,
            cipher=cipher,
            identity_changed=identity_changed,
            rules=chat_rules,
            national_ids=(settings.bank_country,),
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
        staff=staff,
        staff_door=StaffDoor(
            uow=uow,
            clock=clock,
            rule=staff_rule,
            hasher=hasher,
            authenticator=TotpAuthenticator(),
            bank_name=settings.bank_name,
        ),
        model_gate=gate,
        teaching=teaching,
        jobs={
            JOB: gate.carry_out,
            "transfer": money.settlement.execute,
            "statement": money.statements.produce,
            "receipt": money.receipts.send_again,
        },
        chores={
            "expire": money.reconciliation.expire,
            "reconcile": money.reconciliation.reconcile,
            "tidy": tidying.run,
            "inbox": teaching.collect,
            "tidy_inbox": teaching.tidy,
            "tidy_staff": staff.tidy,
            "tidy_identity": lambda: _committed(uow, identity.tidy),
        },
    )


def _committed(uow: UnitOfWork, chore: Callable[[Tx], object]) -> None:
    with uow() as tx:
        chore(tx)
        tx.commit()
