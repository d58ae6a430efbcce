"""The job queue in PostgreSQL: deferring in a transaction, and the worker's app."""

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Any

import sqlalchemy
from procrastinate import App, PsycopgConnector, SyncPsycopgConnector
from procrastinate.types import JSONValue

from banking.adapters.db.engine import database_url

# Each has workers of its own, so that a messenger or a core that hangs never keeps
# customers from being understood.
QUEUES = {
    "send": "sends",
    "transfer": "core",
    "statement": "core",
    "train": "training",
}


def defer(
    connection: sqlalchemy.Connection,
    name: str,
    *,
    lock: str | None = None,
    at: datetime | None = None,
    args: Mapping[str, JSONValue] | None = None,
) -> int:
    """Queue a job in the caller's transaction and return the job's number.

    The job exists if and when that transaction commits. Jobs sharing a ``lock``
    run one at a time and in the order they were queued; ``at`` (UTC) is the
    earliest moment to run.
    """
    if not connection.in_transaction():
        # The driver's connection is used directly, which SQLAlchemy does not see:
        # its commit would do nothing where it had not begun anything.
        connection.begin()
    deferrer = _sender().configure_task(
        name,
        queue=QUEUES.get(name, "default"),
        lock=lock,
        schedule_at=at,
        connection=connection.connection.driver_connection,
    )
    return deferrer.defer(**(args or {}))


def worker_app(url: str, *, pool_size: int = 4) -> App:
    """Make the app on which the worker registers its tasks and runs them."""
    return App(connector=PsycopgConnector(**_pool(url, pool_size)))


@cache
def _sender() -> App:
    # Never opened: every job goes through the connection of a business transaction.
    return App(connector=SyncPsycopgConnector())


def _pool(url: str, size: int) -> dict[str, Any]:
    conninfo = database_url(url).set(drivername="postgresql")
    return {
        "conninfo": conninfo.render_as_string(hide_password=False),
        "min_size": 1,
        "max_size": size,
        "kwargs": {"application_name": "bank-queue", "connect_timeout": 5},
    }
