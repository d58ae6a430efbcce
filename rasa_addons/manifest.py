"""Which model may be served: ``models/manifest.json``, written by the training."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Iterable, List

NAME = "manifest.json"
# The modules whose code is part of what a training makes.
TRAINED_BY = (
    "entity_patterns",
    "linear_classifier",
    "minilm",
    "name_tagger",
    "sentence_encoder",
    "softmax",
    "wordings",
)


class WrongModel(Exception):
    """There is no trained model, or the file is not the one that was trained."""


@dataclass(frozen=True)
class Manifest:
    """One trained model; times in UTC, durations in seconds."""

    file: str
    sha256: str
    data_sha256: str
    trained_at: str
    seconds: float
    examples: int

    def write(self, folder: Path) -> None:
        """Replace the manifest in one step."""
        draft = folder / f"{NAME}.{os.getpid()}"
        draft.write_text(json.dumps(asdict(self), indent=2) + "\n")
        draft.replace(folder / NAME)

    @classmethod
    def read(cls, folder: Path) -> "Manifest":
        """Raise ``WrongModel`` where there is no readable manifest."""
        try:
            return cls(**json.loads((folder / NAME).read_text()))
        except (OSError, ValueError, TypeError) as error:
            raise WrongModel(f"no manifest in {folder}: {error}") from None

    def checked(self, folder: Path) -> Path:
        """The model's file, if it is the one that was trained; else ``WrongModel``."""
        model = folder / self.file
        if model.parent != folder or not model.is_file():
            raise WrongModel(f"{self.file} is missing")
        if digest_of([model]) != self.sha256:
            raise WrongModel(f"{self.file} was changed after the training")
        return model


def digest_of(files: Iterable[Path]) -> str:
    """SHA-256 over the contents of files, in the given order."""
    digest = hashlib.sha256()
    for file in files:
        with file.open("rb") as opened:
            for block in iter(lambda: opened.read(1 << 20), b""):
                digest.update(block)
    return digest.hexdigest()


def training_files(config: Path, domain: Path, data: Path) -> List[Path]:
    """Everything that decides what a training makes, in a stable order."""
    code = [Path(__file__).parent / f"{name}.py" for name in TRAINED_BY]
    return [config, domain, *sorted(f for f in data.rglob("*") if f.is_file()), *code]
