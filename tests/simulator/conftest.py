"""A simulator and a tiny bank, wired to each other without a socket."""

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial, partialmethod
from pathlib import Path
from random import Random

import httpx
import pytest
from anyio.from_thread import BlockingPortal, start_blocking_portal
from fastapi import FastAPI

from banking.simulator.app import create_app
from banking.simulator.settings import SimulatorSettings
from banking.simulator.world import World, build_world
from tests.clock import StoppedClock
from tests.simulator.fake_bank import FakeBank, Graph, create_bank

NINE = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
AMA = "+15550101567"
NUMBER = "106540352242922"
TOKEN = "a-token"
SECRET = "an-app-secret"
SEED = {
    "name": "Ama Mensah",
    "phone": AMA,
    "customer_number": "100001",
    "date_of_birth": "1991-04-12",
    "kyc_level": 2,
    "accounts": [
        {
            "number": "1000114321",
            "kind": "current",
            "balance_minor": 120_450,
            "currency": "USD",
        }
    ],
    "cards": [],
}


@dataclass(frozen=True)
class Http:
    """Calls an application that runs in a loop of its own, without a socket."""

    portal: BlockingPortal
    client: httpx.AsyncClient

    def request(self, method: str, path: str, **parts: object) -> httpx.Response:
        call = partial(self.client.request, method, path, **parts)
        return self.portal.call(call)

    get = partialmethod(request, "GET")
    post = partialmethod(request, "POST")
    put = partialmethod(request, "PUT")
    delete = partialmethod(request, "DELETE")


def run(app: FastAPI, stack: ExitStack) -> Http:
    portal = stack.enter_context(start_blocking_portal())
    lifespan = app.router.lifespan_context(app)
    stack.enter_context(portal.wrap_async_context_manager(lifespan))
    client = httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://127.0.0.1:8090", timeout=40
    )
    return Http(portal, client)


@dataclass
class Simulated:
    """Everything a test looks at; `http` talks to the simulator."""

    http: Http
    bank: FakeBank
    world: World
    clock: StoppedClock
    graph_headers: dict[str, str] = field(
        default_factory=lambda: {"authorization": f"Bearer {TOKEN}"}
    )

    def customer(self, what: str, **body: object) -> dict:
        answer = self.http.post(f"/sim/phones/{AMA}/{what}", json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def send(self, **body: object) -> httpx.Response:
        return self.http.post(
            f"/v25.0/{NUMBER}/messages",
            json={"messaging_product": "whatsapp", "to": AMA, **body},
            headers=self.graph_headers,
        )

    def send_text(self, text: str = "Hello", **body: object) -> httpx.Response:
        return self.send(type="text", text={"body": text}, **body)

    def chat(self, after: int = 0, wait: float = 0) -> list[dict]:
        query = {"after": after, "wait": wait}
        return self.http.get(f"/sim/phones/{AMA}/chat", params=query).json()["messages"]

    def sms(self) -> list[dict]:
        return self.http.get(f"/sim/phones/{AMA}/sms").json()["messages"]

    def dial(self, **dials: object) -> None:
        assert self.http.put("/sim/misbehave", json=dials).status_code == 200

    def settle(self) -> None:
        """Wait until every webhook has been answered or given up."""
        waiting = self.http.get("/sim/webhooks", params={"wait": 20}).json()["waiting"]
        assert waiting == 0


def settings(home: Path, **changes: object) -> SimulatorSettings:
    people = home / "people.jsonl"
    if not people.exists():
        people.write_text(json.dumps(SEED) + "\n")
    given = {
        "port": 8090,
        "web_url": "http://bank.test",
        "phone_number_id": NUMBER,
        "display_number": "15550100000",
        "bank_name": "Acme Bank",
        "home": home / "simulator",
        "people": people,
        "access_token": TOKEN,
        "app_secret": SECRET,
        "verify_token": "verify",
        "api_key": "an-api-key",
    }
    return SimulatorSettings(**{**given, **changes})


type Start = Callable[..., Simulated]


def starter(home: Path, stack: ExitStack) -> Start:
    def start(
        *, pauses: tuple[float, ...] = (0, 0, 0), web: FastAPI | None = None
    ) -> Simulated:
        clock = StoppedClock(NINE)
        # The bank starts no conversation by itself here; tests send what they need.
        bank = FakeBank(SECRET)
        nobody = httpx.AsyncClient(
            transport=httpx.MockTransport(lambda _: httpx.Response(200, json={})),
            base_url="http://simulator.test",
        )
        app = create_bank(bank, Graph(nobody, NUMBER, TOKEN), "http://bank.test")
        world = build_world(
            settings(home),
            now=clock.now,
            dice=Random(1),
            transport=httpx.ASGITransport(web or app),
            pauses=pauses,
        )
        return Simulated(run(create_app(world), stack), bank, world, clock)

    return start


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Start a simulator on a folder of the test; stopped when the test is over."""
    with ExitStack() as stack:
        yield starter(tmp_path, stack)


@pytest.fixture
def simulated(start: Start) -> Simulated:
    return start()


@pytest.fixture(scope="module")
def all_day(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulated]:
    """One simulator for a whole table of cases; Ama has written to the bank."""
    with ExitStack() as stack:
        simulated = starter(tmp_path_factory.mktemp("all-day"), stack)()
        simulated.customer("text", text="hi")
        yield simulated
