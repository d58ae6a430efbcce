"""What a payee who is new may get at first."""

from datetime import datetime

from banking.domain.limits import MoneyRules
from banking.domain.money import Money
from banking.domain.refusals import CoolingOff
from banking.ports.unit_of_work import Tx
from banking.services.payees import Target


def check_new_payee(
    tx: Tx,
    rules: MoneyRules,
    customer_number: str,
    target: Target,
    amount: Money,
    now: datetime,
) -> None:
    """Raise CoolingOff where a new payee would get too much at first.

    What the payee has got since the wait began counts as well.
    """
    if target.own:
        return
    began = now - rules.cooling_off
    first_paid = tx.transfers.first_paid(customer_number, target.account)
    known = min(filter(None, (target.known_since, first_paid)), default=None)
    if known is not None and known <= began:
        return
    left = rules.cooling_off_max
    for paid in tx.transfers.paid_to(customer_number, target.account, began):
        left = left - paid.amount
    if amount > left:
        allowed = left if left.minor > 0 else Money.zero(left.currency)
        hours = int(rules.cooling_off.total_seconds() // 3600)
        raise CoolingOff(str(target), allowed, hours)
