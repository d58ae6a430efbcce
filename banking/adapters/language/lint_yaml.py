"""Reads YAML as a tree whose every part knows its line, or says why it cannot."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from ruamel.yaml.reader import ReaderError

from banking.domain.data_findings import Fault, Finding, Severity

# YAML, Rasa and Python take these for the end of a line; most editors do not show it.
_HIDDEN_BREAK: Final = re.compile("\r(?!\n)|[\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")

# What YAML's reader says, and what a trainer has to do about it.
_IN_PLAIN_WORDS: Final = (
    (
        r"character '\\t'",
        "a tab where YAML wants spaces",
    ),
    (
        r"cannot start any token",
        "a value begins with a sign that YAML keeps for itself: put it in quotes",
    ),
    (
        r"mapping values are not allowed",
        "a colon that YAML takes for the end of a key, or a line indented too far: "
        "put the text in quotes or below `examples: |`",
    ),
    (
        r"could not find expected ':'",
        "a line that is neither a key nor indented like the lines above it",
    ),
    (
        r"expected <block end>",
        "a line that is not indented like its neighbours, or a stray sign in front",
    ),
    (
        r"found undefined alias|(?:alphabetic|alias|anchor)",
        "a value begins with * or &, which YAML keeps for itself: put it in quotes",
    ),
    (
        r"unexpected end of stream|expected ',' or|found unexpected",
        "a quote or bracket that is opened and never closed",
    ),
    (
        r"expected a single document",
        "a line of --- begins a second document: only the first would be read",
    ),
    (
        r"scanning a block scalar",
        "text on the line of `|`: it belongs on the next line",
    ),
)


@dataclass(frozen=True, slots=True)
class Source:
    """A file's name below LANGUAGE_HOME and its text, to find lines and columns in."""

    file: str
    text: str = field(repr=False)

    def place(self, index: int) -> tuple[int, int]:
        """Line and column, from 1, of a character of the text."""
        line = self.text.count("\n", 0, index) + 1
        return line, index - self.text.rfind("\n", 0, index)

    def line(self, number: int) -> str:
        """A line by its number from 1; "" beyond the end."""
        lines = self.text.split("\n", number)
        return lines[number - 1].rstrip("\r") if number <= len(lines) else ""

    def at(
        self,
        index: int,
        fault: Fault,
        reason: str,
        *,
        text: str = "",
        severity: Severity = Severity.ERROR,
    ) -> Finding:
        """A finding at a character of the text."""
        line, column = self.place(index)
        return Finding(self.file, line, column, severity, fault, reason, text)

    def on(self, node: Node, fault: Fault, reason: str, *, text: str = "") -> Finding:
        """An error where a node begins."""
        return self.at(node.start_mark.index, fault, reason, text=text)


def read_text(home: Path, file: Path) -> Source | Finding:
    """Read a file of text, or say why it cannot be read."""
    name = file.relative_to(home).as_posix()
    error, text = Severity.ERROR, ""
    try:
        content = file.read_bytes()
        text = content.decode("utf-8-sig")
    except OSError as unread:
        reason = f"cannot be read: {unread.strerror}"
        return Finding(name, 1, 1, error, Fault.UNREADABLE, reason)
    except UnicodeDecodeError as wrong:
        line = content.count(b"\n", 0, wrong.start) + 1
        column = wrong.start - content.rfind(b"\n", 0, wrong.start)
        reason = "is not UTF-8: save the file as UTF-8"
        return Finding(name, line, column, error, Fault.UNREADABLE, reason)
    return Source(name, text)


def parse(source: Source) -> Node | Finding | None:
    """Parse YAML; None for a file without content."""
    hidden = _HIDDEN_BREAK.search(source.text)
    if hidden is not None:
        reason = f"an end of line that cannot be seen (U+{ord(hidden[0]):04X})"
        return source.at(hidden.start(), Fault.HIDDEN_CHARACTER, reason)
    try:
        # A loader each: it keeps what it has seen of the file before.
        tree: Node | None = YAML(typ="safe", pure=True).compose(source.text)
    except MarkedYAMLError as broken:
        return _broken(source, broken)
    except ReaderError as odd:
        at = odd.position if isinstance(odd.position, int) else 0
        reason = "a character that no text holds (a control character)"
        return source.at(at, Fault.HIDDEN_CHARACTER, reason)
    except RecursionError:
        reason = "brackets nested so deeply that nobody meant them"
        return source.at(0, Fault.BROKEN_YAML, reason)
    except YAMLError as broken:
        return source.at(0, Fault.BROKEN_YAML, f"broken YAML: {broken}")
    return tree


def _broken(source: Source, broken: MarkedYAMLError) -> Finding:
    mark = broken.problem_mark or broken.context_mark
    said = " ".join(str(part) for part in (broken.context, broken.problem) if part)
    plain = next(
        (words for sign, words in _IN_PLAIN_WORDS if re.search(sign, said)), said
    )
    # Some of this is noticed far below only; where it began helps more.
    if broken.context_mark is not None and ("never" in plain or "neither" in plain):
        mark = broken.context_mark
    index = min(mark.index, len(source.text)) if mark is not None else 0
    line, _ = source.place(index)
    shown = source.line(line).strip()
    return source.at(index, Fault.BROKEN_YAML, f"broken YAML: {plain}", text=shown)


def entries(node: Node | None) -> dict[str, Node]:
    """The values of a mapping by key, the last of each; {} for anything else."""
    if not isinstance(node, MappingNode):
        return {}
    return {
        key.value: value for key, value in node.value if isinstance(key, ScalarNode)
    }


def items(node: Node | None) -> list[Node]:
    """The parts of a list; [] for anything else."""
    return list(node.value) if isinstance(node, SequenceNode) else []


def scalar(node: Node | None) -> str | None:
    """The text of a single value; None for lists, mappings and nothing."""
    return node.value if isinstance(node, ScalarNode) else None


def twice(source: Source, root: Node) -> Iterator[Finding]:
    """Find keys that stand twice in one mapping: all but one would be lost."""
    for node in _mappings(root):
        seen: dict[str, int] = {}
        for key, _ in node.value:
            name = scalar(key)
            if name is None:
                continue
            if name in seen:
                reason = f"`{name}` stands here a second time: see line {seen[name]}"
                yield source.on(key, Fault.MISPLACED, reason)
            seen.setdefault(name, source.place(key.start_mark.index)[0])


def _mappings(root: Node) -> Iterator[MappingNode]:
    """Every mapping of a tree once, aliases or not."""
    waiting: list[Any] = [root]
    met: set[int] = set()
    while waiting:
        node = waiting.pop()
        if id(node) in met:
            continue
        met.add(id(node))
        if isinstance(node, MappingNode):
            yield node
            waiting += [part for pair in node.value for part in pair]
        elif isinstance(node, SequenceNode):
            waiting += node.value


def mappings_with(root: Node, key: str) -> Iterator[Node]:
    """Every value of this key, wherever it stands in a tree."""
    for node in _mappings(root):
        for name, value in node.value:
            if scalar(name) == key:
                yield value
