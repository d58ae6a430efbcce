"""What a running bank leaves in BANK_HOME for commands that want to reach it."""

import contextlib
import fcntl
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

FILE = "run.json"
LOCK = "bank.lock"


class AlreadyRuns(Exception):
    """Another process keeps the bank of this folder."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningBank:
    """Addresses and process numbers of a bank that is up.

    The file is for its owner alone: the database's address may hold a password.
    """

    web: str
    simulator: str | None
    database_url: str
    ports: Mapping[str, int]
    pids: Mapping[str, int | None]

    def write(self, home: Path) -> None:
        """Leave this in the bank's folder."""
        draft = home / f"{FILE}.new"
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as out:
            json.dump(asdict(self), out)
        draft.rename(home / FILE)


def find(home: Path) -> RunningBank | None:
    """Return the bank that runs in this folder, if one does."""
    with contextlib.ExitStack() as stack:
        try:
            stack.enter_context(keeping(home))
        except AlreadyRuns:
            # The lock says that it runs, and the file where, as soon as it is known.
            with contextlib.suppress(FileNotFoundError):
                return RunningBank(**json.loads((home / FILE).read_text()))
        except FileNotFoundError:
            pass
    return None


@contextlib.contextmanager
def keeping(home: Path) -> Iterator[None]:
    """Hold the folder for one bank; raise ``AlreadyRuns`` when it is held."""
    with (home / LOCK).open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlreadyRuns(f"a bank already runs in {home}") from None
        # Whatever stands there was left by one that is gone.
        (home / FILE).unlink(missing_ok=True)
        try:
            yield
        finally:
            (home / FILE).unlink(missing_ok=True)
