"""What the bank's core system does for the assistant."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from banking.domain.customer import CoreCustomer
from banking.domain.money import Money


class CoreRefused(Exception):
    """The core says no: it certainly did not happen, and never will under this id.

    `reason` is one of: insufficient_funds, balance_cap, account_unknown,
    account_closed, same_account, currency, different_parameters, void, unknown_id.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class CoreUnreachable(Exception):
    """The core did not answer: what was asked may or may not have happened."""


@dataclass(frozen=True, slots=True)
class Account:
    """An account. `available` is the balance less what is held."""

    number: str = field(repr=False)
    kind: str
    name: str
    currency: str
    balance: Money
    available: Money
    iban: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Holder:
    """Whose account it is; for checking a payee's name, shown masked only."""

    account: str = field(repr=False)
    name: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Beneficiary:
    """A payee that the customer has already paid through other channels."""

    alias: str
    name: str = field(repr=False)
    account: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Movement:
    """A line of a statement; money out is negative."""

    reference: str
    at: datetime
    amount: Money
    balance_after: Money
    description: str
    counterparty: str
    category: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A payment as the core is asked to make it; `id` is its idempotency key."""

    id: str
    debit_account: str = field(repr=False)
    credit_account: str = field(repr=False)
    amount: Money
    fee: Money
    description: str


class CoreState(StrEnum):
    UNKNOWN = "unknown"
    HELD = "held"
    POSTED = "posted"
    VOID = "void"


@dataclass(frozen=True, slots=True)
class CoreOutcome:
    """What became of an id; `reference` once posted, `reason` once void."""

    state: CoreState
    reference: str | None = None
    reason: str | None = None


class CoreBanking(Protocol):
    """The core. Every method may raise CoreUnreachable."""

    def customer_by_phone(self, phone: str) -> CoreCustomer | None:
        """The customer whose registered mobile number this is (E.164)."""

    def customer(self, customer_number: str) -> CoreCustomer | None: ...

    def accounts(self, customer_number: str) -> list[Account]:
        """The customer's own open accounts, the main one first."""

    def holder(self, account_or_phone: str) -> Holder | None:
        """Whose account a number is; for a phone number its owner's main account."""

    def holder_by_card(self, digits: str) -> Holder | None:
        """The account behind a card of this bank."""

    def beneficiaries(self, customer_number: str) -> list[Beneficiary]: ...

    def movements(
        self,
        account: str,
        since: datetime | None = None,
        until: datetime | None = None,
        text: str | None = None,
        limit: int | None = None,
    ) -> list[Movement]:
        """Posted lines of [since, until), newest first.

        `text` is looked for in description, counterparty and category.
        """

    def hold(self, order: Order) -> None:
        """Set the money aside; the same order again changes nothing.

        Raises CoreRefused: no money, a closed account, another order under the same
        id, or an id that was refused or voided before.
        """

    def post(self, transfer_id: str) -> str:
        """Move what is held, once, and return the core's reference.

        Posting again returns the first reference. Raises CoreRefused for an id that
        was never held or is void; what was held is then free again.
        """

    def void(self, transfer_id: str) -> None:
        """Give up an id for good: a hold is released, a later hold is refused.

        Raises CoreRefused("posted") when the money has moved.
        """

    def outcome(self, transfer_id: str) -> CoreOutcome: ...

    def expire_holds(self) -> int:
        """Void what has been held for too long, once; returns how many."""
