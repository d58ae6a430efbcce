"""Sending a confirmed transfer to the core, and telling the customer what became of it.

The core is asked outside of any transaction, always with the transfer's id as the key.
State, receipt and notice are written in one commit, by whoever is first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from banking.domain.bubbles import Bubble, DocumentBubble
from banking.domain.kyc import KycLevel
from banking.domain.limits import MoneyRules
from banking.domain.money import Money
from banking.domain.refusals import KycTooLow
from banking.domain.session import TokenStatus
from banking.domain.transfer import (
    IllegalStep,
    Transfer,
    TransferEvent,
    TransferState,
    step,
)
from banking.ports.core_banking import (
    CoreBanking,
    CoreRefused,
    CoreUnreachable,
    Order,
)
from banking.ports.gateway import Words
from banking.ports.identity import Clock
from banking.ports.unit_of_work import Tx, UnitOfWork
from banking.services.notices import tell_owner
from banking.services.receipts import Receipts
from banking.services.token_validity import TokenValidity
from banking.services.transfer_facts import facts_of

_FAILURES = {
    "insufficient_funds": "utter_transfer_failed_not_enough",
    "balance_cap": "utter_transfer_failed_payee_limit",
    "account_closed": "utter_transfer_failed_payee_gone",
    "account_unknown": "utter_transfer_failed_payee_gone",
    "customer_blocked": "utter_transfer_failed_blocked",
}
_FAILURE = "utter_transfer_failed"
_IN_DOUBT = "transfer_in_doubt"
# Seconds after the core's silence; the customer waits for an answer meanwhile.
_ASK_AGAIN_AFTER = (3, 12)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    uow: UnitOfWork
    clock: Clock
    rules: MoneyRules
    core: CoreBanking
    receipts: Receipts
    validity: TokenValidity
    words: Words

    def execute(self, transfer_id: str) -> None:
        """Send a confirmed transfer; again as often as needed, it moves once."""
        begun = self._begin(transfer_id)
        if begun is None:
            return
        try:
            self._require_customer(begun)
            self.core.hold(_order(begun))
            reference = self.core.post(transfer_id)
        except CoreRefused as refused:
            self.refused(transfer_id, refused.reason)
        except CoreUnreachable:
            self._lose_sight(transfer_id)
        else:
            self.posted(transfer_id, reference)

    def posted(self, transfer_id: str, reference: str) -> None:
        """Write down that the money has moved, with receipt and notice, once."""
        with self.uow() as tx:
            transfer = tx.transfers.get(transfer_id)
        if transfer is None or not _may(transfer, TransferEvent.POST):
            return
        now = self.clock.now()
        receipt = self.receipts.make(transfer, reference, now)
        left = self._left(transfer)
        with self.uow() as tx:
            locked = tx.transfers.lock(transfer_id)
            if locked is None or not _may(locked, TransferEvent.POST):
                return
            late = locked.state is TransferState.IN_DOUBT
            settled = replace(
                locked,
                state=step(locked.state, TransferEvent.POST),
                settled_at=now,
                core_reference=reference,
            )
            tx.transfers.save(settled)
            tx.documents.add(receipt)
            facts = facts_of(settled)
            response = "utter_transfer_done_late" if late else "utter_transfer_done"
            # Balances are shown to whoever is signed in, and to nobody else.
            if left is not None and not late and self._signed_in(tx, settled):
                response, facts["left"] = "utter_transfer_done_left", str(left)
            bubbles = self.words.say(response, **facts)
            paper = DocumentBubble(receipt.id, receipt.filename)
            _tell(tx, settled, [*bubbles, paper])
            self._record(tx, settled, "transfer_posted", reference=reference)
            tx.commit()

    def refused(self, transfer_id: str, reason: str) -> None:
        """Write down that it did not happen, with a notice, once."""
        if reason == "different_parameters":
            # The core knows another payment by this id. Nobody may guess here.
            self._lose_sight(transfer_id, alarm="core_mismatch")
            return
        with self.uow() as tx:
            locked = tx.transfers.lock(transfer_id)
            if locked is None or not _may(locked, TransferEvent.REFUSE):
                return
            failed = replace(
                locked,
                state=step(locked.state, TransferEvent.REFUSE),
                settled_at=self.clock.now(),
                failure=reason,
            )
            tx.transfers.save(failed)
            bubbles = self.words.say(
                _FAILURES.get(reason, _FAILURE), **facts_of(failed)
            )
            _tell(tx, failed, bubbles)
            self._record(tx, failed, "transfer_failed", reason=reason)
            tx.commit()

    def _begin(self, transfer_id: str) -> Transfer | None:
        with self.uow() as tx:
            transfer = tx.transfers.lock(transfer_id)
            if transfer is None or not _may(transfer, TransferEvent.SEND):
                return None
            begun = replace(transfer, state=step(transfer.state, TransferEvent.SEND))
            tx.transfers.save(begun)
            tx.commit()
        return begun

    def _require_customer(self, transfer: Transfer) -> None:
        """The last look at who pays: stopped or lowered since they confirmed?"""
        if self._may_still_pay(transfer):
            return
        try:
            # An earlier attempt may hold money; this also keeps a late one from
            # working.
            self.core.void(transfer.id)
        except CoreRefused:
            # An earlier attempt has moved it: what is done must be told as done.
            return
        raise CoreRefused("customer_blocked")

    def _may_still_pay(self, transfer: Transfer) -> bool:
        with self.uow() as tx:
            enrolment = tx.enrolments.get(transfer.enrolment_id)
        customer = self.core.customer(transfer.customer_number)
        return (
            enrolment is not None
            and enrolment.active
            and customer is not None
            and customer.active
            and _level_allows(self.rules, transfer, customer.kyc_level)
        )

    def _lose_sight(self, transfer_id: str, alarm: str = _IN_DOUBT) -> None:
        with self.uow() as tx:
            locked = tx.transfers.lock(transfer_id)
            if locked is None or not _may(locked, TransferEvent.LOSE_SIGHT):
                return
            first = locked.state is not TransferState.IN_DOUBT
            doubtful = replace(locked, state=TransferState.IN_DOUBT)
            tx.transfers.save(doubtful)
            if first:
                words = self.words.say("utter_transfer_checking", **facts_of(doubtful))
                _tell(tx, doubtful, words)
            if first or alarm != _IN_DOUBT:
                # Silence is written down once; what nobody may guess, every time.
                self._record(tx, doubtful, alarm)
            if first and alarm == _IN_DOUBT:
                self._ask_again(tx, transfer_id)
            tx.commit()

    def _ask_again(self, tx: Tx, transfer_id: str) -> None:
        """Most broken lines are mended at once; later rounds are reconciliation's."""
        for seconds in _ASK_AGAIN_AFTER:
            tx.defer(
                "transfer",
                lock=f"transfer:{transfer_id}",
                at=self.clock.now() + timedelta(seconds=seconds),
                transfer_id=transfer_id,
            )

    def _left(self, transfer: Transfer) -> Money | None:
        try:
            accounts = self.core.accounts(transfer.customer_number)
        except CoreUnreachable:
            return None
        of_source = (a for a in accounts if a.number == transfer.source_account)
        return next((account.available for account in of_source), None)

    def _signed_in(self, tx: Tx, transfer: Transfer) -> bool:
        conversation = tx.conversations.get(transfer.conversation_id)
        if conversation is None or conversation.enrolment_id != transfer.enrolment_id:
            return False
        validity = self.validity.check(tx, conversation, extend=False)
        return validity.status is TokenStatus.VALID

    @staticmethod
    def _record(tx: Tx, transfer: Transfer, event: str, **facts: str) -> None:
        tx.audit.record(
            event,
            enrolment_id=transfer.enrolment_id,
            conversation_id=transfer.conversation_id,
            transfer=transfer.id,
            **facts,
        )


def _tell(tx: Tx, transfer: Transfer, bubbles: Sequence[Bubble]) -> None:
    tell_owner(tx, transfer.enrolment_id, transfer.conversation_id, bubbles)


def _order(transfer: Transfer) -> Order:
    return Order(
        id=transfer.id,
        debit_account=transfer.source_account,
        credit_account=transfer.payee_account,
        amount=transfer.amount,
        fee=transfer.fee,
        description=transfer.reference,
    )


def _may(transfer: Transfer, event: TransferEvent) -> bool:
    try:
        step(transfer.state, event)
    except IllegalStep:
        return False
    return True


def _level_allows(rules: MoneyRules, transfer: Transfer, level: KycLevel) -> bool:
    """Whether the core's own idea of the customer's level still allows this."""
    try:
        return transfer.amount <= rules.limit(transfer.service, level).per_transaction
    except KycTooLow:
        return False
