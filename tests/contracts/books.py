"""Two customers and their accounts, for the contract of core banking."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from banking.domain.customer import CoreCustomer
from banking.domain.kyc import KycLevel
from banking.domain.money import Money
from banking.ports.core_banking import CoreBanking, Order
from tests.clock import StoppedClock

START = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
AMA, KOFI = "0000000017", "0000000025"
AMA_CURRENT, AMA_SAVINGS, KOFI_CURRENT = "1000000011", "1000000012", "1000000021"
CARD = "4000000000000002"


@dataclass
class Books:
    """A ledger with two customers, and what a test needs to arrange around it."""

    core: CoreBanking
    clock: StoppedClock
    put_in: Callable[[str, int], None]
    close: Callable[[str], None]

    def balance(self, account: str) -> int:
        return self._account(account).balance.minor

    def available(self, account: str) -> int:
        return self._account(account).available.minor

    def _account(self, number: str) -> Any:
        own = [*self.core.accounts(AMA), *self.core.accounts(KOFI)]
        return next(account for account in own if account.number == number)


def usd(minor: int) -> Money:
    return Money(minor, "USD")


def order(number: str = "t1", minor: int = 4500, **changes: Any) -> Order:
    values: dict[str, Any] = {
        "id": number,
        "debit_account": AMA_CURRENT,
        "credit_account": KOFI_CURRENT,
        "amount": usd(minor),
        "fee": usd(0),
        "description": "pizza",
    }
    return Order(**{**values, **changes})


CUSTOMERS = (
    CoreCustomer(AMA, "Ama Mensah", "+12015550101", date(1990, 5, 4), KycLevel.FULL),
    CoreCustomer(
        KOFI, "Kofi Boateng", "+12015550102", date(1985, 1, 2), KycLevel.BASIC
    ),
)
# number, owner, kind, name, cap
ACCOUNTS = (
    (AMA_CURRENT, AMA, "current", "Current", None),
    (AMA_SAVINGS, AMA, "savings", "Savings", None),
    (KOFI_CURRENT, KOFI, "current", "Current", 20_000),
)
