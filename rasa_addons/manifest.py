"""What is known of a trained model, and which one may be served.

Beside each model lies its manifest: ``teller-X.tar.gz`` and ``teller-X.json``.
``manifest.json`` is the one of the model in service; nothing else may be served.
"""

from __future__ import annotations

import ast
import hashlib
import json
import os
import re
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any, Dict, Iterable, Iterator, List, Set

NAME = "manifest.json"
SUFFIX = ".tar.gz"
PACKAGE = "rasa_addons"
# What every component may lean on without a model being another one for it.
BESIDE = frozenset({"manifest", "surroundings"})


class WrongModel(Exception):
    """There is no trained model, or the file is not the one that was trained."""


@dataclass(frozen=True)
class Manifest:
    """One trained model; times in UTC, durations in seconds.

    ``stages`` is how long each stage of the training took; ``versions`` are those of
    the libraries that trained it.
    """

    file: str
    sha256: str
    data_sha256: str
    trained_at: str
    seconds: float
    examples: int
    trained_by: str = ""
    versions: Dict[str, str] = field(default_factory=dict)
    stages: Dict[str, float] = field(default_factory=dict)

    @property
    def own_name(self) -> str:
        """The name of this manifest beside its model."""
        return self.file.removesuffix(SUFFIX) + ".json"

    def write(self, folder: Path, name: str = NAME) -> None:
        """Replace the manifest of this name in one step."""
        draft = folder / f"{name}.{os.getpid()}"
        draft.write_text(json.dumps(asdict(self), indent=2) + "\n")
        draft.replace(folder / name)

    @classmethod
    def read(cls, folder: Path, name: str = NAME) -> "Manifest":
        """Raise ``WrongModel`` where there is no readable manifest."""
        try:
            return cls.of(json.loads((folder / name).read_text()))
        except (OSError, ValueError, TypeError) as error:
            raise WrongModel(f"no manifest in {folder}: {error}") from None

    @classmethod
    def of(cls, told: Dict[str, Any]) -> "Manifest":
        """A manifest from data that may tell more than we need; ``TypeError`` else."""
        if not isinstance(told, dict):
            raise TypeError("not a manifest")
        known = {each.name for each in fields(cls)}
        made = cls(**{name: value for name, value in told.items() if name in known})
        if not all(isinstance(each, str) for each in (made.file, made.sha256)):
            raise TypeError("not a manifest")
        return made

    def checked(self, folder: Path) -> Path:
        """The model's file, if it is the one that was trained; else ``WrongModel``."""
        model = folder / self.file
        if model.parent != folder or not model.is_file():
            raise WrongModel(f"{self.file} is missing")
        if digest_of([model]) != self.sha256:
            raise WrongModel(f"{self.file} was changed after the training")
        return model


def manifests(folder: Path) -> Iterator[Manifest]:
    """Of every model that is there, the newest first; unreadable ones left out."""
    beside = sorted((f.name for f in folder.glob("teller-*.json")), reverse=True)
    for name in (*beside, NAME):
        try:
            yield Manifest.read(folder, name)
        except WrongModel:
            continue


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
    code = [_source(name) for name in trained_by(config)]
    return [config, domain, *sorted(f for f in data.rglob("*") if f.is_file()), *code]


def trained_by(config: Path) -> List[str]:
    """Our modules whose code is part of what a training makes: the pipeline's own,
    and what those import."""
    named = rf"^\s*-\s*name:\s*[\"']?{PACKAGE}\.(\w+)"
    names = re.findall(named, config.read_text(), re.M)
    return _with_imports(name for name in names if _source(name).is_file())


def code_behind(module: str) -> str:
    """SHA-256 over one of our modules and all of ours that it imports."""
    names = _with_imports([module.removeprefix(f"{PACKAGE}.")])
    return digest_of(_source(name) for name in names)


def _with_imports(names: Iterable[str]) -> List[str]:
    found: Set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name not in found and name not in BESIDE:
            found.add(name)
            waiting += _imports(name)
    return sorted(found)


def _imports(name: str) -> List[str]:
    tree = ast.parse(_source(name).read_text())
    imported: List[str] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == PACKAGE:
            imported += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            imported.append(node.module)
        elif isinstance(node, ast.Import):
            imported += [alias.name for alias in node.names]
    modules = [module.removeprefix(f"{PACKAGE}.") for module in imported]
    return [module for module in modules if _source(module).is_file()]


def _source(name: str) -> Path:
    return Path(__file__).parent / f"{name}.py"
