"""The faked clock itself, in a process with many threads."""

import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from tests.live.fake_clock import MISSING, FakeClock

AHEAD = timedelta(days=2)
# Threads that look at the clock while others wait with a limit, which looks at it too.
MANY_LOOKS = """
import threading, time
until, true = time.monotonic() + 2, []
def looks():
    while time.monotonic() < until:
        true.extend([1] * (time.time() < float(%(later)s)))
def waits():
    while time.monotonic() < until:
        threading.Event().wait(0.0001)
threads = [threading.Thread(target=each) for each in [looks, waits] * 4]
for each in threads: each.start()
for each in threads: each.join()
print(len(true))
"""


# There were 36 in two seconds while the clock had one name only.
HARDLY_ANY = 6


def test_hardly_any_look_shows_the_true_time(tmp_path: Path) -> None:
    clock = FakeClock.of(tmp_path)
    if clock is None:
        pytest.skip(MISSING)
    clock.forward(AHEAD)
    later = (clock.now - AHEAD / 2).timestamp()
    done = subprocess.run(
        [sys.executable, "-c", MANY_LOOKS % {"later": later}],
        env={**os.environ, **clock.environment},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )

    assert int(done.stdout) <= HARDLY_ANY
