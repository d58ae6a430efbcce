"""What changes between draft and confirmation, and what can be taken back."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from banking.domain.money import Money
from banking.domain.refusals import (
    FeeChanged,
    LimitExceeded,
    NothingToCancel,
    Refusal,
    TransferUnderWay,
)
from banking.domain.transfer import TransferState
from banking.services.outcomes import (
    CancelTransfer,
    ConfirmNeeded,
    Refused,
    Say,
    SendMoneyDraft,
    TransferStatus,
)
from tests.money.races import at_once, sound

# --- cancelling and asking --------------------------------------------------------


def test_what_is_not_sent_yet_can_be_cancelled(world):
    ama = world.person()
    transfer_id = ama.confirm(payee="mum", amount="50")

    said = ama.do(CancelTransfer())

    assert isinstance(said, Say)
    assert "utter_transfer_cancelled" == said.response
    before = ama.balance()
    world.bank.settlement.execute(transfer_id)
    assert before == ama.balance()
    assert Refused(NothingToCancel.code) == ama.do(CancelTransfer())


def test_what_may_have_moved_cannot_be_cancelled(world):
    ama = world.person()
    transfer_id = ama.confirm(payee="mum", amount="50")
    world.core.lost_after = True
    world.bank.settlement.execute(transfer_id)

    refused = ama.do(CancelTransfer())

    assert TransferUnderWay.code == refused.code
    with pytest.raises(TransferUnderWay):
        world.bank.teller.cancel(transfer_id, ama.enrolment_id)


def test_sending_and_cancelling_at_once_end_as_one_of_them(world):
    ama = world.person()
    before = ama.balance()
    transfer_id = ama.confirm(payee="mum", amount="50")

    def act(number):
        if number % 2:
            return world.bank.settlement.execute(transfer_id)
        try:
            return world.bank.teller.cancel(transfer_id, ama.enrolment_id)
        except Refusal:
            return None

    at_once(8, act)

    state = world.transfer(transfer_id).state
    moved = before.minor - ama.balance().minor
    assert (state, moved) in {
        (TransferState.POSTED, 5000),
        (TransferState.CANCELLED, 0),
    }


def test_a_customer_can_ask_what_became_of_it(world):
    ama = world.person()
    assert "utter_transfer_status_none" == ama.ask(TransferStatus()).response
    transfer_id = ama.propose(payee="mum", amount="50")
    assert "utter_transfer_status_awaiting" == ama.ask(TransferStatus()).response
    ama.authorise(transfer_id)
    assert "utter_transfer_status_under_way" == ama.ask(TransferStatus()).response
    world.bank.settlement.execute(transfer_id)
    assert "utter_transfer_status_posted" == ama.ask(TransferStatus()).response


@pytest.mark.parametrize("which", ["mum", "my mom", "50", "fifty dollars"])
def test_a_payment_is_named_as_people_name_it(world, which):
    ama = world.person()
    ama.pay(payee="mum", amount="50")
    world.clock.forward(minutes=1)
    ama.pay(payee="grace", amount="20")

    assert "USD 50.00" == ama.ask(TransferStatus(which)).facts["amount"]
    refused = ama.do(CancelTransfer(which))
    assert "transfer_under_way" == refused.code
    assert "USD 50.00" == refused.facts["amount"]


def test_what_is_named_and_gone_does_not_cancel_what_waits(world):
    ama = world.person()
    ama.pay(payee="mum", amount="50")
    world.clock.forward(minutes=1)
    waiting = ama.propose(payee="grace", amount="20")

    assert "transfer_under_way" == ama.do(CancelTransfer("mum")).code
    assert TransferState.AWAITING is world.transfer(waiting).state
    assert "utter_transfer_cancelled" == ama.do(CancelTransfer("grace")).response


def test_balances_are_told_to_whoever_is_signed_in_only(world):
    ama = world.person()
    said = []
    words = world.bank.settlement.words

    class Heard:
        def say(self, response, /, **facts):
            said.append((response, facts.get("left")))
            return words.say(response, **facts)

    settlement = replace(world.bank.settlement, words=Heard())
    for minutes in (0, 6):
        transfer_id = ama.confirm(payee="mum", amount="50")
        world.clock.forward(minutes=minutes)
        settlement.execute(transfer_id)

    left = str(ama.balance() + world.transfer(transfer_id).amount)
    assert [("utter_transfer_done_left", left), ("utter_transfer_done", None)] == said


# --- what may change between the draft and the confirmation -----------------------


def with_fee(world, minor):
    """Everything about payments, with another fee."""
    teller = world.bank.teller
    rules = teller.payments.rules
    fees = {service: replace(fee, minor=minor) for service, fee in rules.fees.items()}
    rules = replace(rules, fees=fees)
    payments = replace(teller.payments, rules=rules)
    send_money = replace(teller.send_money, rules=rules, payments=payments)
    return replace(teller, payments=payments, send_money=send_money)


def test_the_fee_is_shown_confirmed_taken_and_printed(world):
    ama = world.person()
    before = ama.balance()
    draft = SendMoneyDraft(payee="mum", amount="50")

    confirm = with_fee(world, 75).draft(ama.token(), draft)
    transfer_id = world.waiting(ama)
    with world.bank.uow() as tx:
        with_fee(world, 75).authorise(tx, transfer_id, ama.enrolment_id)
        tx.commit()
    world.bank.settlement.execute(transfer_id)

    assert "USD 0.75" == confirm.facts["fee"]
    assert 5075 == before.minor - ama.balance().minor
    assert 1 == len(world.rows("SELECT id FROM documents"))
    sound(world)


def test_all_of_it_leaves_room_for_the_fee(world):
    ama = world.person()
    draft = SendMoneyDraft(payee="mum", amount="all of it")

    asked = with_fee(world, 75).draft(ama.token(), draft)

    offered = ama.balance() - Money(75, "USD")
    assert [str(offered)] == [choice.title for choice in asked.choices]


def test_a_fee_that_changed_after_it_was_shown_is_not_taken(world):
    ama = world.person()
    transfer_id = ama.propose(payee="mum", amount="50")

    with pytest.raises(FeeChanged), world.bank.uow() as tx:
        with_fee(world, 75).authorise(tx, transfer_id, ama.enrolment_id)
    assert TransferState.AWAITING is world.transfer(transfer_id).state


def test_a_level_that_was_lowered_meanwhile_counts(world):
    ama = world.person()
    transfer_id = ama.propose(payee="mum", amount="201")
    with world.bank.uow() as tx:
        tx.enrolments.set_kyc_level(ama.enrolment_id, "basic")
        tx.commit()

    with pytest.raises(LimitExceeded) as refusal:
        ama.authorise(transfer_id)
    assert ("transaction", "USD 200.00") == (
        refusal.value.window,
        str(refusal.value.allowed),
    )


def test_limits_are_low_for_a_day_after_a_pin_was_recovered(world):
    ama = world.person()
    with world.engine.begin() as db:
        db.execute(
            text("UPDATE enrolments SET lowered_until = :until"),
            {"until": world.clock.now() + timedelta(hours=24)},
        )

    assert "utter_ask_amount_over_transaction_limit" == (
        ama.draft(payee="mum", amount="201").response
    )
    world.clock.forward(hours=24)
    world.sign_in(ama)
    assert isinstance(ama.draft(payee="mum", amount="201"), ConfirmNeeded)


def test_a_payee_who_left_meanwhile_gets_nothing(world):
    ama = world.person()
    before = ama.balance()
    transfer_id = ama.confirm(payee="grace", amount="50")
    payee = world.transfer(transfer_id).payee_account
    with world.engine.begin() as db:
        db.execute(
            text("UPDATE core_accounts SET status = 'closed' WHERE number = :n"),
            {"n": payee},
        )

    world.bank.settlement.execute(transfer_id)

    transfer = world.transfer(transfer_id)
    assert (TransferState.FAILED, "account_closed") == (
        transfer.state,
        transfer.failure,
    )
    assert before == ama.balance()
    assert 1 == len(ama.heard())


def test_two_senders_at_once_never_fill_a_payee_over_the_cap(world):
    ama, kofi = world.people(2)
    ids = [p.propose(payee="grace", amount="60") for p in (ama, kofi)]
    for person, transfer_id in zip((ama, kofi), ids, strict=True):
        person.authorise(transfer_id)
    payee = world.transfer(ids[0]).payee_account
    with world.engine.begin() as db:
        db.execute(
            text(
                "UPDATE core_accounts SET balance_cap_minor = balance_minor + 10000"
                " WHERE number = :n"
            ),
            {"n": payee},
        )

    at_once(2, lambda number: world.bank.settlement.execute(ids[number]))

    states = sorted(world.transfer(transfer_id).state for transfer_id in ids)
    assert [TransferState.FAILED, TransferState.POSTED] == states
    sound(world)
