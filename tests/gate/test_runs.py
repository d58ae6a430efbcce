"""What is known of a training under way, also when its process is gone."""

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from banking.ports.models import NothingToDo, Run
from tests.gate.shelves import NOON


def a_run(clock, stage="fitting") -> Run:
    return Run("r1", "ann", stage, 20, 100, "", clock.now())


def test_a_run_without_a_process_has_failed(shelf, clock):
    with shelf.working():
        shelf.note(a_run(clock))
        assert shelf.run() == a_run(clock)
        with pytest.raises(NothingToDo), shelf.working():
            pass
    told = shelf.run()

    assert told.failed == "the process that trained was ended"
    assert not told.is_running


def test_the_lock_of_a_killed_process_is_free(shelf, clock):
    script = (
        "import sys, time; from pathlib import Path;"
        "sys.path.insert(0, '.');"
        "from banking.adapters.language.shelf import Shelf;"
        "from tests.gate.shelves import Clock;"
        "held = Shelf(Path(sys.argv[1]), Clock()).working(); held.__enter__();"
        "print('held', flush=True); sys.stdin.read()"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", script, str(shelf.folder)],
        cwd=Path(__file__).parents[2],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert process.stdout.readline() == b"held\n"
    shelf.note(a_run(clock))
    assert shelf.run().is_running
    process.kill()
    process.communicate()

    assert not shelf.run().is_running
    with shelf.working():
        pass


def test_a_run_that_nobody_takes_up_has_failed_after_a_while(shelf, clock):
    shelf.note(a_run(clock, "waiting"))
    clock.passes(minutes=9)
    assert shelf.run().is_running
    clock.passes(minutes=2)

    assert shelf.run().failed == "no worker has taken it up"


def test_a_run_that_ended_stays_as_it_ended(shelf, clock):
    ended = replace(a_run(clock), finished_at=NOON, failed="no space left")
    shelf.note(ended)

    assert shelf.run() == ended
    assert os.listdir(shelf.folder) == ["run.json"]
