"""What waits for a customer to register or sign in, and comes back by itself."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime
from typing import Any, Final, cast

from banking.ports.money import ParkedRequest
from banking.services.outcomes import (
    AddPayee,
    Balance,
    CancelTransfer,
    ChangeAuthenticator,
    ChangePin,
    Details,
    Freeze,
    LimitsLeft,
    Movements,
    Payees,
    ReceiptAgain,
    RemovePayee,
    Request,
    SendMoneyDraft,
    Sessions,
    SignIn,
    Spending,
    StatementFor,
    TransferStatus,
)

logger = logging.getLogger(__name__)

_KINDS: Final[Mapping[str, type[Any]]] = {
    kind.__name__: kind
    for kind in (
        Balance,
        Movements,
        Spending,
        StatementFor,
        ReceiptAgain,
        Details,
        LimitsLeft,
        Payees,
        TransferStatus,
        Sessions,
        SignIn,
        AddPayee,
        RemovePayee,
        CancelTransfer,
        ChangePin,
        ChangeAuthenticator,
        Freeze,
        SendMoneyDraft,
    )
}
"""What may wait for a sign-in. Signing out is not worth signing in for."""


def parked(
    request: Request, conversation_id: str, now: datetime
) -> ParkedRequest | None:
    """Return the request as it waits; None for one that is not worth the wait."""
    name = type(request).__name__
    if name not in _KINDS:
        return None
    body = {f.name: getattr(request, f.name) for f in fields(request)}
    return ParkedRequest(conversation_id, name, body, now)


def unparked(waiting: ParkedRequest | None) -> Request | None:
    """Return what waited, or None."""
    if waiting is None or waiting.kind not in _KINDS:
        return None
    try:
        return cast(Request, _KINDS[waiting.kind](**waiting.body))
    except TypeError:
        # Written by another version of the bank: the customer asks again.
        logger.warning("a parked %s could not be read", waiting.kind)
        return None
