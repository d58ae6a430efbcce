"""Start without TensorFlow when no component of the assistant needs it.

Rasa imports TensorFlow whether it is used or not: half of the time to start, and some
330 megabytes. Its classes are only named while modules are read (base classes,
decorators), so an empty stand-in is enough. An assistant with one of the components
below, or with one that we do not know, gets the real TensorFlow.
"""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import json
import re
import sys
import tarfile
import types
from pathlib import Path
from typing import Any, Iterable, List, Optional, Sequence

LEFT_OUT = frozenset(
    {
        "keras",
        "tensorflow",
        "tensorflow_addons",
        "tensorflow_hub",
        "tensorflow_text",
    }
)
NEED_IT = frozenset(
    {
        "ConveRTFeaturizer",
        "DIETClassifier",
        "LanguageModelFeaturizer",
        "ResponseSelector",
        "TEDPolicy",
        "UnexpecTEDIntentPolicy",
    }
)
OURS = ("rasa.", "rasa_addons.")
METADATA = "metadata.json"


class _Named(type):
    """Whatever is asked of a class that is not there is such a class again."""

    def __getattr__(cls, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return Absent

    def __call__(cls, *values: Any, **named: Any) -> Any:
        # A decorator leaves what it decorates as it is.
        decorates = len(values) == 1 and callable(values[0]) and not named
        return values[0] if decorates else Absent

    def __getitem__(cls, _: Any) -> Any:
        return cls


class Absent(metaclass=_Named):
    """Stands for anything in TensorFlow."""


class _StandIn(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    def find_spec(
        self, fullname: str, path: Optional[Sequence[str]], target: Any = None
    ) -> Optional[importlib.machinery.ModuleSpec]:
        if fullname.split(".", maxsplit=1)[0] not in LEFT_OUT:
            return None
        return importlib.machinery.ModuleSpec(fullname, self, is_package=True)

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> types.ModuleType:
        module = types.ModuleType(spec.name)
        module.__getattr__ = _attribute  # type: ignore[method-assign]
        return module

    def exec_module(self, module: types.ModuleType) -> None:
        pass


def leave_out(components: Iterable[str]) -> bool:
    """Put the stand-in there, unless a component needs the real one; say which.

    Must come before the first import of Rasa.
    """
    if "tensorflow" in sys.modules or any(map(_needs_it, components)):
        return False
    sys.meta_path.insert(0, _StandIn())
    return True


def fits(components: Iterable[str]) -> bool:
    """Whether these can be loaded into this process as it was started."""
    left_out = any(isinstance(finder, _StandIn) for finder in sys.meta_path)
    return not left_out or not any(map(_needs_it, components))


def components_of_model(model: Path) -> List[str]:
    """The classes that a trained model runs, by their dotted names."""
    with tarfile.open(model) as archive:
        names = [n for n in archive.getnames() if n.lstrip("./") == METADATA]
        metadata = json.load(archive.extractfile(names[0]))  # type: ignore[arg-type]
    schema = metadata["predict_schema"]["nodes"]
    return [str(node["uses"]) for node in schema.values()]


def components_of_config(config: Path) -> List[str]:
    """The classes that a training would use, as ``config.yml`` names them."""
    return re.findall(r"^\s*-\s*name:\s*[\"']?([\w.]+)", config.read_text(), re.M)


def _needs_it(component: str) -> bool:
    own = "." not in component or component.startswith(OURS)
    return not own or component.rsplit(".", 1)[-1] in NEED_IT


def _attribute(name: str) -> Any:
    if name.startswith("__"):
        raise AttributeError(name)
    return Absent
