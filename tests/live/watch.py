"""Whether the bank has finished with a customer, as its own tables know it.

Waiting for a chat to be still for a while is slow and sometimes wrong; a message that
has its outcome, and nothing left to send or to do, is neither.
"""

import contextlib
import json
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, LiteralString

import psycopg

# Of the messages of a person's conversations none may be without an outcome, of what
# the bank says nothing unsent, and no job waiting; one for later is not waited for.
_BUSY: LiteralString = """
WITH chats AS (SELECT id FROM conversations WHERE phone = %(phone)s)
SELECT
  (%(sent)s::text IS NOT NULL AND NOT EXISTS (
     SELECT 1 FROM messages_in
     WHERE channel_id = %(sent)s AND outcome IS NOT NULL))
  OR EXISTS (SELECT 1 FROM messages_in JOIN chats ON chats.id = conversation_id
             WHERE outcome IS NULL)
  OR EXISTS (SELECT 1 FROM messages_out JOIN chats ON chats.id = conversation_id
             WHERE state IN ('queued', 'sending'))
  OR EXISTS (
     SELECT 1 FROM procrastinate_jobs j WHERE j.status IN ('todo', 'doing')
     AND coalesce(j.scheduled_at <= now(), true) AND (
       j.lock IN (SELECT 'turn:' || id FROM chats)
       OR j.lock IN (SELECT 'transfer:' || t.id FROM transfers t
                     JOIN chats ON chats.id = t.conversation_id)
       OR j.lock IN (SELECT 'statement:' || r.id FROM statement_requests r
                     JOIN chats ON chats.id = r.conversation_id)))
"""


@dataclass
class Watch:
    """Looks into the tables of the bank in ``home``, over one kept connection."""

    home: Path
    _kept: psycopg.Connection[Any] | None = field(default=None, repr=False)
    _turn: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def finished(self, phone: str, sent: str | None) -> bool:
        """Nothing is left to do for this person, the message ``sent`` included."""
        try:
            ((busy,),) = self.rows(_BUSY, {"phone": phone, "sent": sent})
        except (psycopg.Error, OSError, ValueError):
            # The database is being killed or restarted by a test.
            return False
        return not busy

    def said_so_far(self, phone: str) -> int:
        """A mark: what the bank says from now on has a larger number."""
        with contextlib.suppress(psycopg.Error, OSError, ValueError):
            ((number,),) = self.rows(
                "SELECT coalesce(max(o.number), 0) FROM messages_out o"
                " JOIN conversations c ON c.id = o.conversation_id"
                " WHERE c.phone = %(phone)s",
                {"phone": phone},
            )
            return int(number)
        return 0

    def responses(self, phone: str, after: int) -> list[str]:
        """The names of the responses said since a mark, in order."""
        found = self.rows(
            "SELECT o.response FROM messages_out o"
            " JOIN conversations c ON c.id = o.conversation_id"
            " WHERE c.phone = %(phone)s AND o.number > %(after)s ORDER BY o.number",
            {"phone": phone, "after": after},
        )
        return [str(name) for (name,) in found]

    def rows(
        self, query: LiteralString, values: dict[str, Any]
    ) -> list[tuple[Any, ...]]:
        """Ask once; the connection is made anew where it has died."""
        # Several customers are watched at once, and one connection is enough.
        with self._turn:
            if self._kept is None or self._kept.closed:
                run = json.loads((self.home / "run.json").read_text(encoding="utf-8"))
                self._kept = psycopg.connect(str(run["database_url"]), autocommit=True)
            try:
                return self._kept.execute(query, values).fetchall()
            except psycopg.OperationalError:
                self.close()
                raise

    def close(self) -> None:
        """Give the connection back."""
        if self._kept is not None:
            self._kept.close()
            self._kept = None
