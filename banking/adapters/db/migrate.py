"""Bring a database to the newest schema, one process at a time."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, text

from banking.adapters.db.engine import engine

MIGRATIONS = Path(__file__).parent / "migrations"
# Any constant: whoever migrates holds this advisory lock meanwhile.
LOCK = 0x7E11E4
MIGRATION_SECONDS = 600


def migrate(url: str) -> None:
    """Apply all migrations that the database has not had; repeating is harmless."""
    connections = engine(
        url,
        pool_size=1,
        application="bank-migrate",
        statement_seconds=MIGRATION_SECONDS,
        lock_seconds=MIGRATION_SECONDS,
    )
    try:
        with connections.begin() as connection:
            connection.execute(
                text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK}
            )
            command.upgrade(_config(connection), "head")
    finally:
        connections.dispose()


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config
