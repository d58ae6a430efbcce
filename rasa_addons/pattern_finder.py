"""The finding itself, without Rasa: spaCy patterns, regular expressions, overlaps.

What a line of a pattern file may hold is told in ``entity_patterns``.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, Dict, Iterable, List, Optional, Tuple

# Names are found by example, shapes by pattern: "May Jones" is not a month.
BY_EXAMPLE = frozenset({"person", "company"})
# Finds what only looks like a name: "in Hong Kong". It hides names and is not reported.
NOTHING = "nothing"
# Longer texts are cut by the gateway; a pattern must not be the way to keep us busy.
MOST_CHARACTERS = 4_096

Pattern = Dict[str, Any]
Entity = Dict[str, Any]


class WrongPattern(ValueError):
    """A line of ``data/entities`` cannot be used; says which and why."""


class Finder:
    """spaCy's entity ruler and regular expressions behind one question."""

    def __init__(self, patterns: Iterable[Pattern]) -> None:
        listed = list(patterns)
        by_token = [p for p in listed if "pattern" in p]
        self._language: Any = None
        if by_token:
            import spacy

            self._language = spacy.blank("en")
            ruler = self._language.add_pipe(
                "entity_ruler", config={"phrase_matcher_attr": "LOWER"}
            )
            ruler.add_patterns(by_token)
        self._shapes: List[Tuple[re.Pattern, Pattern]] = [
            (re.compile(p["regex"], re.IGNORECASE), p) for p in listed if "regex" in p
        ]

    def entities(self, text: str) -> List[Entity]:
        """Entities in order; none overlaps another, the longer one wins.

        Those of weak patterns carry ``weak`` and lose against any other.
        """
        seen = text[:MOST_CHARACTERS]
        found = [*self._by_shape(seen), *self._by_tokens(seen)]
        found.sort(key=lambda e: ("weak" in e, e["start"] - e["end"]))
        kept: List[Entity] = []
        for entity in found:
            if not any(_overlap(entity, other) for other in kept):
                kept.append(entity)
        return sorted(kept, key=lambda e: e["start"])

    def _by_shape(self, text: str) -> Iterable[Entity]:
        for shape, pattern in self._shapes:
            for match in shape.finditer(text):
                # A group narrows the entity: the words around it are only a sign.
                group = 1 if shape.groups else 0
                start, end = match.span(group)
                if start < end:
                    label, value = pattern["label"], pattern.get("id")
                    entity = _entity(text, start, end, label, value)
                    yield {**entity, "weak": True} if "weak" in pattern else entity

    def _by_tokens(self, text: str) -> Iterable[Entity]:
        for span in self._language(text).ents if self._language else ():
            yield _entity(
                text, span.start_char, span.end_char, span.label_, span.ent_id_
            )


def settle(by_pattern: List[Entity], before: List[Entity]) -> List[Entity]:
    """Leave one entity for every stretch of text.

    A form fills a slot with a list when two entities of one kind say the same thing.
    A pattern wins, except inside a longer name that was learned by example; a weak one
    only fills what nothing else has found.
    """
    strong = [entity for entity in by_pattern if "weak" not in entity]
    names = [
        old
        for old in before
        if old["entity"] in BY_EXAMPLE
        and any(_inside(new, old) for new in strong)
        and not any(_overlap(new, old) and not _inside(new, old) for new in strong)
    ]
    kept = [new for new in strong if not any(_overlap(new, name) for name in names)]
    weak = [
        {field: value for field, value in new.items() if field != "weak"}
        for new in by_pattern
        if "weak" in new
    ]
    for rival in [*before, *weak]:
        if not any(_overlap(rival, other) for other in kept):
            kept.append(rival)
    told = (entity for entity in kept if entity["entity"] != NOTHING)
    return sorted(told, key=lambda e: e["start"])


def read_patterns(files: Iterable[Path]) -> List[Pattern]:
    """Read and check pattern files; raise ``WrongPattern`` with file and line."""
    patterns = []
    for file in files:
        lines = file.read_text(encoding="utf-8").splitlines()
        for number, line in enumerate(lines, start=1):
            if line.strip():
                patterns.append(_checked(line, f"{file.name}:{number}"))
    return patterns


def _checked(line: str, place: str) -> Pattern:
    try:
        pattern = json.loads(line)
        wrong = _fault(pattern)
    except (ValueError, re.error) as error:
        raise WrongPattern(f"{place}: {error}") from None
    if wrong:
        raise WrongPattern(f"{place}: {wrong}")
    return pattern


def _fault(pattern: Any) -> str:
    """What is wrong with a pattern, or nothing."""
    if not isinstance(pattern, dict) or not isinstance(pattern.get("label"), str):
        return "a label is needed"
    if len({"pattern", "regex"} & set(pattern)) != 1:
        return "either a pattern or a regex is needed"
    if "weak" in pattern and ("regex" not in pattern or pattern["weak"] is not True):
        return "weak is true or left out, and for a regex only"
    if "regex" in pattern and re.compile(str(pattern["regex"])).match(""):
        return "the regex matches an empty text"
    return ""


def _entity(
    text: str, start: int, end: int, label: str, value: Optional[str]
) -> Entity:
    return {
        "entity": label,
        "value": value or text[start:end],
        "start": start,
        "end": end,
        "confidence": 1.0,
    }


def _overlap(one: Entity, other: Entity) -> bool:
    return one["start"] < other["end"] and other["start"] < one["end"]


def _inside(small: Entity, large: Entity) -> bool:
    longer = large["end"] - large["start"] > small["end"] - small["start"]
    return longer and large["start"] <= small["start"] and small["end"] <= large["end"]
