"""Reads evaluation sets: folders of texts whose meaning is known.

A folder holds any of `intents*.csv` (text, intent), `out_of_scope*.csv` (text) and
`entities*.jsonl` ({"text", "entities": [{"entity", "start", "end"}]}); more columns and
keys are left alone.
"""

import csv
import io
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from banking.domain.nlu_sets import Annotated, EvaluationSet, Example, Span

INTENTS = "intents*.csv"
FOREIGN = "out_of_scope*.csv"
ENTITIES = "entities*.jsonl"
MOST_PROBLEMS = 20


class BadSets(Exception):
    """Sets that cannot be read; every problem names its file, line and reason."""

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        shown = list(self.problems[:MOST_PROBLEMS])
        if len(self.problems) > MOST_PROBLEMS:
            shown.append(f"... and {len(self.problems) - MOST_PROBLEMS} more")
        super().__init__("The evaluation sets cannot be used:\n" + "\n".join(shown))


class _Unfit(Exception):
    """What was read is not what a line holds; says why."""


class _BadLine(Exception):
    """One line that cannot be used, and why."""

    def __init__(self, line: int, reason: str) -> None:
        self.line = line
        super().__init__(reason)


def read_sets(folders: Sequence[Path]) -> tuple[EvaluationSet, ...]:
    """Read every folder; raise ``BadSets`` with all that is wrong in any of them."""
    problems: list[str] = []
    read = [_read_set(folder, problems) for folder in dict.fromkeys(folders)]
    if problems:
        raise BadSets(problems)
    names = _names(list(dict.fromkeys(folders)))
    return tuple(
        EvaluationSet(name, each.examples, each.foreign, each.annotated)
        for name, each in zip(names, read, strict=True)
    )


def _names(folders: Sequence[Path]) -> list[str]:
    """Name each folder by its last part, or by as many as tell it from the others."""
    parts = [folder.resolve().parts for folder in folders]
    for length in range(1, max(map(len, parts), default=1) + 1):
        names = ["/".join(each[-length:]) for each in parts]
        if len(set(names)) == len(names):
            return names
    return [str(folder) for folder in folders]


def _read_set(folder: Path, problems: list[str]) -> EvaluationSet:
    if not folder.is_dir():
        problems.append(f"{folder}: there is no such folder")
        return EvaluationSet(str(folder))
    files = [
        file for kind in (INTENTS, FOREIGN, ENTITIES) for file in folder.glob(kind)
    ]
    if not files:
        wanted = f"{INTENTS}, {FOREIGN} or {ENTITIES}"
        problems.append(f"{folder}: holds none of {wanted}")
    examples: list[Example] = []
    foreign: list[str] = []
    annotated: list[Annotated] = []
    for file in sorted(folder.glob(INTENTS)):
        rows = _collected(file, _rows(file, ("text", "intent")), problems)
        examples += [Example(row["text"], row["intent"].strip()) for row in rows]
    for file in sorted(folder.glob(FOREIGN)):
        rows = _collected(file, _rows(file, ("text",)), problems)
        foreign += [row["text"] for row in rows]
    for file in sorted(folder.glob(ENTITIES)):
        annotated += _collected(file, _annotations(file), problems)
    return EvaluationSet(str(folder), tuple(examples), tuple(foreign), tuple(annotated))


def _collected[T](
    file: Path, lines: Iterator[T | _BadLine], problems: list[str]
) -> list[T]:
    """Keep what could be read of a file and note what could not."""
    kept: list[T] = []
    try:
        for each in lines:
            if isinstance(each, _BadLine):
                problems.append(f"{file}:{each.line}: {each}")
            else:
                kept.append(each)
    except _BadLine as stopped:
        problems.append(f"{file}:{stopped.line}: {stopped}")
    except OSError as error:
        problems.append(f"{file}: {error.strerror}")
    else:
        if not kept and not any(p.startswith(f"{file}:") for p in problems):
            problems.append(f"{file}:1: is empty")
    return kept


def _rows(file: Path, columns: Sequence[str]) -> Iterator[dict[str, str] | _BadLine]:
    """Give each row of a CSV file whose header names these columns."""
    reader = csv.DictReader(io.StringIO(_text(file), newline=""), strict=True)
    try:
        header = reader.fieldnames or ()
        missing = [name for name in columns if name not in header]
        if missing and header:
            raise _BadLine(1, f"the header lacks {', '.join(missing)}")
        for row in reader:
            blank = [name for name in columns if not (row[name] or "").strip()]
            if blank:
                yield _BadLine(reader.line_num, f"no {' and no '.join(blank)}")
            elif None in row:
                yield _BadLine(reader.line_num, "more columns than the header names")
            else:
                yield row
    except csv.Error as error:
        raise _BadLine(reader.reader.line_num, str(error)) from None


def _annotations(file: Path) -> Iterator[Annotated | _BadLine]:
    for number, line in enumerate(_text(file).split("\n"), start=1):
        if not line.strip():
            continue
        try:
            yield _annotated(json.loads(line))
        except json.JSONDecodeError as error:
            yield _BadLine(number, f"is not JSON: {error.msg} at column {error.colno}")
        except (_Unfit, RecursionError) as error:
            yield _BadLine(number, str(error))


def _annotated(data: Any) -> Annotated:
    """Check one line; raise ``_Unfit`` with the reason."""
    if not isinstance(data, dict):
        raise _Unfit("an object was expected")
    text, entities = data.get("text"), data.get("entities")
    if not isinstance(text, str) or not text.strip():
        raise _Unfit("no text")
    if any("\ud800" <= sign <= "\udfff" for sign in text):
        raise _Unfit("half a character in the text")
    if not isinstance(entities, list):
        raise _Unfit("no list of entities")
    return Annotated(text, tuple(_span(text, entity) for entity in entities))


def _span(text: str, entity: Any) -> Span:
    if not isinstance(entity, dict) or not isinstance(entity.get("entity"), str):
        raise _Unfit("an entity without a kind")
    kind, start, end = entity["entity"], entity.get("start"), entity.get("end")
    if type(start) is not int or type(end) is not int:
        raise _Unfit(f"{kind}: start and end must be whole numbers")
    if not 0 <= start < end <= len(text):
        raise _Unfit(f"{kind}: {start} to {end} is not within the text")
    return Span(kind, start, end)


def _text(file: Path) -> str:
    content = file.read_bytes()
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise _BadLine(line, "is not UTF-8") from None
