"""A transfer: what was confirmed, and how far it has come.

The table of legal steps is all there is; a pair that is not in it is refused.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

from banking.domain.money import Money


class TransferState(StrEnum):
    AWAITING = "awaiting"  # the customer has not confirmed yet
    AUTHORISED = "authorised"  # confirmed; the job has not begun
    SENDING = "sending"  # the core may have been asked
    IN_DOUBT = "in_doubt"  # the core was asked and did not answer
    POSTED = "posted"
    FAILED = "failed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


class TransferEvent(StrEnum):
    AUTHORISE = "authorise"
    CANCEL = "cancel"
    EXPIRE = "expire"
    SEND = "send"
    LOSE_SIGHT = "lose_sight"
    POST = "post"
    REFUSE = "refuse"


_S, _E = TransferState, TransferEvent
STEPS: Final = {
    (_S.AWAITING, _E.AUTHORISE): _S.AUTHORISED,
    (_S.AWAITING, _E.CANCEL): _S.CANCELLED,
    (_S.AWAITING, _E.EXPIRE): _S.EXPIRED,
    (_S.AUTHORISED, _E.CANCEL): _S.CANCELLED,
    (_S.AUTHORISED, _E.SEND): _S.SENDING,
    # A worker that died while sending asks the core again, with the same key.
    (_S.SENDING, _E.SEND): _S.SENDING,
    (_S.SENDING, _E.LOSE_SIGHT): _S.IN_DOUBT,
    (_S.SENDING, _E.POST): _S.POSTED,
    (_S.SENDING, _E.REFUSE): _S.FAILED,
    (_S.IN_DOUBT, _E.SEND): _S.IN_DOUBT,
    (_S.IN_DOUBT, _E.LOSE_SIGHT): _S.IN_DOUBT,
    (_S.IN_DOUBT, _E.POST): _S.POSTED,
    (_S.IN_DOUBT, _E.REFUSE): _S.FAILED,
}

COUNTED: Final = frozenset({_S.AUTHORISED, _S.SENDING, _S.IN_DOUBT, _S.POSTED})
"""States that use up a limit: the money has moved, or still may."""


class IllegalStep(Exception):
    """The transfer is not in a state in which this can happen."""


def step(state: TransferState, event: TransferEvent) -> TransferState:
    """The state after the event; raises IllegalStep."""
    try:
        return STEPS[state, event]
    except KeyError:
        raise IllegalStep(f"{event} of a transfer that is {state}") from None


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer:
    """One payment of one customer. Times are UTC; `id` is the core's key as well."""

    id: str
    enrolment_id: str
    customer_number: str
    conversation_id: str
    service: str
    source_account: str = field(repr=False)
    source_shown: str
    payee_account: str = field(repr=False)
    payee_name: str = field(repr=False)
    payee_shown: str
    amount: Money
    fee: Money
    reference: str = field(repr=False)
    state: TransferState
    created_at: datetime
    expires_at: datetime
    authorised_at: datetime | None = None
    settled_at: datetime | None = None
    core_reference: str | None = None
    failure: str | None = None

    @property
    def total(self) -> Money:
        return self.amount + self.fee

    @property
    def binding(self) -> str:
        """A digest of everything that a confirmation confirms (hex SHA-256)."""
        bound = (
            self.customer_number,
            self.source_account,
            self.payee_account,
            self.payee_shown,
            self.amount.minor,
            self.amount.currency,
            self.reference,
            self.fee.minor,
        )
        packed = json.dumps(bound, ensure_ascii=True, separators=(",", ":"))
        return hashlib.sha256(packed.encode()).hexdigest()
