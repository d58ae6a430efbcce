"""Reads the files of texts that people keep in a spreadsheet, line by line."""

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path


class BadLine(Exception):
    """A line that cannot be used, and why."""

    def __init__(self, line: int, reason: str) -> None:
        self.line = line
        super().__init__(reason)


def collected[T](
    file: Path, read: Callable[[Path], Iterator[T | BadLine]], problems: list[str]
) -> list[T]:
    """Keep what could be read of a file; note what could not, with line and reason."""
    kept: list[T] = []
    before = len(problems)
    try:
        for each in read(file):
            if isinstance(each, BadLine):
                problems.append(f"{file}:{each.line}: {each}")
            else:
                kept.append(each)
    except BadLine as stopped:
        problems.append(f"{file}:{stopped.line}: {stopped}")
    except OSError as error:
        problems.append(f"{file}: {error.strerror}")
    if not kept and len(problems) == before:
        problems.append(f"{file}:1: is empty")
    return kept


def rows(
    file: Path, columns: Sequence[Sequence[str]]
) -> Iterator[tuple[str, ...] | BadLine]:
    """Give these columns of each row of a CSV file; each goes by any of its names.

    Raises ``BadLine`` where the file cannot be read on.
    """
    reader = csv.DictReader(io.StringIO(text_of(file), newline=""), strict=True)
    try:
        names = _named(list(reader.fieldnames or ()), columns)
        for row in reader:
            found = tuple((row[name] or "").strip() for name in names)
            blank = [
                name for name, value in zip(names, found, strict=True) if not value
            ]
            if blank:
                yield BadLine(reader.line_num, f"no {' and no '.join(blank)}")
            elif None in row:
                yield BadLine(reader.line_num, "more columns than the header names")
            else:
                # Spaces around a text are part of it.
                yield (row[names[0]], *found[1:])
    except csv.Error as error:
        raise BadLine(reader.reader.line_num, str(error)) from None


def text_of(file: Path) -> str:
    """The file's text; raise ``BadLine`` where it is not UTF-8."""
    content = file.read_bytes()
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise BadLine(line, "is not UTF-8") from None


def _named(header: list[str], columns: Sequence[Sequence[str]]) -> list[str]:
    if not header:
        return []
    names = [next((n for n in allowed if n in header), None) for allowed in columns]
    missing = [
        " or ".join(allowed)
        for allowed, name in zip(columns, names, strict=True)
        if name is None
    ]
    if missing:
        found = ",".join(header)
        raise BadLine(1, f"the header lacks {', '.join(missing)}: {found:.60}")
    return [name for name in names if name is not None]
