"""The training examples below LANGUAGE_HOME/data, read and added to.

Lines are put in and taken out; everything else in a file stays as it is, byte for
byte. What was written is read again before it counts.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from banking.adapters.language.diffs import diff_of
from banking.adapters.language.example_changes import (
    as_they_stood,
    blocks_of,
    check_nothing_else,
    with_lines,
    without_lines,
)
from banking.adapters.language.writing import alone, write_all
from banking.ports.language_files import Corpus, FileChange, Taught
from banking.ports.teaching_refusals import DataBroken, FilesChanged

SUFFIXES: Final = (".yml", ".yaml")
type Lint = Callable[[], Iterable[str]]


def _no_lint() -> Iterable[str]:
    return ()


@dataclass(frozen=True, slots=True)
class YamlExamples:
    """Keeps the promise of ``banking.ports.language_files.ExampleFiles``.

    ``lint`` gives what is wrong with the data as it is on disk, a line each.
    """

    home: Path
    lint: Lint = _no_lint

    def read(self) -> Corpus:
        texts = self._texts()
        blocks = blocks_of(texts)
        domain = self._domain()
        known = _names(domain.get("intents"))
        # Of an intent written in several places, the largest.
        largest = sorted(
            (len(block.examples), block.intent, file)
            for file, found in blocks.items()
            for block in found
            if block.end is not None and block.intent.split("/")[0] in known
        )
        writable = {intent: file for _, intent, file in largest}
        examples = [e for found in blocks.values() for b in found for e in b.examples]
        labels = {span.entity for e in examples for span in e.lesson.spans}
        labels |= self._labels()
        return Corpus(
            tuple(examples),
            dict(sorted(writable.items())),
            frozenset(labels & _names(domain.get("entities"))),
            _fingerprint(texts),
        )

    def planned(self, taught: Sequence[Taught]) -> str:
        texts = self._texts()
        return diff_of(texts, with_lines(texts, taught))

    def add(self, taught: Sequence[Taught], fingerprint: str) -> FileChange:
        with alone(self.home):
            before = self._texts()
            if _fingerprint(before) != fingerprint:
                raise FilesChanged
            after = with_lines(before, taught)
            check_nothing_else(before, after, taught)
            self._write(before, after)
        done = as_they_stood(before, taught)
        return FileChange(diff_of(before, after), done, (), before, after)

    def remove(self, taught: Sequence[Taught]) -> FileChange:
        with alone(self.home):
            before = self._texts()
            after, missing = without_lines(before, taught)
            self._write(before, after)
        left = Counter(missing)
        done = []
        for line in taught:
            if left[line]:
                left[line] -= 1
            else:
                done.append(line)
        diff = diff_of(before, after)
        return FileChange(diff, tuple(done), tuple(missing), before, after)

    def put_back(self, change: FileChange) -> None:
        with alone(self.home):
            now = self._texts()
            changed = [f for f, text in change.after.items() if now.get(f) == text]
            write_all(self.home, {file: change.before[file] for file in changed})

    # --- files ------------------------------------------------------------------

    def _texts(self) -> dict[str, str]:
        """Every file of training data by its path below home, read as it is."""
        data = self.home / "data"
        files = sorted(f for f in data.rglob("*.y*ml") if f.suffix in SUFFIXES)
        return {str(file.relative_to(self.home)): self._text(file) for file in files}

    def _text(self, file: Path) -> str:
        content = file.read_bytes()
        try:
            return content.decode()
        except UnicodeDecodeError as error:
            line = content.count(b"\n", 0, error.start) + 1
            name = file.relative_to(self.home)
            raise DataBroken(f"{name}:{line}: is not UTF-8") from None

    def _domain(self) -> Mapping[str, Any]:
        return _read_domain(self._text(self.home / "domain.yml"))

    def _labels(self) -> set[str]:
        """The entities that patterns find."""
        labels = set()
        for file in sorted((self.home / "data").rglob("*.jsonl")):
            for number, line in enumerate(self._text(file).splitlines(), start=1):
                try:
                    labels.add(str(json.loads(line)["label"]))
                except (ValueError, KeyError, TypeError):
                    name = file.relative_to(self.home)
                    raise DataBroken(f"{name}:{number}: is not a pattern") from None
        return labels

    def _write(self, before: Mapping[str, str], after: Mapping[str, str]) -> None:
        """Write what differs, unless it breaks what held together before."""
        changed = {f: text for f, text in after.items() if text != before[f]}
        old = {file: before[file] for file in changed}
        write_all(self.home, changed)
        try:
            wrong = list(self.lint()) if changed else []
        except BaseException:
            write_all(self.home, old)
            raise
        if wrong:
            write_all(self.home, old)
            self._blame(wrong)
            write_all(self.home, changed)

    def _blame(self, wrong: Sequence[str]) -> None:
        """Raise DataBroken for what is not wrong already."""
        known = Counter(map(_without_line, self.lint()))
        new = [p for p in wrong if not _known(known, _without_line(p))]
        if new:
            raise DataBroken("\n".join(new))


@lru_cache(maxsize=2)
def _read_domain(text: str) -> Mapping[str, Any]:
    try:
        read = YAML(typ="safe", pure=True).load(text)
    except YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else 1
        reason = getattr(error, "problem", None) or "cannot be read"
        raise DataBroken(f"domain.yml:{line}: {reason}") from None
    if not isinstance(read, dict):
        raise DataBroken("domain.yml:1: is not a mapping")
    return read


def _known(problems: Counter[str], problem: str) -> bool:
    """Whether a problem was there before; each counts once."""
    problems[problem] -= 1
    return problems[problem] >= 0


def _without_line(problem: str) -> str:
    """ "data/x.yml:12: why" without its number: lines move when others are added."""
    file, number, reason = (*problem.split(":", 2), "", "")[:3]
    return f"{file}:{reason}" if number.strip().isdigit() else problem


def _fingerprint(texts: Mapping[str, str]) -> str:
    digest = hashlib.sha256()
    for file, text in sorted(texts.items()):
        digest.update(f"{file}\0{len(text)}\0{text}".encode())
    return digest.hexdigest()


def _names(listed: Any) -> set[str]:
    """Names of a list of the domain, whose entries may carry settings."""
    entries = listed if isinstance(listed, list) else []
    return {str(next(iter(e))) if isinstance(e, dict) else str(e) for e in entries if e}
