"""A job is queued exactly if the business transaction that asked for it commits."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine, text

from banking.adapters.db.queue import defer


@pytest.fixture
def jobs(clean_database, database: Engine):
    def read():
        with database.connect() as connection:
            rows = connection.execute(
                text(
                    "SELECT task_name, lock, args, scheduled_at, status"
                    " FROM procrastinate_jobs ORDER BY id"
                )
            )
            return [tuple(row) for row in rows]

    return read


def test_a_rolled_back_transaction_leaves_no_job(database, jobs):
    with database.connect() as connection:
        defer(connection, "turn", lock="turn:1", args={"message_id": "m"})
        connection.rollback()

    assert jobs() == []


def test_a_committed_transaction_leaves_one_job(database, jobs):
    at = datetime(2030, 1, 2, 3, 4, tzinfo=UTC)
    with database.connect() as connection:
        defer(connection, "turn", lock="turn:1", at=at, args={"message_id": "m"})
        connection.commit()

    assert jobs() == [("turn", "turn:1", {"message_id": "m"}, at, "todo")]


def test_a_job_is_unseen_until_the_commit(database, jobs):
    with database.connect() as connection:
        defer(connection, "turn")
        before = jobs()
        connection.commit()

    assert before == []
    assert len(jobs()) == 1
