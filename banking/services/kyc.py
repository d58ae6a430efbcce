"""What a customer's KYC level still lets them move."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, tzinfo

from banking.domain.kyc import KycLevel
from banking.domain.limits import Limit, MoneyRules, day_of, month_of
from banking.domain.money import Money
from banking.domain.refusals import KycTooLow
from banking.ports.identity import Clock, Enrolment
from banking.ports.unit_of_work import Tx, UnitOfWork
from banking.services.outcomes import Outcome, Say

TRANSFER = "transfer"
OWN = "own"


@dataclass(frozen=True, slots=True)
class Caller:
    """Who is asking, from which chat; only the teller makes one."""

    conversation_id: str
    enrolment: Enrolment

    @property
    def id(self) -> str:
        return self.enrolment.id

    @property
    def customer_number(self) -> str:
        return self.enrolment.customer_number


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """Limits, and what has been used of them by the bank's own calendar."""

    uow: UnitOfWork
    clock: Clock
    rules: MoneyRules
    zone: tzinfo
    currency: str

    def limit(self, enrolment: Enrolment, service: str) -> Limit:
        """The customer's limit now. Raises KycTooLow when the service is closed."""
        level = level_of(enrolment, self.clock.now())
        return self.rules.limit(service, level)

    def at_level(self, caller: Caller, level: KycLevel) -> Caller:
        """The caller at the level that the core has for them, kept for what follows."""
        enrolment = caller.enrolment
        if enrolment.kyc_level == level.value:
            return caller
        with self.uow() as tx:
            tx.enrolments.set_kyc_level(enrolment.id, level.value)
            tx.audit.record(
                "kyc_level_changed", enrolment_id=enrolment.id, level=level.value
            )
            tx.commit()
        return replace(caller, enrolment=replace(enrolment, kyc_level=level.value))

    def spent(self, tx: Tx, customer_number: str, service: str) -> tuple[Money, Money]:
        """What was confirmed today and this month, and not refused."""
        now, nothing = self.clock.now(), Money.zero(self.currency)
        today = tx.transfers.spent(customer_number, service, day_of(now, self.zone))
        month = tx.transfers.spent(customer_number, service, month_of(now, self.zone))
        return today or nothing, month or nothing

    def check(self, tx: Tx, enrolment: Enrolment, service: str, amount: Money) -> None:
        """Raise LimitExceeded or KycTooLow; exact under the enrolment's lock only."""
        limit = self.limit(enrolment, service)
        limit.check(amount, *self.spent(tx, enrolment.customer_number, service))

    def overview(self, caller: Caller) -> Outcome:
        """What can still be sent."""
        limit = self.limit(caller.enrolment, TRANSFER)
        with self.uow() as tx:
            today, month = self.spent(tx, caller.customer_number, TRANSFER)
        facts = {
            "now": str(limit.left(today, month)),
            "single": str(limit.per_transaction),
            "today": str(limit.left_today(today)),
            "daily": str(limit.daily),
            "month": str(limit.left_this_month(month)),
            "monthly": str(limit.monthly),
        }
        return Say("utter_limits_left", facts)


def level_of(enrolment: Enrolment, now: datetime) -> KycLevel:
    """The level that counts; the lowest for a while after a PIN was recovered.

    A level the bank does not know opens nothing.
    """
    try:
        level = KycLevel(enrolment.kyc_level)
    except ValueError:
        raise KycTooLow from None
    if enrolment.lowered_until is not None and now < enrolment.lowered_until:
        return KycLevel.BASIC
    return level
