"""Finding an event's class by its name, once for each name.

Rasa walks the whole tree of event classes for every event that it reads, which is a
good part of a turn: a conversation has dozens.
"""

from __future__ import annotations

from typing import Any, Callable, Dict, Optional, Type

from rasa.shared.core.events import Event

Resolve = Callable[..., Optional[Type[Event]]]


def remembering(resolve: Resolve) -> Resolve:
    """The same answers, looked up once. Unknown names are not remembered."""
    known: Dict[str, Type[Event]] = {}

    def resolved(
        type_name: str, default: Optional[Type[Event]] = None
    ) -> Optional[Type[Event]]:
        found = known.get(type_name)
        if found is None:
            found = resolve(type_name, default)
            if found is not None and found is not default:
                known[type_name] = found
        return found

    resolved.remembers = True  # type: ignore[attr-defined]
    return resolved


def install() -> None:
    """Put it in the place of Rasa's walk."""
    stock: Any = Event.resolve_by_type
    if not getattr(stock, "remembers", False):
        Event.resolve_by_type = staticmethod(remembering(stock))  # type: ignore
