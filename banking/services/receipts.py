"""Receipts: one for every posted transfer, locked with the customer's passphrase."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, tzinfo

from banking.domain import masking
from banking.domain.transfer import Transfer
from banking.ports.documents import DocumentPress, Receipt
from banking.ports.money import Document
from banking.ports.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipts:
    uow: UnitOfWork
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
