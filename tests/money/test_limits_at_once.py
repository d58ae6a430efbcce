"""Limits under races, and by the bank's calendar."""

from dataclasses import replace

import pytest

from banking.domain.refusals import (
    LimitExceeded,
)
from banking.services.payments import Payments
from tests.money.races import at_once


def tight(world, daily):
    """A daily limit of so many cents for everybody."""
    teller = world.bank.teller
    rules = teller.allowance.rules
    limits = {
        key: replace(limit, daily=replace(limit.daily, minor=daily))
        for key, limit in rules.limits.items()
    }
    rules = replace(rules, limits=limits)
    allowance = replace(teller.allowance, rules=rules)
    return replace(teller.payments, rules=rules, allowance=allowance)


def test_twenty_confirmations_at_once_never_pass_the_daily_limit(world):
    ama = world.person()
    ids = _awaiting(world, ama, 20)
    payments: Payments = tight(world, daily=50_000)

    def confirm(number):
        try:
            with world.bank.uow() as tx:
                payments.authorise(tx, ids[number], ama.enrolment_id)
                tx.commit()
        except LimitExceeded:
            return 0
        return 10_000

    assert 50_000 == sum(at_once(20, confirm))


def _awaiting(world, person, copies):
    """Several that wait at once, written beside the one-at-a-time rule of the chat."""
    first = world.transfer(person.propose(payee="mum", amount="100"))
    others = [replace(first, id=f"copy-{number}") for number in range(copies - 1)]
    with world.bank.uow() as tx:
        for other in others:
            tx.transfers.add(other)
        tx.commit()
    return [first.id, *(other.id for other in others)]


def test_a_failed_transfer_gives_its_share_of_the_limit_back(world):
    ama = world.person()
    payments = tight(world, daily=10_000)
    first = ama.propose(payee="mum", amount="100")
    with world.bank.uow() as tx:
        payments.authorise(tx, first, ama.enrolment_id)
        tx.commit()
    second = ama.propose(payee="mum", amount="100")

    def confirm():
        with world.bank.uow() as tx:
            payments.authorise(tx, second, ama.enrolment_id)
            tx.commit()

    with pytest.raises(LimitExceeded) as refusal:
        confirm()
    assert "USD 0.00" == str(refusal.value.allowed)
    world.bank.settlement.refused(first, "x")  # not begun yet: nothing to refuse
    with pytest.raises(LimitExceeded):
        confirm()
    world.bank.teller.cancel(first, ama.enrolment_id)
    confirm()


def test_the_limit_is_new_after_the_banks_midnight(world):
    ama = world.person()
    payments = tight(world, daily=10_000)
    world.clock.moment = world.clock.moment.replace(hour=23, minute=59, second=58)
    world.sign_in(ama)
    first = ama.propose(payee="mum", amount="100")
    second = None
    with world.bank.uow() as tx:
        payments.authorise(tx, first, ama.enrolment_id)
        tx.commit()
    second = ama.propose(payee="mum", amount="60")
    world.clock.forward(seconds=1)
    with pytest.raises(LimitExceeded), world.bank.uow() as tx:
        payments.authorise(tx, second, ama.enrolment_id)

    world.clock.forward(seconds=1)
    with world.bank.uow() as tx:
        payments.authorise(tx, second, ama.enrolment_id)
        tx.commit()
