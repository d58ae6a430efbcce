"""The embedded PostgreSQL survives the death of whoever started it."""

import os
import signal
import subprocess
import sys

import psutil
import psycopg
import pytest

from banking.adapters.db import embedded

OWNER = """
import sys
from pathlib import Path
from banking.adapters.db import embedded
server = embedded.start(Path(sys.argv[1]), durable=False)
print(server.process.pid, flush=True)
sys.stdin.read()
"""


@pytest.fixture
def home(tmp_path):
    home = tmp_path / "home"
    yield home
    # Whatever a test left running, found as a bank would find it.
    if embedded.find(home):
        embedded.start(home).stop()


def answer(url: str, query: str = "SELECT 1"):
    with psycopg.connect(url) as connection:
        return connection.execute(query).fetchone()[0]


def owner_of(home) -> tuple[subprocess.Popen[str], int]:
    owner = subprocess.Popen(
        [sys.executable, "-c", OWNER, str(home)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    return owner, int(owner.stdout.readline())


def test_a_server_starts_answers_and_stops(home):
    server = embedded.start(home)

    assert answer(server.url) == 1
    assert answer(server.url, "SELECT current_setting('fsync')") == "on"
    assert answer(server.url, "SELECT current_setting('TimeZone')") == "UTC"

    server.stop()
    assert not server.is_running()
    assert embedded.find(home) is None


def test_what_was_committed_is_there_after_the_server_was_killed(home):
    server = embedded.start(home)
    with psycopg.connect(server.url) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    server.process.kill()
    server.child.wait()

    server = embedded.start(home)

    assert answer(server.url, "SELECT answer FROM kept") == 42
    server.stop()


def test_a_running_server_is_shared(home):
    owner, pid = owner_of(home)

    server = embedded.start(home)

    assert (server.process.pid, server.child) == (pid, None)
    assert answer(server.url) == 1
    owner.communicate("")
    owner.wait()


def test_a_server_ends_with_its_owner_and_the_next_takes_over(home):
    owner, pid = owner_of(home)
    owner.send_signal(signal.SIGKILL)
    owner.communicate()

    server = embedded.start(home)

    assert server.process.pid != pid
    assert answer(server.url) == 1
    server.stop()


def test_a_dead_servers_number_that_now_belongs_to_another_is_no_obstacle(home):
    embedded.start(home).stop()
    (home / "postgres" / "postmaster.pid").write_text(f"{os.getpid()}\n")

    server = embedded.start(home)

    assert answer(server.url) == 1
    server.stop()


def test_a_half_made_folder_is_not_taken_for_a_database(home):
    half = home / "postgres.new"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18\n")

    server = embedded.start(home)

    assert answer(server.url) == 1
    server.stop()


def test_a_path_too_long_for_a_socket_is_no_obstacle(tmp_path):
    home = tmp_path / ("a-bank-with-a-long-name-" * 4) / "home"
    server = embedded.start(home)

    assert answer(server.url) == 1
    server.stop()


def test_nobody_else_can_reach_the_socket(home):
    server = embedded.start(home)
    sockets = server.url.partition("host=")[2]

    assert os.stat(sockets).st_mode & 0o077 == 0
    assert psutil.Process(server.process.pid).net_connections("tcp") == []
    server.stop()


def test_a_server_that_cannot_start_says_why(home):
    embedded.start(home).stop()
    (home / "postgres" / "postgresql.conf").write_text("nonsense = 1\n")

    with pytest.raises(embedded.PostgresFailed, match="nonsense"):
        embedded.start(home)
