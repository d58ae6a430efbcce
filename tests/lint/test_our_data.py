"""The product's own data are sound, and faults in a copy are found."""

from __future__ import annotations

import shutil
import time
from pathlib import Path
from typing import Final

import pytest

from banking.adapters.language.lint import lint
from banking.domain.data_findings import Fault

ROOT: Final = Path(__file__).resolve().parents[2]
# A quiet machine needs 1.3 s.
SLOWEST_CPU_SECONDS: Final = 3.0


def test_the_data_of_the_product_has_no_errors() -> None:
    assert [str(found) for found in lint(ROOT) if found.stops_training] == []


@pytest.mark.alone
def test_the_data_of_the_product_is_checked_soon() -> None:
    # A machine with much else to do is slow for a while.
    assert any(_seconds() < SLOWEST_CPU_SECONDS for _ in range(3))


def _seconds() -> float:
    before = time.process_time()
    lint(ROOT)
    return time.process_time() - before


def test_faults_in_a_copy_of_the_data_are_found_where_they_were_made(
    tmp_path: Path,
) -> None:
    shutil.copytree(ROOT / "data", tmp_path / "data")
    shutil.copy(ROOT / "domain.yml", tmp_path)
    file = tmp_path / "data" / "services" / "balance.yml"
    lines = file.read_text(encoding="utf-8").split("\n")
    intent = lines.index("  - intent: check_balance")
    dash = next(at for at in range(intent, len(lines)) if "- " in lines[at][4:])
    other = tmp_path / "data" / "services" / "rates.yml"
    rates = other.read_text(encoding="utf-8").split("\n")
    second = next(at for at, line in enumerate(rates) if line.startswith("      - "))
    lines[dash] = "      - zwoinkle [my balance](amnt) gribbet"
    lines.insert(dash + 1, "      - flumox the dernwick 4485 2757 4230 8327 quim")
    lines.insert(dash + 2, "      - brillig toves gimble")
    rates.insert(second, "      - Brillig, toves: gimble!")
    file.write_text("\n".join(lines), encoding="utf-8")
    other.write_text("\n".join(rates), encoding="utf-8")

    errors = [found for found in lint(tmp_path) if found.stops_training]

    assert [(f.fault, f.file, f.line) for f in errors] == [
        (Fault.UNKNOWN_ENTITY, "data/services/balance.yml", dash + 1),
        (Fault.SECRET, "data/services/balance.yml", dash + 2),
        (Fault.CONTRADICTION, "data/services/rates.yml", second + 1),
    ]
    assert f"`check_balance` at data/services/balance.yml:{dash + 3}" in str(errors[2])
