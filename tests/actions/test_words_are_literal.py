"""Names and references are printed as they are, by Rasa and outside of it."""

import importlib.util
from pathlib import Path

import pytest
from rasa_sdk.executor import CollectingDispatcher

from actions.secured import say
from banking.adapters.wording import DomainWords
from banking.domain.bubbles import LinkButton, Text, unmarked

PROJECT = Path(__file__).resolve().parents[2]
FILLERS = sorted(
    (PROJECT / ".venv-rasa").glob("lib/*/site-packages/rasa/core/nlg/interpolator.py")
)
ODD = [
    "{amount}",
    "{{amount}}",
    "{0}",
    "{0[amount]}",
    "{0.__class__}",
    "{{7*7}}",
    "{",
    "}",
    "{}",
    "0[",
    "a 0[x] b",
    "%s %(amount)s $amount",
    "*_~`",
    "line\nbreak",
    "\\1 \\g<0>",
]


@pytest.mark.parametrize("name", ODD)
def test_outside_a_turn(name):
    words = DomainWords({"utter_x": [{"text": "{amount} to {payee}."}]}, bank="Acme")

    (said,) = words.say("utter_x", amount="USD 5.00", payee=name)
    assert f"USD 5.00 to {name}." == unmarked(said.body)


@pytest.mark.skipif(not FILLERS, reason="Rasa's environment is not installed")
@pytest.mark.parametrize("name", ODD)
def test_by_rasas_own_filler(name):
    spec = importlib.util.spec_from_file_location("interpolator", FILLERS[0])
    filler = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(filler)
    dispatcher = CollectingDispatcher()
    say(dispatcher, "utter_x", {"amount": "USD 5.00", "payee": name})

    said = filler.interpolate_text("{amount} to {payee}.", dispatcher.messages[0])
    # A word joiner may stand in it; nobody sees that.
    assert f"USD 5.00 to {name}." == unmarked(said).replace("\u2060", "")


def test_markup_in_a_name_is_marked_for_the_messenger():
    words = DomainWords({"utter_x": [{"text": "*{payee}*"}]}, bank="Acme")

    assert [Text("*\ue000_Ama_\ue001*")] == words.say("utter_x", payee="_Ama_")


def test_a_fact_cannot_replace_a_part_of_the_message():
    dispatcher = CollectingDispatcher()
    say(dispatcher, "utter_x", {"text": "Netflix", "buttons": "none"})

    message = dispatcher.messages[0]
    assert message["text"] is None
    assert [] == message["buttons"]
    assert ("Netflix", "none") == (message["fact_text"], message["fact_buttons"])


def test_the_same_fact_has_the_same_name_outside_a_turn():
    words = DomainWords({"utter_x": [{"text": "for {fact_text}"}]}, bank="Acme")

    assert [Text("for Netflix")] == words.say("utter_x", text="Netflix")


def test_a_missing_word_is_told_to_the_log_alone(caplog):
    words = DomainWords({"utter_x": [{"text": "for {payee}"}]}, bank="Acme")

    assert [] == words.say("utter_y")
    assert [Text("for ")] == words.say("utter_x")
    assert ["utter_y", "utter_x"] == [
        word
        for record in caplog.records
        for word in record.message.split()
        if "_" in word
    ]


def test_links_and_the_banks_name_are_filled_in():
    custom = {"type": "link", "text": "{bank}", "label": "Go", "url": "{url}"}
    words = DomainWords({"utter_x": [{"custom": custom}]}, bank="Acme")

    assert [LinkButton("Acme", "Go", "https://x/s/1")] == words.say(
        "utter_x", url="https://x/s/1"
    )


def test_the_words_of_this_bank_can_be_read():
    words = DomainWords.of(PROJECT / "domain.yml", bank="Acme")

    assert "didn't write" not in words.say("utter_try_later")[0].body
    assert words.say("utter_secret_removed_card")[0].options
