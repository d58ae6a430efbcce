"""Child processes that end with their parent, and give up root when they must."""

import contextlib
import ctypes
import os
import pwd
import signal
import sys
from collections.abc import Callable

_PR_SET_PDEATHSIG = 1
_PR_SET_KEEPCAPS = 8
_PR_CAP_AMBIENT = 47
_PR_CAP_AMBIENT_RAISE = 2
_CAP_DAC_OVERRIDE = 1
_CAPABILITY_VERSION = 0x20080522


class _CapabilityHeader(ctypes.Structure):
    _fields_ = (("version", ctypes.c_uint32), ("pid", ctypes.c_int))


class _CapabilityData(ctypes.Structure):
    _fields_ = (
        ("effective", ctypes.c_uint32),
        ("permitted", ctypes.c_uint32),
        ("inheritable", ctypes.c_uint32),
    )


def account_for_root() -> pwd.struct_passwd | None:
    """Name the account to work under instead of root; None for everybody else.

    PostgreSQL refuses to run as root. No account is made on the machine for it.
    """
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    raise OSError("neither a postgres nor a nobody account exists")


def before_exec(
    death_signal: signal.Signals, account: pwd.struct_passwd | None = None
) -> Callable[[], None]:
    """Return what a child does between fork and exec.

    The kernel sends ``death_signal`` to the child when the thread that started it
    ends, so start children from the main thread. Elsewhere than on Linux a child
    merely outlives a parent killed without warning.
    """
    # Loaded before the fork: afterwards an import could wait for a lock for ever.
    libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None
    parent = os.getpid()

    def prepare() -> None:
        if account is not None:
            _become(account, libc)
        if libc is not None:
            libc.prctl(_PR_SET_PDEATHSIG, int(death_signal), 0, 0, 0)
            if os.getppid() != parent:  # It died before the line above.
                os._exit(1)

    return prepare


def _become(account: pwd.struct_passwd, libc: ctypes.CDLL | None) -> None:
    """Change to the account, keeping only the right to reach its folders.

    The programs and the data may lie below a folder that only root may enter.
    Keeping that one capability is less than opening the folder to everybody.
    """
    if libc is not None:
        libc.prctl(_PR_SET_KEEPCAPS, 1, 0, 0, 0)
    os.setgroups([])
    os.setgid(account.pw_gid)
    os.setuid(account.pw_uid)
    if libc is None:
        return
    bit = 1 << _CAP_DAC_OVERRIDE
    header = _CapabilityHeader(_CAPABILITY_VERSION, 0)
    data = (_CapabilityData * 2)(_CapabilityData(bit, bit, bit), _CapabilityData())
    libc.capset(ctypes.byref(header), data)
    libc.prctl(_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_RAISE, _CAP_DAC_OVERRIDE, 0, 0)
