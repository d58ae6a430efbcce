"""Test stories below LANGUAGE_HOME/tests: read, and added to at their end."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from banking.adapters.language.writing import alone, write_all
from banking.ports.training import DataBroken, StoryDraft, StoryExists

# Rasa takes a file for a test of stories by how its name begins.
STORIES: Final = "tests/test_stories.yml"
_NEW: Final = 'version: "3.1"\n\nstories:\n'


@dataclass(frozen=True, slots=True)
class YamlStories:
    """Keeps the promise of ``banking.ports.training.StoryFiles``."""

    home: Path

    def titles(self) -> frozenset[str]:
        return frozenset(_titles(self._text()))

    def append(self, draft: StoryDraft) -> str:
        with alone(self.home):
            before = self._text()
            titles = _titles(before)
            if draft.title in titles:
                raise StoryExists(draft.title)
            gap = "" if before == _NEW else "\n"
            ended = before if before.endswith("\n") else f"{before}\n"
            after = f"{ended}{gap}{draft.text}"
            if _titles(after) != [*titles, draft.title]:
                raise DataBroken(f"{STORIES}: stories are not what the file ends with")
            write_all(self.home, {STORIES: after})
        lines = difflib.unified_diff(
            before.splitlines(keepends=True),
            after.splitlines(keepends=True),
            f"a/{STORIES}",
            f"b/{STORIES}",
            n=2,
        )
        return "".join(lines)

    def _text(self) -> str:
        file = self.home / STORIES
        return file.read_text(encoding="utf-8") if file.exists() else _NEW


def _titles(text: str) -> list[str]:
    """The titles of the stories, in order; raise DataBroken."""
    try:
        read: Any = YAML(typ="safe", pure=True).load(text)
    except YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else 1
        reason = getattr(error, "problem", None) or "cannot be read"
        raise DataBroken(f"{STORIES}:{line}: {reason}") from None
    stories = (read.get("stories") if isinstance(read, dict) else None) or []
    return [str(story.get("story")) for story in stories if isinstance(story, dict)]
