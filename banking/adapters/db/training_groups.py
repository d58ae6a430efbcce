"""Messages that are alike, kept together from the moment they come in."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final

from rapidfuzz import fuzz, process
from sqlalchemy import Connection, insert, select

from banking.adapters.db.schema_training import INBOX_GROUPS
from banking.domain.examples import key
from banking.domain.inbox import Found

# Of a hundred: the same words in another order are alike, other words are not.
ALIKE: Final = 84


class Groups:
    """The groups of some readings; finds or begins the one of a message."""

    def __init__(self, connection: Connection, readings: Collection[str]) -> None:
        self._connection = connection
        rows = connection.execute(
            select(INBOX_GROUPS.c.id, INBOX_GROUPS.c.reading, INBOX_GROUPS.c.key).where(
                INBOX_GROUPS.c.reading.in_(set(readings))
            )
        )
        self._known: dict[str, dict[int, str]] = {}
        self._same: dict[tuple[str, str], int] = {}
        for group, reading, first in rows:
            self._keep(group, reading, first)

    @classmethod
    def of(cls, connection: Connection, found: Sequence[Found]) -> Groups:
        """The groups that these may belong to."""
        return cls(connection, {one.reading for one in found})

    def place(self, reading: str, said: str, at: datetime) -> int:
        """The group of a message with this text, begun if there is none."""
        told = key(said)
        group = self._same.get((reading, told))
        if group is None:
            group = self._alike(reading, told) or self._begin(reading, told, at)
            self._same[reading, told] = group
        return group

    def _alike(self, reading: str, told: str) -> int | None:
        found = process.extractOne(
            told,
            self._known.get(reading, {}),
            scorer=fuzz.token_sort_ratio,
            score_cutoff=ALIKE,
        )
        return None if found is None else int(found[2])

    def _begin(self, reading: str, told: str, at: datetime) -> int:
        made = self._connection.execute(
            insert(INBOX_GROUPS)
            .values(reading=reading, key=told, at=at)
            .returning(INBOX_GROUPS.c.id)
        )
        group = int(made.scalar_one())
        self._keep(group, reading, told)
        return group

    def _keep(self, group: int, reading: str, first: str) -> None:
        self._known.setdefault(reading, {})[group] = first
        self._same[reading, first] = group
