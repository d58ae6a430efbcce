"""A small home of language data without a fault, and ways to break it."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from banking.adapters.language.lint import lint
from banking.domain.data_findings import Fault, Finding

DOMAIN: Final = """\
version: "3.1"
intents:
  - greet
  - check_balance: {use_entities: true}
  - transfer_money
  - faq
  - resume
entities:
  - amount
  - person
  - card: {roles: [own]}
responses:
  utter_hello:
  - text: Hello!
"""
WORDS: Final = """\
version: "3.1"

# Comments stay.
nlu:
  - intent: greet
    examples: |
      - hi there
      - good day to you
  - intent: check_balance
    examples: |
      - how much do I have
      - what is left on my [visa](card)
  - intent: transfer_money
    examples: |
      - send [50](amount) to [Grace](person)
      - pay [Kofi](person)
"""
TOPICS: Final = """\
version: "3.1"

nlu:
  - intent: faq/age_limit
    examples: |
      - how old must I be

responses:
  utter_faq/age_limit:
  - text: Eighteen.
"""
RULES: Final = """\
version: "3.1"

rules:

- rule: A greeting
  steps:
  - intent: greet
  - action: utter_hello

- rule: Not understood
  steps:
  - intent: nlu_fallback
  - action: utter_hello
"""
PATTERNS: Final = """\
{"label": "amount", "regex": "\\\\d+ (?:bucks)"}
{"label": "person", "pattern": "my landlord"}
"""


def write(home: Path) -> None:
    (home / "data" / "rules").mkdir(parents=True)
    (home / "data" / "entities").mkdir()
    (home / "domain.yml").write_text(DOMAIN, encoding="utf-8")
    (home / "config.yml").write_text("recipe: default.v1\n", encoding="utf-8")
    for name, text in (
        ("words.yml", WORDS),
        ("faq.yml", TOPICS),
        ("rules/talk.yml", RULES),
        ("entities/values.jsonl", PATTERNS),
    ):
        (home / "data" / name).write_text(text, encoding="utf-8")


def change(home: Path, old: str, new: str, file: str = "data/words.yml") -> None:
    place = home / file
    text = place.read_text(encoding="utf-8")
    assert text.count(old) == 1
    place.write_bytes(text.replace(old, new).encode())


def teach(home: Path, *lines: str, below: str = "      - hi there") -> None:
    """Write more examples behind line 7, the first greeting."""
    more = "".join(f"\n      - {line}" for line in lines)
    change(home, f"{below}\n", f"{below}{more}\n")


def notable(home: Path) -> list[Finding]:
    """What is found, except that so small a home has too few examples."""
    return [found for found in lint(home) if found.fault is not Fault.TOO_FEW]


def only(home: Path) -> Finding:
    findings = notable(home)
    assert len(findings) == 1, findings
    return findings[0]


def where(finding: Finding) -> tuple[str, int, int]:
    return finding.file, finding.line, finding.column
