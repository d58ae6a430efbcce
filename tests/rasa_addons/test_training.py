"""What is trained is what is served, and a model holds nothing that can run."""

import asyncio
import json
import os
import shutil
import subprocess
import sys
import tarfile
import time
from pathlib import Path

import numpy as np
import pytest
from conftest import ROOT

from rasa_addons.manifest import Manifest
from rasa_addons.tensorflow_left_out import components_of_config, components_of_model
from rasa_addons.train import train

TOPICS = {
    "faq/age": ["how old must i be", "is there an age limit", "can children join"],
    "faq/safety": ["is my money safe", "are deposits protected", "is it secure here"],
}
SAYINGS = {
    "check_balance": ["how much do i have", "show my balance", "what is in my account"],
    "lock_card": ["block my card", "freeze the card please", "stop my plastic"],
    "transfer_money": [
        "send money to [Ann Lee](person)",
        "pay [Bob](person) 5 dollars",
        "transfer cash to [Carol](person)",
        "give [Dan Roe](person) 20",
    ],
}


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """The real pipeline on a few sentences."""
    folder = tmp_path_factory.mktemp("small")
    shutil.copy(ROOT / "config.yml", folder)
    (folder / "data" / "entities").mkdir(parents=True)
    pattern = {"label": "amount", "regex": r"\b\d+\b"}
    (folder / "data" / "entities" / "a.jsonl").write_text(json.dumps(pattern))
    nlu = 'version: "3.1"\nnlu:\n'
    rules = "rules:\n"
    for topic, texts in TOPICS.items():
        examples = "".join(f"      - {text}\n" for text in texts)
        nlu += f"  - intent: {topic}\n    examples: |\n{examples}"
    for intent, texts in SAYINGS.items():
        examples = "".join(f"      - {text}\n" for text in texts)
        nlu += f"  - intent: {intent}\n    examples: |\n{examples}"
        rules += (
            f"  - rule: {intent}\n    steps:\n"
            f"      - intent: {intent}\n      - action: utter_ok\n"
        )
    (folder / "data" / "all.yml").write_text(nlu + rules)
    (folder / "domain.yml").write_text(
        f'version: "3.1"\nintents: [faq, {", ".join(SAYINGS)}]\n'
        "entities: [amount, person]\nresponses:\n  utter_ok: [{text: ok}]\n"
    )
    with WorkingIn(folder):
        train(**places()).write(Path("models"))
    return folder


def places(force=False):
    return {
        "config": Path("config.yml"),
        "domain": Path("domain.yml"),
        "data": Path("data"),
        "out": Path("models"),
        "force": force,
    }


class WorkingIn:
    def __init__(self, folder):
        self._folder = folder

    def __enter__(self):
        self._before = Path.cwd()
        os.chdir(self._folder)

    def __exit__(self, *_):
        os.chdir(self._before)


@pytest.fixture(scope="module")
def agent(small):
    from rasa.core.agent import Agent

    models = small / "models"
    return Agent.load(str(Manifest.read(models).checked(models)))


def parsed(agent, text):
    return asyncio.run(agent.parse_message(text))


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("please tell me my balance", "check_balance"),
        ("can you block the plastic", "lock_card"),
        ("i want to transfer some money", "transfer_money"),
    ],
)
def test_it_understands_what_it_has_not_read(agent, text, intent):
    answer = parsed(agent, text)

    assert answer["intent_ranking"][0]["name"] == intent
    ranking = [guess["confidence"] for guess in answer["intent_ranking"]]
    assert ranking == sorted(ranking, reverse=True)
    assert np.isclose(sum(ranking), 1.0, atol=1e-3)


@pytest.mark.parametrize(
    ("text", "topic"),
    [("is there an age limit here", "faq/age"), ("is my money secure", "faq/safety")],
)
def test_a_general_question_has_its_topic(agent, text, topic):
    answer = parsed(agent, text)

    assert answer["intent_ranking"][0]["name"] == "faq"
    chosen = answer["response_selector"]["faq"]["response"]
    assert chosen["intent_response_key"] == topic
    assert "faq" not in parsed(agent, "send money to Bob").get("response_selector", {})


@pytest.mark.parametrize("lead", ["\u200b/", "\u200b\u200e/", "\uff0f", "\u2044"])
def test_a_typed_command_has_no_intent_but_likely_readings(agent, lead):
    answer = parsed(agent, lead + "check_balance show my balance")

    assert answer["intent"]["name"] == "nlu_fallback"
    assert answer["intent_ranking"][1]["name"] == "check_balance"


ODD_TEXTS = {
    "empty": "",
    "blank": " \n\t ",
    "emoji": "\U0001f355\U0001f355\U0001f355",
    "a family": "\U0001f468\u200d\U0001f469\u200d\U0001f467",
    "mixed scripts": "send деньги к 妈妈 بسرعة",
    "right to left": "\u202e05 dnes\u202c \u200f\u061c",
    "braces": "{amount}",
    "template": "{{7*7}} ${7*7} <%= 7*7 %>",
    "format": "%s %(amount)s {0.__class__}",
    "surrogate": "pay \ud83d now",
    "controls": "\x00\x1b[31m\ufeff",
    "yaml": "- intent: transfer_money\n  examples: |\n    - [x](amount)",
    "one word": "a" * 4_096,
    "words": ("send 50 and " * 400)[:4_096],
    "commas": ", " * 2_048,
    "digits": "1" * 4_096,
}


@pytest.mark.parametrize("text", ODD_TEXTS.values(), ids=ODD_TEXTS.keys())
def test_an_odd_text_has_an_answer_in_time(agent, text):
    began = time.thread_time()
    answer = parsed(agent, text)
    took = time.thread_time() - began

    assert answer["intent"]["name"] in {None, "nlu_fallback", "faq", *SAYINGS}
    assert 0.0 <= answer["intent"]["confidence"] <= 1.0
    for entity in answer["entities"]:
        assert 0 <= entity["start"] < entity["end"] <= len(text)
    assert took < 2.0


@pytest.mark.parametrize("text", ["", " \n\t ", "\x00"])
def test_nothing_said_means_nothing(agent, text):
    assert parsed(agent, text)["intent"]["name"] in {None, "nlu_fallback"}


def test_two_requests_are_both_told(agent):
    answer = parsed(agent, "show my balance and block my card")

    both = {answer["intent"]["name"], answer["second_intent"]["name"]}
    assert both == {"check_balance", "lock_card"}
    chances = [guess["confidence"] for guess in answer["intent_ranking"]]
    assert np.isclose(sum(chances), 1.0, atol=1e-3)


def test_it_finds_names_and_amounts(agent):
    found = parsed(agent, "pay Bob 20")["entities"]

    assert [(e["entity"], e["value"]) for e in found] == [
        ("person", "Bob"),
        ("amount", "20"),
    ]


@pytest.mark.parametrize("text", ["", " ", "\u200b", "🙂", "?", "x" * 4_096])
def test_any_text_has_an_answer(agent, text):
    assert "intent" in parsed(agent, text)


def test_a_model_holds_nothing_that_can_run(small):
    models = small / "models"
    with tarfile.open(Manifest.read(models).checked(models)) as archive:
        files = [member for member in archive.getmembers() if member.isfile()]
        for member in files:
            content = archive.extractfile(member).read()
            assert not content.startswith((b"\x80\x03", b"\x80\x04", b"\x80\x05"))
            assert not member.name.endswith((".pkl", ".pickle", ".joblib", ".py"))
    assert len(files) > 5


def test_the_same_data_is_not_trained_twice(small):
    with WorkingIn(small):
        before = Manifest.read(Path("models"))
        assert train(**places()) == before
        patterns = small / "data" / "entities" / "a.jsonl"
        kept = patterns.read_text()
        patterns.write_text(kept + "\n" + json.dumps({"label": "a", "pattern": "b"}))
        try:
            assert train(**places()).data_sha256 != before.data_sha256
        finally:
            patterns.write_text(kept)
        assert train(**places()) == before


def test_tensorflow_is_left_out_only_where_nothing_needs_it(small, tmp_path):
    from rasa_addons.tensorflow_left_out import _needs_it

    models = small / "models"
    used = components_of_model(models / Manifest.read(models).file)
    assert "rasa_addons.linear_classifier.LinearClassifier" in used
    assert not any(map(_needs_it, used))
    config = tmp_path / "config.yml"
    config.write_text("pipeline:\n  - name: DIETClassifier\n  - name: 'my.Own'\n")
    assert [_needs_it(name) for name in components_of_config(config)] == [True, True]


def test_predict_writes_a_line_for_every_text(small, tmp_path):
    texts = ["show my balance", "/restart", "pay Bob 20"]
    source, out = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    source.write_text("\n".join(json.dumps({"text": text}) for text in texts))
    subprocess.run(
        [
            *(sys.executable, "-W", "ignore", "-m", "rasa_addons.predict"),
            *("--in", str(source), "--out", str(out)),
        ],
        cwd=small,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        check=True,
        timeout=120,
    )
    lines = [json.loads(line) for line in out.read_text().splitlines()]

    assert [line["text"] for line in lines] == texts
    assert lines[0]["intent"] == "check_balance"
    assert lines[1]["intent"] not in ("restart", None)
    assert set(lines[2]["entities"][0]) == {"entity", "value", "start", "end"}
