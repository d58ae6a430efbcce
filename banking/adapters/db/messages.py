"""What customers wrote, in PostgreSQL."""

import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Connection,
    Row,
    and_,
    delete,
    func,
    literal,
    select,
    text,
    update,
)

from banking.adapters.db.schema_gateway import MESSAGES_IN
from banking.ports.gateway import InboundMessage, NewMessage

_MESSAGE = [MESSAGES_IN.c[name] for name in InboundMessage.__dataclass_fields__]
# One statement however many messages: see ``conversations``.
_ADD_ALL = text(
    """
    INSERT INTO messages_in (
        id, channel, channel_id, conversation_id, kind, text, detail, removed,
        sent_at, received_at
    )
    SELECT * FROM unnest(
        CAST(:id AS text[]), CAST(:channel AS text[]), CAST(:channel_id AS text[]),
        CAST(:conversation_id AS text[]), CAST(:kind AS text[]),
        CAST(:text AS text[]), CAST(:detail AS jsonb[]), CAST(:removed AS jsonb[]),
        CAST(:sent_at AS timestamptz[]), CAST(:received_at AS timestamptz[])
    )
    ON CONFLICT (channel, channel_id) DO NOTHING
    RETURNING id
    """
)
_QUEUE_TURNS = text(
    """
    SELECT procrastinate_defer_jobs_v1(ARRAY(
        SELECT CAST(
            ROW('default', 'turn', 0, lock, NULL, args, NULL)
            AS procrastinate_job_to_defer_v1
        )
        FROM unnest(CAST(:locks AS text[]), CAST(:args AS jsonb[]))
            WITH ORDINALITY AS turn (lock, args, place)
        ORDER BY place
    ))
    """
)


@dataclass(frozen=True, slots=True)
class SqlMessages:
    connection: Connection

    def add(self, messages: Sequence[NewMessage]) -> list[str | None]:
        ids = [uuid.uuid4().hex for _ in messages]
        columns: dict[str, list[Any]] = {
            name: [getattr(message, name) for message in messages]
            for name in NewMessage.__dataclass_fields__
        }
        columns["detail"] = [json.dumps(dict(m.detail)) for m in messages]
        columns["removed"] = [json.dumps(m.removed) for m in messages]
        stored = set(
            self.connection.execute(_ADD_ALL, {"id": ids, **columns}).scalars()
        )
        return [one if one in stored else None for one in ids]

    def queue_turns(self, messages: Sequence[tuple[str, str]]) -> None:
        if not messages:
            return
        self.connection.execute(
            _QUEUE_TURNS,
            {
                "locks": [f"turn:{conversation_id}" for conversation_id, _ in messages],
                "args": [json.dumps({"message_id": m}) for _, m in messages],
            },
        )

    def get(self, message_id: str) -> InboundMessage | None:
        return self._one(MESSAGES_IN.c.id == message_id)

    def lock(self, message_id: str) -> InboundMessage | None:
        return self._one(MESSAGES_IN.c.id == message_id, lock=True)

    def by_channel_id(self, channel: str, channel_id: str) -> InboundMessage | None:
        return self._one(
            and_(
                MESSAGES_IN.c.channel == channel,
                MESSAGES_IN.c.channel_id == channel_id,
            )
        )

    def finish(self, message_id: str, outcome: str, now: datetime) -> bool:
        done = self.connection.execute(
            update(MESSAGES_IN)
            .where(MESSAGES_IN.c.id == message_id, MESSAGES_IN.c.outcome.is_(None))
            .values(outcome=outcome, finished_at=now)
        )
        return done.rowcount == 1

    def rewrite(self, message_id: str, text: str) -> None:
        self.connection.execute(
            update(MESSAGES_IN).where(MESSAGES_IN.c.id == message_id).values(text=text)
        )

    def latest_texts(
        self, conversation_id: str, since: datetime
    ) -> list[InboundMessage]:
        rows = self.connection.execute(
            select(*_MESSAGE)
            .where(
                MESSAGES_IN.c.conversation_id == conversation_id,
                MESSAGES_IN.c.received_at >= since,
                MESSAGES_IN.c.kind == "text",
            )
            .order_by(MESSAGES_IN.c.received_at.desc())
            .limit(10)
        )
        return [_message(row) for row in rows]

    def count_since(self, conversation_id: str, since: datetime) -> int:
        return self.connection.execute(
            select(func.count())
            .select_from(MESSAGES_IN)
            .where(
                MESSAGES_IN.c.conversation_id == conversation_id,
                MESSAGES_IN.c.received_at > since,
            )
        ).scalar_one()

    def outcome_since(
        self, conversation_id: str, outcome: str, since: datetime
    ) -> bool:
        found = self.connection.execute(
            select(literal(1)).where(
                MESSAGES_IN.c.conversation_id == conversation_id,
                MESSAGES_IN.c.received_at > since,
                MESSAGES_IN.c.outcome == outcome,
            )
        )
        return found.first() is not None

    def purge(self, before: datetime) -> int:
        return self.connection.execute(
            delete(MESSAGES_IN).where(
                MESSAGES_IN.c.received_at < before, MESSAGES_IN.c.outcome.is_not(None)
            )
        ).rowcount

    def _one(self, where: Any, *, lock: bool = False) -> InboundMessage | None:
        query = select(*_MESSAGE).where(where)
        row = self.connection.execute(
            query.with_for_update() if lock else query
        ).first()
        return _message(row) if row else None


def _message(row: Row[Any]) -> InboundMessage:
    values = dict(row._mapping)
    values["removed"] = tuple(values["removed"])
    return InboundMessage(**values)
