"""Papers the bank hands out: receipts and statements."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Protocol

from banking.domain.money import Money
from banking.ports.core_banking import Movement


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What a receipt says; every identifier is masked already. Times are local."""

    number: str
    at: datetime
    amount: Money
    fee: Money
    payer: str
    source: str
    payee: str
    payee_account: str
    reference: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """The lines of one account, oldest first; `until` is the last day shown."""

    holder: str
    account: str
    since: date
    until: date
    made_at: datetime
    opening: Money
    closing: Money
    movements: tuple[Movement, ...] = field(repr=False)


class DocumentPress(Protocol):
    """Makes encrypted PDF files (AES-256) that open with the passphrase only."""

    def receipt(self, receipt: Receipt, passphrase: str) -> bytes: ...

    def statement(self, statement: Statement, passphrase: str) -> bytes: ...
