"""The steps of a transfer: a table, and nothing beside it."""

import itertools
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from banking.domain.money import Money
from banking.domain.transfer import (
    COUNTED,
    STEPS,
    IllegalStep,
    Transfer,
    TransferEvent,
    TransferState,
    step,
)

NOW = datetime(2026, 11, 20, 10, tzinfo=UTC)
TRANSFER = Transfer(
    id="t1",
    enrolment_id="e1",
    customer_number="c1",
    conversation_id="v1",
    service="transfer",
    source_account="1000000001",
    source_shown="Current •••• 0001",
    payee_account="1000000002",
    payee_name="Peter Okoro",
    payee_shown="Peter O.",
    amount=Money(4500, "USD"),
    fee=Money(50, "USD"),
    reference="pizza",
    state=TransferState.AWAITING,
    created_at=NOW,
    expires_at=NOW,
)
ILLEGAL = sorted(set(itertools.product(TransferState, TransferEvent)) - set(STEPS))


@pytest.mark.parametrize(("state", "event"), ILLEGAL)
def test_a_step_that_is_not_in_the_table_is_refused(state, event):
    with pytest.raises(IllegalStep):
        step(state, event)


def test_most_pairs_are_illegal_and_what_is_finished_stays_so():
    assert len(TransferState) * len(TransferEvent) - len(STEPS) == len(ILLEGAL)
    finished = {
        TransferState.POSTED,
        TransferState.FAILED,
        TransferState.CANCELLED,
        TransferState.EXPIRED,
    }
    assert not [pair for pair in STEPS if pair[0] in finished]


def test_money_is_only_sent_after_it_was_authorised():
    """Every way to POSTED leads through AUTHORISED."""
    without = {k: v for k, v in STEPS.items() if k[1] is not TransferEvent.AUTHORISE}
    reached, frontier = set(), {TransferState.AWAITING}
    while frontier:
        reached |= frontier
        frontier = {to for (frm, _), to in without.items() if frm in reached} - reached

    assert TransferState.POSTED not in reached
    assert not reached & COUNTED


def test_what_may_have_moved_cannot_be_cancelled():
    for state in (TransferState.SENDING, TransferState.IN_DOUBT, TransferState.POSTED):
        with pytest.raises(IllegalStep):
            step(state, TransferEvent.CANCEL)


@pytest.mark.parametrize(
    "change",
    [
        {"customer_number": "c2"},
        {"source_account": "1000000009"},
        {"payee_account": "1000000009"},
        {"payee_shown": "Peter K."},
        {"amount": Money(4501, "USD")},
        {"amount": Money(4500, "EUR"), "fee": Money(50, "EUR")},
        {"reference": "pizza "},
        {"fee": Money(51, "USD")},
    ],
)
def test_a_confirmation_binds_all_that_it_showed(change):
    assert TRANSFER.binding != replace(TRANSFER, **change).binding


def test_a_confirmation_does_not_bind_what_changes_by_itself():
    later = replace(TRANSFER, state=TransferState.POSTED, authorised_at=NOW)

    assert TRANSFER.binding == later.binding
