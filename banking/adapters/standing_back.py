"""Lets other processes go first where there is work for all."""

import contextlib
import os
from pathlib import Path

# Learning and testing a model, beside a bank at work.
FAR = 15


def stand_back(pid: int, niceness: int) -> None:
    """Give the process, and what it starts from now on, a niceness from 0 to 19.

    Linux may share the processor out by session (sched(7), autogroups): then what a
    process asks for counts only within its session, and its session must ask as well.
    """
    # One that has ended needs nothing.
    with contextlib.suppress(ProcessLookupError):
        # Whoever stands further back already may not come forward.
        niceness = max(niceness, os.getpriority(os.PRIO_PROCESS, pid))
        os.setpriority(os.PRIO_PROCESS, pid, niceness)
        if os.getsid(pid) == pid:
            _session_stands_back(pid, niceness)


def _session_stands_back(leader: int, niceness: int) -> None:
    # Not there on other systems, nor where autogroups are off.
    with contextlib.suppress(OSError):
        file = Path(f"/proc/{leader}/autogroup")
        file.write_text(str(niceness), encoding="ascii")
