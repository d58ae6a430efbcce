"""A process that keeps ending is started again at once, then more and more slowly."""

import os
import sys
from dataclasses import replace
from pathlib import Path

from banking.adapters.standing_back import stand_back
from banking.supervisor.child import LARGEST_LOG, Child, Program
from tests.ground.processes import eventually, is_gone


def child_of(tmp_path, code: str) -> Child:
    program = Program("thing", (sys.executable, "-c", code), dict(os.environ))
    return Child(program, folder=tmp_path, logs=tmp_path)


def end_of(child: Child) -> None:
    """Wait until the process has ended, without burying it."""
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)


def test_restarts_come_at_once_then_after_one_two_four_seconds(tmp_path):
    child = child_of(tmp_path, "raise SystemExit(1)")
    now = 100.0
    child.start(now)
    waits = []
    for _ in range(4):
        end_of(child)
        died = now
        while not child.tend(now):
            now += 0.5
        waits.append(now - died)

    assert waits == [0.0, 1.0, 2.0, 4.0]
    child.kill()


def test_the_wait_is_bounded(tmp_path):
    child = child_of(tmp_path, "raise SystemExit(1)")
    now = 0.0
    child.start(now)
    for _ in range(8):
        end_of(child)
        died = now
        while not child.tend(now):
            now += 1.0

    assert now - died == 30.0
    child.kill()


def test_a_process_that_was_well_for_long_is_back_at_once(tmp_path):
    child = child_of(tmp_path, "raise SystemExit(1)")
    child.start(0.0)
    end_of(child)
    child.tend(0.0)
    end_of(child)

    assert child.tend(31.0)
    child.kill()


def test_what_a_process_said_last_is_kept(tmp_path):
    child = child_of(tmp_path, "print('the last words')")
    child.start(0.0)
    end_of(child)
    child.tend(0.0)

    assert "the last words" in child.last_words()
    child.kill()


def test_a_log_that_grew_too_large_is_put_aside(tmp_path):
    (tmp_path / "thing.log").write_bytes(b"x" * (LARGEST_LOG + 1))
    child = child_of(tmp_path, "pass")
    child.start(0.0)
    end_of(child)
    child.kill()

    assert (tmp_path / "thing.log").stat().st_size == 0
    assert (tmp_path / "thing.log.1").stat().st_size == LARGEST_LOG + 1


def test_stopping_ends_what_the_process_itself_started(tmp_path):
    code = (
        "import subprocess, sys, time\n"
        "sleep = [sys.executable, '-c', 'import time; time.sleep(99)']\n"
        "print(subprocess.Popen(sleep).pid, flush=True)\n"
        "time.sleep(99)"
    )
    child = child_of(tmp_path, code)
    child.start(0.0)
    assert eventually(lambda: child.last_words().endswith("\n"))
    grandchild = int(child.last_words())

    child.kill()

    assert eventually(lambda: is_gone(grandchild))


def test_a_program_that_stands_back_does_so_after_each_start(tmp_path):
    program = child_of(tmp_path, "import time; time.sleep(60)").program
    child = Child(replace(program, niceness=10), folder=tmp_path, logs=tmp_path)
    child.start(0.0)
    first = os.getpriority(os.PRIO_PROCESS, child.pid)
    child.kill()
    child.tend(0.0)

    assert (first, os.getpriority(os.PRIO_PROCESS, child.pid)) == (10, 10)
    autogroup = Path(f"/proc/{child.pid}/autogroup")
    if autogroup.exists() and autogroup.read_text():
        assert autogroup.read_text().split()[-2:] == ["nice", "10"]
    child.kill()


def test_a_process_further_back_stays_there(tmp_path):
    child = child_of(tmp_path, "import time; time.sleep(60)")
    child.start(0.0)
    stand_back(child.pid, 15)
    stand_back(child.pid, 10)

    assert os.getpriority(os.PRIO_PROCESS, child.pid) == 15
    child.kill()
