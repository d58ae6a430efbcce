"""Finds the examples in a file of `data/`, and what keeps them from being read."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Final

from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from banking.adapters.language.lint_examples import Written, judge
from banking.adapters.language.lint_yaml import (
    Source,
    entries,
    items,
    mappings_with,
    scalar,
    twice,
)
from banking.domain.data_findings import Fault, Finding, Severity

# What Rasa reads of a file below data/.
_KEYS: Final = frozenset("version nlu rules stories responses".split())
_KINDS: Final = frozenset("intent lookup regex synonym".split())
# Rasa's own, which no domain lists.
_BUILT_IN: Final = frozenset({"nlu_fallback", "restart", "back", "session_start"})
_SPACES: Final = "\n\r "


@dataclass(frozen=True, slots=True)
class Known:
    """What domain.yml names. ``None``: it could not be read, so anything will do."""

    intents: frozenset[str] | None = None
    entities: frozenset[str] = frozenset()
    responses: frozenset[str] = frozenset()

    def knows(self, intent: str) -> bool:
        """Whether there is such an intent; a topic belongs to the one before its /."""
        return self.intents is None or intent.partition("/")[0] in self.intents


@dataclass(slots=True)
class Gathered:
    """What the files of `data/` came to."""

    written: list[Written] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    # Where each intent's examples begin.
    sections: dict[str, tuple[str, int]] = field(default_factory=dict)


def known_from(domain: Node | None, answers: frozenset[str]) -> Known:
    """Read what a domain names; ``answers`` are the responses found below data/."""
    parts = entries(domain)
    return Known(
        intents=frozenset(_names(parts.get("intents"))),
        entities=frozenset(_names(parts.get("entities"))),
        responses=answers | frozenset(entries(parts.get("responses"))),
    )


def _names(listed: Node | None) -> Iterator[str]:
    """Names in a list, where each may carry settings: `- name` or `- name: {…}`."""
    for item in items(listed):
        name = scalar(item)
        yield from [name] if name is not None else entries(item)


def gather(source: Source, root: Node, known: Known, into: Gathered) -> None:
    """Add what one file of `data/` holds, and what is wrong with it."""
    into.findings += twice(source, root)
    if not isinstance(root, MappingNode):
        reason = "a file begins with `version:`, then `nlu:`, `rules:` or `stories:`"
        into.findings.append(source.on(root, Fault.MISPLACED, reason))
        return
    into.findings += _keys(source, root)
    parts = entries(root)
    into.findings += _steps(source, parts, known)
    nlu = parts.get("nlu")
    if nlu is not None and not isinstance(nlu, SequenceNode):
        reason = "`nlu:` is a list: every `intent:` begins with `- `"
        into.findings.append(source.on(nlu, Fault.MISPLACED, reason))
    for section in items(nlu):
        _section(source, section, known, into)


def _keys(source: Source, root: MappingNode) -> Iterator[Finding]:
    for key, _ in root.value:
        name = scalar(key)
        if name not in _KEYS:
            close = get_close_matches(name or "", sorted(_KEYS), n=1)
            meant = f": did you mean `{close[0]}`?" if close else ""
            reason = f"nothing reads `{name}` here{meant}"
            yield source.on(key, Fault.MISPLACED, reason)


def _steps(
    source: Source, parts: Mapping[str, Node], known: Known
) -> Iterator[Finding]:
    """Intents that rules and stories wait for and nobody can have."""
    for name in ("rules", "stories"):
        if name not in parts:
            continue
        for value in mappings_with(parts[name], "intent"):
            intent = scalar(value)
            if intent in _BUILT_IN or intent is None:
                continue
            if not known.knows(intent):
                yield source.on(value, Fault.UNKNOWN_INTENT, _unknown(intent, known))


def _section(source: Source, node: Node, known: Known, into: Gathered) -> None:
    parts = entries(node)
    kinds = _KINDS & set(parts)
    if len(kinds) != 1:
        reason = "each part of `nlu:` has one of `intent`, `lookup`, `regex`, `synonym`"
        into.findings.append(source.on(node, Fault.MISPLACED, reason))
        return
    if "intent" not in kinds:
        return
    intent = (scalar(parts["intent"]) or "").strip()
    into.findings += _intent(source, parts["intent"], intent, known)
    examples = parts.get("examples")
    if not (scalar(examples) or "").strip() and not items(examples):
        reason = f"`{intent}` has no examples"
        into.findings.append(source.on(parts["intent"], Fault.NO_EXAMPLES, reason))
        return
    line, _ = source.place(parts["intent"].start_mark.index)
    into.sections.setdefault(intent, (source.file, line))
    if isinstance(examples, ScalarNode):
        found = _lines(source, examples, intent, into)
    else:
        found = _list(source, examples, intent, into)
    for written in found:
        into.written.append(written)
        into.findings += judge(written, known.entities)


def _intent(source: Source, node: Node, intent: str, known: Known) -> Iterator[Finding]:
    if not intent:
        yield source.on(node, Fault.UNKNOWN_INTENT, "an intent without a name")
    elif not known.knows(intent):
        yield source.on(node, Fault.UNKNOWN_INTENT, _unknown(intent, known))
    elif "/" in intent and known.intents is not None:
        answer = f"utter_{intent}"
        if answer not in known.responses:
            reason = f"`{intent}` has no answer: write one as `{answer}`"
            yield source.on(node, Fault.NO_ANSWER, reason)


def _unknown(intent: str, known: Known) -> str:
    close = get_close_matches(intent, sorted(known.intents or ()), n=1)
    meant = f": did you mean `{close[0]}`?" if close else ""
    return f"there is no intent `{intent}` in domain.yml{meant}"


def _lines(
    source: Source, node: ScalarNode, intent: str, into: Gathered
) -> Iterator[Written]:
    """Examples as a block of text, each on a line of its own behind `- `."""
    if node.style == ">":
        reason = "`>` makes one line of all: write `examples: |`"
        into.findings.append(source.on(node, Fault.NOT_READ, reason))
        return
    first, column = source.place(node.start_mark.index)
    # A quoted text has no lines of its own in the file.
    block = node.style == "|"
    for number, text in enumerate(node.value.split("\n"), start=1):
        if not text.strip():
            continue
        line = first + number if block else first
        at = _begins(source.line(line), text) if block else column
        if text.startswith("-"):
            markup = text[1:].strip(_SPACES)
            yield Written(intent, markup, source.file, line, at)
        else:
            reason = "a line without `- ` in front is not read"
            what = (Severity.ERROR, Fault.NOT_READ, reason, text.strip())
            into.findings.append(Finding(source.file, line, at, *what))


def _begins(line: str, text: str) -> int:
    """The column, from 1, of the text behind the dash of a line of the file."""
    dash = len(line) - len(text.rstrip("\r"))
    behind = line[dash + 1 :] if text.startswith("-") else line[dash:]
    return len(line) - len(behind.lstrip(_SPACES)) + 1


def _list(
    source: Source, node: Node | None, intent: str, into: Gathered
) -> Iterator[Written]:
    """Examples as a list of mappings with `text:`; Rasa fails on any other list."""
    for item in items(node):
        text = entries(item).get("text")
        if not isinstance(text, ScalarNode):
            reason = "`examples:` lacks its `|`: write `examples: |`"
            into.findings.append(source.on(item, Fault.NOT_READ, reason))
            return
        line, column = source.place(text.start_mark.index)
        if text.style == "|":
            line += 1
            column = _begins(source.line(line), text.value.split("\n")[0])
        yield Written(intent, text.value.strip(_SPACES), source.file, line, column)
