"""Looking at real processes from outside."""

import time
from collections.abc import Callable

import psutil


def eventually(happened: Callable[[], object], seconds: float = 10) -> bool:
    """Tell whether it happened in time; looks twenty times a second."""
    deadline = time.monotonic() + seconds
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
