"""`bank nlu check` says what is wrong, and by its status whether to go on."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Final

from tests.lint.home import teach

ROOT: Final = Path(__file__).resolve().parents[2]


def run(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "banking.cli", "nlu", "check", *arguments],
        cwd=ROOT,
        env={**os.environ, "LANGUAGE_HOME": str(home), "BANK_ENV": "test"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_command_tells_errors_by_its_exit_status(home: Path) -> None:
    teach(home, "/start")

    told = run(home)

    assert told.returncode == 1
    assert "data/words.yml:8:9: error: a command" in told.stdout
    assert "1 error, 4 warnings" in told.stderr


def test_the_command_goes_on_with_warnings_alone_and_speaks_json(home: Path) -> None:
    told = run(home, "--json")

    assert told.returncode == 0
    said = json.loads(told.stdout)
    assert (said["errors"], said["warnings"]) == (0, 4)
    assert said["findings"][0] == {
        "file": "data/faq.yml",
        "line": 4,
        "column": 1,
        "severity": "warning",
        "fault": "too_few",
        "reason": "`faq/age_limit` has 1 of at least 25 examples",
        "text": "",
    }
