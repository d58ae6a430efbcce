"""A transfer is sent once, whatever the line to the core does."""

from dataclasses import replace

from sqlalchemy import text

from banking.domain.transfer import TransferState
from banking.ports.core_banking import CoreState
from banking.services import settlement
from tests.money.races import at_once, notices, sound


def test_twenty_workers_send_one_transfer_once(world):
    ama = world.person()
    before = ama.balance()
    transfer_id = ama.confirm(payee="mum", amount="50")

    at_once(20, lambda _: world.bank.settlement.execute(transfer_id))

    assert 5000 == before.minor - ama.balance().minor
    assert 1 == len(world.rows("SELECT id FROM documents"))
    (entries,) = world.rows(
        "SELECT count(*) n FROM core_entries WHERE transaction_id = :id",
        id=transfer_id,
    )
    assert 2 == entries.n
    assert 1 == notices(world, ama).count(".pdf")
    sound(world)


def test_what_was_not_confirmed_is_not_sent(world):
    ama = world.person()
    before = ama.balance()
    transfer_id = ama.propose(payee="mum", amount="50")

    world.bank.settlement.execute(transfer_id)
    world.bank.settlement.posted(transfer_id, "made up")

    assert TransferState.AWAITING is world.transfer(transfer_id).state
    assert before == ama.balance()


def test_money_that_has_gone_meanwhile_fails_with_a_notice(world):
    ama = world.person()
    amount = ama.balance().plain
    transfer_id = ama.confirm(payee="mum", amount=amount)
    with world.engine.begin() as db:
        db.execute(
            text("UPDATE core_accounts SET held_minor = 1 WHERE number = :n"),
            {"n": ama.account},
        )

    world.bank.settlement.execute(transfer_id)

    transfer = world.transfer(transfer_id)
    assert (TransferState.FAILED, "insufficient_funds") == (
        transfer.state,
        transfer.failure,
    )
    assert not world.rows("SELECT id FROM documents")


# --- doubt ------------------------------------------------------------------------


def test_a_core_that_never_answered_is_asked_again_with_the_same_key(world):
    ama = world.person()
    before = ama.balance()
    transfer_id = ama.confirm(payee="mum", amount="50")
    world.core.lost_before = True
    for _ in range(3):
        world.bank.settlement.execute(transfer_id)
    assert TransferState.IN_DOUBT is world.transfer(transfer_id).state
    assert before == ama.balance()

    world.core.lost_before = False
    world.clock.forward(minutes=1)
    world.bank.chores["reconcile"]()

    assert TransferState.POSTED is world.transfer(transfer_id).state
    assert 5000 == before.minor - ama.balance().minor
    sound(world)


def test_a_silent_core_is_asked_again_within_seconds(world):
    ama = world.person()
    transfer_id = ama.confirm(payee="mum", amount="50")
    world.core.lost_after = True
    world.bank.settlement.execute(transfer_id)
    world.bank.settlement.execute(transfer_id)

    # Once for the confirmation, twice for the doubt, however long it lasts.
    again = world.jobs("transfer")
    assert [{"transfer_id": transfer_id}] * 3 == again
    world.core.lost_after = False
    world.bank.settlement.execute(transfer_id)
    assert TransferState.POSTED is world.transfer(transfer_id).state
    assert 1 == notices(world, ama).count(".pdf")


def test_a_core_that_moved_the_money_in_silence_is_believed(world):
    ama = world.person()
    before = ama.balance()
    transfer_id = ama.confirm(payee="mum", amount="50")
    world.core.lost_after = True
    world.bank.settlement.execute(transfer_id)
    assert TransferState.IN_DOUBT is world.transfer(transfer_id).state
    assert 5000 == before.minor - ama.balance().minor

    world.clock.forward(minutes=1)
    for _ in range(2):
        world.bank.chores["reconcile"]()

    assert TransferState.POSTED is world.transfer(transfer_id).state
    assert 5000 == before.minor - ama.balance().minor
    assert 1 == len(world.rows("SELECT id FROM documents"))
    sound(world)


def test_a_payment_nobody_heard_of_is_given_up_after_a_while(world):
    ama = world.person()
    before = ama.balance()
    transfer_id = ama.confirm(payee="mum", amount="50")
    world.core.lost_before = True
    world.bank.settlement.execute(transfer_id)

    world.clock.forward(minutes=16)
    world.bank.chores["reconcile"]()
    assert TransferState.FAILED is world.transfer(transfer_id).state

    # The request that was lost on the line arrives after all.
    world.core.lost_before = False
    world.bank.settlement.execute(transfer_id)
    assert before == ama.balance()
    assert CoreState.VOID is world.bank.core.outcome(transfer_id).state
    sound(world)


def test_a_worker_that_died_after_the_core_had_answered_loses_nothing(world):
    ama = world.person()
    before = ama.balance()
    transfer_id = ama.confirm(payee="mum", amount="50")
    begun = world.bank.settlement._begin(transfer_id)
    assert TransferState.SENDING is begun.state
    from banking.services.settlement import _order

    world.core.ledger.hold(_order(begun))
    world.core.ledger.post(transfer_id)

    world.clock.forward(minutes=1)
    world.bank.chores["reconcile"]()

    assert TransferState.POSTED is world.transfer(transfer_id).state
    assert 5000 == before.minor - ama.balance().minor
    assert 1 == len(world.rows("SELECT id FROM documents"))


def test_a_confirmed_transfer_whose_job_was_lost_is_sent(world):
    ama = world.person()
    transfer_id = ama.confirm(payee="mum", amount="50")
    world.clock.forward(minutes=1)

    world.bank.chores["reconcile"]()

    assert TransferState.POSTED is world.transfer(transfer_id).state


def test_a_core_that_knows_another_payment_by_this_id_is_never_believed(world):
    ama = world.person()
    transfer_id = ama.confirm(payee="mum", amount="50")

    begun = world.bank.settlement._begin(transfer_id)
    world.core.ledger.hold(replace(settlement._order(begun), description="other"))
    world.bank.settlement.execute(transfer_id)

    assert TransferState.IN_DOUBT is world.transfer(transfer_id).state
    events = world.rows("SELECT event FROM audit WHERE event = 'core_mismatch'")
    assert 1 == len(events)


def test_a_core_that_contradicts_itself_later_is_an_alarm_as_well(world):
    ama = world.person()
    transfer_id = ama.confirm(payee="mum", amount="50")
    order = settlement._order(world.transfer(transfer_id))
    world.bank.settlement._begin(transfer_id)
    world.bank.settlement._lose_sight(transfer_id)
    world.core.ledger.hold(replace(order, description="other"))

    world.bank.settlement.execute(transfer_id)

    assert TransferState.IN_DOUBT is world.transfer(transfer_id).state
    events = world.rows("SELECT event FROM audit WHERE event LIKE 'core_mis%'")
    assert 1 == len(events)
