"""The confirmation of a transfer: once, by its owner, in time."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from banking.domain.refusals import (
    ConfirmationOver,
    CustomerBlocked,
    TransferUnknown,
)
from banking.domain.transfer import TransferState
from banking.ports.core_banking import CoreState
from banking.services.outcomes import ConfirmNeeded


def test_a_transfer_is_confirmed_once(world):
    ama = world.person()
    transfer_id = ama.confirm(payee="mum", amount="50")

    with pytest.raises(ConfirmationOver):
        ama.authorise(transfer_id)
    assert 1 == len(world.jobs("transfer"))


def test_nobody_confirms_another_customers_transfer(world):
    ama, kofi = world.people(2)
    transfer_id = ama.propose(payee="mum", amount="50")

    with pytest.raises(TransferUnknown):
        kofi.authorise(transfer_id)
    assert world.bank.teller.confirmation(transfer_id, kofi.enrolment_id) is None
    with pytest.raises(TransferUnknown):
        world.bank.teller.cancel(transfer_id, kofi.enrolment_id)


def test_the_confirmation_page_shows_what_is_bound(world):
    ama = world.person()
    transfer_id = ama.propose(payee="mum", amount="50", reference="flowers")

    view = world.bank.teller.confirmation(transfer_id, ama.enrolment_id)

    assert ("USD 50.00", "USD 0.00", "flowers") == (
        str(view.amount),
        str(view.fee),
        view.reference,
    )
    assert view.payee_account_masked.startswith("••••\N{NO-BREAK SPACE}")
    assert view.binding == world.transfer(transfer_id).binding


def test_a_changed_draft_ends_the_one_before_it(world):
    ama = world.person()
    first = ama.propose(payee="mum", amount="40")

    outcome = ama.draft(payee="mum", amount="45")

    assert "utter_confirm_transfer_changed" == outcome.response
    assert TransferState.CANCELLED is world.transfer(first).state
    with pytest.raises(ConfirmationOver):
        ama.authorise(first)
    ended = world.rows("SELECT count(*) n FROM links WHERE killed_at IS NOT NULL")
    assert 1 <= ended[0].n


def test_the_very_same_draft_keeps_its_transfer_and_gets_a_link_that_works(world):
    """The first answer may have been lost on its way, and the button with it."""
    ama = world.person()
    first = ama.propose(payee="mum", amount="40")

    again = ama.draft(payee="mum", amount="40")

    assert isinstance(again, ConfirmNeeded)
    assert "utter_confirm_transfer" == again.response
    assert first == world.waiting(ama)
    (links,) = world.rows(
        "SELECT count(*) n, count(killed_at) dead FROM links WHERE purpose = 'confirm'"
    )
    assert (2, 1) == (links.n, links.dead)
    ama.authorise(first)


def test_the_same_draft_shortly_before_the_end_gets_time_of_its_own(world):
    ama = world.person()
    first = ama.propose(payee="mum", amount="40")
    world.clock.moment = world.transfer(first).expires_at - timedelta(seconds=59)
    world.sign_in(ama)

    assert isinstance(ama.draft(payee="mum", amount="40"), ConfirmNeeded)
    assert first != world.waiting(ama)


def test_a_late_confirmation_is_refused_and_told_about(world):
    ama = world.person()
    transfer_id = ama.propose(payee="mum", amount="50")
    world.clock.forward(minutes=25)

    with pytest.raises(ConfirmationOver):
        ama.authorise(transfer_id)
    before = len(ama.heard())
    world.bank.chores["expire"]()
    world.bank.chores["expire"]()
    assert TransferState.EXPIRED is world.transfer(transfer_id).state
    assert len(ama.heard()) <= before + 1


def test_a_customer_who_was_stopped_meanwhile_cannot_confirm(world):
    ama = world.person()
    transfer_id = ama.propose(payee="mum", amount="50")
    with world.bank.uow() as tx:
        world.bank.identity.sessions.freeze(tx, ama.enrolment_id, by="staff")
        tx.commit()

    with pytest.raises((CustomerBlocked, ConfirmationOver)):
        ama.authorise(transfer_id)
    assert TransferState.CANCELLED is world.transfer(transfer_id).state


@pytest.mark.parametrize(
    ("change", "failure"),
    [
        ("status = 'blocked'", "customer_blocked"),
        ("kyc_level = 'basic'", "customer_blocked"),
    ],
)
def test_the_core_has_the_last_word_on_who_pays(world, change, failure):
    ama = world.person()
    transfer_id = ama.confirm(payee="mum", amount="500")
    with world.engine.begin() as db:
        db.execute(text(f"UPDATE core_customers SET {change}"))
    before = ama.balance()

    world.bank.settlement.execute(transfer_id)

    transfer = world.transfer(transfer_id)
    assert (TransferState.FAILED, failure) == (transfer.state, transfer.failure)
    assert before == ama.balance()
    assert CoreState.VOID is world.bank.core.outcome(transfer_id).state
