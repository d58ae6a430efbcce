"""Values that are written as JSON and read again as what they were."""

from collections.abc import Mapping
from dataclasses import fields
from types import UnionType
from typing import Any, ClassVar, Self, get_args, get_origin, get_type_hints


class NotAsKept(ValueError):
    """The data is not what ``as_json`` wrote."""


class Kept:
    """A frozen dataclass of plain values, tuples and other such dataclasses.

    What ``derived`` names is written as well, for whoever reads the JSON alone.
    """

    __slots__ = ()
    derived: ClassVar[tuple[str, ...]] = ()

    def as_json(self) -> dict[str, Any]:
        """Plain data: the fields, and the properties that follow from them."""
        names = [field.name for field in fields(self)]  # type: ignore[arg-type] # of its subclasses
        return {name: _plain(getattr(self, name)) for name in (*names, *self.derived)}

    @classmethod
    def from_json(cls, data: object) -> Self:
        """The inverse of ``as_json``; raise ``NotAsKept`` for anything else."""
        if not isinstance(data, Mapping):
            raise NotAsKept(f"{cls.__name__} was expected, not {data!r:.40}")
        types = get_type_hints(cls)
        names = [field.name for field in fields(cls)]  # type: ignore[arg-type] # of its subclasses
        missing = [name for name in names if name not in data]
        if missing:
            raise NotAsKept(f"{cls.__name__} without {', '.join(missing)}")
        return cls(**{name: _built(types[name], data[name]) for name in names})


def _plain(value: object) -> object:
    if isinstance(value, Kept):
        return value.as_json()
    return [_plain(each) for each in value] if isinstance(value, tuple) else value


def _built(kind: Any, data: object) -> object:
    """Build a value of this type from plain data; unknown keys are left out."""
    if get_origin(kind) is UnionType:
        within = next(each for each in get_args(kind) if each is not type(None))
        return None if data is None else _built(within, data)
    if get_origin(kind) is tuple:
        if not isinstance(data, list):
            raise NotAsKept(f"a list was expected, not {data!r:.40}")
        return tuple(_built(get_args(kind)[0], each) for each in data)
    if isinstance(kind, type) and issubclass(kind, Kept):
        return kind.from_json(data)
    if kind is float and type(data) is int:
        return data  # JSON writes 1.0 as 1 where another program wrote it
    if type(data) is not kind:
        raise NotAsKept(f"{kind.__name__} was expected, not {data!r:.40}")
    return data
