"""Conversations in PostgreSQL: one row each, no longer than the dialogue needs.

Rasa's own SQL store keeps every event for ever, reads the whole session at each message
and replays it before each action, so that a talkative customer grows ever slower. Here
a conversation is its latest turns; what went before is folded into slots and the active
form. The transcript is kept by the bank, not by Rasa.

A row carries a version: two processes that answer one conversation at once cannot
overwrite each other, the later one fails and is tried again.
"""

from __future__ import annotations

import json
import logging
import re
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any, Callable, Iterable, List, Optional, Tuple

import psycopg2
from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker

from rasa_addons.window import Events, latest_turns

REMEMBERED = 1_000
CONNECT_SECONDS = 3
STATEMENT_MILLISECONDS = 5_000

# Two processes may start at once: the second finds the table there.
SCHEMA = """
CREATE TABLE IF NOT EXISTS rasa_conversations (
    conversation text PRIMARY KEY,
    version bigint NOT NULL,
    events text NOT NULL,
    updated_at timestamptz NOT NULL DEFAULT now()
)
"""
# The events travel only when this process does not have them.
READ = """
SELECT version, CASE WHEN version = %s THEN NULL ELSE events END
FROM rasa_conversations WHERE conversation = %s
"""
INSERT = """
INSERT INTO rasa_conversations (conversation, version, events) VALUES (%s, 1, %s)
ON CONFLICT DO NOTHING
"""
UPDATE = """
UPDATE rasa_conversations SET version = version + 1, events = %s, updated_at = now()
WHERE conversation = %s AND version = %s
"""

logger = logging.getLogger(__name__)


class ConversationChanged(Exception):
    """Another process has answered this conversation in the meantime."""


@dataclass(frozen=True)
class Stored:
    """A conversation as it is in the database."""

    version: int
    packed: str

    def events(self) -> Events:
        """Events of one's own: Rasa changes some of what it is given."""
        unpacked: Events = json.loads(self.packed)
        return unpacked


class ConversationStore(TrackerStore):
    """Rasa's tracker store on one table of PostgreSQL."""

    def __init__(
        self,
        domain: Optional[Domain] = None,
        event_broker: Optional[EventBroker] = None,
        url: str = "",
        **kwargs: Any,
    ) -> None:
        super().__init__(domain, event_broker)
        self._connect = _connector(url)
        # Shared by the copies of this store that each model has.
        self._held: List[Any] = []
        self._known: "OrderedDict[str, Stored]" = OrderedDict()
        self._execute(SCHEMA, ())

    async def retrieve(self, sender_id: str) -> Optional[DialogueStateTracker]:
        """The conversation as Rasa needs it, or ``None``."""
        stored = self._read(sender_id)
        if stored is None:
            return None
        tracker = DialogueStateTracker.from_dict(
            sender_id, stored.events(), self.domain.slots
        )
        tracker.stored_version = stored.version
        return tracker

    async def events(self, sender_id: str) -> Events:
        """The latest events as data, without replaying them."""
        stored = self._read(sender_id)
        return stored.events() if stored else []

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Write the conversation; raise ``ConversationChanged`` if it is not ours."""
        conversation = tracker.sender_id
        version = getattr(tracker, "stored_version", 0)
        packed = json.dumps(latest_turns(tracker, self.domain))
        if version:
            written = self._execute(UPDATE, (packed, conversation, version))
        else:
            written = self._execute(INSERT, (conversation, packed))
        if written != 1:
            self._known.pop(conversation, None)
            raise ConversationChanged
        tracker.stored_version = version + 1
        self._remember(conversation, Stored(version + 1, packed))

    async def keys(self) -> Iterable[str]:
        """All conversations."""
        return [
            row[0]
            for row in self._query("SELECT conversation FROM rasa_conversations", ())
        ]

    def close(self) -> None:
        """Give the connection back."""
        while self._held:
            self._held.pop().close()

    def _read(self, conversation: str) -> Optional[Stored]:
        known = self._known.get(conversation)
        rows = self._query(READ, (known.version if known else -1, conversation))
        if not rows:
            self._known.pop(conversation, None)
            return None
        version, packed = rows[0]
        if packed is None and known is not None:
            self._known.move_to_end(conversation)
            return known
        stored = Stored(version, packed)
        self._remember(conversation, stored)
        return stored

    def _remember(self, conversation: str, stored: Stored) -> None:
        self._known[conversation] = stored
        self._known.move_to_end(conversation)
        if len(self._known) > REMEMBERED:
            self._known.popitem(last=False)

    def _query(self, statement: str, values: Tuple[Any, ...]) -> List[Tuple[Any, ...]]:
        def run(cursor: Any) -> List[Tuple[Any, ...]]:
            cursor.execute(statement, values)
            return list(cursor.fetchall())

        return self._once_more(run)

    def _execute(self, statement: str, values: Tuple[Any, ...]) -> int:
        def run(cursor: Any) -> int:
            cursor.execute(statement, values)
            return int(cursor.rowcount)

        return self._once_more(run)

    def _once_more(self, run: Callable[[Any], Any]) -> Any:
        """Run a statement; once more on a new connection if the old one has died.

        A write that was done although its answer was lost is refused the second time
        by its version, so nothing is written twice.
        """
        try:
            return self._run(run)
        except (psycopg2.OperationalError, psycopg2.InterfaceError) as error:
            logger.warning("the database connection was lost: %s", type(error).__name__)
            self._held.clear()
            return self._run(run)

    def _run(self, run: Callable[[Any], Any]) -> Any:
        if not self._held:
            self._held.append(self._connect())
        with self._held[0].cursor() as cursor:
            return run(cursor)


def _connector(url: str) -> Callable[[], Any]:
    """How to connect. The address holds a password and goes into no message."""
    # SQLAlchemy's form of an address names the driver: postgresql+psycopg://
    address = re.sub(r"^postgres(ql)?(\+\w+)?://", "postgresql://", url)
    if not address.startswith("postgresql://"):
        raise ValueError("the tracker store needs a postgresql:// address")

    def connect() -> Any:
        connection = psycopg2.connect(
            address,
            connect_timeout=CONNECT_SECONDS,
            application_name="teller-rasa",
            options=f"-c statement_timeout={STATEMENT_MILLISECONDS}",
        )
        # Every statement is a unit of its own.
        connection.autocommit = True
        return connection

    return connect
