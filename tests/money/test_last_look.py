"""The last look before money leaves: what changed since the customer confirmed."""

import pytest
from sqlalchemy import text

from banking.domain.transfer import TransferState
from tests.money.races import sound


def in_the_core(world, person, change):
    with world.engine.begin() as db:
        db.execute(
            text(f"UPDATE core_customers SET {change} WHERE number = :n"),
            {"n": person.number},
        )


@pytest.mark.parametrize("change", ["status = 'blocked'", "kyc_level = 'basic'"])
def test_money_that_has_moved_is_never_called_failed(world, change):
    ama = world.person()
    before = ama.balance()
    transfer_id = ama.confirm(payee="mum", amount="250" if "kyc" in change else "50")
    # The core moves the money, its answer is lost, and then it stops the customer.
    world.core.lost_after = True
    world.bank.settlement.execute(transfer_id)
    world.core.lost_after = False
    in_the_core(world, ama, change)

    world.bank.settlement.execute(transfer_id)

    assert before != ama.balance()
    assert TransferState.POSTED is world.transfer(transfer_id).state
    sound(world)


def test_who_freezes_stops_what_has_not_left_yet(world):
    ama = world.person()
    before = ama.balance()
    transfer_id = ama.confirm(payee="mum", amount="50")
    world.core.lost_before = True
    world.bank.settlement.execute(transfer_id)
    with world.bank.uow() as tx:
        world.bank.identity.sessions.freeze(tx, ama.enrolment_id, by="customer")
        tx.commit()
    world.core.lost_before = False

    world.bank.settlement.execute(transfer_id)

    assert before == ama.balance()
    transfer = world.transfer(transfer_id)
    assert (TransferState.FAILED, "customer_blocked") == (
        transfer.state,
        transfer.failure,
    )
    sound(world)


def test_a_level_lowered_at_the_bank_limits_the_next_payments_together(world):
    ama = world.person()
    ama.pay(payee="mum", amount="190")
    in_the_core(world, ama, "kyc_level = 'basic'")
    ama.pay(payee="mum", amount="190")
    world.clock.forward(seconds=1)
    outcome = ama.draft(payee="mum", amount="190")

    # 380 of a day's 500 are used: the old level would have let this pass.
    assert "utter_ask_amount_over_day_limit" == outcome.response


def test_a_chat_that_is_somebody_elses_by_now_hears_nothing(world):
    ama, kofi = world.people(2)
    transfer_id = ama.confirm(payee="mum", amount="50")
    with world.bank.uow() as tx:
        tx.conversations.bind(ama.conversation_id, kofi.enrolment_id)
        tx.commit()

    world.bank.settlement.execute(transfer_id)

    assert TransferState.POSTED is world.transfer(transfer_id).state
    assert [] == ama.heard()
