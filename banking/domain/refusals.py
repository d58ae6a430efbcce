"""Every way the bank says no in the chat.

Refusal
├── NotVerified          the message does not prove where it came from
├── KycTooLow            the service is closed to the customer's KYC level
├── LimitExceeded        over the limit of one payment, the day or the month
├── CoolingOff           too much for a payee that was added a moment ago
├── NotEnoughMoney       more than the account holds
├── SameAccount          from an account to itself
├── CustomerBlocked      the bank has stopped this customer
├── PayeeUnknown         no saved payee of that name
├── PayeeLimit           no more payees can be added
├── CardUnknown          a card number that is not this bank's
├── AccountUnknown       the customer has no such account
├── NoAccounts           the customer has no account to use
├── PeriodUnreadable     dates that cannot be read for sure
├── PeriodTooLong        a longer period than one document holds
├── NothingToCancel      no transfer is waiting
├── TransferUnderWay     too late to cancel: the money may have moved
├── TransferUnknown      no such transfer
├── ConfirmationOver     cancelled, expired, or confirmed already
├── FeeChanged           the fee is no longer the one that was shown
└── CoreAway             the core did not answer; nothing has happened

A refusal is part of the conversation: its fields fill the response
`utter_refused_<code>`, so they must be safe to show to the customer.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, fields, is_dataclass
from typing import Any, ClassVar

from banking.domain.money import Money


class Refusal(Exception):
    """A "no" that the customer reads; `code` names its words."""

    code: ClassVar[str] = "refusal"

    def __init_subclass__(cls) -> None:
        cls.code = re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()

    def facts(self) -> dict[str, str]:
        shown: Any = self
        if not is_dataclass(shown):
            return {}
        return {f.name: str(getattr(self, f.name)) for f in fields(shown)}


class NotVerified(Refusal):
    pass


class KycTooLow(Refusal):
    pass


@dataclass(eq=False)
class LimitExceeded(Refusal):
    """`window` is transaction, day, month; `allowed` can still be sent."""

    window: str
    allowed: Money


@dataclass(eq=False)
class CoolingOff(Refusal):
    payee: str
    allowed: Money
    hours: int


@dataclass(eq=False)
class NotEnoughMoney(Refusal):
    source: str
    balance: Money


class SameAccount(Refusal):
    pass


class CustomerBlocked(Refusal):
    pass


@dataclass(eq=False)
class PayeeUnknown(Refusal):
    payee: str


class PayeeLimit(Refusal):
    pass


class CardUnknown(Refusal):
    pass


class AccountUnknown(Refusal):
    pass


class NoAccounts(Refusal):
    pass


class PeriodUnreadable(Refusal):
    pass


class PeriodTooLong(Refusal):
    pass


class NothingToCancel(Refusal):
    pass


@dataclass(eq=False)
class TransferUnderWay(Refusal):
    amount: Money
    payee: str


class TransferUnknown(Refusal):
    pass


class ConfirmationOver(Refusal):
    pass


class FeeChanged(Refusal):
    pass


class CoreAway(Refusal):
    pass
