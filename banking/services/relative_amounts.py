"""What "half of my savings" and "the same as last time" come to, at this moment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from banking.domain.money import Money, least
from banking.domain.shares import Relative
from banking.ports.core_banking import Account
from banking.ports.unit_of_work import UnitOfWork
from banking.services.accounts import pick
from banking.services.kyc import Caller
from banking.services.payees import Target

_EVER: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class RelativeAmounts:
    uow: UnitOfWork

    def come_to(
        self,
        caller: Caller,
        said: Relative,
        target: Target,
        source: Account,
        fee: Money,
    ) -> Money | None:
        """The amount, which the customer has yet to agree to; None for nothing.

        A share is one of what is free now, rounded down to the minor unit, and leaves
        the fee in the account.
        """
        if said.share is None:
            return self._last(caller, target)
        free = source.available - fee
        minor = source.available.minor * said.share.numerator // said.share.denominator
        share = least(free, Money(minor, free.currency))
        return share if share.minor > 0 else None

    def _last(self, caller: Caller, target: Target) -> Money | None:
        """What this payee got last: neither what waits nor what was refused."""
        with self.uow() as tx:
            paid = tx.transfers.paid_to(caller.customer_number, target.account, _EVER)
        return paid[0].amount if paid else None


def account_of_share(
    said: Relative, accounts: list[Account], source: Account, *, chosen: bool
) -> Account | None:
    """The account that a share is taken of, and paid from; None where it is unclear.

    ``chosen``: the customer has named the source, which another account contradicts.
    """
    if said.account is None:
        return source
    named = pick(accounts, said.account)
    if named is None or (chosen and named.number != source.number):
        return None
    return named
