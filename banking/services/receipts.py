"""Receipts: for every posted transfer, locked with the customer's passphrase."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo

from banking.domain import masking
from banking.domain.bubbles import DocumentBubble
from banking.domain.transfer import Transfer, TransferState
from banking.ports.documents import DocumentPress, Receipt
from banking.ports.identity import Clock
from banking.ports.money import Document
from banking.ports.unit_of_work import UnitOfWork
from banking.services.kyc import Caller
from banking.services.notices import tell_owner
from banking.services.outcomes import Outcome, ReceiptAgain, Say
from banking.services.transfer_facts import facts_of, those_meant

_LOOKED_BACK = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipts:
    uow: UnitOfWork
    clock: Clock
    press: DocumentPress
    zone: tzinfo

    def make(self, transfer: Transfer, core_reference: str, now: datetime) -> Document:
        """A receipt that is not stored yet. Raises KeyError without a passphrase."""
        with self.uow() as tx:
            enrolment = tx.enrolments.get(transfer.enrolment_id)
            passphrase = tx.enrolments.passphrase(transfer.enrolment_id)
        at = now.astimezone(self.zone)
        receipt = Receipt(
            number=core_reference,
            at=at,
            amount=transfer.amount,
            fee=transfer.fee,
            payer=masking.name(enrolment.name) if enrolment else "",
            source=transfer.source_shown,
            payee=transfer.payee_shown,
            payee_account=masking.account(transfer.payee_account),
            reference=transfer.reference,
        )
        return Document(
            id=uuid.uuid4().hex,
            enrolment_id=transfer.enrolment_id,
            kind="receipt",
            # Nothing personal: file names show in notifications and downloads.
            filename=f"receipt-{at:%Y-%m-%d}-{core_reference.lower()}.pdf",
            content=self.press.receipt(receipt, passphrase),
            created_at=now,
            transfer_id=transfer.id,
        )

    def again(self, caller: Caller, asked: ReceiptAgain) -> Outcome:
        """Have the receipt of a payment that went through sent once more."""
        with self.uow() as tx:
            latest = tx.transfers.latest_of(caller.id, limit=_LOOKED_BACK)
            found = [t for t in latest if t.state is TransferState.POSTED]
            if asked.which:
                found = those_meant(tx, caller, found, asked.which)
            if not found:
                return Say("utter_receipt_none")
            # Behind this turn's own words: they announce it.
            tx.defer(
                "receipt",
                lock=f"turn:{caller.conversation_id}",
                transfer_id=found[0].id,
                document_id=uuid.uuid4().hex,
                conversation_id=caller.conversation_id,
            )
            tx.commit()
        return Say("utter_receipt_again", facts_of(found[0]))

    def send_again(
        self, transfer_id: str, document_id: str, conversation_id: str
    ) -> None:
        """Make the receipt anew and send it, once, under this id.

        Not the old file: the customer may have chosen another passphrase since.
        """
        with self.uow() as tx:
            transfer = tx.transfers.get(transfer_id)
            made = tx.documents.get(document_id)
            enrolment = tx.enrolments.get(transfer.enrolment_id) if transfer else None
        if transfer is None or made or enrolment is None or not enrolment.active:
            return
        at, reference = transfer.settled_at, transfer.core_reference
        if at is None or reference is None:
            return
        receipt = replace(
            self.make(transfer, reference, at),
            id=document_id,
            created_at=self.clock.now(),
            # The transfer has its own receipt; this one is another copy.
            transfer_id=None,
        )
        with self.uow() as tx:
            if not tx.documents.add(receipt):
                return
            paper = DocumentBubble(receipt.id, receipt.filename)
            tell_owner(tx, transfer.enrolment_id, conversation_id, [paper])
            tx.commit()
