"""The loop that keeps a set of processes up until it is told to stop."""

import contextlib
import signal
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType

from banking.adapters.db.embedded import EmbeddedPostgres, PostgresFailed
from banking.supervisor.child import Child, Program

# Of the ten seconds that stopping may take: for the children, and for everything that
# goes well. What is left is for a database that has to be told a second time.
CHILDREN_STOP_SECONDS = 5.0
STOP_SECONDS = 8.0
TICK_SECONDS = 0.25
# A process that dies so often before the bank is ready will not get well.
MOST_DEATHS_AT_START = 3


class DidNotStart(Exception):
    """The bank did not become ready; the message ends with a process's last words."""


class House:
    """The processes of one bank, and its own PostgreSQL where it has one.

    Lives on the main thread: the kernel ends the processes when that thread ends.
    """

    def __init__(self, *, folder: Path, logs: Path) -> None:
        self.children: list[Child] = []
        self.postgres: EmbeddedPostgres | None = None
        # Starts PostgreSQL again after a death of its own.
        self.start_postgres: Callable[[], EmbeddedPostgres] | None = None
        self._folder = folder
        self._logs = logs
        self._is_stopping = False
        self._wake, self._alarm = socket.socketpair()

    @property
    def is_stopping(self) -> bool:
        """Whether somebody asked us to stop."""
        return self._is_stopping

    def pids(self) -> dict[str, int | None]:
        """Return every child's process number by name."""
        return {child.program.name: child.pid for child in self.children}

    @contextlib.contextmanager
    def listening(self) -> Iterator[None]:
        """Take SIGTERM, SIGINT and SIGHUP as "stop", and notice deaths at once."""
        self._alarm.setblocking(False)
        self._wake.setblocking(False)
        before = signal.set_wakeup_fd(self._alarm.fileno(), warn_on_full_buffer=False)
        handlers = {
            number: signal.signal(number, handler)
            for number, handler in (
                (signal.SIGTERM, self._stop_asked),
                (signal.SIGINT, self._stop_asked),
                (signal.SIGHUP, self._stop_asked),
                (signal.SIGCHLD, _ignored),
            )
        }
        try:
            yield
        finally:
            for number, handler in handlers.items():
                signal.signal(number, handler)
            signal.set_wakeup_fd(before)
            self._wake.close()
            self._alarm.close()

    def start(self, program: Program) -> None:
        """Start one more process and keep it alive from now on."""
        child = Child(program, folder=self._folder, logs=self._logs)
        child.start(time.monotonic())
        self.children.append(child)

    def wait_until(self, is_ready: Callable[[], bool], *, seconds: float) -> None:
        """Keep house until the bank is ready; raise ``DidNotStart`` if it will not be.

        Returns early when asked to stop.
        """
        deadline = time.monotonic() + seconds
        while not self._is_stopping:
            self.tend()
            if all(child.is_running() for child in self.children) and is_ready():
                return
            for child in self.children:
                if child.deaths >= MOST_DEATHS_AT_START:
                    raise DidNotStart(_last_words(child))
            if time.monotonic() > deadline:
                raise DidNotStart(f"not ready after {seconds:.0f} s; see {self._logs}")
            self._rest()

    def keep(self, on_restart: Callable[[], None]) -> None:
        """Keep house until asked to stop; report every restart."""
        while not self._is_stopping:
            if self.tend():
                on_restart()
            self._rest()

    def tend(self) -> bool:
        """Restart what has ended; tell whether anything was started."""
        started = [child.tend(time.monotonic()) for child in self.children]
        return self._tend_postgres() or any(started)

    def stop(self) -> None:
        """Stop everything, PostgreSQL last; at most ten seconds."""
        began = time.monotonic()
        for child in self.children:
            child.terminate()
        deadline = began + CHILDREN_STOP_SECONDS
        while time.monotonic() < deadline and any(
            child.is_running() for child in self.children
        ):
            time.sleep(0.05)
        for child in self.children:
            child.kill()
        if self.postgres is not None:
            # Whatever time is left, it may use to write everything down.
            self.postgres.stop(began + STOP_SECONDS - time.monotonic())

    def _tend_postgres(self) -> bool:
        if self.postgres is None or self.start_postgres is None:
            return False
        if self.postgres.is_running():
            return False
        # Tried again at the next tick: what a killed server leaves takes a moment.
        with contextlib.suppress(PostgresFailed):
            self.postgres = self.start_postgres()
            return True
        return False

    def _rest(self) -> None:
        """Wait for a signal, or a tick."""
        self._wake.settimeout(TICK_SECONDS)
        with contextlib.suppress(TimeoutError, BlockingIOError):
            self._wake.recv(4096)

    def _stop_asked(self, _number: int, _frame: FrameType | None) -> None:
        self._is_stopping = True


def _ignored(_number: int, _frame: FrameType | None) -> None:
    """Be a handler, so that the signal wakes the loop."""


def _last_words(child: Child) -> str:
    return f"{child.program.name} keeps ending. Its last words:\n{child.last_words()}"
