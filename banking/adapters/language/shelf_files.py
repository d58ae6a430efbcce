"""How the shelf's files are written, locked and read."""

import fcntl
import json
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, TextIO

from banking.ports.models import Entered, ModelCard, Run

SUFFIX = ".tar.gz"
LOOKS, LOOK_SECONDS = 5, 0.02


@dataclass(frozen=True, slots=True)
class Service:
    """What ``manifest.json`` says beside the model: how it came into service.

    ``before`` names the models to return to, the latest first.
    """

    act: str
    by: str
    at: str
    instead_of: str | None
    verdict: str
    before: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Files:
    """JSON files of one folder, each replaced in one step."""

    folder: Path

    def read(self, name: str) -> dict[str, Any]:
        """Read one object; raise ``OSError`` or ``ValueError``."""
        told = json.loads((self.folder / name).read_text(encoding="utf-8"))
        if not isinstance(told, dict):
            raise ValueError(f"{name} is not an object")  # noqa: TRY004 - of a file
        return told

    def write(self, name: str, told: Mapping[str, Any]) -> None:
        """Replace a file: a reader sees the old one or the new one."""
        self.folder.mkdir(parents=True, exist_ok=True)
        draft = self.folder / f".{name}.{os.getpid()}"
        with draft.open("w", encoding="utf-8") as out:
            json.dump(told, out, indent=2, ensure_ascii=False)
            out.write("\n")
            out.flush()
            os.fsync(out.fileno())
        draft.replace(self.folder / name)

    def lines(self, name: str) -> list[dict[str, Any]]:
        """Read the whole lines of a file that grows; a torn last one is left out."""
        try:
            text = (self.folder / name).read_text(encoding="utf-8")
        except FileNotFoundError:
            return []
        found = []
        for line in text.splitlines():
            try:
                found.append(json.loads(line))
            except ValueError:
                continue
        return found

    def append(self, name: str, line: Mapping[str, Any]) -> None:
        """Add a line, on a line of its own even after a torn one."""
        file = self.folder / name
        torn = file.exists() and not file.read_bytes().endswith(b"\n")
        with file.open("a", encoding="utf-8") as out:
            out.write(("\n" if torn else "") + json.dumps(line) + "\n")
            out.flush()
            os.fsync(out.fileno())

    @contextmanager
    def held(self, name: str, *, wait: bool) -> Iterator[bool]:
        """Hold a lock among processes; tell whether it is ours.

        The operating system lets go of what a dead process held.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / name).open("a") as lock:
            if wait:
                fcntl.flock(lock, fcntl.LOCK_EX)
            yield wait or _is_free(lock)


def _is_free(lock: TextIO) -> bool:
    """Take the lock if nobody works; somebody who only looks is gone in a moment."""
    for _ in range(LOOKS):
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(LOOK_SECONDS)
        else:
            return True
    return False


def beside(file: str, end: str = ".json") -> str:
    """The name of a file that belongs to a model."""
    return file.removesuffix(SUFFIX) + end


def card_of(told: Mapping[str, Any]) -> ModelCard:
    """Read a manifest; raise ``KeyError``, ``TypeError`` or ``ValueError``."""
    return ModelCard(
        file=str(told["file"]),
        sha256=str(told["sha256"]),
        data_sha256=str(told["data_sha256"]),
        trained_at=datetime.fromisoformat(told["trained_at"]),
        trained_by=str(told.get("trained_by", "")),
        seconds=told["seconds"],
        examples=int(told["examples"]),
        versions=dict(told.get("versions", {})),
    )


def service_of(told: Mapping[str, Any]) -> Service:
    """Read how the model of a manifest came into service."""
    service = told["service"]
    return Service(**{**service, "before": tuple(service["before"])})


def entered_of(line: Mapping[str, Any]) -> Entered:
    """Read one line of the history."""
    return Entered(**{**line, "at": datetime.fromisoformat(line["at"])})


def run_of(told: Mapping[str, Any]) -> Run:
    """Read a run as it was written."""
    ended = told["finished_at"]
    return Run(
        **{
            **told,
            "started_at": datetime.fromisoformat(told["started_at"]),
            "finished_at": datetime.fromisoformat(ended) if ended else None,
        }
    )


def told_of_run(run: Run) -> dict[str, Any]:
    """Write a run down."""
    ended = run.finished_at.isoformat() if run.finished_at else None
    started = run.started_at.isoformat()
    return {**asdict(run), "started_at": started, "finished_at": ended}
