"""A transfer as it is shown: on the confirmation page and in the chat."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from banking.domain import masking
from banking.domain.amounts import Ambiguous, Exactly, read_amount
from banking.domain.money import Money
from banking.domain.transfer import Transfer, TransferState
from banking.ports.unit_of_work import Tx
from banking.services.kyc import Caller
from banking.services.payees import named


@dataclass(frozen=True, slots=True)
class TransferView:
    """What the confirmation page shows; `binding` stands for all of it."""

    id: str
    amount: Money
    payee_shown: str
    payee_account_masked: str
    fee: Money
    source_shown: str
    reference: str
    state: TransferState
    binding: str
    expires_at: datetime


def view_of(transfer: Transfer) -> TransferView:
    return TransferView(
        id=transfer.id,
        amount=transfer.amount,
        payee_shown=transfer.payee_shown,
        payee_account_masked=masking.account(transfer.payee_account),
        fee=transfer.fee,
        source_shown=transfer.source_shown,
        reference=transfer.reference,
        state=transfer.state,
        binding=transfer.binding,
        expires_at=transfer.expires_at,
    )


def facts_of(transfer: Transfer) -> dict[str, str]:
    """A transfer's facts for any response; `quoted` is empty without a reference."""
    return {
        "amount": str(transfer.amount),
        "payee": payee_of(transfer),
        "fee": str(transfer.fee),
        "source": transfer.source_shown,
        "reference": transfer.reference,
        "quoted": f", “{transfer.reference}”" if transfer.reference else "",
    }


def payee_of(transfer: Transfer) -> str:
    return f"{transfer.payee_shown} {masking.account(transfer.payee_account)}"


def those_meant(
    tx: Tx, caller: Caller, transfers: Sequence[Transfer], which: str
) -> list[Transfer]:
    """Those that `which` names: by the amount, a word of the payee's name, or what
    the customer calls a saved payee.
    """
    words = which.casefold().split()
    saved = named(tx.payees.of(caller.id), which)
    accounts = {payee.account for payee in saved}
    return [
        t
        for t in transfers
        if t.payee_account in accounts
        or any(word in t.payee_name.casefold().split() for word in words)
        or _says(which, t.amount)
    ]


def _says(which: str, amount: Money) -> bool:
    match read_amount(which, amount.currency):
        case Exactly(said):
            return said == amount
        case Ambiguous(options):
            return amount in options
    return False


STATUS: Final = {
    TransferState.AWAITING: "utter_transfer_status_awaiting",
    TransferState.AUTHORISED: "utter_transfer_status_under_way",
    TransferState.SENDING: "utter_transfer_status_under_way",
    TransferState.IN_DOUBT: "utter_transfer_checking",
    TransferState.POSTED: "utter_transfer_status_posted",
    TransferState.FAILED: "utter_transfer_status_failed",
    TransferState.CANCELLED: "utter_transfer_cancelled",
    TransferState.EXPIRED: "utter_transfer_expired",
}
