"""What tests of several parts share: a migrated PostgreSQL, emptied in between."""

import os
import uuid
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest
import structlog
from hypothesis import HealthCheck, settings
from pydantic import SecretStr
from sqlalchemy import Engine, make_url
from sqlalchemy.engine import URL

from banking.adapters.db import embedded
from banking.adapters.db.engine import engine
from banking.adapters.db.migrate import migrate
from banking.adapters.memory.identity import MemorySimChange, MemorySms
from banking.settings import Settings
from tests.clock import StoppedClock

if TYPE_CHECKING:
    from banking.bootstrap import Bank

WHOLE_BANK_SECONDS = 600
# The schema's own history stays.
KEPT = ("alembic_version",)

# Every run tries the same examples, however busy the machine is. New ones are looked
# for on purpose: `pytest --hypothesis-profile=search tests/domain`.
AT_ANY_PACE = settings(
    deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True
)
settings.register_profile("same", AT_ANY_PACE, derandomize=True)
settings.register_profile("search", AT_ANY_PACE, max_examples=20_000)
settings.load_profile("same")


def pytest_configure() -> None:
    """Log as a test wants to read it; painting one traceback takes seconds."""
    plain = structlog.dev.ConsoleRenderer(
        colors=False, exception_formatter=structlog.dev.plain_traceback
    )
    structlog.configure(processors=[structlog.processors.add_log_level, plain])


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark whatever needs a whole running bank, so that `make check` can skip it."""
    for item in items:
        if "stack" in getattr(item, "fixturenames", ()):
            item.add_marker("whole")
            # The first of them waits for the whole bank to start.
            item.add_marker(pytest.mark.timeout(WHOLE_BANK_SECONDS))


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Give the address of a PostgreSQL server that may hold any database.

    TEST_DATABASE_URL names one; without it, one is started for this session.
    """
    named = os.environ.get("TEST_DATABASE_URL")
    if named:
        yield named
        return
    server = embedded.start(_home(tmp_path_factory), durable=False)
    yield server.url
    server.stop()


@pytest.fixture(scope="session")
def database_url(postgres: str) -> Iterator[str]:
    """Give the address of a migrated database that belongs to this session."""
    name = f"test_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    url = _with_database(make_url(postgres), name)
    migrate(url)
    yield url
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def database(database_url: str) -> Iterator[Engine]:
    """Give an engine on the session's database."""
    connections = engine(database_url, pool_size=20, application="test")
    yield connections
    connections.dispose()


@pytest.fixture
def clean_database(database_url: str) -> str:
    """Empty every table, and give the address of the database."""
    with psycopg.connect(database_url) as connection:
        tables = connection.execute(
            "SELECT quote_ident(schemaname) || '.' || quote_ident(tablename)"
            " FROM pg_tables WHERE schemaname NOT IN ('pg_catalog',"
            " 'information_schema') AND tablename <> ALL(%s)",
            [list(KEPT)],
        ).fetchall()
        # Emptying a table takes longer than seeing that it is empty.
        rows = ", ".join(
            f"('{name}', EXISTS (SELECT FROM {name}))" for (name,) in tables
        )
        filled = connection.execute(
            f"SELECT name FROM (VALUES {rows}) AS found (name, filled) WHERE filled"
        ).fetchall()
        if filled:
            names = ", ".join(name for (name,) in filled)
            connection.execute(f"TRUNCATE {names} RESTART IDENTITY CASCADE")
    return database_url


@pytest.fixture
def bank(database: Engine, clean_database: str, tmp_path: Path) -> Iterator["Bank"]:
    """Give a wired bank with an empty database, a stopped clock and no outside."""
    # Imported here: a domain test should not need the whole bank to be in order.
    from banking.bootstrap import open_bank, reach_outside

    told = Settings(
        _env_file=None,
        bank_env="test",
        bank_home=tmp_path / "home",
        database_url=SecretStr(clean_database),
    )
    clock = StoppedClock()
    real = reach_outside(told, database)
    outside = replace(
        real,
        clock=clock,
        core=replace(real.core, clock=clock),
        sms=MemorySms(),
        sim_change=MemorySimChange(),
    )
    wired = open_bank(told, outside=outside)
    yield wired
    wired.engine.dispose()


def _home(factory: pytest.TempPathFactory) -> Path:
    return factory.mktemp("postgres") / "home"


def _with_database(url: URL, name: str) -> str:
    return url.set(database=name).render_as_string(hide_password=False)
