"""What happened, told to every open page and every waiting test."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

# A page that has fallen this far behind is cut off; it reconnects and reloads.
LONGEST_BACKLOG = 500

type Event = dict[str, Any]


class Hub:
    """Publish to all subscribers; never waits for a slow one."""

    def __init__(self) -> None:
        self._listeners: set[asyncio.Queue[Event | None]] = set()

    def publish(self, kind: str, **facts: Any) -> None:
        event = {"type": kind, **facts}
        for listener in tuple(self._listeners):
            if listener.qsize() >= LONGEST_BACKLOG:
                self._listeners.discard(listener)
                listener.put_nowait(None)
            else:
                listener.put_nowait(event)

    @contextmanager
    def listen(self) -> Iterator[asyncio.Queue[Event | None]]:
        """A queue of events from now on; None is the end of it."""
        listener: asyncio.Queue[Event | None] = asyncio.Queue()
        self._listeners.add(listener)
        try:
            yield listener
        finally:
            self._listeners.discard(listener)

    def close(self) -> None:
        for listener in tuple(self._listeners):
            self._listeners.discard(listener)
            listener.put_nowait(None)
