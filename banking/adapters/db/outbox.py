"""What the bank says, and the handles of its choices, in PostgreSQL."""

import secrets
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Protocol

from sqlalchemy import (
    Connection,
    and_,
    case,
    delete,
    func,
    insert,
    or_,
    select,
    update,
)

from banking.adapters.db.schema_gateway import HANDLES, MESSAGES_OUT
from banking.domain.bubbles import Bubble, Choices, fit, from_json, to_json
from banking.domain.delivery import STATUS_RANK
from banking.ports.gateway import Handle, OutMessage, Sealed, VaultCipher

UNFINISHED = ("queued", "sending")
_HANDLE = [HANDLES.c[name] for name in Handle.__dataclass_fields__]
_STATE = MESSAGES_OUT.c.state
_RANK = case(STATUS_RANK, value=_STATE, else_=0)


class Defer(Protocol):
    def __call__(
        self,
        job: str,
        *,
        lock: str | None = None,
        at: datetime | None = None,
        **args: Any,
    ) -> None: ...


@dataclass(frozen=True, slots=True)
class SqlHandles:
    connection: Connection
    now: Callable[[], datetime]
    valid_for: timedelta

    def issue(
        self, conversation_id: str, title: str, payload: str, *, out_id: str
    ) -> str:
        handle_id = secrets.token_urlsafe(18)
        self.connection.execute(
            insert(HANDLES).values(
                id=handle_id,
                conversation_id=conversation_id,
                out_id=out_id,
                title=title,
                payload=payload,
                expires_at=self.now() + self.valid_for,
            )
        )
        return handle_id

    def find(
        self, handle_id: str, conversation_id: str, now: datetime
    ) -> Handle | None:
        row = self.connection.execute(
            select(*_HANDLE).where(_usable(handle_id, conversation_id, now))
        ).first()
        return Handle(**row._mapping) if row else None

    def redeem(
        self, handle_id: str, conversation_id: str, now: datetime
    ) -> Handle | None:
        row = self.connection.execute(
            update(HANDLES)
            .where(_usable(handle_id, conversation_id, now))
            .values(used_at=now)
            .returning(*_HANDLE)
        ).first()
        return Handle(**row._mapping) if row else None

    def purge(self, before: datetime) -> int:
        return self.connection.execute(
            delete(HANDLES).where(HANDLES.c.expires_at < before)
        ).rowcount


def _usable(handle_id: str, conversation_id: str, now: datetime) -> Any:
    return and_(
        HANDLES.c.id == handle_id,
        HANDLES.c.conversation_id == conversation_id,
        HANDLES.c.used_at.is_(None),
        HANDLES.c.expires_at > now,
    )


@dataclass(frozen=True, slots=True)
class SqlOutbox:
    connection: Connection
    defer: Defer
    cipher: VaultCipher
    handles: SqlHandles
    now: Callable[[], datetime]

    def say(
        self,
        conversation_id: str,
        bubbles: Sequence[Bubble],
        reply_to: str | None = None,
    ) -> list[str]:
        rows = [
            self._row(conversation_id, fitted, reply_to)
            for bubble in bubbles
            for fitted in fit(bubble)
        ]
        if not rows:
            return []
        self.connection.execute(insert(MESSAGES_OUT), rows)
        self.wake(conversation_id)
        return [row["id"] for row in rows]

    def _row(
        self, conversation_id: str, bubble: Bubble, reply_to: str | None
    ) -> dict[str, Any]:
        out_id, now = uuid.uuid4().hex, self.now()
        if isinstance(bubble, Choices):
            options = tuple(
                replace(
                    option,
                    handle=self.handles.issue(
                        conversation_id, option.title, option.payload, out_id=out_id
                    ),
                )
                for option in bubble.options
            )
            bubble = replace(bubble, options=options)
        sealed = self.cipher.seal(to_json(bubble).encode(), bound_to=f"out:{out_id}")
        return {
            "id": out_id,
            "conversation_id": conversation_id,
            "reply_to": reply_to,
            "key_id": sealed.key_id,
            "nonce": sealed.nonce,
            "sealed": sealed.ciphertext,
            "kind": type(bubble).__name__,
            "response": bubble.response,
            "state": "queued",
            "created_at": now,
            "state_at": now,
        }

    def next_due(self, conversation_id: str) -> OutMessage | None:
        row = self.connection.execute(
            select(MESSAGES_OUT)
            .where(
                MESSAGES_OUT.c.conversation_id == conversation_id,
                MESSAGES_OUT.c.state.in_(UNFINISHED),
            )
            .order_by(MESSAGES_OUT.c.number)
            .limit(1)
            .with_for_update()
        ).first()
        if row is None:
            return None
        plain = self.cipher.unseal(
            Sealed(row.key_id, row.nonce, row.sealed), bound_to=f"out:{row.id}"
        )
        return OutMessage(
            id=row.id,
            conversation_id=conversation_id,
            bubble=from_json(plain.decode()),
            reply_to=row.reply_to,
            state=row.state,
            attempts=row.attempts,
            not_before=row.not_before,
            created_at=row.created_at,
            media_id=row.media_id,
        )

    def sending(self, out_id: str) -> None:
        self._set(
            out_id,
            state="sending",
            attempts=MESSAGES_OUT.c.attempts + 1,
            state_at=self.now(),
        )

    def uploaded(self, out_id: str, media_id: str) -> None:
        self._set(out_id, media_id=media_id)

    def sent(self, out_id: str, channel_id: str, now: datetime) -> None:
        # A delivery report may have overtaken the answer to the sending itself.
        self._set(
            out_id,
            channel_id=channel_id,
            state=case((STATUS_RANK["sent"] <= _RANK, _STATE), else_="sent"),
            state_at=now,
            code=None,
        )

    def postpone(self, out_id: str, until: datetime, code: int | None) -> None:
        self._set(out_id, state="queued", not_before=until, code=code)

    def give_up(self, out_id: str, state: str, code: int | None, now: datetime) -> None:
        self._set(out_id, state=state, code=code, state_at=now)

    def status(
        self,
        channel_id: str,
        status: str,
        at: datetime,
        *,
        reference: str | None = None,
        code: int | None = None,
    ) -> str | None:
        known = MESSAGES_OUT.c.channel_id == channel_id
        if reference is not None:
            known = or_(
                known,
                and_(
                    MESSAGES_OUT.c.id == reference, MESSAGES_OUT.c.channel_id.is_(None)
                ),
            )
        return self.connection.execute(
            update(MESSAGES_OUT)
            .where(known, _earlier_than(status))
            .values(state=status, channel_id=channel_id, state_at=at, code=code)
            .returning(MESSAGES_OUT.c.conversation_id)
        ).scalar()

    def wake(self, conversation_id: str, at: datetime | None = None) -> None:
        self.defer(
            "send",
            lock=f"send:{conversation_id}",
            at=at,
            conversation_id=conversation_id,
        )

    def waiting(self, before: datetime) -> list[str]:
        rows = self.connection.execute(
            select(MESSAGES_OUT.c.conversation_id)
            .where(
                MESSAGES_OUT.c.state.in_(UNFINISHED),
                func.coalesce(MESSAGES_OUT.c.not_before, MESSAGES_OUT.c.created_at)
                < before,
            )
            .distinct()
        )
        return list(rows.scalars())

    def purge(self, before: datetime) -> int:
        return self.connection.execute(
            delete(MESSAGES_OUT).where(
                MESSAGES_OUT.c.created_at < before,
                MESSAGES_OUT.c.state.not_in(UNFINISHED),
            )
        ).rowcount

    def _set(self, out_id: str, **values: Any) -> None:
        self.connection.execute(
            update(MESSAGES_OUT).where(MESSAGES_OUT.c.id == out_id).values(**values)
        )


def _earlier_than(status: str) -> Any:
    rank = STATUS_RANK[status]
    return _STATE.in_([name for name, other in STATUS_RANK.items() if other < rank])
