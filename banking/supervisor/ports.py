"""Loopback ports that no other bank on this machine will take."""

import contextlib
import fcntl
import os
import socket
import tempfile
from pathlib import Path
from typing import IO, Self

LOOPBACK = "127.0.0.1"
MOST_ATTEMPTS = 100


class PortTaken(Exception):
    """A port that was asked for by number is in use."""


class Ports:
    """Ports of one bank, kept claimed until this context ends.

    Between choosing a port and the child's listening on it another bank could choose
    the same one; each bank therefore holds a lock file for each of its ports.
    """

    def __init__(self) -> None:
        self._locks = contextlib.ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._locks.close()

    def exactly(self, name: str, port: int) -> int:
        """Claim this very port; raise ``PortTaken`` when it is in use."""
        if not self._claim(port):
            raise PortTaken(
                f"{name} {port} is in use; choose another or stop that bank"
            )
        return port

    def preferably(self, port: int) -> int:
        """Claim this port, or a free one when it is in use."""
        return port if self._claim(port) else self.free()

    def free(self) -> int:
        """Claim any free port."""
        for _ in range(MOST_ATTEMPTS):
            with socket.socket() as probe:
                probe.bind((LOOPBACK, 0))
                port = int(probe.getsockname()[1])
            if self._claim(port):
                return port
        raise PortTaken("no free port was found")

    def _claim(self, port: int) -> bool:
        name = f"teller-port-{os.geteuid()}-{port}.lock"
        file = Path(tempfile.gettempdir()) / name
        with contextlib.ExitStack() as undo:
            lock = undo.enter_context(file.open("wb"))
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return False
            if not _is_same(lock, file):
                return False
            undo.callback(file.unlink, missing_ok=True)
            if not _is_free(port):
                return False
            self._locks.push(undo.pop_all())
            return True


def _is_same(lock: IO[bytes], file: Path) -> bool:
    """Tell whether the file we locked is still the one that others would open."""
    try:
        return os.path.samestat(os.fstat(lock.fileno()), file.stat())
    except FileNotFoundError:
        return False


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        # As servers do: connections that just ended do not keep a port taken.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
        return True
