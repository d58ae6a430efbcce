"""Pages of the inbox: groups in an order that keeps its place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, text

from banking.adapters.db.training_rows import ranking, spans
from banking.adapters.db.turns_heard import like
from banking.domain.inbox import Reason
from banking.ports.inbox import InboxGroup, InboxPage, InboxQuery, Order, State

_WANTED: Final = """
    state = :state
    AND (CAST(:reasons AS text[]) = '{}' OR reasons && CAST(:reasons AS text[]))
    AND (:reading = '' OR reading = :reading)
    AND text ILIKE ALL(CAST(:words AS text[]))
"""
_BY: Final = {
    Order.LARGEST: "(many, id) < (CAST(:first AS bigint), CAST(:second AS bigint))"
    " ORDER BY many DESC, id DESC",
    Order.NEWEST: "(latest, id) < (CAST(:first AS timestamptz),"
    " CAST(:second AS bigint)) ORDER BY latest DESC, id DESC",
}
_HIGHEST: Final = str(2**63 - 1)
_TOO_LARGE = 2**63
_START: Final = {
    Order.LARGEST: (_HIGHEST, _HIGHEST),
    Order.NEWEST: ("infinity", _HIGHEST),
}
_GROUPS: Final = {
    order: text(
        f"""
        SELECT id, many, latest, items FROM (
            SELECT "group" AS id, count(*) AS many, max(at) AS latest,
                array_agg(inbox_items.id ORDER BY inbox_items.id DESC) AS items
            FROM inbox_items WHERE {_WANTED} GROUP BY "group"
        ) alike WHERE {by} LIMIT :limit
        """  # noqa: S608 - its parts are written here.
    )
    for order, by in _BY.items()
}
# The text that most of a group have, else the one that the others were found by.
_TYPICAL: Final = text(
    f"""
    SELECT DISTINCT ON ("group") "group", text, spans, reading, suggested, intent,
        confidence, ranking, lesson->>'intent' AS meaning
    FROM (
        SELECT *, count(*) OVER (PARTITION BY "group", lower(text)) AS same,
            count(*) OVER (PARTITION BY "group", key) AS "like"
        FROM inbox_items WHERE "group" = ANY(:groups) AND {_WANTED}
    ) alike ORDER BY "group", same DESC, "like" DESC, id
    """  # noqa: S608 - likewise.
)
_REASONS: Final = text(
    f"""
    SELECT "group", reason, count(*) FROM inbox_items, unnest(reasons) AS reason
    WHERE "group" = ANY(:groups) AND {_WANTED} GROUP BY 1, 2
    """  # noqa: S608 - likewise.
)
_COUNTS: Final = text(
    """
    SELECT 'reason', reason, count(*) FROM inbox_items, unnest(reasons) AS reason
    WHERE state = :state GROUP BY 2
    UNION ALL
    SELECT 'reading', reading, count(*) FROM inbox_items
    WHERE state = :state GROUP BY 2
    UNION ALL
    SELECT 'state', state, count(*) FROM inbox_items GROUP BY 2
    UNION ALL
    SELECT 'pending', '', count(*) FROM inbox_items
    WHERE state IN ('accepted', 'corrected') AND change_id IS NULL
    """
)


def page(connection: Connection, query: InboxQuery) -> InboxPage:
    """See ``InboxStore.page``."""
    wanted = {
        "state": query.state,
        "reasons": sorted(query.reasons),
        "reading": query.reading,
        "words": [like(word) for word in query.words.split()],
    }
    first, second = _place(query)
    found = connection.execute(
        _GROUPS[query.order],
        {**wanted, "first": first, "second": second, "limit": query.limit + 1},
    ).all()
    shown = found[: query.limit]
    counted = _counted(connection, query.state)
    return InboxPage(
        _groups(connection, shown, wanted),
        _cursor(query.order, shown[-1]) if len(found) > len(shown) else "",
        {Reason(name): many for name, many in counted["reason"].items()},
        counted["reading"],
        {state: counted["state"].get(state, 0) for state in State},
        counted["pending"][""],
    )


def _place(query: InboxQuery) -> tuple[str, str]:
    """Where the page begins. A place that was not ours begins at the first."""
    first, _, second = query.after.rpartition("~")
    try:
        if query.order is Order.LARGEST:
            first = _number(first)
        else:
            first = datetime.fromisoformat(first).isoformat()
        return first, _number(second)
    except ValueError:
        return _START[query.order]


def _number(written: str) -> str:
    """A number as PostgreSQL reads it; raise ``ValueError`` for any other."""
    number = int(written)
    if not 0 <= number < _TOO_LARGE:
        raise ValueError(written)
    return str(number)


def _cursor(order: Order, row: Any) -> str:
    first = row.many if order is Order.LARGEST else row.latest.isoformat()
    return f"{first}~{row.id}"


def _sure(row: Any) -> float:
    """How sure the assistant was of the reading, which it may not have acted on."""
    if row.reading == row.intent:
        return float(row.confidence)
    return dict(ranking(row.ranking)).get(row.reading, 0.0)


def _groups(
    connection: Connection, shown: Sequence[Any], wanted: Mapping[str, Any]
) -> tuple[InboxGroup, ...]:
    values = {**wanted, "groups": [row.id for row in shown]}
    typical = {row.group: row for row in connection.execute(_TYPICAL, values)}
    reasons: dict[int, dict[Reason, int]] = {}
    for group, reason, many in connection.execute(_REASONS, values):
        reasons.setdefault(group, {})[Reason(reason)] = many
    return tuple(
        InboxGroup(
            id=row.id,
            text=typical[row.id].text,
            spans=spans(typical[row.id].spans),
            count=row.many,
            reading=typical[row.id].reading,
            suggested=typical[row.id].suggested,
            confidence=_sure(typical[row.id]),
            reasons=reasons[row.id],
            latest_at=row.latest,
            items=tuple(row.items),
            meaning=typical[row.id].meaning or "",
        )
        for row in shown
    )


def _counted(connection: Connection, state: State) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for kind, name, many in connection.execute(_COUNTS, {"state": state}):
        found.setdefault(kind, {})[name] = many
    return {kind: found.get(kind, {}) for kind in ("reason", "reading", "state")} | {
        "pending": {"": found["pending"][""]}
    }
