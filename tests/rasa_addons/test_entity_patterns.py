"""Entities by pattern, and how they live with those found by example."""

import json
import time

import pytest

from rasa_addons.entity_patterns import (
    MOST_CHARACTERS,
    EntityPatterns,
    Finder,
    WrongPattern,
    read_patterns,
    settle,
)

PATTERNS = [
    {"label": "biller", "pattern": "city power", "id": "electricity"},
    {"label": "biller", "pattern": "Power"},
    {"label": "date", "pattern": [{"LOWER": "next"}, {"LOWER": "month"}]},
    {"label": "date", "pattern": "May"},
    {"label": "amount", "regex": r"(?:usd|\$)\s?\d+(?:\.\d\d)?"},
    {"label": "person", "regex": r"\bto (my (?:mum|dad))\b"},
]
FINDER = Finder(PATTERNS)


def found(text):
    return [(e["entity"], e["value"]) for e in FINDER.entities(text)]


@pytest.mark.parametrize(
    ("text", "entities"),
    [
        (
            "pay CITY Power next month",
            [("biller", "electricity"), ("date", "next month")],
        ),
        ("power is out", [("biller", "power")]),
        ("send USD 50.20 to my mum", [("amount", "USD 50.20"), ("person", "my mum")]),
        ("send $5", [("amount", "$5")]),
        ("nothing here", []),
        ("", []),
    ],
)
def test_phrases_tokens_and_shapes(text, entities):
    assert found(text) == entities


def test_places_are_those_of_the_text():
    (entity,) = FINDER.entities("pay city power")

    assert "pay city power"[entity["start"] : entity["end"]] == "city power"


def test_a_long_text_costs_little():
    began = time.perf_counter()
    FINDER.entities("usd " * 100_000)

    assert time.perf_counter() - began < 5
    assert not FINDER.entities(" " * MOST_CHARACTERS + "usd 5")


def by_example(entity, start, end):
    return {"entity": entity, "value": "x", "start": start, "end": end}


@pytest.mark.parametrize(
    ("pattern", "example", "kept"),
    [
        (("date", 0, 3), ("person", 0, 9), "person"),  # May Jones
        (("date", 0, 9), ("person", 0, 3), "date"),  # a name inside a date
        (("amount", 0, 3), ("date", 0, 9), "amount"),  # only names may be longer
        (("amount", 0, 5), ("amount", 0, 5), "amount"),  # the same twice
        (("date", 2, 6), ("person", 0, 4), "date"),  # half of each
    ],
)
def test_one_entity_for_every_stretch(pattern, example, kept):
    settled = settle([by_example(*pattern)], [by_example(*example)])

    assert [entity["entity"] for entity in settled] == [kept]


def test_what_does_not_overlap_is_kept():
    settled = settle([by_example("date", 10, 14)], [by_example("person", 0, 4)])

    assert [entity["entity"] for entity in settled] == ["person", "date"]


@pytest.mark.parametrize(
    "line",
    [
        "{",
        "[]",
        '{"pattern": "x"}',
        '{"label": "a"}',
        '{"label": "a", "pattern": "x", "regex": "y"}',
        '{"label": "a", "regex": "("}',
        '{"label": "a", "regex": "x*"}',
        '{"label": 7, "pattern": "x"}',
    ],
)
def test_a_wrong_line_is_named(tmp_path, line):
    file = tmp_path / "amounts.jsonl"
    file.write_text('{"label": "a", "pattern": "x"}\n\n' + line + "\n")

    with pytest.raises(WrongPattern, match=r"amounts\.jsonl:3"):
        read_patterns([file])


def test_a_changed_pattern_is_a_new_training(tmp_path):
    file = tmp_path / "amounts.jsonl"
    file.write_text(json.dumps(PATTERNS[0]))
    config = {"folder": str(tmp_path)}
    before = EntityPatterns.fingerprint_addon(config)
    assert EntityPatterns.fingerprint_addon(config) == before
    file.write_text(json.dumps(PATTERNS[1]))

    assert EntityPatterns.fingerprint_addon(config) != before


WEAK = Finder(
    [
        {"label": "person", "regex": r"\bto (\w+)", "weak": True},
        {"label": "account", "regex": r"\bsavings\b"},
        {"label": "nothing", "regex": r"\bLagos\b"},
    ]
)


@pytest.mark.parametrize(
    ("text", "tagged", "kept"),
    [
        ("send to ama", [], [("person", "ama")]),
        ("send to ama", [("company", "ama")], [("company", "ama")]),
        ("send to savings", [], [("account", "savings")]),
        ("send to Lagos", [("person", "Lagos")], []),
        (
            "from Lagos Foods",
            [("company", "Lagos Foods")],
            [("company", "Lagos Foods")],
        ),
    ],
)
def test_a_weak_pattern_fills_what_nothing_else_has_found(text, tagged, kept):
    before = [
        {"entity": k, "value": v, "start": text.index(v), "end": text.index(v) + len(v)}
        for k, v in tagged
    ]

    settled = settle(WEAK.entities(text), before)

    assert kept == [(e["entity"], e["value"]) for e in settled]
    assert not any("weak" in entity for entity in settled)


@pytest.mark.parametrize(
    "line",
    [
        '{"label": "person", "pattern": "ama", "weak": true}',
        '{"label": "person", "regex": "ama", "weak": "yes"}',
    ],
)
def test_a_weak_line_that_is_not_understood_is_named(tmp_path, line):
    file = tmp_path / "people.jsonl"
    file.write_text(line)

    with pytest.raises(WrongPattern, match=r"people\.jsonl:1: weak"):
        read_patterns([file])
