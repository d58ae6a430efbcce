"""Where each test story stands in Rasa's YAML, from its first line to its last."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from ruamel.yaml.nodes import MappingNode, Node, SequenceNode

from banking.adapters.language.lint_yaml import (
    Source,
    entries,
    items,
    parse,
    scalar,
    twice,
)
from banking.domain.data_findings import Finding
from banking.domain.examples import Lesson, read_markup
from banking.ports.stories import Story
from banking.ports.teaching_refusals import DataBroken

_COMMENT: Final = re.compile("( *)#")
_EMPTY_LINE: Final = re.compile(r"(?<=\n)[ \t]*\r?\n\Z")


@dataclass(frozen=True, slots=True)
class Standing:
    """A story, and the characters [begin, end) of its file that are its lines."""

    story: Story
    begin: int
    end: int


def read_stories(source: Source) -> tuple[Standing, ...]:
    """Read a file of stories; raise DataBroken with file, line and reason."""
    root = parse(source)
    if isinstance(root, Finding):
        raise _broken(root)
    if root is None:
        return ()
    if not isinstance(root, MappingNode):
        raise _not_as_meant(source, root, "is not a mapping")
    for double in twice(source, root):
        raise _broken(double)
    listed = entries(root).get("stories")
    if listed is None or not listed.value:
        return ()
    if not isinstance(listed, SequenceNode) or listed.flow_style:
        raise _not_as_meant(source, listed, "stories are not a list of dashes")
    return tuple(_standing(source, listed))


def without(text: str, standing: Standing) -> str:
    """The text without this story, and without the empty line before it."""
    above = text[: standing.begin]
    return _EMPTY_LINE.sub("", above) + text[standing.end :]


def at_the_end(text: str, story: str) -> str:
    """The text with the lines of one more story behind all others."""
    ended = _ended(text)
    gap = "" if ended.rstrip().endswith("\nstories:") else _ending(text)
    return f"{ended}{gap}{_ended_as(text, story)}"


def where_it_stood(
    text: str, story: str, stood: int, above: Standing | None, below: Standing | None
) -> str:
    """The text with the lines of a story again, between these two.

    What else stands there keeps its place before or behind it, as far as the line
    tells at which the story stood.
    """
    places = []
    if above is not None:
        head, tail = _ended(text[: above.end]), text[above.end :]
        gap = "" if tail.partition("\n")[0].strip() else _ending(text)
        places.append((f"{head}{gap}", tail))
    if below is not None:
        head, tail = text[: below.begin], text[below.begin :]
        gap = _ending(text) if _EMPTY_LINE.search(head) else ""
        places.append((head, f"{gap}{tail}"))
    if not places:
        return at_the_end(text, story)
    head, tail = min(places, key=lambda place: abs(place[0].count("\n") + 1 - stood))
    return f"{head}{_ended_as(text, story)}{tail}"


def _ended(text: str) -> str:
    return text if text.endswith("\n") else f"{text}{_ending(text)}"


def _ended_as(text: str, story: str) -> str:
    return story.replace("\n", _ending(text))


def _ending(text: str) -> str:
    """How the lines of this text end."""
    return "\r\n" if text.partition("\n")[0].endswith("\r") else "\n"


# --- reading ----------------------------------------------------------------------


def _standing(source: Source, listed: SequenceNode) -> Iterator[Standing]:
    text, column = source.text, listed.start_mark.column
    for node in listed.value:
        if not isinstance(node, MappingNode):
            raise _not_as_meant(source, node, "an entry of stories is not a mapping")
    dashes = [text.rfind("-", 0, node.start_mark.index) for node in listed.value]
    begins = [_with_comments(text, dash, column) for dash in dashes]
    places = pairwise([*begins, listed.end_mark.index])
    for node, dash, (begin, end) in zip(listed.value, dashes, places, strict=True):
        if begin >= end:
            raise _not_as_meant(source, node, "a story stands in another")
        own = _own(text[begin:end], column)
        yield Standing(_story(source, node, dash, own), begin, begin + len(own))


def _story(source: Source, node: MappingNode, dash: int, own: str) -> Story:
    facts = entries(node)
    lines = own.replace("\r\n", "\n")
    return Story(
        title=scalar(facts.get("story")) or "",
        file=source.file,
        line=source.place(dash)[0],
        text=lines if lines.endswith("\n") else f"{lines}\n",
        said=_said(items(facts.get("steps"))),
    )


def _said(steps: Sequence[Node]) -> Lesson:
    """What the customer says first; without text where it was a tap."""
    for step in map(entries, steps):
        intent = scalar(step.get("intent")) or ""
        if "user" in step:
            return read_markup(intent, (scalar(step["user"]) or "").strip())
        if intent:
            return Lesson(intent, "")
    return Lesson("", "")


def _with_comments(text: str, dash: int, column: int) -> int:
    """Where a story begins: with the comments right above it."""
    begin = text.rfind("\n", 0, dash) + 1
    while begin:
        above = text.rfind("\n", 0, begin - 1) + 1
        if not _is_comment(text[above:begin], column):
            break
        begin = above
    return begin


def _own(lines: str, column: int) -> str:
    """The lines up to the next story without what stands between the two."""
    kept = lines.splitlines(keepends=True)
    while not kept[-1].strip() or _is_comment(kept[-1], column):
        kept.pop()
    return "".join(kept)


def _is_comment(line: str, column: int) -> bool:
    """Whether a line is a comment on what stands at this column, not further in."""
    found = _COMMENT.match(line)
    return found is not None and len(found[1]) <= column


def _broken(found: Finding) -> DataBroken:
    return DataBroken(f"{found.file}:{found.line}: {found.reason}")


def _not_as_meant(source: Source, node: Node, reason: str) -> DataBroken:
    line, _ = source.place(node.start_mark.index)
    return DataBroken(f"{source.file}:{line}: {reason}")
