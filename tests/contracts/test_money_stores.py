"""What the stores of moving money promise, in memory and in PostgreSQL."""

from dataclasses import replace
from datetime import timedelta

import pytest

from banking.adapters.documents.shelf import DocumentShelf
from banking.domain.money import Money
from banking.domain.transfer import Transfer, TransferState
from banking.ports.money import Document, ParkedRequest, Payee, StatementRequest
from tests.contracts.conftest import NOON

MINUTE = timedelta(minutes=1)
ALWAYS = (NOON - timedelta(days=1), NOON + timedelta(days=1))
CONFIRMED = {"authorised_at": NOON}
POSTED = {"state": TransferState.POSTED, "core_reference": "R1", **CONFIRMED}


def transfer(key="t1", minor=4_500, **values):
    given = {
        "enrolment_id": "e1",
        "customer_number": "C1",
        "conversation_id": "c1",
        "service": "transfer",
        "source_account": "4321",
        "source_shown": "Current •••• 4321",
        "payee_account": "1122",
        "payee_name": "Peter Osei",
        "payee_shown": "Peter O.",
        "amount": Money(minor, "USD"),
        "fee": Money(0, "USD"),
        "reference": "pizza",
        "state": TransferState.AWAITING,
        "created_at": NOON,
        "expires_at": NOON + 10 * MINUTE,
    }
    return Transfer(id=key, **given | values)


# --- transfers --------------------------------------------------------------------


def test_a_transfer_is_kept_as_it_was_added(tx):
    tx.transfers.add(transfer())

    assert transfer() == tx.transfers.get("t1") == tx.transfers.lock("t1")
    assert tx.transfers.get("t2") is None
    with pytest.raises(Exception, match=r"once|unique"):
        tx.transfers.add(transfer())


def test_saving_moves_a_transfer_and_changes_nothing_else(tx):
    tx.transfers.add(transfer())
    tx.transfers.save(transfer(minor=1, reference="other", settled_at=NOON, **POSTED))

    expected = transfer(settled_at=NOON, **POSTED)
    assert expected == tx.transfers.get("t1")
    assert {"t1": TransferState.POSTED} == dict(tx.transfers.states(["t1", "t9"]))


def test_what_waits_is_found_and_cancelled(tx):
    tx.transfers.add(transfer("t2", created_at=NOON + MINUTE))
    tx.transfers.add(transfer("t1"))
    tx.transfers.add(transfer("t3", **POSTED))
    tx.transfers.add(transfer("t4", enrolment_id="e2"))

    assert ["t1", "t2"] == [one.id for one in tx.transfers.open_of("e1")]
    assert {"t1", "t2"} == set(tx.transfers.cancel_open("e1", NOON + MINUTE))
    assert [] == tx.transfers.open_of("e1") == tx.transfers.cancel_open("e1")
    gone = tx.transfers.get("t1")
    assert (TransferState.CANCELLED, NOON + MINUTE) == (gone.state, gone.settled_at)
    assert TransferState.POSTED is tx.transfers.get("t3").state


def test_cancelling_without_a_time_takes_the_stores_own(tx):
    tx.transfers.add(transfer())
    tx.transfers.cancel_open("e1")

    assert tx.transfers.get("t1").settled_at is not None


def test_the_newest_come_first_without_what_came_to_nothing(tx):
    states = [*TransferState]
    for number, state in enumerate(states):
        core = "R" if state is TransferState.POSTED else None
        tx.transfers.add(
            transfer(
                f"t{number}",
                state=state,
                authorised_at=NOON,
                core_reference=core,
                created_at=NOON + number * MINUTE,
            )
        )
    dropped = {TransferState.CANCELLED, TransferState.EXPIRED}
    shown = [state for state in reversed(states) if state not in dropped]

    assert shown == [one.state for one in tx.transfers.latest_of("e1", 10)]
    assert shown[:2] == [one.state for one in tx.transfers.latest_of("e1", 2)]
    assert [] == tx.transfers.latest_of("e2")


def test_spent_is_what_was_confirmed_in_that_time_and_not_refused(tx):
    tx.transfers.add(transfer("t1", 100, **POSTED))
    tx.transfers.add(transfer("t2", 20, state=TransferState.SENDING, **CONFIRMED))
    tx.transfers.add(transfer("t3", 3, state=TransferState.FAILED, **CONFIRMED))
    tx.transfers.add(transfer("t4", 4))
    tx.transfers.add(transfer("t5", 5, **{**POSTED, "service": "own"}))
    tx.transfers.add(transfer("t6", 6, **{**POSTED, "customer_number": "C2"}))
    late = {**POSTED, "authorised_at": ALWAYS[1]}
    tx.transfers.add(transfer("t7", 7, **late))

    assert Money(120, "USD") == tx.transfers.spent("C1", "transfer", ALWAYS)
    assert tx.transfers.spent("C3", "transfer", ALWAYS) is None


def test_payments_to_an_account_the_newest_first(tx):
    for number in range(3):
        at = NOON + number * MINUTE
        tx.transfers.add(transfer(f"t{number}", **{**POSTED, "authorised_at": at}))
    tx.transfers.add(transfer("t8", **{**POSTED, "payee_account": "9"}))
    tx.transfers.add(transfer("t9"))

    paid = tx.transfers.paid_to("C1", "1122", NOON + MINUTE)
    assert ["t2", "t1"] == [one.id for one in paid]


def test_when_an_account_was_first_paid(tx):
    assert tx.transfers.first_paid("C1", "1122") is None
    for number in (2, 1):
        settled = {"settled_at": NOON + number * MINUTE}
        tx.transfers.add(transfer(f"t{number}", **POSTED, **settled))
    tx.transfers.add(transfer("t3", state=TransferState.SENDING, **CONFIRMED))

    assert NOON + MINUTE == tx.transfers.first_paid("C1", "1122")


def test_what_waited_too_long_and_what_is_not_settled(tx):
    tx.transfers.add(transfer("t1", expires_at=NOON))
    tx.transfers.add(transfer("t2", expires_at=NOON + MINUTE))
    late = {"authorised_at": NOON + MINUTE}
    tx.transfers.add(transfer("t3", state=TransferState.IN_DOUBT, **late))
    tx.transfers.add(transfer("t4", state=TransferState.AUTHORISED, **CONFIRMED))
    tx.transfers.add(transfer("t5", **POSTED))

    assert ["t1"] == tx.transfers.expired(NOON)
    assert ["t4"] == [one.id for one in tx.transfers.unsettled(NOON)]
    assert ["t4", "t3"] == [one.id for one in tx.transfers.unsettled(NOON + MINUTE)]


# --- payees -----------------------------------------------------------------------


def payee(key="p1", alias="mum", account="1122", enrolment_id="e1"):
    return Payee(key, enrolment_id, alias, "Grace Mensah", account, NOON)


def test_payees_by_name_and_each_account_once(tx):
    assert tx.payees.add(payee())
    assert tx.payees.add(payee("p2", "Kofi", "7788"))
    assert not tx.payees.add(payee("p3", "mother"))
    assert tx.payees.add(payee("p4", enrolment_id="e2"))

    assert ["Kofi", "mum"] == [one.alias for one in tx.payees.of("e1")]
    assert payee() == tx.payees.get("e1", "p1")


def test_nobody_reaches_another_customers_payee(tx):
    tx.payees.add(payee())

    assert tx.payees.get("e2", "p1") is None
    tx.payees.remove("e2", "p1")
    assert payee() == tx.payees.get("e1", "p1")
    tx.payees.remove("e1", "p1")
    assert [] == tx.payees.of("e1")


def test_beneficiaries_are_taken_over_once(tx):
    assert not tx.payees.imported("e1")
    assert [True, False] == [tx.payees.mark_imported("e1", NOON) for _ in range(2)]
    assert tx.payees.imported("e1")
    assert not tx.payees.imported("e2")


# --- parked requests --------------------------------------------------------------


def parked(kind="balance", at=NOON, conversation_id="c1"):
    return ParkedRequest(conversation_id, kind, {"account": None, "n": [1]}, at)


def test_one_request_is_parked_and_taken_once(tx):
    tx.parked.put(parked())
    tx.parked.put(parked("transfer", NOON + MINUTE))

    assert parked("transfer", NOON + MINUTE) == tx.parked.take("c1")
    assert tx.parked.take("c1") is None


def test_old_requests_are_cleared_away(tx):
    tx.parked.put(parked())
    tx.parked.put(parked(at=NOON + 2 * MINUTE, conversation_id="c2"))

    assert 1 == tx.parked.purge(NOON + MINUTE)
    assert tx.parked.take("c1") is None
    assert tx.parked.take("c2") is not None


# --- documents --------------------------------------------------------------------


def document(key="d1", transfer_id="t1"):
    return Document(
        id=key,
        enrolment_id="e1",
        kind="receipt",
        filename="receipt.pdf",
        content=b"%PDF\x00",
        created_at=NOON,
        transfer_id=transfer_id,
    )


def test_a_transfer_has_one_document(tx):
    assert tx.documents.add(document())
    assert not tx.documents.add(document("d2"))
    assert tx.documents.add(document("d3", None))
    assert tx.documents.add(document("d4", None))

    assert document() == tx.documents.get("d1") == tx.documents.of_transfer("t1")
    assert tx.documents.get("d2") is None
    assert tx.documents.of_transfer("t2") is None


def test_a_document_is_read_by_whoever_sends_it(uow):
    with uow() as tx:
        tx.documents.add(document())
        tx.commit()

    shelf = DocumentShelf(uow)
    assert [b"%PDF\x00", None] == [shelf.read("d1"), shelf.read("d2")]


def test_a_statement_request_is_answered(tx):
    asked = StatementRequest(
        id="r1",
        enrolment_id="e1",
        conversation_id="c1",
        customer_number="C1",
        account="4321",
        since=NOON - timedelta(days=30),
        until=NOON,
        requested_at=NOON,
    )
    tx.documents.request(asked)
    assert asked == tx.documents.lock_request("r1")
    tx.documents.answer_request("r1", "d1")

    answered = replace(asked, document_id="d1")
    assert answered == tx.documents.lock_request("r1")
    assert tx.documents.lock_request("r2") is None
