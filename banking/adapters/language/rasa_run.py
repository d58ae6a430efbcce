"""Runs a module of `rasa_addons` in Rasa's own interpreter, and hears how far it is."""

import json
import os
import subprocess
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from banking.adapters.standing_back import FAR, stand_back

PROJECT = Path(__file__).resolve().parents[3]
RASA_PYTHON = PROJECT / ".venv-rasa" / "bin" / "python"
# All that it needs to know of where it runs; no secret of the bank is among it.
INHERITED = ("HOME", "LANG", "LC_ALL", "PATH", "TMPDIR", "TZ")
# Characters of a failed run's log that are shown.
LAST_WORDS = 2000

# What it does now, and steps done of all its steps.
type Progress = Callable[[str, int, int], None]


class RunFailed(Exception):
    """The module ended with an error; the message ends with its last words."""


def run(
    module: str, arguments: Sequence[str], *, home: Path, progress: Progress
) -> Mapping[str, Any]:
    """Run a module in ``home`` and return the last JSON object that it printed.

    Raises ``RunFailed``. The process ends with this call, however it ends.
    """
    if not RASA_PYTHON.exists():
        raise RunFailed(".venv-rasa is missing: run `make setup`")
    last: Mapping[str, Any] = {}
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as log:
        process = subprocess.Popen(
            [str(RASA_PYTHON), "-W", "ignore", "-m", module, *arguments],
            cwd=home,
            env=rasa_environment(),
            # A module may watch it close, and end as soon as we do, however we end.
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            encoding="utf-8",
        )
        stand_back(process.pid, FAR)
        try:
            for line in process.stdout or ():
                last = _told(line) or last
                if last.keys() >= {"stage", "done", "of"}:
                    progress(last["stage"], last["done"], last["of"])
            code = process.wait()
        finally:
            process.kill()
            process.communicate()
        if "failed" in last:
            raise RunFailed(str(last["failed"]))
        if code != 0:
            log.seek(0)
            raise RunFailed(f"{module} failed: {log.read()[-LAST_WORDS:].strip()}")
    return last


def _told(line: str) -> Mapping[str, Any] | None:
    """The object on this line; other programs' words are none."""
    try:
        told = json.loads(line)
    except json.JSONDecodeError:
        return None
    return told if isinstance(told, dict) else None


def rasa_environment() -> dict[str, str]:
    """What anything of Rasa's is told that runs beside the bank."""
    known = {name: os.environ[name] for name in INHERITED if name in os.environ}
    # The add-ons are imported by name from the project's folder.
    return {**known, "PYTHONPATH": str(PROJECT), "PYTHONUNBUFFERED": "1"}
