"""What every part of teaching works with."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta

from banking.domain.inbox import Heard, InboxRules
from banking.domain.pseudonyms import masked
from banking.ports.identity import Clock
from banking.ports.inbox import Said
from banking.ports.language_files import ChangedFiles, ExampleFiles, FileChange
from banking.ports.stories import StoryFiles, Trackers
from banking.ports.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """The inbox, the files, and the rules."""

    uow: UnitOfWork
    clock: Clock
    files: ExampleFiles
    stories: StoryFiles
    trackers: Trackers
    rules: InboxRules = field(default_factory=InboxRules)
    # As long as the messages themselves; what is still to be written stays.
    keep: timedelta = timedelta(days=30)


@contextmanager
def kept(files: ChangedFiles, change: FileChange) -> Iterator[None]:
    """Put the files back when their change cannot be recorded."""
    try:
        yield
    except BaseException:
        files.put_back(change)
        raise


def told(turn: Heard) -> Said:
    """A turn as a trainer may see it: numbers masked, the bank's words by name."""
    own = turn.kind == "text"
    return Said(
        turn=turn.number,
        conversation_id=turn.conversation_id,
        at=turn.at,
        text=masked(turn.text) if own else None,
        tapped="" if own else turn.intent,
        intent=turn.intent,
        confidence=turn.confidence,
        spans=turn.spans if own else (),
        actions=turn.actions,
        responses=turn.responses,
    )


def storable(text: str) -> str:
    """A text as the database takes it: without what no typed text holds."""
    return text.encode(errors="ignore").decode().replace("\0", "")
