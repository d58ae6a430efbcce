"""The files that the assistant learns from, and how they are changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from banking.domain.examples import Example


@dataclass(frozen=True, slots=True)
class Taught:
    """A line of an intent: the example with its markup.

    Or a test story: then ``intent`` is "", ``markup`` all its lines, and ``title`` its
    title. It was added where ``stood`` is 0; else it was taken out of this line.
    """

    file: str
    intent: str
    markup: str = field(repr=False)
    stood: int = 0
    title: str = ""


@dataclass(frozen=True, slots=True)
class Corpus:
    """The training data as it is on disk at this moment."""

    examples: tuple[Example, ...] = field(repr=False)
    intents: Mapping[str, str]
    entities: frozenset[str]
    fingerprint: str


@dataclass(frozen=True, slots=True)
class FileChange:
    """What a change of files came to; ``missing`` lines were not there to remove.

    ``before`` and ``after``: every file's text by its path below LANGUAGE_HOME.
    """

    diff: str = field(repr=False)
    done: tuple[Taught, ...]
    missing: tuple[Taught, ...] = ()
    before: Mapping[str, str] = field(default_factory=dict, repr=False)
    after: Mapping[str, str] = field(default_factory=dict, repr=False)


class ChangedFiles(Protocol):
    """Files whose changes are taken back."""

    def remove(self, taught: Sequence[Taught]) -> FileChange:
        """Take what was added out again where it is still there; all or nothing.

        What was taken out stands again. Raises FilesBusy, DataBroken, and for stories
        StoryEdited, StoryExists; then every file is as it was.
        """

    def put_back(self, change: FileChange) -> None:
        """Undo a change whose record could not be kept."""


class ExampleFiles(ChangedFiles, Protocol):
    """The examples below LANGUAGE_HOME/data; nothing else in the files changes."""

    def read(self) -> Corpus:
        """Raise DataBroken with file, line and reason."""

    def planned(self, taught: Sequence[Taught]) -> str:
        """The unified diff that ``add`` would make."""

    def add(self, taught: Sequence[Taught], fingerprint: str) -> FileChange:
        """Write lines, and take out those that say where they stood: all or none.

        Checks that the data still holds together.

        Raises FilesChanged, FilesBusy, DataBroken; then every file is as it was.
        """
