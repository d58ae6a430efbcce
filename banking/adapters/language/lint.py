"""Checks what the assistant learns from, before anything is trained on it.

Rasa warns about some of this and goes on without the examples, and fails on the rest
after minutes, naming no line.
"""

from pathlib import Path
from typing import Final

from ruamel.yaml.nodes import Node

from banking.adapters.language.lint_held_out import held_out
from banking.adapters.language.lint_meanings import compare, too_few
from banking.adapters.language.lint_patterns import judge_patterns
from banking.adapters.language.lint_sections import (
    Gathered,
    Known,
    gather,
    known_from,
)
from banking.adapters.language.lint_yaml import (
    Source,
    entries,
    parse,
    read_text,
    twice,
)
from banking.domain.data_findings import Fault, Finding, Severity

__all__ = ["Finding", "Severity", "lint"]

DOMAIN: Final = "domain.yml"
CONFIG: Final = "config.yml"


def lint(home: Path) -> list[Finding]:
    """Check `data/` and `domain.yml` of a LANGUAGE_HOME; findings by file and line.

    Training may start unless one of them ``stops_training``. Nothing is raised: a
    file that cannot be read is a finding.
    """
    gathered = Gathered()
    files = _files(home, gathered)
    trees = [_tree(home, file, gathered) for file in files]
    read = [found for found in trees if found is not None]
    known = _known(home, read, gathered)
    _settings(home, gathered)
    for source, root in read:
        gather(source, root, known, gathered)
    for file in sorted((home / "data").rglob("*.jsonl")):
        source_or_fault = read_text(home, file)
        if isinstance(source_or_fault, Finding):
            gathered.findings.append(source_or_fault)
        else:
            gathered.findings += judge_patterns(source_or_fault, known.entities)
    gathered.findings += compare(gathered.written)
    gathered.findings += held_out(home, gathered.written)
    gathered.findings += too_few(gathered.written, gathered.sections, known.intents)
    return sorted(set(gathered.findings))


def _files(home: Path, into: Gathered) -> list[Path]:
    data = home / "data"
    found = sorted(
        file
        for end in ("*.yml", "*.yaml")
        for file in data.rglob(end)
        if file.is_file()
    )
    if not found:
        reason = "there is no file of examples below data/"
        missing = (Severity.ERROR, Fault.MISSING, reason)
        into.findings.append(Finding("data", 1, 1, *missing))
    return found


def _tree(home: Path, file: Path, into: Gathered) -> tuple[Source, Node] | None:
    source = read_text(home, file)
    if isinstance(source, Finding):
        into.findings.append(source)
        return None
    root = parse(source)
    if isinstance(root, Finding):
        into.findings.append(root)
        return None
    return None if root is None else (source, root)


def _known(home: Path, read: list[tuple[Source, Node]], into: Gathered) -> Known:
    if not (home / DOMAIN).is_file():
        reason = "domain.yml is missing"
        into.findings.append(
            Finding(DOMAIN, 1, 1, Severity.ERROR, Fault.MISSING, reason)
        )
        return Known()
    domain = _tree(home, home / DOMAIN, into)
    if domain is None:
        return Known()
    into.findings += twice(*domain)
    answers = {
        name for _, root in read for name in entries(entries(root).get("responses"))
    }
    return known_from(domain[1], frozenset(answers))


def _settings(home: Path, into: Gathered) -> None:
    """The pipeline's settings need only be YAML; Rasa says well what else is wrong."""
    if (home / CONFIG).is_file():
        _tree(home, home / CONFIG, into)
