"""A model put into service takes over without a message lost, or not at all."""

import asyncio
import base64
import hashlib
import hmac
import json
import os
import shutil
import threading
import time
from dataclasses import asdict, dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import requests
from conftest import Gateway, answer, eventually
from signing import KEY

from rasa_addons import model_puller
from rasa_addons.manifest import Manifest
from rasa_addons.model_puller import ModelPuller, Models
from rasa_addons.serve import puller

OTHER_KEY = bytes(range(1, 33))


def derived(purpose: bytes, key: bytes = KEY) -> bytes:
    return hmac.new(key, purpose, hashlib.sha256).digest()


BEARER = base64.urlsafe_b64encode(derived(b"models")).decode().rstrip("=")


@dataclass
class Web:
    """The web application's model server, written a second time on purpose."""

    url: str = ""
    manifest: Manifest | None = None
    content: bytes = b""
    key: bytes = KEY
    signed_at: float | None = None
    status: int = 0
    asked: list = field(default_factory=list)

    def offer(self, content: bytes, manifest: Manifest | None = None) -> Manifest:
        sha256 = hashlib.sha256(content).hexdigest()
        self.content = content
        self.manifest = manifest or Manifest("m.tar.gz", sha256, "d", "t", 1.0, 2)
        return self.manifest

    def answer(self, headers) -> tuple[int, dict, bytes]:
        self.asked.append(headers)
        if headers["Authorization"] != f"Bearer {BEARER}":
            return 404, {}, b""
        if self.status or self.manifest is None:
            return self.status or 404, {}, b"busy"
        tag = f'"{self.manifest.sha256}"'
        if tag in headers.get("If-None-Match", ""):
            return 304, {"ETag": tag}, b""
        told = base64.b64encode(json.dumps(asdict(self.manifest)).encode()).decode()
        at = str(int(time.time() if self.signed_at is None else self.signed_at))
        key = derived(b"model manifest", self.key)
        mark = hmac.new(key, f"{at}.{told}".encode(), hashlib.sha256).hexdigest()
        signed = {
            "ETag": tag,
            "X-Model-Manifest": told,
            "X-Model-Signed-At": at,
            "X-Model-Signature": mark,
        }
        return 200, signed, self.content


@pytest.fixture
def web():
    offering = Web()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            assert self.path == "/internal/model"
            status, headers, body = offering.answer(dict(self.headers))
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    offering.url = f"http://127.0.0.1:{server.server_address[1]}"
    yield offering
    server.shutdown()
    server.server_close()


@dataclass
class Rasa:
    """Stands for the agent: remembers what it loaded and what took over."""

    broken: Exception | None = None
    loaded: list = field(default_factory=list)
    serving: list = field(default_factory=list)

    def load(self, file: Path) -> bytes:
        if self.broken is not None:
            raise self.broken
        self.loaded.append(threading.current_thread())
        return file.read_bytes()


@pytest.fixture
def rasa():
    return Rasa()


@pytest.fixture
def pull(web, rasa):
    made = ModelPuller(web.url, KEY, "old", rasa.load, rasa.serving.append)

    def look() -> Models:
        asyncio.run(made.look())
        return made.models

    return look


def test_a_new_model_is_loaded_in_a_thread_and_takes_over(web, rasa, pull):
    new = web.offer(b"new model")

    assert pull() == Models(new.sha256)
    assert rasa.serving == [b"new model"]
    assert rasa.loaded != [threading.main_thread()]


def test_what_runs_already_is_not_fetched_again(web, rasa, pull):
    web.offer(b"new model")
    pull()
    pull()

    assert len(rasa.serving) == 1
    assert web.answer(web.asked[-1])[0] == 304


def wrong_sha(web):
    web.offer(b"new model", replace(web.offer(b"another"), file="m.tar.gz"))


def one_flipped_byte(web):
    web.offer(b"new model")
    web.content = b"new modem"


def cut_short(web):
    web.offer(b"new model")
    web.content = b"new mod"


def signed_by_somebody_else(web):
    web.offer(b"new model")
    web.key = OTHER_KEY


def signed_an_hour_ago(web):
    web.offer(b"new model")
    web.signed_at = time.time() - 3600


def signed_for_tomorrow(web):
    web.offer(b"new model")
    web.signed_at = time.time() + 86_400


@pytest.mark.parametrize(
    ("offer", "why"),
    [
        (wrong_sha, "not the one of its manifest"),
        (one_flipped_byte, "not the one of its manifest"),
        (cut_short, "not the one of its manifest"),
        (signed_by_somebody_else, "signature is wrong"),
        (signed_an_hour_ago, "signed at another time"),
        (signed_for_tomorrow, "signed at another time"),
    ],
)
def test_what_cannot_be_verified_is_never_unpacked(web, rasa, pull, offer, why):
    offer(web)
    models = pull()

    assert models.running == "old"
    assert why in models.why
    assert (rasa.loaded, rasa.serving) == ([], [])


def test_an_endless_model_is_not_read_to_its_end(web, rasa, pull, monkeypatch):
    monkeypatch.setattr(model_puller, "LARGEST_MODEL", 1000)
    web.offer(b"x" * 1001)

    assert "too large" in pull().why
    assert rasa.serving == []


def test_a_model_that_does_not_load_leaves_the_old_one(web, rasa, pull):
    new = web.offer(b"new model")
    rasa.broken = ValueError("no component of this name")

    assert pull() == Models("old", new.sha256, "ValueError: no component of this name")
    assert pull().told() == {
        "model": "old",
        "refused": {
            "sha256": new.sha256,
            "why": "ValueError: no component of this name",
        },
    }
    # It is not fetched every two seconds, but its successor is.
    assert web.answer(web.asked[-1])[0] == 304
    rasa.broken = None
    newer = web.offer(b"newer model")
    assert pull() == Models(newer.sha256)


def test_a_refused_model_is_tried_again_later(web, rasa):
    hours = [0.0]
    made = ModelPuller(
        web.url,
        KEY,
        "old",
        rasa.load,
        rasa.serving.append,
        clock=lambda: time.time() + hours[0] * 3600,
    )
    new = web.offer(b"new model")
    rasa.broken = OSError("no space left")
    asyncio.run(made.look())
    rasa.broken, hours[0] = None, 1.0
    web.signed_at = time.time() + 3600
    asyncio.run(made.look())

    assert made.models == Models(new.sha256)


def test_what_was_refused_is_forgotten_once_it_is_taken_back(web, rasa):
    running = web.offer(b"the old model")
    made = ModelPuller(web.url, KEY, running.sha256, rasa.load, rasa.serving.append)
    rasa.broken = ValueError("broken")
    web.offer(b"new model")
    asyncio.run(made.look())
    assert made.models.refused
    web.offer(b"the old model")
    asyncio.run(made.look())

    assert made.models == Models(running.sha256)


@pytest.mark.parametrize("status", [204, 302, 403, 404, 500, 503])
def test_whatever_else_the_web_says_changes_nothing(web, rasa, pull, status):
    web.offer(b"new model")
    web.status = status

    assert pull() == Models("old")
    assert rasa.serving == []


def test_no_web_no_change(rasa):
    made = ModelPuller("http://127.0.0.1:1", KEY, "old", rasa.load, print)
    asyncio.run(made.look())

    assert made.models == Models("old")


# --- with a real assistant --------------------------------------------------------


@pytest.fixture(scope="module")
def second(project, tmp_path_factory):
    """The small assistant as somebody has changed it: other words, another rule."""
    from rasa_addons.train import train

    folder = tmp_path_factory.mktemp("second")
    shutil.copytree(project, folder, dirs_exist_ok=True)
    shutil.rmtree(folder / "models")
    for name, old, new in (
        ("domain.yml", 'text: "Hello"', 'text: "Good day"'),
        ("data/all.yml", "{action: action_balance}]", MENU_TOO),
    ):
        text = (folder / name).read_text()
        assert old in text
        (folder / name).write_text(text.replace(old, new))
    before = Path.cwd()
    os.chdir(folder)
    try:
        made = train(
            config=Path("config.yml"),
            domain=Path("domain.yml"),
            data=Path("data"),
            out=Path("models"),
        )
    finally:
        os.chdir(before)
    return made, (folder / "models" / made.file).read_bytes()


MENU_TOO = "{action: action_balance}, {action: utter_menu}]"


@pytest.fixture
def promoted(serve, project, web, second, actions):
    """An assistant that asks this web application, and what is offered there."""
    first = Manifest.read(project / "models")
    web.offer((project / "models" / first.file).read_bytes(), first)
    served = serve(pull=puller(web.url, KEY, first.sha256))
    return served, first, second


def health(served) -> dict:
    url = f"http://127.0.0.1:{served.port}/webhooks/gateway/"
    return requests.get(url, timeout=5).json()


def running(served, manifest):
    return lambda: health(served)["model"] == manifest.sha256


def said(body) -> list:
    return [reply["text"] for reply in body["replies"]]


def test_a_turn_that_has_begun_ends_on_the_model_it_began_with(promoted, web, actions):
    served, first, (manifest, content) = promoted
    ann, bob = Gateway(served.port), Gateway(served.port)
    assert running(served, first)()
    assert said(ann.say("hello")) == ["Hello"]
    assert said(ann.say("send money")) == ["How much?"]
    actions.answers["action_balance"] = answer()
    actions.gate.clear()
    begun = []
    asking = threading.Thread(target=lambda: begun.append(bob.say("balance")))
    asking.start()
    eventually(lambda: actions.named("action_balance"))
    web.offer(content, manifest)
    eventually(running(served, manifest), 30)

    # Others are answered by the new model while that turn is still under way.
    assert said(Gateway(served.port).say("hello")) == ["Good day"]
    actions.gate.set()
    asking.join(10)
    assert said(begun[0]) == ["USD 5.00"]
    assert said(bob.say("balance")) == ["USD 5.00", "What now?"]
    # A form that was open goes on, and what was answered stays answered.
    assert said(ann.say("make it 7")) == ["To whom?"]


def test_back_to_the_first_model(promoted, web):
    served, first, (manifest, content) = promoted
    kept = web.content
    web.offer(content, manifest)
    eventually(running(served, manifest), 30)
    web.offer(kept, first)
    eventually(running(served, first), 30)

    assert said(Gateway(served.port).say("hello")) == ["Hello"]


def test_a_model_that_is_none_is_refused_and_customers_notice_nothing(promoted, web):
    served, first, _ = promoted
    wrong = web.offer(b"this is not an archive")
    told = eventually(lambda: health(served)["refused"], 30)

    assert told["sha256"] == wrong.sha256
    assert running(served, first)()
    assert said(Gateway(served.port).say("hello")) == ["Hello"]
