"""Finds examples that stand in the held-out sets too: the measure would flatter."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from banking.adapters.language.lint_examples import Written
from banking.adapters.language.sets import BadSets, read_sets
from banking.domain.data_findings import Fault, Finding, Severity
from banking.domain.examples import key

HELD_OUT: Final = "tests/held_out*"


def held_out(home: Path, written: Sequence[Written]) -> Iterator[Finding]:
    """Find what is both taught and held out, whatever it is said to mean."""
    folders = sorted(folder for folder in home.glob(HELD_OUT) if folder.is_dir())
    try:
        sets = read_sets(folders)
    except BadSets:
        # Whoever measures is told what is wrong with them.
        return
    known = {key(text): each.name for each in sets for text in each.texts}
    for example in written:
        name = known.get(key(example.plain))
        if name is not None:
            reason = f"stands in tests/{name} too: what is taught measures nothing"
            yield example.at(0, Fault.HELD_OUT, reason, Severity.WARNING)
