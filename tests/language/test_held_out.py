"""The held-out sets are whole, and nothing in them has been taught.

A sentence that the assistant has learned says nothing about what it understands. Where
one of these collides with a training example, change the sentence here.

`tests/held_out/` is what the figures are about. `tests/held_out/swahili/` shows how
much of another language is understood; ask for it with `--sets`.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import pytest

from banking.adapters.language.example_files import YamlExamples
from banking.adapters.language.sets import read_sets
from banking.domain.examples import key

ROOT: Final = Path(__file__).resolve().parents[2]
HELD_OUT: Final = ROOT / "tests" / "held_out"
SWAHILI: Final = HELD_OUT / "swahili"
FEWEST: Final = 12
FEWEST_FOREIGN: Final = 250
FEWEST_ANNOTATED: Final = 300
FEWEST_OF_A_KIND: Final = 8
# The bank itself says it; and what no bank does has a file of its own.
NOT_SAID: Final = frozenset({"resume", "out_of_scope"})

# Nine letters in ten alike, whatever the order of the words: one was made of the other.
TOO_LIKE: Final = 0.9
# Short ones are alike because there are not many ways to say it.
SHORT: Final = 3


@dataclass(frozen=True, slots=True)
class Said:
    """A held-out text, its intent where it has one, and the file it stands in."""

    text: str
    intent: str
    file: str

    @property
    def words(self) -> list[str]:
        return key(self.text).split()


def _held_out() -> list[Said]:
    found, swahili = read_sets([HELD_OUT, SWAHILI])
    return [
        *(Said(e.text, e.intent, "swahili/intents.csv") for e in swahili.examples),
        *(Said(e.text, e.intent, "intents.csv") for e in found.examples),
        *(Said(text, "out_of_scope", "out_of_scope.csv") for text in found.foreign),
        *(Said(a.text, "", "entities.jsonl") for a in found.annotated),
    ]


HELD: Final = _held_out()
TAUGHT: Final = {
    key(example.lesson.text): f"{example.file}:{example.line}"
    for example in YamlExamples(ROOT).read().examples
}


def _entities() -> Iterator[tuple[str, dict[str, Any]]]:
    """Each text with each of its entities as the file has it."""
    lines = (HELD_OUT / "entities.jsonl").read_text(encoding="utf-8").splitlines()
    for row in map(json.loads, lines):
        for entity in row["entities"]:
            yield row["text"], entity


def _likest(words: list[str], by_word: dict[str, set[str]]) -> tuple[float, str]:
    """The taught sentence whose sorted words are likest, where one is near at all."""
    shared = Counter(other for word in set(words) for other in by_word[word])
    # SequenceMatcher looks long at its second sequence, once.
    match = SequenceMatcher(None, "", " ".join(sorted(words)), autojunk=False)
    best = (0.0, "")
    for other, many in shared.items():
        # Nine letters in ten alike, and not one word in two the same: hardly.
        if many < len(set(words)) / 2:
            continue
        match.set_seq1(" ".join(sorted(other.split())))
        if match.real_quick_ratio() >= TOO_LIKE and match.quick_ratio() >= TOO_LIKE:
            best = max(best, (match.ratio(), other))
    return best


def _near(held: list[Said], taught: Iterable[str]) -> list[tuple[str, str]]:
    """Held-out texts that are too near a taught one, each with that one."""
    by_word: dict[str, set[str]] = defaultdict(set)
    for sentence in taught:
        for word in sentence.split():
            by_word[word].add(sentence)
    found = []
    for said in held:
        likeness, other = _likest(said.words, by_word)
        if len(said.words) > SHORT and likeness >= TOO_LIKE:
            found.append((said.text, other))
    return found


def test_every_intent_and_topic_is_held_out_often_enough() -> None:
    corpus = YamlExamples(ROOT).read()
    found = Counter(said.intent for said in HELD if said.file == "intents.csv")
    wanted = {example.lesson.intent for example in corpus.examples} - NOT_SAID
    domain = {name for name in corpus.intents if name not in NOT_SAID | {"faq"}}

    assert wanted >= domain
    assert set(found) == wanted
    assert {name: many for name, many in found.items() if many < FEWEST} == {}


def test_enough_is_held_out_that_no_bank_does_and_that_holds_values() -> None:
    files = Counter(said.file for said in HELD)

    assert files["out_of_scope.csv"] >= FEWEST_FOREIGN
    assert files["entities.jsonl"] >= FEWEST_ANNOTATED


@pytest.mark.parametrize(
    "kind",
    """
    account amount biller card category company currency date number percent person
    phone
    """.split(),
)
def test_every_kind_of_value_is_held_out_often_enough(kind: str) -> None:
    found = Counter(entity["entity"] for _, entity in _entities())

    assert found[kind] >= FEWEST_OF_A_KIND


def test_values_stand_where_they_are_said_to_stand() -> None:
    wrong = [
        (text, entity)
        for text, entity in _entities()
        if text[entity["start"] : entity["end"]] != entity["value"]
        or entity["value"] != entity["value"].strip()
        or set(entity) != {"entity", "value", "start", "end"}
    ]

    assert wrong == []


def test_values_do_not_overlap() -> None:
    taken: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for text, entity in _entities():
        taken[text].append((entity["start"], entity["end"]))

    assert [
        text
        for text, spans in taken.items()
        if any(one[1] > other[0] for one, other in pairwise(sorted(spans)))
    ] == []


def test_no_text_stands_twice_in_a_set_or_in_two() -> None:
    # "????!!!" and "-" differ; "Yes!" and "yes" do not.
    written = Counter(key(said.text) for said in HELD)

    assert [text for text, many in written.items() if many > 1] == []


def test_nothing_held_out_has_been_taught() -> None:
    same = {s.text: TAUGHT[key(s.text)] for s in HELD if key(s.text) in TAUGHT}

    assert same == {}


def test_nothing_held_out_is_nearly_what_has_been_taught() -> None:
    assert _near(HELD, TAUGHT) == []


@pytest.mark.parametrize(
    ("held", "taught", "near"),
    [
        ("Send my money to the moon, please!", "please send my money to the moon", 1),
        ("where is my replacement card", "where is my replacment card", 1),
        ("where is my replacement card", "where is my replacement loan", 0),
        ("lock my card", "look my card", 0),
    ],
)
def test_what_counts_as_near(held: str, taught: str, near: int) -> None:
    assert len(_near([Said(held, "", "")], [key(taught)])) == near
