"""Contradictions, doubles and near doubles are found, both places named."""

from __future__ import annotations

from pathlib import Path

import pytest

from banking.domain.data_findings import Fault
from tests.lint.home import change, notable, only, teach, where


def test_one_sentence_under_two_intents_names_both_places(home: Path) -> None:
    teach(home, "Pay KOFI!")

    finding = only(home)

    assert finding.fault is Fault.CONTRADICTION
    assert where(finding) == ("data/words.yml", 17, 9)
    assert "`transfer_money` here, but `greet` at data/words.yml:8" in finding.reason
    assert finding.stops_training


def test_a_sentence_of_another_file_contradicts_as_well(home: Path) -> None:
    teach(home, "how old must i be?")

    assert where(only(home)) == ("data/words.yml", 8, 9)
    assert "`faq/age_limit` at data/faq.yml:6" in only(home).reason


def test_the_same_twice_within_an_intent_is_a_warning(home: Path) -> None:
    teach(home, "Hi, there.")

    assert only(home).fault is Fault.TWICE
    assert not only(home).stops_training
    assert where(only(home)) == ("data/words.yml", 8, 9)
    assert only(home).reason == "the same as data/words.yml:7"


def test_the_same_with_other_values_marked_is_told_apart(home: Path) -> None:
    change(home, "- pay [Kofi](person)", "- pay [Kofi](person)\n      - pay Kofi")

    assert only(home).reason.endswith(":16, with other values marked")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("please how much do I have", 12),
        ("how much do I have, abeg", 12),
        ("send [20](amount) to [my mum](person)", 16),
    ],
)
def test_what_nearly_means_another_intent_is_a_warning(
    home: Path, text: str, line: int
) -> None:
    teach(home, text)

    finding = only(home)

    assert finding.fault is Fault.ALIKE
    assert not finding.stops_training
    assert (finding.line, "data/words.yml:8" in finding.reason) == (line, True)


def test_the_name_of_a_label_is_not_its_value(home: Path) -> None:
    teach(home, "what is left on my card")

    assert notable(home) == []


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("show the stotement now", "show the statement now", True),
        ("show the statment now", "show the statement now", True),
        ("show the satement now", "show the statement now", True),
        ("show the sttaement now", "show the statement now", True),
        ("show the settlement now", "show the statement now", False),
        ("how much is owed", "how much is owned", False),
        ("account 123456 is it", "account 123457 is it", False),
        ("bal statement", "bal statment", False),
    ],
)
def test_a_slip_of_a_letter_in_a_long_word_is_alike(
    home: Path, one: str, other: str, alike: bool
) -> None:
    teach(home, one)
    teach(home, other, below="      - how much do I have")

    assert [f.fault for f in notable(home)] == [Fault.ALIKE] * alike


def test_what_is_held_out_and_taught_is_a_warning(home: Path) -> None:
    held_out = home / "tests" / "held_out"
    held_out.mkdir(parents=True)
    rows = "text,intent\nGood day to you!,greet\nsomething else,greet\n"
    (held_out / "intents.csv").write_text(rows, encoding="utf-8")

    finding = only(home)

    assert finding.fault is Fault.HELD_OUT
    assert not finding.stops_training
    assert where(finding) == ("data/words.yml", 8, 9)


def test_held_out_sets_that_cannot_be_read_are_left_to_whoever_measures(
    home: Path,
) -> None:
    (home / "tests" / "held_out").mkdir(parents=True)

    assert notable(home) == []
