"""What is pulled is verified first, and loaded beside the model that runs."""

import asyncio
import threading
import time
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from signing import KEY

from rasa_addons import model_puller
from rasa_addons.model_puller import ModelPuller, Models

OTHER_KEY = bytes(range(1, 33))


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
