"""A bank started for one measurement, and its processes' memory."""

import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

from bench.world import NUMBER_ID, World
from tests.live.pages import Browser

BANK = [sys.executable, "-m", "banking.cli"]


def free_port() -> int:
    """Return a loopback port that nobody uses at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class RunningBank:
    """All processes of one bank in a folder of its own, against a fast outside."""

    home: Path
    world: World
    process: subprocess.Popen[str]
    environment: dict[str, str]
    web: str
    pids: dict[str, int]
    ready_after_s: float

    @classmethod
    def start(cls, **settings: str) -> "RunningBank":
        """Start a bank and wait until it is ready."""
        home = Path(tempfile.mkdtemp(prefix="bank-bench-"))
        world = World(free_port(), secrets.token_hex(16))
        world.start()
        environment = {
            **os.environ,
            "BANK_ENV": "test",
            "BANK_HOME": str(home),
            "WEB_PORT": str(free_port()),
            "WHATSAPP_APP_SECRET": world.secret,
            "WHATSAPP_PHONE_NUMBER_ID": NUMBER_ID,
            "WHATSAPP_GRAPH_URL": world.url,
            "SMS_GATEWAY_URL": world.url,
            "SIM_CHANGE_URL": world.url,
            **settings,
        }
        began = time.perf_counter()
        process = subprocess.Popen(
            [*BANK, "up", "--no-simulator", "--json"],
            env=environment,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert process.stdout is not None
        ready = json.loads(process.stdout.readline())
        took = time.perf_counter() - began
        return cls(home, world, process, environment, ready["web"], ready["pids"], took)

    def people(self, count: int, seed: int) -> list[dict[str, Any]]:
        """Make registered customers of the bank."""
        command = [*BANK, "seed", "--customers", str(count), "--seed", str(seed)]
        made = subprocess.run(
            [*command, "--registered", "--json"],
            env=self.environment,
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
        return [json.loads(line) for line in made.stdout.splitlines()]

    def sign_in(self, http: requests.Session, person: dict[str, Any]) -> None:
        """Open a session the way a customer does: asked for, then on the page."""
        phone = person["phone"]
        self.world.turn(http, self.web, phone, "log in please")
        self.world.wait(phone, lambda chat: any(said.url for said in chat))
        link = next(s.url for s in reversed(self.world.chats[phone]) if s.url)
        browser = Browser().open(link)
        browser.press(chat_id=person["chat_id"], pin=person["pin"])
        if not browser.has("done"):
            raise RuntimeError(f"sign-in ended at {browser.everything()[:200]}")
        heard = len(self.world.chats[phone])
        # The bank says that the customer is signed in; the clock starts after that.
        self.world.wait(phone, lambda chat: len(chat) > heard - 1)
        time.sleep(0.5)

    def memory_mb(self) -> dict[str, float]:
        """Resident memory of each process and its children, in MiB."""
        return {name: _tree_mb(pid) for name, pid in self.pids.items()}

    def stop(self) -> None:
        """End all processes and forget the folder."""
        self.process.send_signal(signal.SIGTERM)
        with self.process:  # closes the pipe as well
            self.process.wait(30)
        shutil.rmtree(self.home, ignore_errors=True)


def _tree_mb(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    own = next(x for x in status.splitlines() if x.startswith("VmRSS"))
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii")
    return int(own.split()[1]) / 1024 + sum(_tree_mb(int(c)) for c in children.split())
