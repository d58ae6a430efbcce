"""What changed in the language's files, as a diff that `git apply` takes."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from typing import Final

CONTEXT: Final = 2


def diff_of(before: Mapping[str, str], after: Mapping[str, str]) -> str:
    """The unified diff of files by their paths; a file not there before is new."""
    return "".join(
        _line(line)
        for file in sorted(after)
        if before.get(file, "") != after[file]
        for line in difflib.unified_diff(
            _lines(before.get(file, "")),
            _lines(after[file]),
            f"a/{file}",
            f"b/{file}",
            n=CONTEXT,
        )
    )


def _lines(text: str) -> list[str]:
    """Lines with their ends. YAML knows more line ends than a diff does."""
    return [line for line in re.split(r"(?<=\n)", text) if line]


def _line(line: str) -> str:
    return line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"
