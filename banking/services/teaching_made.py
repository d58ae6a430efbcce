"""The tests that were made at the desk: which of them stand, and taking one out."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from banking.ports.language_files import Taught
from banking.ports.lessons import ExampleChange
from banking.ports.stories import MadeStories, MadeStory, Story
from banking.ports.teaching_refusals import NoSuchChange, StoryEdited, StoryGone
from banking.services.teaching_room import Room, kept


@dataclass(frozen=True, slots=True, kw_only=True)
class Made(Room):
    """Finds them again in a file that people edit as well."""

    def made_stories(self) -> MadeStories:
        """See ``TeachingDesk.made_stories``."""
        stories = self.stories.read()
        with self.uow() as tx:
            changes = tx.lessons.of_stories()
        found = _found(stories, changes)
        made = [_made(one, found[one.id]) for one in changes if one.id in found]
        return MadeStories(tuple(made), len(stories) - len(made))

    def remove_story(self, change: int, fingerprint: str, by: str) -> ExampleChange:
        """See ``TeachingDesk.remove_story``."""
        with self.uow() as tx:
            # Whoever comes second waits here, and finds the test gone.
            made = tx.lessons.change(change, lock=True)
            if made is None or made.story is None or made.story.stood:
                raise NoSuchChange(str(change))
            changes = tx.lessons.of_stories()
            story = _found(self.stories.read(), changes).get(change)
            if story is None:
                raise StoryGone(_removed_by(made.story.title, changes))
            if _fingerprint(story) != fingerprint:
                raise StoryEdited(story.title)
            files = self.stories.add(
                Taught(story.file, "", story.text, story.line, story.title)
            )
            with kept(self.stories, files):
                removed = tx.lessons.add_change(
                    by, self.clock.now(), files.done, files.diff
                )
                tx.audit.record("teaching_story_removed", by=by, change=removed.id)
                tx.commit()
        return removed


def _made(change: ExampleChange, story: Story) -> MadeStory:
    written = change.story
    return MadeStory(
        change=change.id,
        at=change.at,
        by=change.by,
        story=story,
        by_hand=written is None or written.markup != story.text,
        fingerprint=_fingerprint(story),
    )


def _fingerprint(story: Story) -> str:
    return hashlib.sha256(story.text.encode()).hexdigest()


# --- which story is whose ---------------------------------------------------------


def _as_written(written: Taught, story: Story) -> bool:
    return written.markup == story.text


def _same_title(written: Taught, story: Story) -> bool:
    return written.title == story.title


def _same_steps(written: Taught, story: Story) -> bool:
    """Somebody gave it another title: all but the first line is as it was."""
    return written.markup.partition("\n")[2] == story.text.partition("\n")[2]


# The surest first: what one change wrote is not taken for what another one did.
_SAME: Final = (_as_written, _same_title, _same_steps)


def _found(
    stories: Iterable[Story], changes: Sequence[ExampleChange]
) -> Mapping[int, Story]:
    """The stories that changes wrote, by the change, also where edited since."""
    left, found, standing = list(stories), dict[int, Story](), _standing(changes)
    for same in _SAME:
        for change, written in _told(changes):
            # What was taken out and stands again is itself, not one that is like it.
            like_it = same is _as_written or change.id in standing
            if written.stood or change.id in found or not like_it:
                continue
            story = next((one for one in left if same(written, one)), None)
            if story is not None:
                found[change.id] = story
                left.remove(story)
    return found


def _standing(changes: Sequence[ExampleChange]) -> frozenset[int]:
    """The changes whose story stands, as far as the desk knows."""
    last: dict[str, int] = {}
    for change, story in reversed(_told(changes)):
        if change.reverted_at is None:
            last[story.title] = 0 if story.stood else change.id
    return frozenset(last.values())


def _removed_by(title: str, changes: Sequence[ExampleChange]) -> str:
    """Who took it out; "" if that was by hand."""
    for change, story in _told(changes):
        if story.title == title and bool(story.stood) == (change.reverted_at is None):
            return change.by if story.stood else change.reverted_by
    return ""


def _told(changes: Iterable[ExampleChange]) -> list[tuple[ExampleChange, Taught]]:
    return [(one, one.story) for one in changes if one.story is not None]
