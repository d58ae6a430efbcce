"""The trainers' inbox in PostgreSQL."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, select, text
from sqlalchemy.dialects.postgresql import insert as upsert

from banking.adapters.db import inbox_pages, turns_heard
from banking.adapters.db.schema_training import INBOX_ITEMS, INBOX_PROGRESS
from banking.adapters.db.training_groups import Groups, words_of
from banking.adapters.db.training_rows import item, spans_kept
from banking.domain.inbox import Found, Heard
from banking.domain.pseudonyms import masked
from banking.ports.inbox import InboxItem, InboxPage, InboxQuery, State

MOST_OF_A_STORY: Final = 60
AT_ONCE: Final = 500
_LOCK: Final = text("SELECT pg_advisory_xact_lock(hashtext('teaching: collect'))")
_TRY: Final = text("SELECT pg_try_advisory_xact_lock(hashtext('teaching: collect'))")
# What was found again gains reasons; what a trainer has decided stays decided.
_PUT: Final = text(
    """
    INSERT INTO inbox_items (
        turn, conversation_id, at, text, key, intent, confidence, ranking, spans,
        reasons, suggested, reading, "group"
    )
    SELECT * FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS new (
        turn bigint, conversation_id text, at timestamptz, text text, key text,
        intent text, confidence double precision, ranking jsonb, spans jsonb,
        reasons text[], suggested text, reading text, "group" bigint
    )
    ON CONFLICT (turn) DO UPDATE SET
        reasons = ARRAY(
            SELECT DISTINCT unnest(inbox_items.reasons || excluded.reasons) ORDER BY 1
        ),
        suggested = coalesce(nullif(excluded.suggested, ''), inbox_items.suggested),
        reading = CASE WHEN excluded.suggested = '' THEN inbox_items.reading
            ELSE excluded.reading END,
        "group" = CASE WHEN excluded.suggested = '' THEN inbox_items."group"
            ELSE excluded."group" END
    WHERE inbox_items.state = 'open' AND (
        NOT excluded.reasons <@ inbox_items.reasons
        OR excluded.suggested NOT IN ('', inbox_items.suggested)
    )
    RETURNING xmax = 0
    """
)
_FORGET: Final = text(
    "DELETE FROM inbox_items WHERE at < :before"
    " AND NOT (state IN ('accepted', 'corrected') AND change_id IS NULL)"
)
_FORGET_GROUPS: Final = text(
    "DELETE FROM inbox_groups WHERE at < :before AND NOT EXISTS"
    ' (SELECT FROM inbox_items WHERE "group" = inbox_groups.id)'
)


@dataclass(frozen=True, slots=True)
class SqlInbox:
    """Keeps the promise of ``banking.ports.inbox.InboxStore``."""

    connection: Connection

    # --- collecting -------------------------------------------------------------

    def begin_collecting(self, *, wait: bool = False) -> bool:
        got = self.connection.execute(_LOCK if wait else _TRY).scalar_one()
        return wait or bool(got)

    def collected_to(self) -> int:
        number = self.connection.execute(select(INBOX_PROGRESS.c.turn)).scalar()
        return 0 if number is None else int(number)

    def collected(self, number: int) -> None:
        self.connection.execute(
            upsert(INBOX_PROGRESS)
            .values(turn=number)
            .on_conflict_do_update(
                index_elements=[INBOX_PROGRESS.c.here], set_={"turn": number}
            )
        )

    def heard(self, after: int, limit: int, lead: int) -> list[Heard]:
        return turns_heard.new(self.connection, after=after, limit=limit, lead=lead)

    def put(self, found: Sequence[Found]) -> int:
        groups = Groups(self.connection, {one.reading for one in found})
        rows = [_row(one, groups) for one in found]
        groups.keep()
        return sum(
            self._put(rows[start : start + AT_ONCE])
            for start in range(0, len(rows), AT_ONCE)
        )

    def _put(self, rows: list[dict[str, Any]]) -> int:
        done = self.connection.execute(_PUT, {"rows": json.dumps(rows)})
        return sum(new for (new,) in done)

    # --- reading ----------------------------------------------------------------

    def page(self, query: InboxQuery) -> InboxPage:
        return inbox_pages.page(self.connection, query)

    def get(self, item_id: int) -> InboxItem | None:
        return self._first(INBOX_ITEMS.c.id == item_id)

    def of_turn(self, number: int) -> InboxItem | None:
        return self._first(INBOX_ITEMS.c.turn == number)

    def of_group(self, group: int, state: State, limit: int) -> list[InboxItem]:
        rows = self.connection.execute(
            select(INBOX_ITEMS)
            .where(INBOX_ITEMS.c.group == group, INBOX_ITEMS.c.state == state)
            .order_by(INBOX_ITEMS.c.id.desc())
            .limit(limit)
        )
        return [item(row) for row in rows.mappings()]

    def turn(self, number: int) -> Heard | None:
        return turns_heard.one(self.connection, number)

    def around(self, number: int, before: int, after: int) -> list[Heard]:
        return turns_heard.around(self.connection, number, before, after)

    def between(self, first: int, last: int) -> list[Heard]:
        return turns_heard.between(self.connection, first, last, MOST_OF_A_STORY)

    def search(
        self, words: Sequence[str], intent: str, below: int, limit: int
    ) -> list[Heard]:
        return turns_heard.search(self.connection, words, intent, below, limit)

    def purge(self, before: datetime) -> int:
        gone = self.connection.execute(_FORGET, {"before": before}).rowcount
        self.connection.execute(_FORGET_GROUPS, {"before": before})
        return gone

    def _first(self, condition: Any) -> InboxItem | None:
        row = self.connection.execute(select(INBOX_ITEMS).where(condition))
        found = row.mappings().first()
        return None if found is None else item(found)


def _row(found: Found, groups: Groups) -> dict[str, Any]:
    turn = found.turn
    shown = masked(turn.text)
    words = words_of(shown)
    return {
        "turn": turn.number,
        "conversation_id": turn.conversation_id,
        "at": turn.at.isoformat(),
        "text": shown,
        "key": words,
        "intent": turn.intent,
        "confidence": turn.confidence,
        "ranking": [list(guess) for guess in turn.ranking],
        "spans": spans_kept(turn.spans),
        "reasons": sorted(found.reasons),
        "suggested": found.suggested,
        "reading": found.reading,
        "group": groups.place(found.reading, words, turn.at),
    }
