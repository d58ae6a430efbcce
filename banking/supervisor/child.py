"""One process of the bank, kept alive."""

import contextlib
import os
import signal
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from banking.adapters.db.unprivileged import before_exec
from banking.adapters.standing_back import stand_back

# A process that ran this long was well; its next death is met without waiting.
SETTLED_SECONDS = 30.0
LONGEST_BACK_OFF_SECONDS = 30.0
LARGEST_LOG = 10 * 1024 * 1024
LOG_TAIL = 1500


@dataclass(frozen=True, slots=True)
class Program:
    """What to run: a name for people and logs, a command, its whole environment.

    ``niceness``, 0 to 19: how far it stands back when there is work for all.
    """

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str]
    niceness: int = 0


class Child:
    """A running program that is started again whenever it ends.

    The first restart comes at once; one that keeps failing waits 1 s, 2 s … 30 s.
    Times are seconds of any clock that only goes forward.
    """

    def __init__(self, program: Program, *, folder: Path, logs: Path) -> None:
        self.program = program
        self.folder = folder
        self.log_file = logs / f"{program.name}.log"
        self.deaths = 0
        self._process: subprocess.Popen[bytes] | None = None
        self._started_at = 0.0
        self._start_again_at: float | None = None
        self._quick_deaths = 0

    @property
    def pid(self) -> int | None:
        """The process's number while it runs."""
        return self._process.pid if self._process is not None else None

    def start(self, now: float) -> None:
        """Start the process; call from the main thread (see ``before_exec``)."""
        self._start_again_at = None
        self._started_at = now
        _keep_small(self.log_file)
        with self.log_file.open("ab") as log:
            self._process = subprocess.Popen(
                self.program.command,
                cwd=self.folder,
                env=dict(self.program.environment),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                # Ctrl-C in a terminal is for us; we stop the children in our turn.
                start_new_session=True,
                preexec_fn=before_exec(signal.SIGKILL),  # noqa: PLW1509 - main thread
            )
        stand_back(self._process.pid, self.program.niceness)

    def tend(self, now: float) -> bool:
        """Notice a death and restart what is due; tell whether it was started."""
        if self._process is not None and self._process.poll() is not None:
            self._bury(now)
        if self._start_again_at is not None and now >= self._start_again_at:
            self.start(now)
            return True
        return False

    def terminate(self) -> None:
        """Ask the process to end."""
        self._start_again_at = None
        if self._process is not None:
            self._process.terminate()

    def kill(self) -> None:
        """End the process and whatever it started."""
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()

    def is_running(self) -> bool:
        """Tell whether the process is alive."""
        return self._process is not None and self._process.poll() is None

    def last_words(self) -> str:
        """Return the end of the process's log."""
        try:
            text = self.log_file.read_text(encoding="utf-8", errors="replace")
        except FileNotFoundError:
            return ""
        return text[-LOG_TAIL:]

    def _bury(self, now: float) -> None:
        self.kill()  # Only what it may have left behind in its process group.
        self._process = None
        self.deaths += 1
        if now - self._started_at >= SETTLED_SECONDS:
            self._quick_deaths = 0
        delay = 2.0 ** (self._quick_deaths - 1) if self._quick_deaths else 0.0
        self._quick_deaths += 1
        self._start_again_at = now + min(delay, LONGEST_BACK_OFF_SECONDS)


def _keep_small(log_file: Path) -> None:
    """Put a log that has grown too large aside, over the one put aside before."""
    if log_file.exists() and log_file.stat().st_size > LARGEST_LOG:
        log_file.rename(log_file.with_suffix(".log.1"))
