"""Writing the language's files: one writer at a time, each file whole or not at all."""

from __future__ import annotations

import contextlib
import fcntl
import os
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from banking.ports.teaching_refusals import FilesBusy

LOCK = "models/teaching.lock"


@contextlib.contextmanager
def alone(home: Path) -> Iterator[None]:
    """Hold the lock of the language's files; raise FilesBusy if somebody else does."""
    lock = home / LOCK
    lock.parent.mkdir(exist_ok=True)
    with lock.open("ab") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise FilesBusy from None
        # Closing lets go, also when the process dies.
        yield


def write_all(home: Path, texts: Mapping[str, str]) -> None:
    """Write files by their paths below home; whoever reads sees old or new, whole.

    If one cannot be written, those already written get their old text again.
    """
    old: dict[Path, bytes] = {}
    try:
        for name, text in texts.items():
            file = home / name
            old[file] = file.read_bytes() if file.exists() else b""
            _replace(file, text.encode())
    except OSError:
        for file, content in old.items():
            with contextlib.suppress(OSError):
                _replace(file, content)
        raise


def _replace(file: Path, content: bytes) -> None:
    if file.exists() and file.read_bytes() == content:
        return
    mode = file.stat().st_mode & 0o777 if file.exists() else 0o644
    handle, name = tempfile.mkstemp(prefix=f".{file.stem}-", dir=file.parent)
    try:
        with os.fdopen(handle, "wb") as new:
            new.write(content)
            new.flush()
            os.fsync(new.fileno())
        Path(name).chmod(mode)
        Path(name).replace(file)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
