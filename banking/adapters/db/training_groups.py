"""Messages that are alike, kept together from the moment they come in."""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import datetime
from typing import Any, Final

from rapidfuzz import fuzz, process
from sqlalchemy import Connection, select, text

from banking.adapters.db.schema_training import INBOX_GROUPS
from banking.domain.examples import key

# Of a hundred: the same words in another order are alike, other words are not.
ALIKE: Final = 84
# Numbers are taken in advance: a query for each of a backlog's groups takes minutes.
_IN_ADVANCE: Final = 100
_NUMBERS: Final = text(
    "SELECT nextval(pg_get_serial_sequence('inbox_groups', 'id'))"
    " FROM generate_series(1, :many)"
)
_BEGIN: Final = text(
    """
    INSERT INTO inbox_groups (id, reading, key, at) OVERRIDING SYSTEM VALUE
    SELECT id, reading, key, at FROM jsonb_to_recordset(CAST(:rows AS jsonb))
    AS new (id bigint, reading text, key text, at timestamptz)
    """
)


def words_of(said: str) -> str:
    """What messages are compared by: their words in the order of the alphabet."""
    return " ".join(sorted(key(said).split()))


class Groups:
    """The groups of some readings; finds or begins the one of a message.

    Groups begun are kept with ``keep``, before anything refers to them.
    """

    def __init__(self, connection: Connection, readings: Collection[str]) -> None:
        self._connection = connection
        self._known: dict[str, dict[int, str]] = {}
        self._same: dict[tuple[str, str], int] = {}
        self._begun: list[dict[str, Any]] = []
        self._numbers: list[int] = []
        groups = INBOX_GROUPS.c
        rows = connection.execute(
            select(groups.id, groups.reading, groups.key).where(
                groups.reading.in_(set(readings))
            )
        )
        for group, reading, first in rows:
            self._know(group, reading, first)

    def place(self, reading: str, told: str, at: datetime) -> int:
        """The group of a message with these words, begun if there is none."""
        group = self._same.get((reading, told))
        if group is None:
            group = self._alike(reading, told) or self._begin(reading, told, at)
            self._same[reading, told] = group
        return group

    def keep(self) -> None:
        """Store the groups that were begun."""
        if self._begun:
            self._connection.execute(_BEGIN, {"rows": json.dumps(self._begun)})
            self._begun.clear()

    def _alike(self, reading: str, told: str) -> int | None:
        found = process.extractOne(
            told,
            self._known.get(reading, {}),
            scorer=fuzz.ratio,
            score_cutoff=ALIKE,
        )
        return None if found is None else int(found[2])

    def _begin(self, reading: str, told: str, at: datetime) -> int:
        if not self._numbers:
            taken = self._connection.execute(_NUMBERS, {"many": _IN_ADVANCE})
            self._numbers = sorted(taken.scalars(), reverse=True)
        group = self._numbers.pop()
        row = {"id": group, "reading": reading, "key": told, "at": at.isoformat()}
        self._begun.append(row)
        self._know(group, reading, told)
        return group

    def _know(self, group: int, reading: str, first: str) -> None:
        self._known.setdefault(reading, {})[group] = first
        self._same[reading, first] = group
