"""What the ledgers, in PostgreSQL and in memory, decide alike."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from banking.domain import masking
from banking.ports.core_banking import Order

HOLD_FOR: Final = timedelta(minutes=30)
TRANSFER_CATEGORY: Final = "transfer"
FEE_CATEGORY: Final = "fee"
_REFERENCE_BYTES: Final = 10


@dataclass(frozen=True, slots=True)
class AccountState:
    """An account as its locked row says. House accounts have no customer."""

    number: str
    customer_number: str | None
    holder: str
    currency: str
    status: str
    balance_minor: int
    held_minor: int
    balance_cap_minor: int | None

    @property
    def house(self) -> bool:
        return self.customer_number is None

    @property
    def free_minor(self) -> int:
        return self.balance_minor - self.held_minor


@dataclass(frozen=True, slots=True)
class Entry:
    """One side of a posting."""

    account: str
    amount_minor: int
    description: str
    counterparty: str
    category: str


def fees_account(currency: str) -> str:
    return f"house:fees:{currency}"


def outside_account(currency: str) -> str:
    """Where money comes from and goes to when the other side is not this bank's."""
    return f"house:outside:{currency}"


def fingerprint(order: Order) -> str:
    """What must be the same when an id is used again (hex SHA-256)."""
    parts = (
        order.debit_account,
        order.credit_account,
        order.amount.minor,
        order.fee.minor,
        order.amount.currency,
        order.description,
    )
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def why_not_hold(order: Order, accounts: Mapping[str, AccountState]) -> str | None:
    """Why the money cannot be set aside; None when it can."""
    debit = accounts.get(order.debit_account)
    credit = accounts.get(order.credit_account)
    if not _sensible(order):
        return "currency"
    if debit is None or credit is None or debit.house or credit.house:
        return "account_unknown"
    if debit.number == credit.number:
        return "same_account"
    if {debit.currency, credit.currency} != {order.amount.currency}:
        return "currency"
    return _why_not_debit(debit, order) or why_not_credit(credit, order.amount.minor)


def _sensible(order: Order) -> bool:
    same = order.fee.currency == order.amount.currency
    return same and order.amount.minor > 0 and order.fee.minor >= 0


def _why_not_debit(debit: AccountState, order: Order) -> str | None:
    if debit.status != "open":
        return "account_closed"
    if debit.free_minor < order.amount.minor + order.fee.minor:
        return "insufficient_funds"
    return None


def why_not_credit(credit: AccountState, amount_minor: int) -> str | None:
    if credit.status != "open":
        return "account_closed"
    cap = credit.balance_cap_minor
    if cap is not None and credit.balance_minor + amount_minor > cap:
        return "balance_cap"
    return None


def entries_of(
    order: Order, debit: AccountState, credit: AccountState
) -> tuple[Entry, ...]:
    """Both sides of a posting, which sum to nothing."""
    amount, fee = order.amount.minor, order.fee.minor
    text = order.description
    to, by = masking.name(credit.holder), masking.name(debit.holder)
    moved = (
        Entry(debit.number, -amount, text, to, TRANSFER_CATEGORY),
        Entry(credit.number, amount, text, by, TRANSFER_CATEGORY),
    )
    if not fee:
        return moved
    house = fees_account(order.amount.currency)
    return (
        *moved,
        Entry(debit.number, -fee, text, to, FEE_CATEGORY),
        Entry(house, fee, text, by, FEE_CATEGORY),
    )


def reference_of(transfer_id: str, at: datetime) -> str:
    """The core's own name for a posting, the same whenever it is made again."""
    digest = hashlib.sha256(transfer_id.encode()).digest()[:_REFERENCE_BYTES]
    return f"{at:%y%m%d}-{base64.b32encode(digest).decode()[:12]}"


def card_mac(digits: str, key: bytes) -> str:
    return hmac.new(key, b"card:" + digits.encode(), hashlib.sha256).hexdigest()
