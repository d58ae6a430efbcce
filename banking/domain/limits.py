"""What may be moved: by class of service and KYC level, per payment, day and month.

The numbers come from policy.toml, the arithmetic is here. A missing cell is closed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo
from typing import Any, Final, Self

from banking.domain.kyc import KycLevel
from banking.domain.money import Money, least
from banking.domain.refusals import KycTooLow, LimitExceeded

type Interval = tuple[datetime, datetime]
"""From the first instant up to, not including, the second; both UTC."""

# Whoever opens the link in its last minute still has time to finish.
_TIME_ON_THE_PAGE: Final = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Limit:
    """The most that may be moved at once, in a day and in a month."""

    per_transaction: Money
    daily: Money
    monthly: Money

    def check(self, amount: Money, spent_today: Money, spent_this_month: Money) -> None:
        """Raise LimitExceeded with what is still possible."""
        allowed = self.left(spent_today, spent_this_month)
        if amount > self.per_transaction:
            raise LimitExceeded(window="transaction", allowed=allowed)
        if spent_today + amount > self.daily:
            raise LimitExceeded(window="day", allowed=allowed)
        if spent_this_month + amount > self.monthly:
            raise LimitExceeded(window="month", allowed=allowed)

    def left(self, spent_today: Money, spent_this_month: Money) -> Money:
        """The most that one payment may be now, never below zero."""
        return least(
            self.per_transaction,
            self.left_today(spent_today),
            self.left_this_month(spent_this_month),
        )

    def left_today(self, spent: Money) -> Money:
        return _not_negative(self.daily - spent)

    def left_this_month(self, spent: Money) -> Money:
        return _not_negative(self.monthly - spent)


@dataclass(frozen=True, slots=True)
class MoneyRules:
    """The part of the policy that is about moving money, in one currency."""

    limits: Mapping[tuple[str, KycLevel], Limit]
    fees: Mapping[str, Money]
    balance_caps: Mapping[KycLevel, Money]
    cooling_off: timedelta
    cooling_off_max: Money
    duplicate_warning: timedelta
    confirm_within: timedelta

    @classmethod
    def of(cls, policy: Any, currency: str) -> Self:
        """Take a checked policy's numbers; raises ValueError for a strange level."""

        def money(minor: int) -> Money:
            return Money(minor, currency)

        return cls(
            limits={
                (service, KycLevel(level)): Limit(
                    money(row.per_transaction), money(row.daily), money(row.monthly)
                )
                for service, levels in policy.limits.items()
                for level, row in levels.items()
            },
            fees={service: money(fee) for service, fee in policy.fees.items()},
            balance_caps={
                KycLevel(level): money(row.balance_cap)
                for level, row in policy.kyc.items()
            },
            cooling_off=policy.transfers.cooling_off,
            cooling_off_max=money(policy.transfers.cooling_off_max),
            duplicate_warning=policy.transfers.duplicate_warning,
            confirm_within=policy.links.valid_for + _TIME_ON_THE_PAGE,
        )

    def limit(self, service: str, level: KycLevel) -> Limit:
        try:
            return self.limits[service, level]
        except KeyError:
            raise KycTooLow from None

    def fee(self, service: str) -> Money:
        """The fee of a class of service; one without a fee row is closed."""
        try:
            return self.fees[service]
        except KeyError:
            raise KycTooLow from None


def day_of(moment: datetime, zone: tzinfo) -> Interval:
    """The bank's day around the moment: 23 or 25 hours long when clocks change."""
    today = moment.astimezone(zone).date()
    return _midnight(today, zone), _midnight(today + timedelta(days=1), zone)


def month_of(moment: datetime, zone: tzinfo) -> Interval:
    first = moment.astimezone(zone).date().replace(day=1)
    following = (first + timedelta(days=32)).replace(day=1)
    return _midnight(first, zone), _midnight(following, zone)


def _midnight(day: Any, zone: tzinfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)


def _not_negative(amount: Money) -> Money:
    return amount if amount.minor > 0 else Money.zero(amount.currency)
