"""The supervisor keeps real processes up, and takes all of them down."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import requests

from banking.supervisor import running
from tests.ground.processes import eventually, is_gone, slowness

# A bank of stand-ins: a web that is ready at once, and three that sleep.
BANK = """
import sys
from banking.supervisor.child import Program
from banking.supervisor.programs import child_environment
from banking.supervisor.up import Up
from banking.cli.up import announce_as_json

READY = '''
import http.server, os
class Ready(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.end_headers()
    def log_message(self, *args): pass
port = int(os.environ["WEB_PORT"])
http.server.HTTPServer(("127.0.0.1", port), Ready).serve_forever()
'''
SLEEP = "import time; time.sleep(600)"
STUBBORN = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); " + SLEEP

def listing(settings):
    told = child_environment(settings)
    health = sys.argv[1]
    rasa = STUBBORN if health == "stubborn" else SLEEP
    web = READY if health != "ill" else "print('no such thing'); sys.exit(1)"
    codes = {"rasa": rasa, "actions": SLEEP, "worker": SLEEP, "web": web}
    return [
        Program(name, (sys.executable, "-c", code), told)
        for name, code in codes.items()
    ]

Up(
    simulator=False,
    tell=lambda text: print(text, file=sys.stderr, flush=True),
    announce=announce_as_json,
    listing=listing,
    ready_seconds=30,
).run()
"""


def bring_up(
    home: Path, health: str = "well", **settings: str
) -> subprocess.Popen[str]:
    names = ("PATH", "HOME", "LANG", "TMPDIR")
    kept = {name: os.environ[name] for name in names if name in os.environ}
    return subprocess.Popen(
        [sys.executable, "-c", BANK, health],
        env={**kept, "BANK_HOME": str(home), "BANK_ENV": "test", **settings},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.fixture
def bank(tmp_path, database_url):
    processes = []

    def start(name: str = "bank", *, embedded: bool = False, **options: str):
        # A database of its own takes a while to make: only where it is tested.
        named = {} if embedded else {"DATABASE_URL": database_url}
        process = bring_up(tmp_path / name, **named, **options)
        processes.append(process)
        return process, json.loads(process.stdout.readline() or "null")

    yield start
    for process in processes:
        process.kill()
        process.communicate()


def test_a_ready_bank_says_so_in_one_line(bank):
    _process, ready = bank()

    assert sorted(ready) == ["pids", "simulator", "web"]
    assert sorted(ready["pids"]) == ["actions", "rasa", "web", "worker"]
    assert ready["simulator"] is None
    assert requests.get(f"{ready['web']}/readyz", timeout=5).ok


@pytest.mark.parametrize("health", ["well", "stubborn"])
def test_sigterm_ends_everything_within_ten_seconds(bank, tmp_path, health):
    process, ready = bank(health=health, embedded=True)
    database = postmaster(tmp_path / "bank")
    began = time.monotonic()

    process.send_signal(signal.SIGTERM)
    process.wait(60)

    assert time.monotonic() - began < 10 * slowness()
    assert process.returncode == 0
    assert all(is_gone(pid) for pid in [*ready["pids"].values(), database])


def test_nothing_outlives_a_killed_supervisor(bank, tmp_path):
    process, ready = bank(embedded=True)
    pids = [*ready["pids"].values(), postmaster(tmp_path / "bank")]

    process.kill()

    assert eventually(lambda: all(is_gone(pid) for pid in pids))


def test_a_bank_starts_again_after_its_supervisor_was_killed(bank):
    process, _ready = bank(embedded=True)
    process.kill()
    process.wait()

    _process, ready = bank(embedded=True)

    assert ready is not None


def test_a_killed_process_is_back_at_once(bank, tmp_path):
    _process, ready = bank()
    killed = ready["pids"]["worker"]

    os.kill(killed, signal.SIGKILL)

    def new_pid():
        pid = running.find(tmp_path / "bank").pids["worker"]
        return pid not in (None, killed) and not is_gone(pid)

    assert eventually(new_pid, seconds=3)


def test_a_killed_database_is_back_at_once(bank, tmp_path):
    bank(embedded=True)
    home = tmp_path / "bank"
    killed = postmaster(home)

    os.kill(killed, signal.SIGKILL)

    assert eventually(lambda: postmaster(home) not in (None, killed))


def test_two_banks_run_side_by_side(bank):
    _one, first = bank("one")
    _two, second = bank("two")

    assert first["web"] != second["web"]


def test_one_folder_holds_one_bank(bank):
    bank("one")
    process, ready = bank("one")

    assert ready is None
    assert "already runs" in process.communicate()[1]


def test_a_named_port_that_is_taken_is_refused(bank):
    _process, ready = bank("one")
    port = ready["web"].rpartition(":")[2]

    process, ready = bank("two", WEB_PORT=port)

    assert ready is None
    assert f"WEB_PORT {port} is in use" in process.communicate()[1]


def test_a_bank_that_cannot_start_says_why(bank):
    process, ready = bank(health="ill")

    assert ready is None
    assert "no such thing" in process.communicate()[1]


def test_a_stopped_bank_is_not_found(bank, tmp_path):
    process, _ready = bank()
    found = running.find(tmp_path / "bank")
    process.terminate()
    process.wait(60)

    assert found is not None
    assert running.find(tmp_path / "bank") is None


def postmaster(home: Path) -> int | None:
    """The database's number; None while the file that holds it is being written."""
    try:
        lines = (home / "postgres" / "postmaster.pid").read_text().splitlines()
    except FileNotFoundError:
        lines = []
    return int(lines[0]) if lines else None
