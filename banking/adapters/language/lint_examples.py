"""Judges one training example: its markup, and what must not be taught at all."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Final

from banking.domain.data_findings import Fault, Finding, Severity
from banking.domain.redaction import redact

# What Rasa takes for an annotation: [value](label), [value](label:meaning),
# [value]{"entity": "label"} and [value][{…}, {…}].
_ANNOTATION: Final = re.compile(
    r"\[(?P<value>[^\]]+?)\](?:"
    r"\((?P<label>[^:)]+?)(?::(?P<meaning>[^)]+))?\)"
    r"|\{(?P<facts>[^}]+?)\}"
    r"|\[(?P<many>.*?)\])"
)
_PAIR: Final = re.compile(r"\[[^\[\]]*\](?![({])")
_HALF: Final = re.compile(r"\][({]")
_APART: Final = re.compile(r"\]\s+\((?P<label>\w+)\)")
_BARE_LABEL: Final = re.compile(r"\w\((?P<label>\w+)\)")
# A bracket that hugs a word is one half of an annotation; any other is a sign.
_LONE: Final = re.compile(r"\[(?=\w|[$£€₦₹+])|(?<=\w)\]")
# Marks of direction and width that change nothing one sees but make another text.
_UNSEEN: Final = re.compile(
    "[\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]"
)
# Rasa reads this as the beginning of another character, and fails where it is none.
_ESCAPE: Final = re.compile(r"\\[uU]")


@dataclass(frozen=True, slots=True)
class Written:
    """An example as it stands in a file. Line and column, from 1, are the text's."""

    intent: str
    markup: str = field(repr=False)
    file: str
    line: int
    column: int

    @property
    def place(self) -> str:
        """File and line, as people say it."""
        return f"{self.file}:{self.line}"

    @property
    def plain(self) -> str:
        """What the customer writes: the text without annotation."""
        return _ANNOTATION.sub(r"\g<value>", self.markup)

    @property
    def shape(self) -> str:
        """The text with each annotated value replaced by its label and a 0."""
        return _ANNOTATION.sub(lambda found: f" {label_of(found)}0 ", self.markup)

    def at(
        self,
        offset: int,
        fault: Fault,
        reason: str,
        severity: Severity = Severity.ERROR,
    ) -> Finding:
        """A finding at a character of the markup."""
        column = self.column + offset
        shown = _without_secrets(self.markup)
        return Finding(
            self.file, self.line, column, severity, fault, reason, text=shown
        )


def label_of(found: re.Match[str]) -> str:
    """The label of an annotation; "" where it has none that can be read."""
    if found["label"] is not None:
        return found["label"].strip()
    try:
        facts = json.loads("{" + (found["facts"] or "") + "}")
    except ValueError:
        return ""
    label = facts.get("entity", "")
    return label if isinstance(label, str) else ""


def judge(example: Written, labels: frozenset[str]) -> Iterator[Finding]:
    """Find what is wrong with one example. No ``labels``: every label will do."""
    text = example.markup
    if not any(sign.isprintable() and not sign.isspace() for sign in text):
        yield example.at(0, Fault.NO_TEXT, "an example without text")
        return
    if text.startswith("/"):
        reason = "a command, not a sentence: nothing that starts with / is taught"
        yield example.at(0, Fault.COMMAND, reason)
    unseen = _UNSEEN.search(text)
    if unseen is not None:
        reason = f"a character that cannot be seen (U+{ord(unseen[0]):04X})"
        where = unseen.start()
        yield example.at(where, Fault.HIDDEN_CHARACTER, reason, Severity.WARNING)
    escape = _ESCAPE.search(text)
    if escape is not None:
        reason = "a backslash before u is read as the beginning of another character"
        yield example.at(escape.start(), Fault.NOT_READ, reason)
    yield from _secrets(example)
    yield from _markup(example, labels)


def _secrets(example: Written) -> Iterator[Finding]:
    plain = example.plain
    left = redact(plain, lambda _: "[card]")
    if left.text != plain:
        kinds = " and ".join(sorted(left.removed))
        reason = f"holds what looks like a real secret ({kinds}): leave it out"
        yield example.at(0, Fault.SECRET, reason)


def _without_secrets(markup: str) -> str:
    return redact(markup, lambda _: "[card]").text


def _markup(example: Written, labels: frozenset[str]) -> Iterator[Finding]:
    if "[" not in example.markup and "]" not in example.markup:
        yield from _labels_without_brackets(example, example.markup, labels)
        return
    for found in _ANNOTATION.finditer(example.markup):
        yield from _annotation(example, found, labels)
    left = _ANNOTATION.sub(lambda found: " " * len(found[0]), example.markup)
    bare = list(_labels_without_brackets(example, left, labels))
    yield from bare
    # A pair of brackets with no label behind it is text: "[card 1]".
    left = _PAIR.sub(lambda found: " " * len(found[0]), left)
    half = _HALF.search(left) or _LONE.search(left)
    if half is not None and not bare:
        reason = "half an annotation: it is written [value](label)"
        yield example.at(half.start(), Fault.MARKUP, reason)


def _annotation(
    example: Written, found: re.Match[str], labels: frozenset[str]
) -> Iterator[Finding]:
    value = found["value"]
    if "[" in value:
        reason = "a bracket is opened here and not closed before the next one"
        yield example.at(found.start(), Fault.MARKUP, reason)
        return
    if found["many"] is not None:
        reason = "two brackets in a row are read as an annotation: part of it is lost"
        yield example.at(found.start(), Fault.MARKUP, reason)
        return
    if not value.strip():
        reason = "an annotation without a value"
        yield example.at(found.start(), Fault.MARKUP, reason)
    elif value != value.strip():
        reason = "spaces within the brackets become part of the value"
        where = found.start()
        yield example.at(where, Fault.MARKUP, reason, Severity.WARNING)
    label = label_of(found)
    if not label:
        reason = 'an annotation that cannot be read: [value]{"entity": "label"}'
        yield example.at(found.start(), Fault.MARKUP, reason)
    elif labels and label not in labels:
        reason = f"there is no entity `{label}` in domain.yml{_meant(label, labels)}"
        yield example.at(found.start(), Fault.UNKNOWN_ENTITY, reason)


def _labels_without_brackets(
    example: Written, left: str, labels: frozenset[str]
) -> Iterator[Finding]:
    for found in (*_APART.finditer(left), *_BARE_LABEL.finditer(left)):
        if found["label"] in labels:
            reason = "a label without its brackets: it is written [value](label)"
            yield example.at(found.start(), Fault.MARKUP, reason)


def _meant(name: str, known: frozenset[str]) -> str:
    near = get_close_matches(name, sorted(known), n=1)
    return f": did you mean `{near[0]}`?" if near else ""
