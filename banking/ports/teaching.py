"""What the trainers' desk asks of teaching: every act names who does it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Protocol

from banking.domain.examples import Example, Span
from banking.ports.inbox import (
    Around,
    InboxItem,
    InboxPage,
    InboxQuery,
    SaidPage,
    State,
)
from banking.ports.lessons import (
    Done,
    ExampleChange,
    IntentCard,
    Preview,
    Reverted,
    Written,
)
from banking.ports.stories import MadeStories, StoryDraft


class TeachingDesk(Protocol):
    """``bank.teaching``. ``by`` is the name of the member of staff.

    Everything raises TeachingRefused where it cannot be done; acts on many items
    name in ``Done.refused`` those that could not be changed, by code.
    """

    # --- reading ----------------------------------------------------------------

    def inbox(self, query: InboxQuery) -> InboxPage:
        """Look through the newest turns, then give a page of groups."""

    def item(self, item_id: int) -> InboxItem:
        """Raise NoSuchItem."""

    def items(
        self, group: int, state: State = State.OPEN, limit: int = 200
    ) -> list[InboxItem]:
        """The messages of one group, newest first."""

    def around(self, item_id: int, before: int = 4, after: int = 4) -> Around:
        """The message with what was said before and after. Raise NoSuchItem."""

    def search(
        self, words: str, intent: str = "", below: int = 0, limit: int = 50
    ) -> SaidPage:
        """Search everything that customers wrote. ``below`` is ``SaidPage.next``."""

    def intents(self) -> tuple[IntentCard, ...]:
        """Intents that can be taught. Raise DataBroken."""

    def entities(self) -> tuple[str, ...]:
        """Entities that can be annotated."""

    def examples(self, intent: str) -> tuple[Example, ...]:
        """The examples of an intent. Raise UnknownIntent, DataBroken."""

    # --- deciding ---------------------------------------------------------------

    def accept(self, ids: Collection[int], by: str) -> Done:
        """Take each as it was read (``InboxItem.reading`` and its spans)."""

    def correct(self, ids: Collection[int], intent: str, by: str) -> Done:
        """Say what they mean instead. Raise UnknownIntent."""

    def annotate(
        self, item_id: int, spans: Sequence[Span], by: str, intent: str = ""
    ) -> Done:
        """Say which values stand where; ``intent`` "" is the one decided or read.

        Raise UnknownIntent, UnknownEntity, SpansUnreadable, NoSuchItem.
        """

    def reject(self, ids: Collection[int], by: str) -> Done:
        """Nothing to learn from these."""

    def reopen(self, ids: Collection[int], by: str) -> Done:
        """Undo the decisions on these, as long as nothing has been written."""

    def undo(self, act: str, by: str) -> Done:
        """Undo one act on however many items."""

    def pick(self, turn: int, by: str) -> InboxItem:
        """Take a message from the search into the inbox. Raise NoSuchItem."""

    # --- writing ----------------------------------------------------------------

    def preview(self, *, pseudonyms: bool = True) -> Preview:
        """What is decided and not written. Raise DataBroken.

        Long numbers and addresses are always replaced by made-up ones; people's
        names, where they are annotated, with ``pseudonyms``.
        """

    def write(
        self,
        by: str,
        fingerprint: str,
        *,
        despite: Collection[int] = (),
        pseudonyms: bool = True,
    ) -> Written:
        """Write what ``preview`` showed; ``despite`` names items of conflicts.

        Raise FilesChanged, FilesBusy, DataBroken; then nothing is written.
        """

    def move(
        self, items: Collection[int], by: str, fingerprint: str, *, pseudonyms: bool
    ) -> Written:
        """Write one lesson, and take the same words out of where they stand now.

        Raise NoSuchItem where ``Proposal.instead_of`` is empty, and as ``write``.
        """

    def changes(self, before: int = 0, limit: int = 20) -> list[ExampleChange]:
        """The latest changes, newest first."""

    def change(self, change: int) -> ExampleChange:
        """Raise NoSuchChange."""

    def revert(self, change: int, by: str) -> Reverted:
        """Take the lines of a change out again; its items are open once more.

        Raise NoSuchChange, FilesBusy, DataBroken; of a test also StoryEdited where it
        was edited since, StoryExists where one of its title stands already.
        """

    # --- tests ------------------------------------------------------------------

    def story(self, first: int, last: int, title: str) -> StoryDraft:
        """The turns from ``first`` to ``last`` of one conversation as a test story.

        Raise NotKept.
        """

    def add_story(self, first: int, last: int, title: str, by: str) -> StoryDraft:
        """Write that story into the tests: a change that can be reverted.

        Raise NotKept, StoryExists, FilesBusy, DataBroken.
        """

    def made_stories(self) -> MadeStories:
        """The tests that were made here and still stand. Raise DataBroken."""

    def remove_story(self, change: int, fingerprint: str, by: str) -> ExampleChange:
        """Take out the test that this change made, as ``made_stories`` showed it.

        Raise NoSuchChange, StoryGone, StoryEdited, FilesBusy, DataBroken; then it
        stays.
        """

    def conversation(self, first: int, last: int, title: str) -> StoryDraft:
        """The same turns as a draft for ``tests/conversations``; nothing is written.

        Raise NotKept.
        """
