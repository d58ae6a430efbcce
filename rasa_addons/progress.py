"""How far a long piece of work is, one JSON object a line on stdout."""

from __future__ import annotations

import json
import multiprocessing
import os
import sys
import threading
import time

# Often enough for a bar that moves.
SECONDS = 0.2


def say(stage: str, done: int, of: int) -> None:
    """Tell whoever started this process: what is done now, and steps of all steps."""
    sys.stdout.write(json.dumps({"stage": stage, "done": done, "of": of}) + "\n")
    sys.stdout.flush()


def give_up(why: object) -> int:
    """Tell why nothing came of it, in words for people; return the exit code."""
    sys.stdout.write(json.dumps({"failed": str(why).strip()}) + "\n")
    return 1


def end_with_parent() -> None:
    """End this process, and those it has started, when its stdin closes.

    Whoever started it holds the other end, and lets go of it however it ends itself.
    """

    def wait() -> None:
        # Not sys.stdin, whose lock a forked process would find taken.
        while os.read(0, 1):
            pass
        for started in multiprocessing.active_children():
            started.kill()
        os._exit(1)

    threading.Thread(target=wait, daemon=True).start()


class Steps:
    """Counts the steps of one stage and tells of them now and then."""

    def __init__(self, stage: str, of: int) -> None:
        self._stage = stage
        self._of = of
        self._done = 0
        self._told = time.monotonic()
        say(stage, 0, of)

    def one(self) -> None:
        """Another step is done."""
        self._done += 1
        now = time.monotonic()
        if now - self._told > SECONDS or self._done == self._of:
            self._told = now
            say(self._stage, self._done, self._of)
