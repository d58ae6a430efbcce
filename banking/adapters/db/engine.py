"""Connections to PostgreSQL, with every wait bounded."""

from sqlalchemy import URL, Engine, create_engine, make_url

DRIVER = "postgresql+psycopg"


def database_url(url: str) -> URL:
    """Read a PostgreSQL address and name the driver we use."""
    return make_url(url).set(drivername=DRIVER)


def engine(
    url: str,
    *,
    pool_size: int = 5,
    application: str = "bank",
    statement_seconds: int = 15,
    lock_seconds: int = 10,
) -> Engine:
    """Make an engine whose statements and locks give up after the given seconds.

    READ COMMITTED, because exactness comes from row locks taken on purpose. A pool
    exhausted for ten seconds raises ``sqlalchemy.exc.TimeoutError``.
    """
    options = {
        "statement_timeout": f"{statement_seconds}s",
        "lock_timeout": f"{lock_seconds}s",
        # A transaction somebody forgot would hold its locks for ever.
        "idle_in_transaction_session_timeout": "60s",
        "timezone": "UTC",
    }
    return create_engine(
        database_url(url),
        isolation_level="READ COMMITTED",
        pool_size=pool_size,
        max_overflow=pool_size,
        pool_timeout=10,
        # The server may have been restarted since the connection was last used.
        pool_pre_ping=True,
        # An error's text ends up in a log: never with what customers wrote.
        hide_parameters=True,
        connect_args={
            "application_name": application,
            "connect_timeout": 5,
            "options": " ".join(f"-c {k}={v}" for k, v in options.items()),
        },
    )
