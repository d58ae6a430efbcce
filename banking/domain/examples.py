"""Training examples: what a customer wrote, what it meant, and how that is written."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Final

LONGEST: Final = 300
# As Rasa reads a line: [words](entity), [words](entity:value), [words]{…}, [words][…].
_ANNOTATED: Final = re.compile(
    r"\[(?P<words>[^\]]+?)\](?:\((?P<entity>[^:)]+?)(?::[^)]+)?\)"
    r"|\{(?P<facts>[^}]+?)\}|\[.*?\])"
)
_NAMED: Final = re.compile(r'"entity"\s*:\s*"([^"]+)"')
# Seen by nobody, and able to make a line read otherwise than it is: marks of
# direction, joiners of words, byte order marks. Joiners of emoji and letters stay.
_UNSEEN: Final = frozenset(
    "\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069"
    "\ufeff\u00ad\u061c"
)
_WORDS: Final = re.compile(r"[^\W_]+|[^\w\s]")
# In the Unicode names of emoji that tell a mood and no thing.
_MOODS: Final = ("FACE", "HEART")


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A value in a text: characters [start, end) of it, and which entity it is."""

    start: int
    end: int
    entity: str


@dataclass(frozen=True, slots=True)
class Lesson:
    """What a text means: its intent and the values in it, in order."""

    intent: str
    text: str = field(repr=False)
    spans: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Example:
    """One line of the training data. ``line`` counts from 1."""

    lesson: Lesson
    file: str
    line: int


class Concern(StrEnum):
    """What a trainer should know about an example before it is written."""

    # Never written as it is.
    UNKNOWN_INTENT = "unknown_intent"
    UNKNOWN_ENTITY = "unknown_entity"
    SECRET = "secret"  # noqa: S105 - it names a concern.
    NOT_WRITABLE = "not_writable"
    EMPTY = "empty"
    # The very same words mean something else: one of the two has to give way first.
    CONTRADICTION = "contradiction"
    # There is one like it: left out, and named.
    TAUGHT_ALREADY = "taught_already"
    # Nearly the same means something else: written on the trainer's word.
    CONFLICT = "conflict"
    # Written; the trainer may want to look.
    REPLACED = "replaced"
    CLEANED = "cleaned"


BLOCKING = frozenset(
    {
        Concern.UNKNOWN_INTENT,
        Concern.UNKNOWN_ENTITY,
        Concern.SECRET,
        Concern.NOT_WRITABLE,
        Concern.EMPTY,
        Concern.CONTRADICTION,
        Concern.TAUGHT_ALREADY,
    }
)
ASKING = frozenset({Concern.CONFLICT})


@dataclass(frozen=True, slots=True)
class Warned:
    """One concern. ``about`` names it in a few words; ``other`` is the rival line."""

    concern: Concern
    about: str = field(repr=False)
    other: Example | None = field(default=None, repr=False)


# --- reading and writing a line ---------------------------------------------------


def read_markup(intent: str, line: str) -> Lesson:
    """Read a line of examples, without its dash, exactly as Rasa does."""
    text, spans, at = "", [], 0
    for found in _ANNOTATED.finditer(line):
        text += line[at : found.start()]
        named = found["entity"] or next(iter(_NAMED.findall(found["facts"] or "")), "")
        spans.append(Span(len(text), len(text) + len(found["words"]), named))
        text += found["words"]
        at = found.end()
    return Lesson(intent, text + line[at:], tuple(spans))


def markup(lesson: Lesson) -> str:
    """Write a lesson as a line of examples, without its dash."""
    written, at = "", 0
    for span in sorted(lesson.spans):
        value = lesson.text[span.start : span.end]
        written += f"{lesson.text[at : span.start]}[{value}]({span.entity})"
        at = span.end
    return written + lesson.text[at:]


def reads_back(lesson: Lesson) -> bool:
    """Whether the written line means this lesson and nothing else."""
    spans = tuple(sorted(lesson.spans))
    return read_markup(lesson.intent, markup(lesson)) == replace(lesson, spans=spans)


def well_placed(text: str, spans: Iterable[Span]) -> bool:
    """Whether spans lie within the text, hold words, and do not overlap."""
    end = 0
    for span in sorted(spans):
        value = text[span.start : span.end]
        if not end <= span.start < span.end <= len(text) or value != value.strip():
            return False
        end = span.end
    return True


def trimmed(text: str, spans: Iterable[Span]) -> tuple[Span, ...]:
    """Spans as they can be written: inside the text, trimmed, the first of two."""
    kept: list[Span] = []
    for span in sorted(spans):
        start, end = max(0, span.start), min(len(text), span.end)
        while start < end and text[start].isspace():
            start += 1
        while end > start and text[end - 1].isspace():
            end -= 1
        if start < end and (not kept or kept[-1].end <= start):
            kept.append(Span(start, end, span.entity))
    return tuple(kept)


# --- what stands in a file as it was typed ----------------------------------------


def unfit(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield characters [start, end) that cannot stand in a line, and what can.

    Line breaks and control characters become spaces, marks that nobody sees go, and
    a backslash, which Rasa may read as the beginning of another character, is a slash.
    """
    for place, char in enumerate(text):
        if char == "\\":
            yield place, place + 1, "/"
        elif char in _UNSEEN or unicodedata.category(char) in ("Cs", "Co", "Cn"):
            yield place, place + 1, ""
        elif char != " " and (char.isspace() or unicodedata.category(char) == "Cc"):
            yield place, place + 1, " "


def ends(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield the spaces before and after a text, and all but one in between."""
    for found in re.finditer(r"^ +|(?<= ) +| +$", text):
        yield found.start(), found.end(), ""


def brackets(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield brackets that would be read as an annotation, as round ones."""
    for place, char in enumerate(text):
        if char in "[]":
            yield place, place + 1, "(" if char == "[" else ")"


# --- likeness ---------------------------------------------------------------------


def key(text: str) -> str:
    """The same for sentences that differ in case, signs, faces and spaces only."""
    words = _WORDS.findall(unicodedata.normalize("NFKC", text).casefold())
    spoken = [word for word in words if word[0].isalnum() or _shows_a_thing(word)]
    return " ".join(spoken or words)


def _shows_a_thing(sign: str) -> bool:
    """Whether it is an emoji that stands for a word; a face is a mood."""
    name = unicodedata.name(sign, "") if unicodedata.category(sign) == "So" else ""
    return bool(name) and not any(mood in name for mood in _MOODS)
