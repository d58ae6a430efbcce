"""A real worker process on a real queue."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sqlalchemy import text

from banking.adapters.db.queue import defer
from tests.ground.processes import slowness

ROOT = Path(__file__).resolve().parents[2]


class Watched:
    """A worker process and the lines its jobs write."""

    def __init__(self, url, path):
        self.url, self.path = url, path
        self.process = None

    def start(self):
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.gateway.a_worker", self.url, str(self.path)],
            cwd=ROOT,
            env=os.environ,
        )
        self.wait_for("up", count=self.count("up") + 1)

    def lines(self):
        return self.path.read_text().splitlines() if self.path.exists() else []

    def count(self, beginning):
        return sum(line.startswith(beginning) for line in self.lines())

    def wait_for(self, beginning, *, count=1, seconds=25):
        deadline = time.monotonic() + seconds * slowness()
        while self.count(beginning) < count:
            assert time.monotonic() < deadline, (beginning, self.lines())
            time.sleep(0.02)

    def at(self, beginning):
        found = [line for line in self.lines() if line.startswith(beginning)]
        return float(found[0].rsplit(" ", 1)[1])


@pytest.fixture
def worker(clean_database, database, tmp_path):
    watched = Watched(clean_database, tmp_path / "lines")
    yield watched
    if watched.process is not None and watched.process.poll() is None:
        watched.process.kill()
        watched.process.wait()


@pytest.fixture
def queue(database):
    def put(name, lock=None, *, job="turn"):
        argument = "message_id" if job == "turn" else "conversation_id"
        with database.connect() as connection:
            defer(connection, job, lock=lock, args={argument: name})
            connection.commit()

    return put


def test_jobs_of_one_conversation_keep_their_order_without_a_pause(worker, queue):
    worker.start()
    for number in range(20):
        queue(f"m{number}", lock="turn:one")
    worker.wait_for("end", count=20)

    begun = [line.split()[1] for line in worker.lines() if line.startswith("begin")]
    assert [f"m{number}" for number in range(20)] == begun
    # Far under twenty polls of the queue, which is what waiting for each would cost.
    assert worker.at("end m19") - worker.at("begin m0") < 3.0


def test_one_slow_conversation_holds_up_nobody_else(worker, queue):
    worker.start()
    queue("slow:60:a", lock="turn:slow")
    worker.wait_for("begin slow")
    queue("quick", lock="turn:quick")
    worker.wait_for("end quick", seconds=4)

    assert 0 == worker.count("end slow")


def test_a_messenger_that_hangs_keeps_nobody_from_being_understood(worker, queue):
    worker.start()
    for number in range(30):
        queue(f"slow:60:{number}", lock=f"send:{number}", job="send")
    worker.wait_for("begin slow", count=6)
    queue("a-turn")
    worker.wait_for("end a-turn", seconds=5)

    assert 6 == worker.count("begin slow")


def test_a_killed_workers_job_is_run_by_the_next(worker, queue):
    worker.start()
    queue("slow:60:a", lock="turn:one")
    worker.wait_for("begin slow")
    worker.process.send_signal(signal.SIGKILL)
    worker.process.wait()
    killed = time.monotonic()
    worker.start()
    worker.wait_for("begin slow", count=2, seconds=20)

    assert time.monotonic() - killed <= 20 * slowness()


def test_a_worker_stops_when_told_and_finishes_what_it_began(worker, queue):
    worker.start()
    queue("slow:1:a")
    worker.wait_for("begin slow")
    worker.process.send_signal(signal.SIGTERM)

    assert 0 == worker.process.wait(timeout=10 * slowness())
    assert 1 == worker.count("end slow")


def test_a_worker_stops_even_when_a_job_does_not(worker, queue):
    worker.start()
    queue("slow:60:a")
    worker.wait_for("begin slow")
    worker.process.send_signal(signal.SIGTERM)

    worker.process.wait(timeout=10 * slowness())


def test_a_job_that_never_works_ends_with_word_to_the_customer(worker, queue, database):
    queue("bad")
    with database.begin() as connection:
        # As after eleven tries, so that the test need not wait for them.
        connection.execute(text("UPDATE procrastinate_jobs SET attempts = 11"))
    worker.start()
    worker.wait_for("failed bad")

    assert 2 == worker.count("begin bad")
