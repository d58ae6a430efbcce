"""Reads evaluation sets: folders of texts whose meaning is known.

A folder holds any of `intents*.csv` (text, intent), `out_of_scope*.csv` (text) and
`entities*.jsonl` ({"text", "entities": [{"entity", "start", "end"}]}); more columns and
keys are left alone.
"""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from banking.adapters.language.tables import BadLine, collected, rows, text_of
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
        examples += collected(file, _examples, problems)
    for file in sorted(folder.glob(FOREIGN)):
        foreign += collected(file, _foreign, problems)
    for file in sorted(folder.glob(ENTITIES)):
        annotated += collected(file, _annotations, problems)
    return EvaluationSet(str(folder), tuple(examples), tuple(foreign), tuple(annotated))


def _examples(file: Path) -> Iterator[Example | BadLine]:
    for row in rows(file, (("text",), ("intent",))):
        yield row if isinstance(row, BadLine) else Example(*row)


def _foreign(file: Path) -> Iterator[str | BadLine]:
    for row in rows(file, (("text",),)):
        yield row if isinstance(row, BadLine) else row[0]


def _annotations(file: Path) -> Iterator[Annotated | BadLine]:
    for number, line in enumerate(text_of(file).split("\n"), start=1):
        if not line.strip():
            continue
        try:
            yield _annotated(json.loads(line))
        except json.JSONDecodeError as error:
            yield BadLine(number, f"is not JSON: {error.msg} at column {error.colno}")
        except (_Unfit, RecursionError) as error:
            yield BadLine(number, str(error))


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
