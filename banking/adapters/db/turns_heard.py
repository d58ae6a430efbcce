"""Turns as trainers need them: with the kind of their message and the bank's words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Connection, TextClause, text

from banking.adapters.db.training_rows import heard
from banking.domain.inbox import Heard

# Names alone of what was answered: the words themselves are sealed.
_TURN: Final = """
    t.number, t.conversation_id, t.message_id, t.at, t.text, t.intent, t.confidence,
    t.ranking, t.entities, t.actions, coalesce(m.kind, '') AS kind,
    CASE WHEN m.kind = 'tap' THEN m.text ELSE '' END AS title,
    coalesce((
        SELECT e.name FROM conversations c JOIN enrolments e ON e.id = c.enrolment_id
        WHERE c.id = t.conversation_id
    ), '') AS writer,
"""
_SILENT: Final = "ARRAY[]::text[] AS responses"
_ANSWERED: Final = """
    ARRAY(
        SELECT o.response FROM messages_out o
        WHERE o.reply_to = t.message_id AND o.response <> '' ORDER BY o.number
    ) AS responses
"""
_NEW: Final = text(
    f"""
    WITH fresh AS (
        SELECT number, conversation_id FROM turns
        WHERE number > :after ORDER BY number LIMIT :limit
    ), chats AS (
        SELECT conversation_id, min(number) AS first, max(number) AS last
        FROM fresh GROUP BY conversation_id
    )
    SELECT {_TURN} {_SILENT}
    FROM chats CROSS JOIN LATERAL (
        (
            SELECT * FROM turns
            WHERE conversation_id = chats.conversation_id AND number < chats.first
            ORDER BY number DESC LIMIT :lead
        ) UNION ALL (
            SELECT * FROM turns
            WHERE conversation_id = chats.conversation_id
            AND number BETWEEN chats.first AND chats.last
        )
    ) t LEFT JOIN messages_in m ON m.id = t.message_id
    ORDER BY t.conversation_id, t.number
    """  # noqa: S608 - its parts are written here.
)
_ONE: Final = text(
    f"SELECT {_TURN} {_ANSWERED} FROM turns t"  # noqa: S608 - likewise.
    " LEFT JOIN messages_in m ON m.id = t.message_id WHERE t.number = :number"
)
_AROUND: Final = text(
    f"""
    SELECT {_TURN} {_ANSWERED}
    FROM (
        (
            SELECT near.* FROM turns near JOIN turns here USING (conversation_id)
            WHERE here.number = :number AND near.number <= :number
            ORDER BY near.number DESC LIMIT :before + 1
        ) UNION ALL (
            SELECT near.* FROM turns near JOIN turns here USING (conversation_id)
            WHERE here.number = :number AND near.number > :number
            ORDER BY near.number LIMIT :after
        )
    ) t LEFT JOIN messages_in m ON m.id = t.message_id
    ORDER BY t.number
    """  # noqa: S608 - likewise.
)
_BETWEEN: Final = text(
    f"""
    SELECT {_TURN} {_ANSWERED}
    FROM turns here JOIN turns t USING (conversation_id)
    LEFT JOIN messages_in m ON m.id = t.message_id
    WHERE here.number = :first AND t.number BETWEEN :first AND :last
    ORDER BY t.number LIMIT :limit
    """  # noqa: S608 - likewise.
)
_SEARCH: Final = text(
    f"""
    SELECT {_TURN} {_SILENT}
    FROM turns t JOIN messages_in m ON m.id = t.message_id AND m.kind = 'text'
    WHERE t.number < :below AND t.text ILIKE ALL(CAST(:words AS text[]))
    AND (:intent = '' OR t.intent = :intent)
    ORDER BY t.number DESC LIMIT :limit
    """  # noqa: S608 - likewise.
)
_HIGHEST: Final = 2**63 - 1


def new(connection: Connection, *, after: int, limit: int, lead: int) -> list[Heard]:
    """See ``InboxStore.heard``."""
    return _read(connection, _NEW, after=after, limit=limit, lead=lead)


def one(connection: Connection, number: int) -> Heard | None:
    """See ``InboxStore.turn``."""
    return next(iter(_read(connection, _ONE, number=number)), None)


def around(connection: Connection, number: int, before: int, after: int) -> list[Heard]:
    """See ``InboxStore.around``."""
    return _read(connection, _AROUND, number=number, before=before, after=after)


def between(connection: Connection, first: int, last: int, limit: int) -> list[Heard]:
    """See ``InboxStore.between``."""
    return _read(connection, _BETWEEN, first=first, last=last, limit=limit)


def search(
    connection: Connection, words: Sequence[str], intent: str, below: int, limit: int
) -> list[Heard]:
    """See ``InboxStore.search``."""
    return _read(
        connection,
        _SEARCH,
        words=[like(word) for word in words],
        intent=intent,
        below=below or _HIGHEST,
        limit=limit,
    )


def like(word: str) -> str:
    """A pattern for ILIKE that finds exactly this anywhere."""
    for sign in "\\%_":
        word = word.replace(sign, f"\\{sign}")
    return f"%{word}%"


def _read(connection: Connection, query: TextClause, **values: Any) -> list[Heard]:
    return [heard(row) for row in connection.execute(query, values)]
