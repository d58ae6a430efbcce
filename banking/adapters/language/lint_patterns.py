"""Judges `data/entities/*.jsonl`: one pattern a line, by which values are found."""

import json
import re
from collections.abc import Iterator
from typing import Any, Final

from banking.adapters.language.lint_yaml import Source
from banking.domain.data_findings import Fault, Finding, Severity

# Hides what would pass for a name, and is not reported.
_NOTHING: Final = "nothing"
_WAYS: Final = frozenset({"pattern", "regex"})


def judge_patterns(source: Source, labels: frozenset[str]) -> Iterator[Finding]:
    """Find lines that cannot be used. No ``labels``: every label will do."""
    for number, line in enumerate(source.text.split("\n"), start=1):
        if line.strip():
            for fault, column, reason in _judge(line, labels):
                where = (source.file, number, column, Severity.ERROR)
                yield Finding(*where, fault, reason, line.strip())


def _judge(line: str, labels: frozenset[str]) -> Iterator[tuple[Fault, int, str]]:
    try:
        data = json.loads(line)
    except json.JSONDecodeError as broken:
        yield Fault.BROKEN_JSON, broken.colno, f"broken JSON: {broken.msg}"
        return
    except RecursionError:
        yield Fault.BROKEN_JSON, 1, "broken JSON: brackets nested too deeply"
        return
    if not isinstance(data, dict) or not isinstance(data.get("label"), str):
        yield Fault.BAD_PATTERN, 1, 'a pattern is {"label": …, "pattern": …}'
        return
    if labels and data["label"] not in {*labels, _NOTHING}:
        reason = f"there is no entity `{data['label']}` in domain.yml"
        yield Fault.UNKNOWN_ENTITY, 1, reason
    unusable = _unusable(data)
    if unusable is not None:
        yield Fault.BAD_PATTERN, 1, unusable


def _unusable(data: dict[str, Any]) -> str | None:
    """Say why a pattern finds nothing or too much; None where it is fine."""
    if len(_WAYS & set(data)) != 1:
        return "either `pattern` or `regex`, and one of them"
    if "regex" in data:
        return _unusable_regex(data["regex"])
    phrase = data["pattern"]
    spaced = isinstance(phrase, str) and phrase != phrase.strip()
    if spaced or not phrase or not isinstance(phrase, str | list):
        return "an empty pattern, or one with spaces around it"
    return None


def _unusable_regex(regex: Any) -> str | None:
    try:
        shape = re.compile(regex, re.IGNORECASE)
    except (re.error, TypeError, OverflowError, RecursionError) as wrong:
        return f"not a regular expression: {wrong}"
    if shape.groups > 1:
        return "more than the one group that narrows the value"
    return "finds nothing, everywhere" if shape.match("") else None
