"""`bank up`: from nothing to a bank that answers, and down again."""

import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import requests

from banking.adapters.db import embedded
from banking.adapters.db.migrate import migrate
from banking.settings import PROJECT, Settings
from banking.supervisor.child import Program
from banking.supervisor.house import House
from banking.supervisor.ports import Ports
from banking.supervisor.programs import child_environment, programs
from banking.supervisor.running import RunningBank, keeping

READY_SECONDS = 240.0
ANSWER_SECONDS = 2.0
DEMO_CUSTOMERS, DEMO_SEED = 8, 1
LAST_WORDS = 1500  # Characters of a failed seed that are shown.
DEMO_PEOPLE = "demo-people.jsonl"
REPORTED = ("web", "worker", "actions", "rasa")

type Tell = Callable[[str], None]
type Announce = Callable[[RunningBank], None]
type Listing = Callable[[Settings], Sequence[Program]]


class NotInProduction(Exception):
    """What was asked for would put the simulator beside real money."""


class NotSeeded(Exception):
    """The demo's customers could not be made; the message says why."""


@dataclass(frozen=True, kw_only=True)
class Up:
    """How to bring a bank up: whom to tell, and which programs it consists of."""

    simulator: bool
    tell: Tell
    announce: Announce
    listing: Listing | None = None
    ready_seconds: float = READY_SECONDS

    def run(self) -> None:
        """Bring the bank up, keep it up until SIGTERM or SIGINT, and stop it.

        Raises ``SettingsRefused``, ``NotInProduction``, ``AlreadyRuns``,
        ``PortTaken``, ``NoModel``, ``PostgresFailed``, ``NotSeeded`` or
        ``DidNotStart``.
        """
        given = Settings()
        if given.is_production and self.simulator:
            raise NotInProduction("a production has no simulator: use --no-simulator")
        home = given.bank_home
        logs = home / "logs"
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        logs.mkdir(exist_ok=True)
        house = House(folder=PROJECT, logs=logs)
        with keeping(home), Ports() as ports, house.listening():
            try:
                self._bring_up(house, given, ports)
            finally:
                self.tell("Stopping.")
                house.stop()

    def _bring_up(self, house: House, given: Settings, ports: Ports) -> None:
        began = time.monotonic()
        settings = self._settle(house, given, ports)
        listed = list(self._list(settings))
        # Rasa takes longest to start; the rest is done meanwhile.
        house.start(listed[0])
        self.tell("Preparing the database.")
        migrate(_database(settings))
        if self.simulator:
            self._seed(settings)
        for program in listed[1:]:
            house.start(program)
        self.tell("Waiting for the language model and the services.")
        house.wait_until(partial(self._is_ready, settings), seconds=self.ready_seconds)
        if house.is_stopping:
            return
        self.tell(f"Ready after {time.monotonic() - began:.0f} s.")
        bank = self._describe(house, settings)
        bank.write(settings.bank_home)
        self.announce(bank)
        house.keep(
            lambda: self._describe(house, settings).write(settings.bank_home),
        )

    def _settle(self, house: House, given: Settings, ports: Ports) -> Settings:
        """Decide every address, and start PostgreSQL where none is named."""
        decided = _choose_ports(given, ports)
        if given.simulator_people is None:
            decided["simulator_people"] = given.bank_home / DEMO_PEOPLE
        if given.database_url is None:
            self.tell("Starting PostgreSQL.")
            house.start_postgres = partial(embedded.start, given.bank_home)
            house.postgres = house.start_postgres()
            decided["database_url"] = house.postgres.url
        return Settings(**decided)

    def _list(self, settings: Settings) -> Sequence[Program]:
        if self.listing is not None:
            return self.listing(settings)
        return programs(settings, simulator=self.simulator)

    def _seed(self, settings: Settings) -> None:
        people = settings.simulator_people
        if people is None or people.exists():
            return
        self.tell("Opening accounts for the demo's customers.")
        size = ("--customers", str(DEMO_CUSTOMERS), "--seed", str(DEMO_SEED))
        done = subprocess.run(
            [sys.executable, "-m", "banking.cli", "seed", *size, "--json"],
            cwd=PROJECT,
            env=child_environment(settings),
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            why = done.stderr[-LAST_WORDS:]
            raise NotSeeded(f"the demo's customers were not made: {why}")
        _write_whole(people, done.stdout)

    def _is_ready(self, settings: Settings) -> bool:
        addresses = [f"http://127.0.0.1:{settings.web_port}/readyz"]
        if self.simulator:
            addresses.append(settings.simulator_url)
        return all(_answers(address) for address in addresses)

    def _describe(self, house: House, settings: Settings) -> RunningBank:
        pids = house.pids()
        return RunningBank(
            web=f"http://127.0.0.1:{settings.web_port}",
            simulator=settings.simulator_url if self.simulator else None,
            database_url=_database(settings),
            ports={
                "web": settings.web_port,
                "rasa": settings.rasa_port,
                "actions": settings.actions_port,
                "simulator": settings.simulator_port,
            },
            pids={name: pids.get(name) for name in REPORTED},
        )


def _choose_ports(given: Settings, ports: Ports) -> dict[str, Any]:
    """Keep named ports; prefer the usual ones for what people open; take any else."""
    chosen: dict[str, Any] = {}
    for name in ("web_port", "rasa_port", "actions_port", "simulator_port"):
        wanted: int = getattr(given, name)
        if name in given.model_fields_set:
            chosen[name] = ports.exactly(name.upper(), wanted)
        elif name in ("web_port", "simulator_port"):
            chosen[name] = ports.preferably(wanted)
        else:
            chosen[name] = ports.free()
    return chosen


def _database(settings: Settings) -> str:
    if settings.database_url is None:
        raise embedded.PostgresFailed("no database was named or started")
    return settings.database_url.get_secret_value()


def _answers(address: str) -> bool:
    try:
        return requests.get(address, timeout=ANSWER_SECONDS).ok
    except requests.RequestException:
        return False


def _write_whole(file: Path, text: str) -> None:
    draft = file.with_name(f"{file.name}.new")
    draft.write_text(text, encoding="utf-8")
    draft.rename(file)
