"""The data that a model learned from, kept beside it.

Cross-validation is about a model's data, and trainers change these: a model whose data
are kept can still be cross-validated when its successor is held against it.
"""

import io
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from banking.adapters.language.shelf_files import SUFFIX, beside

LEARNED_FROM = ".data.zip"
CONFIG, DATA = "config.yml", "data"
YAML = (".yml", ".yaml")


def data_of(home: Path) -> Mapping[str, bytes]:
    """What is under ``home`` that cross-validation reads: each file by its name."""
    files = [home / CONFIG, *sorted((home / DATA).rglob("*"))]
    return {
        file.relative_to(home).as_posix(): file.read_bytes()
        for file in files
        if file.suffix in YAML and file.is_file()
    }


def keep(model: Path, data: Mapping[str, bytes]) -> None:
    """Put them beside the model, in one step."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as into:
        for name, content in data.items():
            into.writestr(name, content)
    file = _file(model)
    draft = file.with_name(f".{file.name}")
    draft.write_bytes(packed.getvalue())
    draft.replace(file)


def is_kept(model: Path) -> bool:
    """Whether the model's data are beside it."""
    return zipfile.is_zipfile(_file(model))


@contextmanager
def unpacked(model: Path) -> Iterator[Path]:
    """Give a folder with the model's data for as long as it is needed."""
    with tempfile.TemporaryDirectory(prefix="learned-") as name:
        with zipfile.ZipFile(_file(model)) as kept:
            kept.extractall(name)
        yield Path(name)


def _file(model: Path) -> Path:
    if not model.name.endswith(SUFFIX):
        raise ValueError(f"{model.name} is not the name of a model")
    return model.with_name(beside(model.name, LEARNED_FROM))
