"""What trainers decided, and the changes made of it, in memory."""

import itertools
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from banking.adapters.memory.inbox import MemoryInbox
from banking.ports.inbox import TAUGHT, InboxItem, State
from banking.ports.language_files import Taught
from banking.ports.lessons import Decision, ExampleChange


@dataclass
class MemoryLessons:
    inbox: MemoryInbox
    made: dict[int, ExampleChange] = field(default_factory=dict)
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def lock(self, ids: Collection[int]) -> list[InboxItem]:
        return self.inbox.those(lambda item: item.id in ids)

    def of_act(self, act: str) -> list[int]:
        rows = self.inbox.rows.values()
        return [kept.item.id for kept in rows if kept.act == act]

    def decide(self, decisions: Mapping[int, Decision]) -> None:
        for item_id, decision in decisions.items():
            if (decision.lesson is not None) != (decision.state in TAUGHT):
                raise ValueError("what is taught has a lesson, and nothing else has")
            self.inbox.set(
                item_id,
                state=decision.state,
                lesson=decision.lesson,
                decided_by=decision.by,
                decided_at=decision.at,
            )
            self._acted(item_id, decision.act)

    def reopen(self, ids: Collection[int]) -> None:
        for item_id in ids:
            self.inbox.set(
                item_id,
                state=State.OPEN,
                lesson=None,
                decided_by="",
                decided_at=None,
                change=None,
            )
            self._acted(item_id, None)

    def pending(
        self,
        *,
        lock: bool = False,  # noqa: ARG002 - units of work come one after the other
    ) -> list[InboxItem]:
        rows = self.inbox.rows.values()
        return [kept.item for kept in rows if kept.pending]

    def written(self, ids: Collection[int], change: int) -> None:
        if change not in self.made:
            raise ValueError("this change was never made")
        for item_id in ids:
            self.inbox.set(item_id, change=change)

    def of_change(self, change: int) -> list[int]:
        return [item.id for item in self.inbox.those(lambda i: i.change == change)]

    def add_change(
        self, by: str, at: datetime, taught: Sequence[Taught], diff: str
    ) -> ExampleChange:
        made = ExampleChange(
            id=next(self.numbers), at=at, by=by, taught=tuple(taught), diff=diff
        )
        self.made[made.id] = made
        return made

    def change(
        self,
        change: int,
        *,
        lock: bool = False,  # noqa: ARG002 - likewise
    ) -> ExampleChange | None:
        return self.made.get(change)

    def changes(self, before: int, limit: int) -> list[ExampleChange]:
        latest = reversed(self.made.values())
        return [one for one in latest if not before or one.id < before][:limit]

    def of_stories(self) -> list[ExampleChange]:
        return [one for one in reversed(self.made.values()) if one.story]

    def reverted(self, change: int, by: str, at: datetime) -> None:
        if change in self.made:
            undone = replace(self.made[change], reverted_by=by, reverted_at=at)
            self.made[change] = undone

    def _acted(self, item_id: int, act: str | None) -> None:
        rows = self.inbox.rows
        if item_id in rows:
            rows[item_id] = replace(rows[item_id], act=act)
