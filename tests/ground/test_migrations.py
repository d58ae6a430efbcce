"""The schema's history is one line, and applying it twice is harmless."""

import threading

import psycopg
import pytest
from alembic.script import ScriptDirectory

from banking.adapters.db.engine import engine
from banking.adapters.db.migrate import MIGRATIONS, migrate


@pytest.fixture
def empty_database(postgres):
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute("DROP DATABASE IF EXISTS unmigrated WITH (FORCE)")
        connection.execute("CREATE DATABASE unmigrated")
    yield postgres.replace("/bank?", "/unmigrated?")
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute("DROP DATABASE unmigrated WITH (FORCE)")


def test_the_history_is_one_line():
    scripts = ScriptDirectory(str(MIGRATIONS))
    history = [script.revision for script in scripts.walk_revisions()][::-1]

    assert len(scripts.get_heads()) == 1
    assert history == [f"{number:04}" for number in range(1, len(history) + 1)]


def test_two_processes_may_migrate_at_once(empty_database):
    failures = []

    def run():
        try:
            migrate(empty_database)
        except Exception as error:  # noqa: BLE001 - reported by the assertion below
            failures.append(error)

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failures == []
    with psycopg.connect(empty_database) as connection:
        applied = connection.execute("SELECT version_num FROM alembic_version")
        newest = ScriptDirectory(str(MIGRATIONS)).get_current_head()
        assert [(newest,)] == applied.fetchall()


def test_a_statement_that_takes_too_long_is_ended(database_url):
    impatient = engine(database_url, pool_size=1, statement_seconds=1)

    with (
        impatient.connect() as connection,
        pytest.raises(Exception, match="statement timeout"),
    ):
        connection.exec_driver_sql("SELECT pg_sleep(5)")
    impatient.dispose()
