"""A whole bank in a folder of its own, with the simulator as its outside world."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests

from tests.live.customer import Customer
from tests.live.fake_clock import FakeClock
from tests.live.watch import Watch

PROJECT = Path(__file__).parents[2]
BANK = [sys.executable, "-m", "banking.cli"]
START_S = 150
FEWEST_CENTS = 20_000


def free_ports(count: int) -> list[int]:
    """Return so many loopback ports, none twice, that nobody uses at this moment."""
    with ExitStack() as probes:
        bound = [probes.enter_context(socket.socket()) for _ in range(count)]
        for probe in bound:
            probe.bind(("127.0.0.1", 0))
        return [int(probe.getsockname()[1]) for probe in bound]


def free_port() -> int:
    """Return one of them."""
    return free_ports(1)[0]


@dataclass
class Stack:
    """The running processes, their addresses, and the bank's own commands."""

    home: Path
    environment: dict[str, str]
    process: subprocess.Popen[str]
    web: str
    simulator: str
    pids: Mapping[str, int]
    # None where time cannot be faked.
    clock: FakeClock | None = None
    people_made: int = 0
    watch: Watch = field(init=False)
    people_waiting: dict[bool, list[dict[str, Any]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.watch = Watch(self.home)

    @classmethod
    def start(cls, **settings: str) -> "Stack":
        """Start a bank and return when it is ready for customers."""
        home = Path(tempfile.mkdtemp(prefix="bank-live-"))
        clock = FakeClock.of(home)
        environment = {
            **os.environ,
            **(clock.environment if clock else {}),
            "BANK_ENV": "test",
            "BANK_HOME": str(home),
            "WEB_PORT": str(free_port()),
            **settings,
        }
        process = subprocess.Popen(
            [*BANK, "up", "--json"],
            env=environment,
            cwd=PROJECT,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert process.stdout is not None
        line = process.stdout.readline()
        if not line:
            raise RuntimeError(f"the bank did not start:\n{logs(home)}")
        ready = json.loads(line)
        return cls(
            home,
            environment,
            process,
            ready["web"],
            ready["simulator"],
            ready["pids"],
            clock,
        )

    def command(self, *words: str) -> list[Any]:
        """Run one of the bank's commands and return the JSON lines it prints."""
        done = subprocess.run(
            [*BANK, *words, "--json"],
            env=self.environment,
            cwd=PROJECT,
            stdout=subprocess.PIPE,
            text=True,
            check=True,
            timeout=120,
        )
        return [json.loads(line) for line in done.stdout.splitlines()]

    def people(
        self, count: int, *, registered: bool, level: str = "full"
    ) -> list[dict[str, Any]]:
        """Give customers of the bank whom nobody was given before.

        They can afford what people in tests pay; not everybody can on any day.
        """

        def fits(person: dict[str, Any]) -> bool:
            current = person["accounts"][0]["balance_minor"]
            return person["kyc_level"] == level and current >= FEWEST_CENTS

        waiting = self.people_waiting.setdefault(registered, [])
        while sum(map(fits, waiting)) < count:
            # Twenty are made almost as quickly as one.
            self.people_made += 1
            seed = ["seed", "--customers", "20", "--seed", str(self.people_made)]
            waiting += self.command(*seed, *(["--registered"] if registered else []))
        given = [person for person in waiting if fits(person)][:count]
        waiting[:] = [p for p in waiting if p not in given]
        return given

    def customer(self, *, registered: bool, level: str = "full") -> Customer:
        """Somebody new, whom the bank is watched for."""
        (person,) = self.people(1, registered=registered, level=level)
        return self.customer_of(person)

    def customer_of(self, person: dict[str, Any]) -> Customer:
        """This person, with a phone and a browser."""
        return Customer(self.simulator, person, watch=self.watch, clock=self.clock)

    def ledger(self) -> dict[str, Any]:
        """Return what `bank ledger check` finds."""
        checked: dict[str, Any] = self.command("ledger", "check")[0]
        return checked

    def misbehave(self, **dials: Any) -> None:
        """Set the simulator's switches."""
        requests.put(
            f"{self.simulator}/sim/misbehave", json=dials, timeout=5
        ).raise_for_status()

    def kill(self, name: str) -> None:
        """SIGKILL one process; the supervisor starts it again."""
        os.kill(self.pid(name), signal.SIGKILL)

    def pid(self, name: str) -> int:
        """The process number that a part of the bank has now."""
        run = json.loads((self.home / "run.json").read_text(encoding="utf-8"))
        pids: Mapping[str, int] = run.get("pids") or self.pids
        return pids[name]

    def wait_ready(self, seconds: float = 60) -> None:
        """Wait until every part answers again."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            try:
                if requests.get(f"{self.web}/readyz", timeout=5).ok:
                    return
            except requests.RequestException:
                pass
            time.sleep(0.25)
        raise TimeoutError(f"not ready after {seconds} s:\n{logs(self.home)}")

    def stop(self) -> None:
        """End all processes and remove the folder."""
        self.watch.close()
        self.process.send_signal(signal.SIGTERM)
        with self.process:  # closes the pipe as well
            self.process.wait(30)
        shutil.rmtree(self.home, ignore_errors=True)


def logs(home: Path) -> str:
    """Return the end of every log, for the reader of a failed test."""
    ends = []
    for file in sorted((home / "logs").glob("*.log")):
        lines = file.read_text(encoding="utf-8", errors="replace").splitlines()
        ends.append(f"--- {file.name}\n" + "\n".join(lines[-15:]))
    return "\n".join(ends)
