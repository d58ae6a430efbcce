"""Everything that knows what money is, put together."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from babel.numbers import get_decimal_symbol, get_group_symbol

from banking.bootstrap.outside import Outside
from banking.domain.amounts import NumberStyle
from banking.domain.limits import MoneyRules
from banking.policy import Policy
from banking.ports.gateway import Words
from banking.ports.unit_of_work import UnitOfWork
from banking.services.accounts import Accounts
from banking.services.identity import Identity
from banking.services.kyc import Allowance
from banking.services.payees import PayeeBook
from banking.services.payments import Payments
from banking.services.people import People
from banking.services.receipts import Receipts
from banking.services.reconciliation import Reconciliation
from banking.services.send_money import SendMoney
from banking.services.settlement import Settlement
from banking.services.statements import Statements
from banking.services.teller import Teller
from banking.settings import Settings


@dataclass(frozen=True, slots=True)
class MoneyServices:
    """The services that know what money is."""

    teller: Teller
    settlement: Settlement
    reconciliation: Reconciliation
    statements: Statements
    receipts: Receipts

    @classmethod
    def of(
        cls,
        settings: Settings,
        policy: Policy,
        uow: UnitOfWork,
        outside: Outside,
        words: Words,
        identity: Identity,
    ) -> "MoneyServices":
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
        receipts = Receipts(uow=uow, clock=clock, press=press, zone=zone)
        settlement = Settlement(
            uow=uow,
            clock=clock,
            rules=rules,
            core=core,
            receipts=receipts,
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
            words=words,
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
            receipts=receipts,
            people=People(hours=policy.people.opening, clock=clock, zone=zone),
        )
        reconciliation = Reconciliation(
            uow=uow,
            clock=clock,
            core=core,
            settlement=settlement,
            links=identity.links,
            words=words,
        )
        return cls(teller, settlement, reconciliation, statements, receipts)
