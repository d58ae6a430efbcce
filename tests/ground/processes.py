"""Looking at real processes from outside."""

import os
import time
from collections.abc import Callable

import psutil


def slowness() -> float:
    """How many times longer things may take here and now: 1 on a quiet machine."""
    return max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))


def eventually(happened: Callable[[], object], seconds: float = 10) -> bool:
    """Tell whether it happened in time; looks twenty times a second."""
    deadline = time.monotonic() + seconds * slowness()
    while time.monotonic() < deadline:
        if happened():
            return True
        time.sleep(0.05)
    return False


def is_gone(pid: int) -> bool:
    """Tell whether a process has ended, buried or not."""
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True
