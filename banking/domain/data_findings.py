"""What is wrong with the training data, and where."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class Severity(StrEnum):
    """Whether training may start all the same."""

    ERROR = "error"
    WARNING = "warning"


class Fault(StrEnum):
    """What is wrong, by name."""

    MISSING = "missing"
    UNREADABLE = "unreadable"
    BROKEN_YAML = "broken_yaml"
    BROKEN_JSON = "broken_json"
    MISPLACED = "misplaced"
    UNKNOWN_INTENT = "unknown_intent"
    UNKNOWN_ENTITY = "unknown_entity"
    NO_ANSWER = "no_answer"
    NO_EXAMPLES = "no_examples"
    NO_TEXT = "no_text"
    NOT_READ = "not_read"
    MARKUP = "markup"
    COMMAND = "command"
    SECRET = "secret"  # noqa: S105 - it names a fault.
    HIDDEN_CHARACTER = "hidden_character"
    BAD_PATTERN = "bad_pattern"
    CONTRADICTION = "contradiction"
    TWICE = "twice"
    ALIKE = "alike"
    HELD_OUT = "held_out"
    TOO_FEW = "too_few"


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One fault. ``file`` is relative to LANGUAGE_HOME; line and column count from 1.

    ``text`` is the example, pattern or line concerned, without secrets; "" for none.
    """

    file: str
    line: int
    column: int
    severity: Severity
    fault: Fault
    reason: str
    text: str = field(default="", repr=False)

    def __str__(self) -> str:
        """The way compilers and editors write it."""
        place = f"{self.file}:{self.line}:{self.column}"
        shown = f"\n    {self.text}" if self.text else ""
        return f"{place}: {self.severity}: {self.reason}{shown}"

    @property
    def stops_training(self) -> bool:
        """Whether nothing may be trained before this is put right."""
        return self.severity is Severity.ERROR
