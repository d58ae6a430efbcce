"""Whether the database answers, and whether anybody works off the queue."""

from dataclasses import dataclass

from sqlalchemy import Engine, text
from sqlalchemy.exc import SQLAlchemyError

# By the database's own clock on both sides: heartbeats come every two seconds.
_WORKER = text(
    "SELECT EXISTS (SELECT FROM procrastinate_workers"
    " WHERE last_heartbeat > now() - interval '15 seconds')"
)


@dataclass(frozen=True, slots=True)
class Pulse:
    engine: Engine

    def database(self) -> bool:
        return self._ask("SELECT true") is True

    def worker(self) -> bool:
        return self._ask(_WORKER.text) is True

    def _ask(self, question: str) -> object:
        try:
            with self.engine.connect() as connection:
                return connection.execute(text(question)).scalar()
        except SQLAlchemyError:
            return None
