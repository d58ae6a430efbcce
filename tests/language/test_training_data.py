"""The phrases and patterns that trainers edit hold together."""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from banking.domain.examples import key as likeness

ROOT: Final = Path(__file__).resolve().parents[2]
DATA: Final = ROOT / "data"
ENTITIES: Final = frozenset(
    """
    account amount biller card category company currency date number percent person
    phone
    """.split()
)
FEWEST: Final = 40
# Each has one fixed answer, and all of them together make one intent.
FEWEST_OF_A_TOPIC: Final = 25
FEWEST_OUT_OF_SCOPE: Final = 300
LONGEST_ANSWER: Final = 300

ANNOTATION: Final = re.compile(r"\[([^\[\]]+)\]\(([^()]+)\)")
# What is left of an annotation that was not written right.
LEFTOVER: Final = re.compile(r"\]\s*[({]|[)}]\[|\[[^\[\]]*$|^[^\[\]]*\]")


@dataclass(frozen=True, slots=True)
class Example:
    intent: str
    text: str
    file: str

    @property
    def plain(self) -> str:
        """What the customer writes: the text without annotation."""
        return ANNOTATION.sub(r"\1", self.text)

    @property
    def key(self) -> str:
        """The same for sentences that mean the same."""
        return likeness(self.plain)

    @property
    def entities(self) -> list[tuple[str, str]]:
        """Text and label of each annotated value."""
        return ANNOTATION.findall(self.text)


def _files() -> list[Path]:
    return sorted(DATA.rglob("*.yml"))


def _sections() -> Iterator[tuple[Path, dict[str, Any]]]:
    for file in _files():
        content = yaml.safe_load(file.read_text(encoding="utf-8"))
        for section in content.get("nlu") or []:
            yield file, section


def _examples() -> list[Example]:
    return [
        Example(section["intent"], line.removeprefix("- "), file.name)
        for file, section in _sections()
        if "intent" in section
        for line in section["examples"].splitlines()
        if line.strip()
    ]


EXAMPLES: Final = _examples()


def _patterns() -> list[tuple[str, str]]:
    return [
        (f"{file.name}:{number}", line)
        for file in sorted((DATA / "entities").glob("*.jsonl"))
        for number, line in enumerate(
            file.read_text(encoding="utf-8").splitlines(), start=1
        )
    ]


def test_every_section_is_read() -> None:
    kinds = Counter(next(iter(section)) for _, section in _sections())

    assert set(kinds) <= {"intent", "lookup", "regex", "synonym"}
    assert kinds["intent"] > 80


def test_every_line_of_examples_is_one_example() -> None:
    wrong = [
        (file.name, line)
        for file, section in _sections()
        for line in section["examples"].splitlines()
        if not re.fullmatch(r"- \S.*", line)
    ]

    assert wrong == []


def test_each_intent_is_written_in_one_place() -> None:
    places = Counter(s["intent"] for _, s in _sections() if "intent" in s)

    assert [name for name, many in places.items() if many > 1] == []


def test_the_intents_are_those_of_the_domain() -> None:
    domain = yaml.safe_load((ROOT / "domain.yml").read_text(encoding="utf-8"))
    listed = {
        name if isinstance(name, str) else next(iter(name))
        for name in domain["intents"]
    }
    # After sign-in the bank itself says "resume"; nobody can type it.
    known = listed - {"resume"}

    assert {example.intent.split("/")[0] for example in EXAMPLES} == known


def test_every_intent_has_enough_examples() -> None:
    found = Counter(example.intent for example in EXAMPLES)
    few = {
        name: many
        for name, many in found.items()
        if many < (FEWEST_OF_A_TOPIC if "/" in name else FEWEST)
    }

    assert few == {}
    assert found["out_of_scope"] >= FEWEST_OUT_OF_SCOPE


def test_no_sentence_means_two_things() -> None:
    meanings: dict[str, set[str]] = defaultdict(set)
    for example in EXAMPLES:
        meanings[example.key].add(example.intent)

    assert {k: v for k, v in meanings.items() if len(v) > 1} == {}


def test_no_sentence_differs_from_another_meaning_by_manners_alone() -> None:
    manners = {"please", "pls", "hi", "hello", "hey", "kindly", "abeg", "the", "a"}
    meanings: dict[str, set[str]] = defaultdict(set)
    for example in EXAMPLES:
        bare = " ".join(w for w in example.key.split() if w not in manners)
        if len(bare.split()) > 2:
            meanings[bare].add(example.intent)

    assert {k: v for k, v in meanings.items() if len(v) > 1} == {}


def test_no_sentence_is_written_twice() -> None:
    written = Counter((example.intent, example.key) for example in EXAMPLES)

    assert [what for what, many in written.items() if many > 1] == []


def test_annotations_are_well_formed() -> None:
    wrong = [
        example
        for example in EXAMPLES
        if LEFTOVER.search(ANNOTATION.sub("", example.text))
        and not re.search(r"\[card [^\]]*\]", example.text)
    ]

    assert wrong == []


def test_annotated_values_are_trimmed_and_of_a_known_kind() -> None:
    wrong = [
        (example, value, label)
        for example in EXAMPLES
        for value, label in example.entities
        if label not in ENTITIES or value != value.strip()
    ]

    assert wrong == []


@pytest.mark.parametrize("label", sorted(ENTITIES))
def test_every_kind_of_value_is_shown_by_example(label: str) -> None:
    shown = {v.casefold() for e in EXAMPLES for v, kind in e.entities if kind == label}

    assert len(shown) >= 5


def test_no_example_holds_what_a_customer_must_not_write_here() -> None:
    # A card number in full would teach customers to send one.
    full = [e for e in EXAMPLES if re.search(r"(?:\d[ -]?){16}", e.plain)]

    assert [e for e in full if "IBAN" not in e.plain and "DE89" not in e.plain] == []


def test_every_fixed_question_has_a_short_answer() -> None:
    faq = yaml.safe_load((DATA / "faq.yml").read_text(encoding="utf-8"))
    asked = {f"utter_{e.intent}" for e in EXAMPLES if e.intent.startswith("faq/")}

    assert set(faq["responses"]) == asked
    for variants in faq["responses"].values():
        assert [v for v in variants if len(v["text"]) > LONGEST_ANSWER] == []
        assert [v for v in variants if "{" in v["text"]] == []


def _wrong_with(line: str) -> str | None:
    """Why a pattern cannot be used; None where it can."""
    pattern = json.loads(line)
    # "nothing" hides what would pass for a name.
    if pattern["label"] not in {*ENTITIES, "nothing"}:
        return "unknown label"
    if len({"pattern", "regex"} & set(pattern)) != 1:
        return "either pattern or regex"
    if "regex" not in pattern:
        phrase = pattern["pattern"]
        spaced = isinstance(phrase, str) and phrase.strip() != phrase
        return "empty or spaced" if spaced or not phrase else None
    shape = re.compile(pattern["regex"], re.IGNORECASE)
    if shape.groups > 1:
        return "more than the one group that narrows the value"
    return "finds nothing, everywhere" if shape.match("") else None


def test_every_pattern_can_be_used() -> None:
    wrong = {place: _wrong_with(line) for place, line in _patterns()}

    assert wrong
    assert {place: why for place, why in wrong.items() if why} == {}


def test_no_pattern_is_written_twice() -> None:
    written = Counter(line for _, line in _patterns())

    assert [line for line, many in written.items() if many > 1] == []


def test_no_phrase_has_two_labels() -> None:
    labels: dict[str, set[str]] = defaultdict(set)
    for _, line in _patterns():
        pattern = json.loads(line)
        if isinstance(pattern.get("pattern"), str):
            labels[pattern["pattern"].casefold()].add(pattern["label"])

    assert {k: v for k, v in labels.items() if len(v) > 1} == {}
