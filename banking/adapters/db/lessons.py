"""What trainers decided, and the changes made of it, in PostgreSQL."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, insert, select, text, update

from banking.adapters.db.schema_training import EXAMPLE_CHANGES, INBOX_ITEMS
from banking.adapters.db.training_rows import (
    change,
    item,
    lesson_kept,
    taught_kept,
)
from banking.ports.inbox import TAUGHT, InboxItem, State
from banking.ports.language_files import Taught
from banking.ports.lessons import Decision, ExampleChange

_DECIDE: Final = text(
    """
    UPDATE inbox_items SET
        state = new.state, lesson = nullif(new.lesson, 'null'), act = new.act,
        decided_by = new.by, decided_at = new.at
    FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS new (
        id bigint, state text, lesson jsonb, by text, at timestamptz, act text
    )
    WHERE inbox_items.id = new.id
    """
)
_UNDECIDED: Final[dict[str, Any]] = {
    "state": State.OPEN,
    "lesson": None,
    "decided_by": "",
    "decided_at": None,
    "act": None,
    "change_id": None,
}


@dataclass(frozen=True, slots=True)
class SqlLessons:
    """Keeps the promise of ``banking.ports.lessons.LessonStore``."""

    connection: Connection

    def lock(self, ids: Collection[int]) -> list[InboxItem]:
        return self._items(INBOX_ITEMS.c.id.in_(set(ids)), lock=True)

    def of_act(self, act: str) -> list[int]:
        return self._ids(INBOX_ITEMS.c.act == act)

    def decide(self, decisions: Mapping[int, Decision]) -> None:
        rows = [
            {
                "id": item_id,
                "state": decision.state,
                "lesson": lesson_kept(decision.lesson),
                "by": decision.by,
                "at": decision.at.isoformat(),
                "act": decision.act,
            }
            for item_id, decision in decisions.items()
        ]
        self.connection.execute(_DECIDE, {"rows": json.dumps(rows)})

    def reopen(self, ids: Collection[int]) -> None:
        self._set(INBOX_ITEMS.c.id.in_(set(ids)), _UNDECIDED)

    def pending(self, *, lock: bool = False) -> list[InboxItem]:
        waiting = INBOX_ITEMS.c.state.in_(TAUGHT) & INBOX_ITEMS.c.change_id.is_(None)
        return self._items(waiting, lock=lock)

    def written(self, ids: Collection[int], change: int) -> None:
        self._set(INBOX_ITEMS.c.id.in_(set(ids)), {"change_id": change})

    def of_change(self, change: int) -> list[int]:
        return self._ids(INBOX_ITEMS.c.change_id == change)

    def add_change(
        self, by: str, at: datetime, taught: Sequence[Taught], diff: str
    ) -> ExampleChange:
        kept = [taught_kept(line) for line in taught]
        made = self.connection.execute(
            insert(EXAMPLE_CHANGES)
            .values(by=by, at=at, taught=kept, diff=diff)
            .returning(EXAMPLE_CHANGES)
        )
        return change(made.mappings().one())

    def change(self, change: int, *, lock: bool = False) -> ExampleChange | None:
        found = self._changes(EXAMPLE_CHANGES.c.id == change, limit=1, lock=lock)
        return next(iter(found), None)

    def changes(self, before: int, limit: int) -> list[ExampleChange]:
        below = EXAMPLE_CHANGES.c.id < before if before else EXAMPLE_CHANGES.c.id > 0
        return self._changes(below, limit=limit)

    def of_stories(self) -> list[ExampleChange]:
        stories = EXAMPLE_CHANGES.c.taught.contains([{"intent": ""}])
        return self._changes(stories, limit=None)

    def reverted(self, change: int, by: str, at: datetime) -> None:
        self.connection.execute(
            update(EXAMPLE_CHANGES)
            .where(EXAMPLE_CHANGES.c.id == change)
            .values(reverted_by=by, reverted_at=at)
        )

    def _changes(
        self, condition: Any, *, limit: int | None, lock: bool = False
    ) -> list[ExampleChange]:
        query = (
            select(EXAMPLE_CHANGES)
            .where(condition)
            .order_by(EXAMPLE_CHANGES.c.id.desc())
            .limit(limit)
        )
        rows = self.connection.execute(query.with_for_update() if lock else query)
        return [change(row) for row in rows.mappings()]

    def _items(self, condition: Any, *, lock: bool) -> list[InboxItem]:
        query = select(INBOX_ITEMS).where(condition).order_by(INBOX_ITEMS.c.id)
        rows = self.connection.execute(query.with_for_update() if lock else query)
        return [item(row) for row in rows.mappings()]

    def _ids(self, condition: Any) -> list[int]:
        query = select(INBOX_ITEMS.c.id).where(condition).order_by(INBOX_ITEMS.c.id)
        return list(self.connection.execute(query).scalars())

    def _set(self, condition: Any, values: Mapping[str, Any]) -> None:
        self.connection.execute(update(INBOX_ITEMS).where(condition).values(**values))
