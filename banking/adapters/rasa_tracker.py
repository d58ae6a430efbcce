"""What Rasa remembers of a conversation, read from its own table."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Engine, text
from sqlalchemy.exc import ProgrammingError

# Written by rasa_addons/tracker_store.py.
_EVENTS: Final = text(
    "SELECT events FROM rasa_conversations WHERE conversation = :conversation"
)
# The engine looks at the row's version before it uses what it remembers itself.
_FORGET: Final = text("DELETE FROM rasa_conversations WHERE updated_at < :before")


@dataclass(frozen=True, slots=True)
class RasaTracker:
    """Keeps the promise of ``banking.ports.stories.Trackers``."""

    engine: Engine = field(repr=False)

    def events(self, conversation_id: str) -> list[dict[str, Any]]:
        """Nothing where Rasa has no table yet, or none that the bank may read."""
        try:
            with self.engine.connect() as connection:
                found = connection.execute(_EVENTS, {"conversation": conversation_id})
                packed = found.scalar()
        except ProgrammingError:
            return []
        events: list[dict[str, Any]] = json.loads(packed) if packed else []
        return events

    def forget(self, before: datetime) -> int:
        """Nothing where Rasa has no table yet, or none that the bank may tidy."""
        try:
            with self.engine.begin() as connection:
                return connection.execute(_FORGET, {"before": before}).rowcount
        except ProgrammingError:
            return 0
