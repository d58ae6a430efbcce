"""Pages of the inbox in memory."""

from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from banking.adapters.memory.turns_heard import holds
from banking.domain.inbox import Reason
from banking.ports.inbox import (
    TAUGHT,
    InboxGroup,
    InboxItem,
    InboxPage,
    InboxQuery,
    Order,
    State,
)

type _Place = tuple[int | datetime, int]


@dataclass(frozen=True, slots=True)
class Kept:
    """An item, what it is compared by, and the act that decided it."""

    item: InboxItem
    words: str
    act: str | None = None

    @property
    def pending(self) -> bool:
        """Whether it has a lesson that is in no file yet."""
        return self.item.state in TAUGHT and self.item.change is None


def page(rows: Collection[Kept], query: InboxQuery) -> InboxPage:
    """See ``InboxStore.page``."""
    begin = _begin(query)
    groups = sorted(
        _groups([kept for kept in rows if _wanted(kept.item, query)]),
        key=lambda group: _place(group, query.order),
        reverse=True,
    )
    left = [
        group for group in groups if begin is None or _place(group, query.order) < begin
    ]
    shown = left[: query.limit]
    here = [kept.item for kept in rows if kept.item.state is query.state]
    states = Counter(kept.item.state for kept in rows)
    return InboxPage(
        tuple(shown),
        _cursor(shown[-1], query.order) if len(left) > len(shown) else "",
        _by_reason(here),
        dict(Counter(item.reading for item in here)),
        {state: states[state] for state in State},
        sum(kept.pending for kept in rows),
    )


def _wanted(item: InboxItem, query: InboxQuery) -> bool:
    return (
        item.state is query.state
        and (not query.reasons or bool(query.reasons & set(item.reasons)))
        and query.reading in ("", item.reading)
        and holds(item.text, query.words.split())
    )


def _groups(wanted: Sequence[Kept]) -> list[InboxGroup]:
    alike: dict[int, list[Kept]] = defaultdict(list)
    for kept in wanted:
        alike[kept.item.group].append(kept)
    return [_group(number, group) for number, group in alike.items()]


def _group(number: int, alike: Sequence[Kept]) -> InboxGroup:
    same = Counter(kept.item.text.lower() for kept in alike)
    like = Counter(kept.words for kept in alike)

    def typical(kept: Kept) -> tuple[int, int, int]:
        return same[kept.item.text.lower()], like[kept.words], -kept.item.id

    best = max(alike, key=typical).item
    items = [kept.item for kept in alike]
    return InboxGroup(
        id=number,
        text=best.text,
        spans=best.spans,
        count=len(items),
        reading=best.reading,
        suggested=best.suggested,
        confidence=_sure(best),
        reasons=_by_reason(items),
        latest_at=max(item.at for item in items),
        items=tuple(sorted((item.id for item in items), reverse=True)),
        meaning=best.lesson.intent if best.lesson else "",
    )


def _sure(item: InboxItem) -> float:
    """How sure the assistant was of the reading, which it may not have acted on."""
    if item.reading == item.intent:
        return item.confidence
    return dict(item.ranking).get(item.reading, 0.0)


def _by_reason(items: Sequence[InboxItem]) -> dict[Reason, int]:
    return dict(Counter(reason for item in items for reason in item.reasons))


def _place(group: InboxGroup, order: Order) -> _Place:
    first = group.count if order is Order.LARGEST else group.latest_at
    return first, group.id


def _cursor(group: InboxGroup, order: Order) -> str:
    first, second = _place(group, order)
    return f"{first}~{second}"


def _begin(query: InboxQuery) -> _Place | None:
    """After what the page begins; None, the first, for a place that was not ours."""
    first, _, second = query.after.rpartition("~")
    try:
        if query.order is Order.LARGEST:
            return int(first), int(second)
        at = datetime.fromisoformat(first)
        return None if at.tzinfo is None else (at, int(second))
    except ValueError:
        return None
