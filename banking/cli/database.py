"""The database a command works on: the running bank's, or started for it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from pydantic import SecretStr

from banking.adapters.db import embedded
from banking.adapters.db.migrate import migrate as apply_migrations
from banking.settings import Settings
from banking.supervisor import running

if TYPE_CHECKING:
    from banking.bootstrap import Bank


@contextmanager
def open_database() -> Iterator[Settings]:
    """Give settings with a DATABASE_URL that answers, for one command.

    In order: the one that is named, the one of the bank that runs in BANK_HOME, the
    embedded one, started now and stopped afterwards. Not migrated here.
    """
    settings = Settings()
    if settings.database_url is not None:
        yield settings
        return
    bank = running.find(settings.bank_home)
    found = bank.database_url if bank else embedded.find(settings.bank_home)
    if found is not None:
        yield Settings(database_url=SecretStr(found))
        return
    server = embedded.start(settings.bank_home)
    try:
        yield Settings(database_url=SecretStr(server.url))
    finally:
        if server.child is not None:
            server.stop()


@contextmanager
def opened() -> "Iterator[Bank]":
    """Open the bank of this folder, with the newest tables, for one command."""
    # Slow to import, and most commands need no bank.
    from banking.bootstrap import open_bank

    with open_database() as settings:
        apply_migrations(url_of(settings))
        bank = open_bank(settings)
        try:
            yield bank
        finally:
            bank.engine.dispose()


def migrate() -> None:
    """Bring the database to the newest schema."""
    with open_database() as settings:
        apply_migrations(url_of(settings))


def url_of(settings: Settings) -> str:
    """Return the address of the database that was opened."""
    if settings.database_url is None:
        raise embedded.PostgresFailed("no database was opened")
    return settings.database_url.get_secret_value()
