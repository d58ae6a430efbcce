"""What the files of examples become when lines are added, taken out or put again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from banking.adapters.language.example_blocks import (
    Block,
    added,
    put_again,
    read_blocks,
    removed,
    said_in,
    taken_out,
)
from banking.domain.examples import markup
from banking.ports.language_files import Taught
from banking.ports.teaching_refusals import DataBroken


def blocks_of(texts: Mapping[str, str]) -> dict[str, tuple[Block, ...]]:
    """Every file's examples; raise DataBroken with each that cannot be read."""
    problems, blocks = [], {}
    for file, text in texts.items():
        try:
            blocks[file] = read_blocks(file, text)
        except DataBroken as broken:
            problems.append(broken.about)
    if problems:
        raise DataBroken("\n".join(problems))
    return blocks


def with_lines(texts: Mapping[str, str], taught: Sequence[Taught]) -> dict[str, str]:
    """The files with these lines, and without those that say where they stood."""
    after = dict(texts)
    for file, lines in _by_file(line for line in taught if line.stood).items():
        if file not in texts:
            raise DataBroken(f"{file}:1: is not there")
        after[file] = taken_out(texts[file], lines, read_blocks(file, texts[file]))
    for file, lines in _by_file(line for line in taught if not line.stood).items():
        if file in texts:
            blocks = read_blocks(file, after[file])
            after[file] = added(after[file], _by_intent(lines), blocks)
    return after


def without_lines(
    texts: Mapping[str, str], taught: Sequence[Taught]
) -> tuple[dict[str, str], list[Taught]]:
    """The files without these lines, and with those that stood there; what is gone."""
    after = dict(texts)
    missing = [line for line in taught if line.file not in texts]
    for file, lines in _by_file(line for line in taught if not line.stood).items():
        if file in texts:
            blocks = read_blocks(file, texts[file])
            after[file], gone = removed(texts[file], _by_intent(lines), blocks)
            missing += [
                Taught(file, intent, markup)
                for intent, markups in gone.items()
                for markup in markups
            ]
    for file, lines in _by_file(line for line in taught if line.stood).items():
        if file in texts:
            after[file] = put_again(file, after[file], lines)
    return after, missing


def as_they_stood(
    texts: Mapping[str, str], taught: Sequence[Taught]
) -> tuple[Taught, ...]:
    """The same lines; what was taken out exactly as it was written."""
    return tuple(
        replace(line, markup=said_in(texts[line.file], line.stood))
        if line.stood
        else line
        for line in taught
    )


def check_nothing_else(
    before: Mapping[str, str], after: Mapping[str, str], taught: Sequence[Taught]
) -> None:
    """Read what is about to be written: these lines came and went, nothing else."""
    files = {line.file for line in taught}
    new: Counter[tuple[str, str, str]] = Counter()
    old: Counter[tuple[str, str, str]] = Counter()
    for line in taught:
        (old if line.stood else new)[line.file, line.intent, line.markup] += 1
    if _counted(after, files) + old != _counted(before, files) + new:
        raise DataBroken("the new lines do not read as they were meant")


def _by_file(lines: Iterable[Taught]) -> dict[str, list[Taught]]:
    found: dict[str, list[Taught]] = {}
    for line in lines:
        found.setdefault(line.file, []).append(line)
    return found


def _by_intent(lines: Iterable[Taught]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for line in lines:
        found.setdefault(line.intent, []).append(line.markup)
    return found


def _counted(
    texts: Mapping[str, str], files: Collection[str]
) -> Counter[tuple[str, str, str]]:
    read = blocks_of({file: text for file, text in texts.items() if file in files})
    return Counter(
        (file, block.intent, markup(example.lesson))
        for file, blocks in read.items()
        for block in blocks
        for example in block.examples
    )
