"""The trainers' inbox in memory."""

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from rapidfuzz import fuzz, process

from banking.adapters.db.training_groups import ALIKE, words_of
from banking.adapters.memory import inbox_pages
from banking.adapters.memory.inbox_pages import Kept
from banking.adapters.memory.turns_heard import MemoryHeard
from banking.domain.inbox import Found, Heard
from banking.domain.pseudonyms import masked
from banking.ports.inbox import InboxItem, InboxPage, InboxQuery, State


@dataclass(frozen=True, slots=True)
class _Group:
    reading: str
    words: str
    at: datetime


@dataclass
class MemoryInbox:
    said: MemoryHeard
    rows: dict[int, Kept] = field(default_factory=dict)
    groups: dict[int, _Group] = field(default_factory=dict)
    # One number at most: the turn up to which everything was looked at.
    progress: list[int] = field(default_factory=list)
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    # --- collecting -------------------------------------------------------------

    def begin_collecting(
        self,
        *,
        wait: bool = False,  # noqa: ARG002 - nobody else is at it while this one is
    ) -> bool:
        return True

    def collected_to(self) -> int:
        return sum(self.progress)

    def collected(self, number: int) -> None:
        self.progress[:] = [number]

    def heard(self, after: int, limit: int, lead: int) -> list[Heard]:
        return self.said.new(after, limit, lead)

    def put(self, found: Sequence[Found]) -> int:
        return sum(self._put(one) for one in found)

    def _put(self, found: Found) -> bool:
        before = self.of_turn(found.turn.number)
        if before is None:
            self._add(found)
        elif before.state is State.OPEN:
            self._find_again(before, found)
        return before is None

    def _add(self, found: Found) -> None:
        turn, number = found.turn, next(self.numbers)
        text = masked(turn.text)
        item = InboxItem(
            id=number,
            turn=turn.number,
            conversation_id=turn.conversation_id,
            at=turn.at,
            text=text,
            intent=turn.intent,
            confidence=turn.confidence,
            ranking=turn.ranking,
            spans=turn.spans,
            reasons=tuple(sorted(found.reasons)),
            suggested=found.suggested,
            reading=found.reading,
            group=self._group(found.reading, words_of(text), turn.at),
            state=State.OPEN,
        )
        self.rows[number] = Kept(item, words_of(text))

    def _find_again(self, item: InboxItem, found: Found) -> None:
        reasons = tuple(sorted({*item.reasons, *found.reasons}))
        self.set(item.id, reasons=reasons)
        if found.suggested:
            words = self.rows[item.id].words
            group = self._group(found.reading, words, item.at)
            self.set(
                item.id,
                suggested=found.suggested,
                reading=found.reading,
                group=group,
            )

    def _group(self, reading: str, words: str, at: datetime) -> int:
        """The group whose first message is most like this one, or a new one."""
        near = {n: g.words for n, g in self.groups.items() if g.reading == reading}
        alike = process.extractOne(words, near, scorer=fuzz.ratio, score_cutoff=ALIKE)
        if alike is not None:
            return int(alike[2])
        number = next(self.numbers)
        self.groups[number] = _Group(reading, words, at)
        return number

    # --- reading ----------------------------------------------------------------

    def page(self, query: InboxQuery) -> InboxPage:
        return inbox_pages.page(self.rows.values(), query)

    def get(self, item_id: int) -> InboxItem | None:
        kept = self.rows.get(item_id)
        return None if kept is None else kept.item

    def of_turn(self, number: int) -> InboxItem | None:
        return next(iter(self.those(lambda item: item.turn == number)), None)

    def of_group(self, group: int, state: State, limit: int) -> list[InboxItem]:
        found = self.those(lambda item: (item.group, item.state) == (group, state))
        return found[::-1][:limit]

    def turn(self, number: int) -> Heard | None:
        return self.said.one(number)

    def around(self, number: int, before: int, after: int) -> list[Heard]:
        return self.said.around(number, before, after)

    def between(self, first: int, last: int) -> list[Heard]:
        return self.said.between(first, last)

    def search(
        self, words: Sequence[str], intent: str, below: int, limit: int
    ) -> list[Heard]:
        return self.said.search(words, intent, below, limit)

    def purge(self, before: datetime) -> int:
        old = [
            kept.item.id
            for kept in self.rows.values()
            if kept.item.at < before and not kept.pending
        ]
        for item_id in old:
            del self.rows[item_id]
        used = {kept.item.group for kept in self.rows.values()}
        for number, group in list(self.groups.items()):
            if group.at < before and number not in used:
                del self.groups[number]
        return len(old)

    # --- rows -------------------------------------------------------------------

    def those(self, fits: Callable[[InboxItem], bool]) -> list[InboxItem]:
        """Items in the order of their ids."""
        return [kept.item for kept in self.rows.values() if fits(kept.item)]

    def set(self, item_id: int, **values: Any) -> None:
        """Change an item that is there."""
        if item_id in self.rows:
            kept = self.rows[item_id]
            changed = replace(kept.item, **values)
            self.rows[item_id] = replace(kept, item=changed)
