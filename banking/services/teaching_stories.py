"""Making tests of conversations that took place."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from banking.domain.examples import Lesson
from banking.domain.inbox import Heard
from banking.domain.pseudonyms import masked, one_line, pseudonymous
from banking.domain.stories import (
    Step,
    TurnsForgotten,
    quoted,
    steps_between,
    steps_of,
    story_text,
)
from banking.ports.language_files import Taught
from banking.ports.stories import StoryDraft
from banking.ports.teaching_refusals import NotKept
from banking.services.teaching_room import Room, kept

STORIES: Final = "tests/test_stories.yml"
CONVERSATIONS: Final = "tests/conversations"
LONGEST_TITLE: Final = 100
LONGEST_FORM: Final = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Stories(Room):
    """Test stories and conversations, with made-up numbers and names."""

    def story(self, first: int, last: int, title: str) -> StoryDraft:
        """See ``TeachingDesk.story``."""
        turns = self._turns(first, last)
        steps, earlier = self._steps(turns)
        named = _title(title, turns)
        notes = [*_notes(turns), *(["begins where its form begins"] if earlier else [])]
        return StoryDraft(named, STORIES, story_text(named, steps), tuple(notes))

    def _steps(self, turns: Sequence[Heard]) -> tuple[list[Step], bool]:
        """As the engine remembers them; else as the bank stored them."""
        first, last = turns[0], turns[-1]
        events = self.trackers.events(first.conversation_id)
        try:
            return steps_between(
                events, first.message_id, last.message_id, keeping=_kept
            )
        except TurnsForgotten:
            pass
        with self.uow() as tx:
            before = tx.inbox.around(first.number, LONGEST_FORM, 0)
            after = tx.inbox.around(last.number, 0, 1)
        known = [*before[:-1], *turns]
        then = after[-1] if len(after) > 1 else None
        return steps_of(known, first.number, then, keeping=_kept)

    def add_story(self, first: int, last: int, title: str, by: str) -> StoryDraft:
        """See ``TeachingDesk.add_story``."""
        draft = self.story(first, last, title)
        story = Taught(draft.file, "", draft.text, title=draft.title)
        with self.uow() as tx:
            files = self.stories.add(story)
            with kept(self.stories, files):
                change = tx.lessons.add_change(
                    by, self.clock.now(), files.done, files.diff
                )
                tx.audit.record(
                    "teaching_story_written",
                    by=by,
                    change=change.id,
                    first=first,
                    last=last,
                )
                tx.commit()
        return draft

    def conversation(self, first: int, last: int, title: str) -> StoryDraft:
        """See ``TeachingDesk.conversation``."""
        turns = self._turns(first, last)
        named = _title(title, turns)
        lines = [f"- conversation: {quoted(named)}", "  steps:", *_script(turns), ""]
        slug = re.sub(r"[^a-z0-9]+", "_", named.casefold()).strip("_") or "conversation"
        return StoryDraft(
            named,
            f"{CONVERSATIONS}/{slug}.yml",
            "\n".join(lines),
            ("what was done on the bank's pages is not in it", *_notes(turns)),
        )

    def _turns(self, first: int, last: int) -> list[Heard]:
        with self.uow() as tx:
            turns = tx.inbox.between(first, last)
        if not turns or turns[-1].number != last:
            raise NotKept("these are not turns of one conversation")
        return turns


def _kept(lesson: Lesson) -> Lesson:
    """What may stand in a file of what a customer wrote."""
    hidden = Lesson(lesson.intent, masked(lesson.text), lesson.spans)
    return one_line(pseudonymous(hidden, names=True))


def _title(title: str, turns: Sequence[Heard]) -> str:
    said = one_line(Lesson("", title)).text
    if not said:
        said = _kept(Lesson("", turns[0].text, turns[0].spans)).text
    return said[:LONGEST_TITLE]


def _notes(turns: Sequence[Heard]) -> Iterator[str]:
    """Yield what a trainer should know before this becomes a test."""
    if any(turn.refused for turn in turns):
        yield "something was not understood: the test expects that it stays so"
    if any(not turn.kind for turn in turns):
        yield "the customer went to a page of the bank in between"


def _script(turns: Sequence[Heard]) -> Iterator[str]:
    for turn in turns:
        if turn.kind == "text":
            said = _kept(Lesson(turn.intent, turn.text, turn.spans)).text
            yield f"  - customer: {quoted(said)}"
        elif turn.kind == "tap":
            title = _kept(Lesson("", turn.title or turn.intent)).text
            yield f"  - taps: {quoted(title)}"
        else:
            yield "  - page: signs in"
        if turn.responses:
            yield f"  - bank: [{', '.join(turn.responses)}]"
