"""From what a trainer decided to a change that can be read and taken back."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from banking.domain.examples import Example, Lesson, Warned
from banking.ports.inbox import InboxItem, State
from banking.ports.language_files import Taught


@dataclass(frozen=True, slots=True)
class Decision:
    """What a trainer decided about an item."""

    state: State
    lesson: Lesson | None
    by: str
    at: datetime
    act: str


@dataclass(frozen=True, slots=True)
class Done:
    """What became of many items at once: those that changed, and why others did not.

    ``act`` undoes it: ``Teaching.undo(act, by=…)``. ``overruled`` names the others
    whose decision gave way to this one.
    """

    act: str
    changed: tuple[int, ...]
    refused: Mapping[int, str]
    overruled: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class IntentCard:
    """An intent that can be taught, and how many examples it has in which file."""

    name: str
    examples: int
    file: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """A lesson as it would be written. ``items`` are the messages it comes from.

    ``file`` is "" where it cannot be written. ``blocked``: left out whatever the
    trainer says. ``asks``: written only if its items are in ``despite``.
    ``instead_of``: the lines that ``move`` would take out, where nothing else keeps it
    from being written.
    """

    items: tuple[int, ...]
    lesson: Lesson
    markup: str = field(repr=False)
    file: str
    warnings: tuple[Warned, ...]
    blocked: bool
    asks: bool
    instead_of: tuple[Example, ...] = ()


@dataclass(frozen=True, slots=True)
class Preview:
    """All that waits to be written, as it would be.

    ``fingerprint`` goes into ``Teaching.write``, which refuses if the files have
    changed in between. ``diff`` shows what is neither blocked nor asks.
    """

    proposals: tuple[Proposal, ...]
    diff: str = field(repr=False)
    fingerprint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ExampleChange:
    """A change of the training data or of its tests that can be read and reverted."""

    id: int
    at: datetime
    by: str
    taught: tuple[Taught, ...]
    diff: str = field(repr=False)
    reverted_at: datetime | None = None
    reverted_by: str = ""

    @property
    def story(self) -> Taught | None:
        """The test story that came or went; None for a change of examples."""
        return next((one for one in self.taught if not one.intent), None)


@dataclass(frozen=True, slots=True)
class Written:
    """What was written, and what was left out; ``change`` is None if nothing was."""

    change: ExampleChange | None
    left_out: tuple[Proposal, ...]


@dataclass(frozen=True, slots=True)
class Reverted:
    """A change taken back: the lines removed, and those that were not there."""

    change: ExampleChange
    removed: tuple[Taught, ...]
    missing: tuple[Taught, ...]


class LessonStore(Protocol):
    """What trainers decided, and the changes that were made of it."""

    def lock(self, ids: Collection[int]) -> list[InboxItem]:
        """Get items in the order of their ids and lock them until the commit."""

    def of_act(self, act: str) -> list[int]: ...

    def decide(self, decisions: Mapping[int, Decision]) -> None: ...

    def reopen(self, ids: Collection[int]) -> None: ...

    def pending(self, *, lock: bool = False) -> list[InboxItem]:
        """Items with a lesson that is in no file yet, in the order of their ids."""

    def written(self, ids: Collection[int], change: int) -> None: ...

    def of_change(self, change: int) -> list[int]: ...

    def add_change(
        self, by: str, at: datetime, taught: Sequence[Taught], diff: str
    ) -> ExampleChange: ...

    def change(self, change: int, *, lock: bool = False) -> ExampleChange | None: ...

    def changes(self, before: int, limit: int) -> list[ExampleChange]:
        """The latest changes below this number, newest first; 0 for all."""

    def of_stories(self) -> list[ExampleChange]:
        """Every change of test stories, newest first."""

    def reverted(self, change: int, by: str, at: datetime) -> None: ...
