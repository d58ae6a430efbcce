"""Where the examples of each intent stand in Rasa's YAML, line by line."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, ScalarNode, SequenceNode

from banking.domain.examples import Example, markup, read_markup
from banking.ports.language_files import Taught
from banking.ports.teaching_refusals import DataBroken

_DASH: Final = re.compile(r"\s*-\s*")


@dataclass(frozen=True, slots=True)
class Block:
    """The examples of an intent in one file.

    ``end`` is the index of the line behind the last one; ``indent`` is what every
    line begins with. Both are None where nothing can be added: it is no ``|`` block.
    """

    intent: str
    examples: tuple[Example, ...] = field(repr=False)
    end: int | None = None
    indent: str | None = None


# A page is shown far more often than a file changes.
@lru_cache(maxsize=256)
def read_blocks(file: str, text: str) -> tuple[Block, ...]:
    """Read a file of training data; raise DataBroken with file, line and reason."""
    root = _composed(file, text)
    if root is None:
        return ()
    lines = text.split("\n")
    blocks = []
    for section in _sections(file, root):
        named = _facts(section)
        if "intent" in named and "examples" in named:
            intent = str(named["intent"].value)
            blocks.append(_block(file, intent, named["examples"], lines))
    return tuple(blocks)


def added(text: str, wanted: dict[str, list[str]], blocks: Sequence[Block]) -> str:
    """The text with these lines at the end of their intents' blocks."""
    lines = text.split("\n")
    ending = "\r" if lines and lines[0].endswith("\r") else ""
    places = [block for block in blocks if block.intent in wanted]
    for block in sorted(places, key=_end, reverse=True):
        new = [f"{block.indent}- {line}{ending}" for line in wanted[block.intent]]
        end = _end(block)
        if end == len(lines) and not text.endswith("\n"):
            # The last line had no end of its own.
            lines[-1] += ending
        lines[end:end] = new
    return "\n".join(lines)


def removed(
    text: str, wanted: dict[str, list[str]], blocks: Sequence[Block]
) -> tuple[str, dict[str, list[str]]]:
    """The text without these lines, and those that are not in their blocks."""
    lines = text.split("\n")
    missing: dict[str, list[str]] = {}
    gone: set[int] = set()
    for intent, markups in wanted.items():
        standing = [
            example.line - 1
            for block in blocks
            if block.intent == intent and block.indent is not None
            for example in block.examples
        ]
        for line in markups:
            found = [n for n in standing if n not in gone and _said(lines[n]) == line]
            if found:
                gone.add(found[-1])
            else:
                missing.setdefault(intent, []).append(line)
    kept = [line for number, line in enumerate(lines) if number not in gone]
    return "\n".join(kept), missing


def taken_out(text: str, wanted: Iterable[Taught], blocks: Sequence[Block]) -> str:
    """The text without the lines that stand where these stood.

    Raises DataBroken where one is not there, or not on a line of its own.
    """
    lines = text.split("\n")
    standing = {
        (block.intent, example.line, markup(example.lesson))
        for block in blocks
        if block.indent is not None
        for example in block.examples
    }
    for line in wanted:
        if (line.intent, line.stood, line.markup) not in standing:
            raise DataBroken(f"{line.file}:{line.stood}: cannot be taken out here")
    gone = {line.stood - 1 for line in wanted}
    return "\n".join(line for n, line in enumerate(lines) if n not in gone)


def said_in(text: str, line: int) -> str:
    """The example on a line, counted from 1, as it is written."""
    return _said(text.split("\n")[line - 1])


def put_again(file: str, text: str, wanted: Iterable[Taught]) -> str:
    """The text with lines that were taken out, where they stood or near it."""
    for line in sorted(wanted, key=lambda each: each.stood):
        places = [b for b in read_blocks(file, text) if b.intent == line.intent]
        place = max(places, key=_end, default=None)
        if place is None or place.indent is None:
            raise DataBroken(f"{file}:1: {line.intent} has no examples any more")
        first = place.examples[0].line - 1
        lines = text.split("\n")
        ending = "\r" if lines[0].endswith("\r") else ""
        at = min(max(first, line.stood - 1), _end(place))
        lines[at:at] = [f"{place.indent}- {line.markup}{ending}"]
        text = "\n".join(lines)
    return text


def _end(block: Block) -> int:
    return block.end or 0


def _said(line: str) -> str:
    return _DASH.sub("", line, count=1).strip("\n\r ")


def _composed(file: str, text: str) -> Any:
    try:
        return YAML(typ="safe", pure=True).compose(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark is not None else 1
        raise DataBroken(f"{file}:{line}: {error.problem or error.context}") from None
    except YAMLError as error:
        reason = str(error).strip().splitlines() or ["cannot be read"]
        raise DataBroken(f"{file}:1: {reason[0]}") from None


def _sections(file: str, root: Any) -> Iterator[MappingNode]:
    if not isinstance(root, MappingNode):
        raise DataBroken(f"{file}:{root.start_mark.line + 1}: is not a mapping")
    nlu = _facts(root).get("nlu")
    if nlu is None or not nlu.value:
        return
    if not isinstance(nlu, SequenceNode):
        raise DataBroken(f"{file}:{nlu.start_mark.line + 1}: nlu is not a list")
    for section in nlu.value:
        if not isinstance(section, MappingNode):
            line = section.start_mark.line + 1
            raise DataBroken(f"{file}:{line}: an entry of nlu is not a mapping")
        yield section


def _facts(node: MappingNode) -> dict[str, Any]:
    return {str(key.value): value for key, value in node.value}


def _block(file: str, intent: str, node: Any, lines: list[str]) -> Block:
    if isinstance(node, ScalarNode) and node.style == "|":
        return _literal(file, intent, node.start_mark.line + 1, lines)
    start = node.start_mark.line + 1
    texts = node.value.splitlines() if isinstance(node, ScalarNode) else _listed(node)
    spoken = [_said(line) for line in texts if line.strip()]
    examples = [Example(read_markup(intent, said), file, start) for said in spoken]
    return Block(intent, tuple(examples))


def _literal(file: str, intent: str, first: int, lines: list[str]) -> Block:
    """The block whose lines begin at this index."""
    indent, end, examples = "", first, []
    for number in range(first, len(lines)):
        line = lines[number]
        if not line.strip():
            continue
        own = line[: len(line) - len(line.lstrip(" "))]
        indent = indent or own
        if len(own) < len(indent) or not own:
            break
        examples.append(Example(read_markup(intent, _said(line)), file, number + 1))
        end = number + 1
    return Block(intent, tuple(examples), end if indent else None, indent or None)


def _listed(node: Any) -> Iterator[str]:
    """The texts of ``examples`` written as a list, plain or with metadata."""
    for item in node.value if isinstance(node, SequenceNode) else ():
        text = _facts(item).get("text") if isinstance(item, MappingNode) else item
        if isinstance(text, ScalarNode):
            yield str(text.value).strip()
