"""What teaching keeps and shows: an inbox, lessons, changes to files, test stories."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from banking.domain.examples import Example, Lesson, Span, Warned
from banking.domain.inbox import Found, Heard, Reason

# --- the inbox --------------------------------------------------------------------


class State(StrEnum):
    """Where an item of the inbox stands."""

    OPEN = "open"
    # As it was understood or suggested / as the trainer says instead.
    ACCEPTED = "accepted"
    CORRECTED = "corrected"
    REJECTED = "rejected"


TAUGHT = frozenset({State.ACCEPTED, State.CORRECTED})


class Order(StrEnum):
    """Which groups come first."""

    LARGEST = "largest"
    NEWEST = "newest"


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxItem:
    """One message that needs a trainer.

    ``text`` has every long number masked; spans count its characters. ``reading`` is
    the best guess: what was suggested, else the likeliest intent; "" for none.
    ``lesson`` is what the trainer decided; ``change`` the change that wrote it.
    """

    id: int
    turn: int
    conversation_id: str
    at: datetime
    text: str = field(repr=False)
    intent: str
    confidence: float
    ranking: tuple[tuple[str, float], ...]
    spans: tuple[Span, ...] = field(repr=False)
    reasons: tuple[Reason, ...]
    suggested: str
    reading: str
    group: int
    state: State
    decided_by: str = ""
    decided_at: datetime | None = None
    lesson: Lesson | None = field(default=None, repr=False)
    change: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxGroup:
    """Messages that are alike. ``text`` is the most typical of them.

    ``confidence`` is how sure the assistant was of ``reading``, also where it acted on
    another one. ``meaning`` is what a trainer said that the typical one means, or "".
    """

    id: int
    text: str = field(repr=False)
    spans: tuple[Span, ...] = field(repr=False)
    count: int
    reading: str
    suggested: str
    confidence: float
    reasons: Mapping[Reason, int]
    latest_at: datetime
    items: tuple[int, ...]
    meaning: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxQuery:
    """What of the inbox is wanted.

    ``reasons``: any of them; none means all. ``words``: every word must occur.
    ``after`` is ``InboxPage.next`` of the page before.
    """

    state: State = State.OPEN
    reasons: frozenset[Reason] = frozenset()
    reading: str = ""
    words: str = ""
    order: Order = Order.LARGEST
    after: str = ""
    limit: int = 50


@dataclass(frozen=True, slots=True)
class InboxPage:
    """Groups in order, and where the next page begins: "" at the end.

    ``counts`` and ``readings`` count items of the query's state, whatever else is
    asked for; ``states`` all items by state; ``pending`` lessons not yet written.
    """

    groups: tuple[InboxGroup, ...]
    next: str
    counts: Mapping[Reason, int]
    readings: Mapping[str, int]
    states: Mapping[State, int]
    pending: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One turn of a conversation as a trainer sees it: the bank's words are names.

    ``text`` is None for what was tapped or sent by the bank itself; ``tapped`` then
    names the intent. ``responses`` may be empty where they are no longer kept.
    """

    turn: int
    conversation_id: str
    at: datetime
    text: str | None = field(repr=False)
    tapped: str
    intent: str
    confidence: float
    spans: tuple[Span, ...] = field(repr=False)
    actions: tuple[str, ...]
    responses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Around:
    """A message with what was said before and after it, oldest first."""

    item: InboxItem
    before: tuple[Said, ...]
    said: Said | None
    after: tuple[Said, ...]


@dataclass(frozen=True, slots=True)
class SaidPage:
    """Turns that were searched for, newest first; ``next`` is 0 at the end."""

    turns: tuple[Said, ...]
    next: int


# --- teaching ---------------------------------------------------------------------


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
class Story:
    """A test story as it stands in its file, from line ``line`` of it, counted from 1.

    ``said`` is what the customer says first; without text where that was a tap.
    """

    title: str
    file: str
    line: int
    text: str = field(repr=False)
    said: Lesson


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


class TeachingRefused(Exception):
    """Something cannot be taught. ``code`` names why, ``about`` what."""

    code = "refused"

    def __init__(self, about: str = "") -> None:
        super().__init__(f"{self.code}: {about}" if about else self.code)
        self.about = about


class UnknownIntent(TeachingRefused):
    """Intents are made in domain.yml, where rules answer them, not here."""

    code = "unknown_intent"


class UnknownEntity(TeachingRefused):
    code = "unknown_entity"


class SpansUnreadable(TeachingRefused):
    """Spans that overlap, are empty, or lie outside the text."""

    code = "spans_unreadable"


class NoSuchItem(TeachingRefused):
    code = "no_such_item"


class NoSuchChange(TeachingRefused):
    code = "no_such_change"


class FilesChanged(TeachingRefused):
    """The files are not those that the trainer was shown."""

    code = "files_changed"


class FilesBusy(TeachingRefused):
    """Another trainer is writing at this moment."""

    code = "files_busy"


class DataBroken(TeachingRefused):
    """The training data cannot be read, or would no longer hold together.

    ``about`` gives file, line and reason, one problem a line.
    """

    code = "data_broken"


class NotKept(TeachingRefused):
    """What a story would be made of is no longer kept."""

    code = "not_kept"


class StoryExists(TeachingRefused):
    code = "story_exists"


class StoryGone(TeachingRefused):
    """It is in its file no more; ``about`` is who removed it, "" if not the desk."""

    code = "story_gone"


class StoryEdited(TeachingRefused):
    """The test is not as it was written, or not as it was shown."""

    code = "story_edited"


# --- stores -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Decision:
    """What a trainer decided about an item."""

    state: State
    lesson: Lesson | None
    by: str
    at: datetime
    act: str


class InboxStore(Protocol):
    """The messages that need a trainer, and all that customers said."""

    def begin_collecting(self, *, wait: bool = False) -> bool:
        """Lock collecting until the commit; False if somebody else is at it."""

    def collected_to(self) -> int:
        """The number of the turn up to which everything was looked at."""

    def collected(self, number: int) -> None:
        """Everything up to this turn was looked at."""

    def heard(self, after: int, limit: int, lead: int) -> list[Heard]:
        """Turns after this number, at most ``limit`` of them, by conversation.

        Each conversation's begin with up to ``lead`` turns from before, in order.
        """

    def put(self, found: Sequence[Found]) -> int:
        """Add items, or reasons to open ones; return how many are new."""

    def page(self, query: InboxQuery) -> InboxPage: ...

    def get(self, item_id: int) -> InboxItem | None: ...

    def of_turn(self, number: int) -> InboxItem | None: ...

    def of_group(self, group: int, state: State, limit: int) -> list[InboxItem]:
        """The items of a group in this state, newest first."""

    def turn(self, number: int) -> Heard | None: ...

    def around(self, number: int, before: int, after: int) -> list[Heard]:
        """The turn and its neighbours in the same conversation, oldest first."""

    def between(self, first: int, last: int) -> list[Heard]:
        """The turns of the first one's conversation from first to last, in order."""

    def search(
        self, words: Sequence[str], intent: str, below: int, limit: int
    ) -> list[Heard]:
        """Turns of people that hold all these words, newest first; 0 for all."""

    def purge(self, before: datetime) -> int:
        """Forget items of messages older than that, but no lesson still to write."""


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


# --- files ------------------------------------------------------------------------


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
