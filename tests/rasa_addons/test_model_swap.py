"""A model put into service takes over without a message lost, or not at all."""

import os
import shutil
import threading
from pathlib import Path

import pytest
import requests
from conftest import Gateway, answer, eventually
from signing import KEY

from rasa_addons.manifest import Manifest
from rasa_addons.serve import puller


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
