"""Patterns that cannot be used are found."""

from __future__ import annotations

from pathlib import Path

import pytest

from banking.domain.data_findings import Fault
from tests.lint.home import PATTERNS, only, where


@pytest.mark.parametrize(
    ("line", "column", "fault"),
    [
        ('{"label": "amount", "regex": "\\d"}', 31, Fault.BROKEN_JSON),
        ('{"label": "amount" "regex": "x"}', 20, Fault.BROKEN_JSON),
        ('["amount"]', 1, Fault.BAD_PATTERN),
        ('{"label": "amount"}', 1, Fault.BAD_PATTERN),
        ('{"label": "amount", "regex": "x", "pattern": "x"}', 1, Fault.BAD_PATTERN),
        ('{"label": "amount", "regex": "(x"}', 1, Fault.BAD_PATTERN),
        ('{"label": "amount", "regex": "(x)(y)"}', 1, Fault.BAD_PATTERN),
        ('{"label": "amount", "regex": "x*"}', 1, Fault.BAD_PATTERN),
        ('{"label": "amount", "regex": 7}', 1, Fault.BAD_PATTERN),
        ('{"label": "amount", "pattern": " x"}', 1, Fault.BAD_PATTERN),
        ('{"label": "amount", "pattern": []}', 1, Fault.BAD_PATTERN),
        ('{"label": "amnt", "pattern": "x"}', 1, Fault.UNKNOWN_ENTITY),
    ],
)
def test_a_pattern_that_cannot_be_used(
    home: Path, line: str, column: int, fault: Fault
) -> None:
    file = home / "data" / "entities" / "values.jsonl"
    file.write_text(PATTERNS + line + "\n", encoding="utf-8")

    finding = only(home)

    assert (finding.fault, finding.text) == (fault, line)
    assert where(finding) == ("data/entities/values.jsonl", 3, column)
