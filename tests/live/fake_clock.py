"""A clock that tests put forward, for every process of a bank at once.

libfaketime stands between a process and the system's clock. How far ahead the bank
is stands in one file, read at every look at the clock, so that web, worker, actions,
Rasa, the simulator and PostgreSQL leap together. Time never goes back, and the clock
that measures waiting is left alone.
"""

import importlib.util
import os
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Self

DEBIAN = "/usr/lib/*-linux-gnu/faketime/libfaketime.so.1"
MISSING = "libfaketime cannot be loaded here: install requirements/dev.txt on Linux"
# What libfaketime looks for in HOME where it could not open the file it was told.
IN_HOME = ".faketimerc"
# Loaded into a process of its own: does the clock really obey?
PROBE = "import time; print(int(time.time()))"
PROBE_S = 100_000


@dataclass
class FakeClock:
    """How far ahead of this machine a bank is."""

    file: Path
    library: Path
    ahead: timedelta = timedelta()

    @classmethod
    def of(cls, home: Path) -> Self | None:
        """Make a clock that goes right so far; None where there is no libfaketime."""
        library = library_that_works()
        if library is None:
            return None
        clock = cls(home / IN_HOME, library)
        clock.forward(timedelta())
        return clock

    @property
    def environment(self) -> dict[str, str]:
        """What every process of the bank must be told."""
        return environment(self.library, self.file)

    @property
    def now(self) -> datetime:
        """The bank's time."""
        return datetime.now(UTC) + self.ahead

    def forward(self, by: timedelta) -> None:
        """Let so much time pass at once."""
        if by < timedelta():
            raise ValueError("time does not go back")
        # Whole seconds, so that our idea of the time stays the bank's.
        self.ahead += timedelta(seconds=round(by.total_seconds()))
        draft = self.file.with_suffix(".new")
        draft.write_text(f"+{int(self.ahead.total_seconds())}\n", encoding="ascii")
        draft.replace(self.file)


def environment(library: Path, file: Path) -> dict[str, str]:
    """Name library and file as libfaketime wants it."""
    return {
        "LD_PRELOAD": str(library),
        "FAKETIME_TIMESTAMP_FILE": str(file),
        # Threads share the buffer that this name is copied to: one that looks while
        # another copies finds no file, and then the true time, but for its second try.
        "HOME": str(file.parent),
        # A remembered time would be another one in each process for a while.
        "FAKETIME_NO_CACHE": "1",
        "DONT_FAKE_MONOTONIC": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        "NO_FAKE_STAT": "1",
        # Its own guess makes every wait for a lock several times as long.
        "FAKETIME_FORCE_MONOTONIC_FIX": "0",
    }


@cache
def library_that_works() -> Path | None:
    """Find a libfaketime that this machine can load, and that does what it says."""
    return next((found for found in _libraries() if _works(found)), None)


def _libraries() -> list[Path]:
    found = sorted(Path("/").glob(DEBIAN.removeprefix("/")))
    package = importlib.util.find_spec("libfaketime")
    if package is not None and package.origin is not None:
        folder = Path(package.origin).parent
        found = [*folder.rglob("libfaketime.so.1"), *found]
    return found


def _works(library: Path) -> bool:
    file = library.parent / "never.there"
    told = environment(library, file) | {"FAKETIME": f"+{PROBE_S}"}
    probe = subprocess.run(
        [sys.executable, "-c", PROBE],
        env={**os.environ, **told},
        capture_output=True,
        text=True,
        check=False,
    )
    answer = probe.stdout.strip()
    ahead = int(answer) - datetime.now(UTC).timestamp() if answer.isdigit() else 0
    return abs(ahead - PROBE_S) < PROBE_S / 2
