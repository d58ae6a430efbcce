"""Whether the database answers, and whether anybody works off the queue."""

from dataclasses import dataclass

from sqlalchemy import Engine, text
from sqlalchemy.exc import SQLAlchemyError

# By the database's own clock on both sides: heartbeats come every two seconds.
_WORKER = text(
    "SELECT EXISTS (SELECT FROM procrastinate_workers"
    " WHERE last_heartbeat > now() - interval '15 seconds')"
)
# Jobs that succeeded are deleted, so this stays small.
_JOBS = text(
    "SELECT task_name, status::text AS status, count(*) AS jobs"
    " FROM procrastinate_jobs GROUP BY task_name, status"
)


@dataclass(frozen=True, slots=True)
class Pulse:
    engine: Engine

    def database(self) -> bool:
        return self._ask("SELECT true") is True

    def worker(self) -> bool:
        return self._ask(_WORKER.text) is True

    def jobs(self) -> dict[tuple[str, str], int]:
        """Count the jobs in the queue by name and status."""
        try:
            with self.engine.connect() as connection:
                rows = connection.execute(_JOBS).all()
        except SQLAlchemyError:
            return {}
        return {(row.task_name, row.status): row.jobs for row in rows}

    def _ask(self, question: str) -> object:
        try:
            with self.engine.connect() as connection:
                return connection.execute(text(question)).scalar()
        except SQLAlchemyError:
            return None
