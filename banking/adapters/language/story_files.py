"""Test stories below LANGUAGE_HOME/tests: written at their end, and taken out again.

A story's lines come and go; everything else in the file stays as it is. What is about
to be written is read first: no other story may have changed by it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Final

from banking.adapters.language.diffs import diff_of
from banking.adapters.language.lint_yaml import Source, read_text
from banking.adapters.language.story_blocks import (
    Standing,
    at_the_end,
    read_stories,
    where_it_stood,
    without,
)
from banking.adapters.language.writing import alone, write_all
from banking.domain.data_findings import Finding
from banking.ports.language_files import FileChange, Taught
from banking.ports.stories import Story
from banking.ports.teaching_refusals import DataBroken, StoryEdited, StoryExists

# Rasa takes a file for a test of stories by how its name begins.
STORIES: Final = "tests/test_stories.yml"
_NEW: Final = 'version: "3.1"\n\nstories:\n'


@dataclass(frozen=True, slots=True)
class YamlStories:
    """Keeps the promise of ``banking.ports.stories.StoryFiles``."""

    home: Path

    def read(self) -> tuple[Story, ...]:
        return tuple(one.story for one in _stories(self._text()))

    def add(self, story: Taught) -> FileChange:
        with alone(self.home):
            text = self._text()
            if story.stood:
                found = _nearest(text, story)
                if found is None:
                    raise StoryEdited(story.title)
                return self._taken_out(text, found)
            return self._put_in(text, story)

    def remove(self, taught: Sequence[Taught]) -> FileChange:
        [story] = taught
        with alone(self.home):
            text = self._text()
            if story.stood:
                return self._put_in(text, story)
            found = _nearest(text, story)
            if found is not None:
                return self._taken_out(text, found)
        if story.title in _titles(text):
            raise StoryEdited(story.title)
        return FileChange("", (), (story,))

    def put_back(self, change: FileChange) -> None:
        with alone(self.home):
            if change.after and self._text() == change.after[STORIES]:
                write_all(self.home, change.before)

    def _put_in(self, text: str, story: Taught) -> FileChange:
        """Where it stood, or at the end."""
        new = [one.story for one in _stories(f"{_NEW}{story.markup}")]
        here = _stories(text)
        if _titles(text) & {one.title for one in new}:
            raise StoryExists(story.title)
        above = [one for one in here if not _is_behind(one, story)]
        below = [one for one in here if _is_behind(one, story)]
        if story.stood:
            between = (above[-1] if above else None, below[0] if below else None)
            after = where_it_stood(text, story.markup, story.stood, *between)
        else:
            after = at_the_end(text, story.markup)
        told = [one.story for one in (*above, *below)]
        told[len(above) : len(above)] = new
        return self._written(text, after, told, story)

    def _taken_out(self, text: str, gone: Standing) -> FileChange:
        told = [one.story for one in _stories(text) if one.begin != gone.begin]
        story = gone.story
        done = Taught(STORIES, "", story.text, stood=story.line, title=story.title)
        return self._written(text, without(text, gone), told, done)

    def _written(
        self, text: str, after: str, told: Iterable[Story], done: Taught
    ) -> FileChange:
        """Write the file if these are its stories then; raise DataBroken."""
        if [_words(one.story) for one in _stories(after)] != [*map(_words, told)]:
            line, why = done.stood, "its lines do not stand for themselves"
            if not done.stood:
                line, why = text.count("\n"), "stories are not what the file ends with"
            raise DataBroken(f"{STORIES}:{line}: {why}")
        old, new = {STORIES: text}, {STORIES: after}
        write_all(self.home, new)
        return FileChange(diff_of(old, new), (done,), (), old, new)

    def _text(self) -> str:
        file = self.home / STORIES
        if not file.exists():
            return _NEW
        source = read_text(self.home, file)
        if isinstance(source, Finding):
            raise DataBroken(f"{source.file}:{source.line}: {source.reason}")
        return source.text


# A page is shown far more often than the file changes.
@lru_cache(maxsize=4)
def _stories(text: str) -> tuple[Standing, ...]:
    return read_stories(Source(STORIES, text))


def _titles(text: str) -> set[str]:
    return {one.story.title for one in _stories(text)}


def _nearest(text: str, story: Taught) -> Standing | None:
    """The story of exactly these lines, the one nearest to where it stood."""
    same = [one for one in _stories(text) if one.story.text == story.markup]
    return min(same, key=lambda one: abs(one.story.line - story.stood), default=None)


def _is_behind(standing: Standing, story: Taught) -> bool:
    return bool(story.stood) and standing.story.line >= story.stood


def _words(story: Story) -> Story:
    """A story wherever it stands: lines move when others come and go."""
    return replace(story, line=0)
