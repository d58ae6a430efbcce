"""Training examples: what a customer wrote, what it meant, and how that is written."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


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
    # There is one like it: left out, and named.
    TAUGHT_ALREADY = "taught_already"
    # The same or nearly the same means something else: written on the trainer's word.
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
