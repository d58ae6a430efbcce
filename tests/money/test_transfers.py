"""A transfer from its confirmation on: limits, keys, doubt, and being told."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Barrier

import pytest
from sqlalchemy import text

from banking.domain.money import Money
from banking.domain.refusals import (
    ConfirmationOver,
    CustomerBlocked,
    FeeChanged,
    LimitExceeded,
    NothingToCancel,
    Refusal,
    TransferUnderWay,
    TransferUnknown,
)
from banking.domain.transfer import TransferState
from banking.ports.core_banking import CoreState
from banking.services.outcomes import (
    CancelTransfer,
    ConfirmNeeded,
    Refused,
    Say,
    SendMoneyDraft,
    TransferStatus,
)
from banking.services.payments import Payments


def at_once(threads, act):
    barrier = Barrier(threads)

    def run(number):
        barrier.wait()
        return act(number)

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(run, range(threads)))


def notices(world, person):
    return " ".join(person.heard())


def sound(world):
    found = world.check()
    faults = ("unbalanced", "negative_accounts", "holds_without_transfer")
    assert [0, 0, 0] == [found[fault] for fault in faults]
    return found


# --- confirming -------------------------------------------------------------------


def test_a_transfer_is_confirmed_once(world):
    ama = world.person()
    transfer_id = ama.propose(payee="mum", amount="50")
    ama.authorise(transfer_id)

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
    assert view.payee_account_masked.startswith("•••• ")
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


def test_a_late_confirmation_is_refused_and_told_about(world):
    ama = world.person()
    transfer_id = ama.propose(payee="mum", amount="50")
    world.clock.pass_time(minutes=25)

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
    transfer_id = ama.propose(payee="mum", amount="500")
    ama.authorise(transfer_id)
    with world.engine.begin() as db:
        db.execute(text(f"UPDATE core_customers SET {change}"))
    before = ama.balance()

    world.bank.settlement.execute(transfer_id)

    transfer = world.transfer(transfer_id)
    assert (TransferState.FAILED, failure) == (transfer.state, transfer.failure)
    assert before == ama.balance()
    assert CoreState.VOID is world.bank.core.outcome(transfer_id).state


# --- limits -----------------------------------------------------------------------


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
    world.clock.at = world.clock.at.replace(hour=23, minute=59, second=58)
    world.sign_in(ama)
    first = ama.propose(payee="mum", amount="100")
    second = None
    with world.bank.uow() as tx:
        payments.authorise(tx, first, ama.enrolment_id)
        tx.commit()
    second = ama.propose(payee="mum", amount="60")
    world.clock.pass_time(seconds=1)
    with pytest.raises(LimitExceeded), world.bank.uow() as tx:
        payments.authorise(tx, second, ama.enrolment_id)

    world.clock.pass_time(seconds=1)
    with world.bank.uow() as tx:
        payments.authorise(tx, second, ama.enrolment_id)
        tx.commit()


# --- sending ----------------------------------------------------------------------


def test_twenty_workers_send_one_transfer_once(world):
    ama = world.person()
    before = ama.balance()
    transfer_id = ama.propose(payee="mum", amount="50")
    ama.authorise(transfer_id)

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
    transfer_id = ama.propose(payee="mum", amount=amount)
    ama.authorise(transfer_id)
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
    transfer_id = ama.propose(payee="mum", amount="50")
    ama.authorise(transfer_id)
    world.core.lost_before = True
    for _ in range(3):
        world.bank.settlement.execute(transfer_id)
    assert TransferState.IN_DOUBT is world.transfer(transfer_id).state
    assert before == ama.balance()

    world.core.lost_before = False
    world.clock.pass_time(minutes=1)
    world.bank.chores["reconcile"]()

    assert TransferState.POSTED is world.transfer(transfer_id).state
    assert 5000 == before.minor - ama.balance().minor
    sound(world)


def test_a_core_that_moved_the_money_in_silence_is_believed(world):
    ama = world.person()
    before = ama.balance()
    transfer_id = ama.propose(payee="mum", amount="50")
    ama.authorise(transfer_id)
    world.core.lost_after = True
    world.bank.settlement.execute(transfer_id)
    assert TransferState.IN_DOUBT is world.transfer(transfer_id).state
    assert 5000 == before.minor - ama.balance().minor

    world.clock.pass_time(minutes=1)
    for _ in range(2):
        world.bank.chores["reconcile"]()

    assert TransferState.POSTED is world.transfer(transfer_id).state
    assert 5000 == before.minor - ama.balance().minor
    assert 1 == len(world.rows("SELECT id FROM documents"))
    sound(world)


def test_a_payment_nobody_heard_of_is_given_up_after_a_while(world):
    ama = world.person()
    before = ama.balance()
    transfer_id = ama.propose(payee="mum", amount="50")
    ama.authorise(transfer_id)
    world.core.lost_before = True
    world.bank.settlement.execute(transfer_id)

    world.clock.pass_time(minutes=16)
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
    transfer_id = ama.propose(payee="mum", amount="50")
    ama.authorise(transfer_id)
    begun = world.bank.settlement._begin(transfer_id)
    assert TransferState.SENDING is begun.state
    from banking.services.settlement import _order

    world.core.ledger.hold(_order(begun))
    world.core.ledger.post(transfer_id)

    world.clock.pass_time(minutes=1)
    world.bank.chores["reconcile"]()

    assert TransferState.POSTED is world.transfer(transfer_id).state
    assert 5000 == before.minor - ama.balance().minor
    assert 1 == len(world.rows("SELECT id FROM documents"))


def test_a_confirmed_transfer_whose_job_was_lost_is_sent(world):
    ama = world.person()
    transfer_id = ama.propose(payee="mum", amount="50")
    ama.authorise(transfer_id)
    world.clock.pass_time(minutes=1)

    world.bank.chores["reconcile"]()

    assert TransferState.POSTED is world.transfer(transfer_id).state


def test_a_core_that_knows_another_payment_by_this_id_is_never_believed(world):
    ama = world.person()
    transfer_id = ama.propose(payee="mum", amount="50")
    ama.authorise(transfer_id)

    begun = world.bank.settlement._begin(transfer_id)
    from banking.services.settlement import _order

    world.core.ledger.hold(replace(_order(begun), description="other"))
    world.bank.settlement.execute(transfer_id)

    assert TransferState.IN_DOUBT is world.transfer(transfer_id).state
    events = world.rows("SELECT event FROM audit WHERE event = 'core_mismatch'")
    assert 1 == len(events)


# --- cancelling and asking --------------------------------------------------------


def test_what_is_not_sent_yet_can_be_cancelled(world):
    ama = world.person()
    transfer_id = ama.propose(payee="mum", amount="50")
    ama.authorise(transfer_id)

    said = ama.do(CancelTransfer())

    assert isinstance(said, Say)
    assert "utter_transfer_cancelled" == said.response
    before = ama.balance()
    world.bank.settlement.execute(transfer_id)
    assert before == ama.balance()
    assert Refused(NothingToCancel.code) == ama.do(CancelTransfer())


def test_what_may_have_moved_cannot_be_cancelled(world):
    ama = world.person()
    transfer_id = ama.propose(payee="mum", amount="50")
    ama.authorise(transfer_id)
    world.core.lost_after = True
    world.bank.settlement.execute(transfer_id)

    refused = ama.do(CancelTransfer())

    assert TransferUnderWay.code == refused.code
    with pytest.raises(TransferUnderWay):
        world.bank.teller.cancel(transfer_id, ama.enrolment_id)


def test_sending_and_cancelling_at_once_end_as_one_of_them(world):
    ama = world.person()
    before = ama.balance()
    transfer_id = ama.propose(payee="mum", amount="50")
    ama.authorise(transfer_id)

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
        transfer_id = ama.propose(payee="mum", amount="50")
        ama.authorise(transfer_id)
        world.clock.pass_time(minutes=minutes)
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
    world.clock.pass_time(hours=24)
    world.sign_in(ama)
    assert isinstance(ama.draft(payee="mum", amount="201"), ConfirmNeeded)


def test_a_payee_who_left_meanwhile_gets_nothing(world):
    ama = world.person()
    before = ama.balance()
    transfer_id = ama.propose(payee="grace", amount="50")
    ama.authorise(transfer_id)
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
