"""Conversations as tests: drafts, the stories in their files, what they are made of."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from banking.domain.examples import Lesson
from banking.ports.language_files import ChangedFiles, FileChange, Taught


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """A test story as it stands in its file, from line ``line`` of it, counted from 1.

    ``said`` is what the customer says first; without text where that was a tap.
    """

    title: str
    file: str
    line: int
    text: str = field(repr=False)
    said: Lesson


@dataclass(frozen=True, slots=True)
class StoryDraft:
    """A conversation as a test. ``file`` is where it goes, below LANGUAGE_HOME.

    ``notes`` say in plain words what could not be taken over.
    """

    title: str
    file: str
    text: str = field(repr=False)
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeStory:
    """A test that was made at the desk, by which change, and as it stands now.

    ``by_hand``: somebody edited it since. ``fingerprint`` goes into
    ``TeachingDesk.remove_story``, which refuses if the test was edited in between.
    """

    change: int
    at: datetime
    by: str
    story: Story
    by_hand: bool
    fingerprint: str


@dataclass(frozen=True, slots=True)
class MadeStories:
    """The tests that were made at the desk, newest first; how many others there are."""

    made: tuple[MadeStory, ...]
    others: int


class StoryFiles(ChangedFiles, Protocol):
    """Test stories below LANGUAGE_HOME/tests; nothing else in the files changes."""

    def read(self) -> tuple[Story, ...]:
        """Every story, as they stand. Raise DataBroken with file, line and reason."""

    def add(self, story: Taught) -> FileChange:
        """Write a story, or take out the one that says where it stood.

        Raises StoryExists or StoryEdited, FilesBusy, DataBroken; then the file is as
        it was.
        """


class Trackers(Protocol):
    """What the dialogue engine remembers of a conversation."""

    def events(self, conversation_id: str) -> list[dict[str, Any]]:
        """Events as data, oldest first; none where nothing is kept."""

    def forget(self, before: datetime) -> int:
        """Delete conversations silent since then; return how many."""
