"""The API for other programs of the bank: token validity, and a demo's panel."""

import hmac
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import zip_longest
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException

from banking.domain import masking
from banking.domain.transfer import Transfer
from banking.ports.gateway import Conversation, TurnRow
from banking.ports.identity import Clock
from banking.ports.unit_of_work import Tx, UnitOfWork
from banking.services.api_pace import ApiPace, AskedTooOften
from banking.services.identity import Identity

_PHONE = re.compile(r"\+?[1-9][0-9]{6,14}")
# NUL cannot be looked up, and no name has any of the others.
_NO_CONTROLS = r"^[^\x00-\x1f\x7f]+$"
_TURNS_SHOWN = 20
_UNAUTHORISED = 401
_TOO_MANY = 429


@dataclass(frozen=True, slots=True, kw_only=True)
class Api:
    """What the API answers from. `traces` is for demo and test banks alone."""

    uow: UnitOfWork
    clock: Clock
    identity: Identity
    pace: ApiPace
    key: str = field(repr=False)
    channels: tuple[str, ...]
    traces: bool


class TokenQuestion(BaseModel):
    """Whose token: a channel, and the user as the channel knows them."""

    model_config = ConfigDict(extra="forbid", strict=True)

    channel: Annotated[str, Field(min_length=1, max_length=32, pattern=_NO_CONTROLS)]
    user: Annotated[str, Field(min_length=1, max_length=128, pattern=_NO_CONTROLS)]


class TokenAnswer(BaseModel):
    """`expires_at` only for a valid token, `next_url` only for the others."""

    status: Literal["missing", "expired", "valid"]
    expires_at: datetime | None
    next_url: str | None


def key_given(request: Request) -> str:
    """Return the key that came with a request, in either of its two headers."""
    given = request.headers.get("x-api-key", "")
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    return token if not given and kind.lower() == "bearer" else given


def _api(request: Request) -> Api:
    """Let in who knows the key."""
    api: Api = request.app.state.api
    # Both as bytes: a foreign character is a wrong key, not an error.
    given = key_given(request).encode()
    if not hmac.compare_digest(given, api.key.encode()) or not api.key:
        raise HTTPException(_UNAUTHORISED, headers={"WWW-Authenticate": "Bearer"})
    return api


router = APIRouter(prefix="/api/v1")
LetIn = Annotated[Api, Depends(_api)]


_ASKED_TOO_OFTEN: dict[int | str, dict[str, Any]] = {
    _TOO_MANY: {
        "description": "Asked too often, by this client or about this user; nothing"
        " was looked up or extended",
        "headers": {
            "Retry-After": {
                "description": "Seconds until there is room for another question",
                "schema": {"type": "integer"},
            }
        },
    }
}


@router.post("/token-validity", responses=_ASKED_TOO_OFTEN)
def token_validity(
    question: TokenQuestion, api: LetIn, request: Request
) -> TokenAnswer:
    """Say whether a user's token is valid, and extend it if it is.

    With anything but a valid token `next_url` is where the customer goes on. How
    often may be asked is in policy.toml; beyond that the answer is 429.
    """
    user = _known_as(question.user)
    client = request.client.host if request.client else ""
    try:
        api.pace.count(client, question.channel, user)
    except AskedTooOften as refused:
        wait = {"Retry-After": str(refused.seconds)}
        raise HTTPException(_TOO_MANY, headers=wait) from None
    with api.uow() as tx:
        conversation = _conversation(api, tx, question.channel, user)
        if conversation is None:
            return TokenAnswer(status="missing", expires_at=None, next_url=None)
        validity = api.identity.token_validity.check(tx, conversation, extend=True)
        url = api.identity.links.next_url(tx, conversation, validity)
        tx.commit()
    return TokenAnswer(
        status=validity.status.value, expires_at=validity.expires_at, next_url=url
    )


def _known_as(user: str) -> str:
    """One spelling of a user: a phone number with its plus, or an id as it came."""
    user = user.strip()
    return f"+{user.removeprefix('+')}" if _PHONE.fullmatch(user) else user


def _conversation(api: Api, tx: Tx, channel: str, user: str) -> Conversation | None:
    if channel not in api.channels:
        return None
    known = tx.conversations.of(channel, user)
    if known is not None or not _PHONE.fullmatch(user):
        return known
    return tx.conversations.open(channel, phone=user, user_id=None, now=api.clock.now())


@router.get("/trace", include_in_schema=False)
def trace(
    api: LetIn, phone: Annotated[str, Query(max_length=20, pattern=_NO_CONTROLS)]
) -> list[dict[str, Any]]:
    """Show what happened behind the latest turns of a demo's customer."""
    if not api.traces:
        raise HTTPException(404)
    number = f"+{phone.strip().removeprefix('+')}"
    with api.uow() as tx:
        conversation = tx.conversations.of("whatsapp", number)
        if conversation is None:
            return []
        turns = tx.turns.of(conversation.id, _TURNS_SHOWN)
        transfers = (
            tx.transfers.latest_of(conversation.enrolment_id, _TURNS_SHOWN)
            if conversation.enrolment_id
            else []
        )
    return _traced(turns, transfers)


def _traced(
    turns: Sequence[TurnRow], transfers: Sequence[Transfer]
) -> list[dict[str, Any]]:
    """Newest first; a transfer stands beside the turn that made it.

    A turn is noted when it is over, so it made what is older than its note and
    younger than the one before. The oldest turn shown began ``took_ms`` earlier.
    """
    rows = []
    for turn, before in zip_longest(turns, turns[1:]):
        began = before.at if before else turn.at - timedelta(milliseconds=turn.took_ms)
        rows.append(
            {
                "at": turn.at.isoformat(),
                "text": turn.text,
                "intent": turn.intent,
                "confidence": turn.confidence,
                "actions": list(turn.actions),
                "took_ms": turn.took_ms,
                "postings": [
                    _posting(t) for t in transfers if began < t.created_at <= turn.at
                ],
            }
        )
    return rows


def _posting(transfer: Transfer) -> dict[str, str]:
    return {
        "amount": str(transfer.amount),
        "from": masking.account(transfer.source_account),
        "to": masking.account(transfer.payee_account),
        "state": str(transfer.state),
    }


@router.get("/openapi.json", include_in_schema=False)
def description(request: Request, _api: LetIn) -> dict[str, Any]:
    """Describe the API, to those who may use it."""
    return get_openapi(
        title=request.app.title,
        version=request.app.version,
        routes=request.app.routes,
    )
