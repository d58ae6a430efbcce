"""Files that cannot be read are named with line and reason."""

from __future__ import annotations

from pathlib import Path

import pytest

from banking.adapters.language.lint import lint
from banking.domain.data_findings import Fault
from tests.lint.home import WORDS, change, notable, only, teach, where


@pytest.mark.parametrize(
    ("old", "new", "line", "column", "words"),
    [
        ("  - intent: greet", "\t- intent: greet", 5, 1, "a tab"),
        ("intent: greet", "intent: greet: hello", 5, 18, "a colon"),
        ("    examples: |\n      - hi", "   examples: |\n      - hi", 6, 4, "indented"),
        ("- intent: greet", '- intent: "greet', 5, 13, "never closed"),
        ("examples: |\n      - hi", "examples: | x\n      - hi", 6, 17, "next line"),
        ("intent: greet", "intent: *greet", 5, 13, "quotes"),
        ("intent: greet", "intent: @greet", 5, 13, "quotes"),
        ("# Comments stay.", "---\nnlu: []", 3, 1, "second document"),
        ("# Comments stay.", "stray", 3, 1, "neither a key"),
    ],
)
def test_broken_yaml_is_named_in_plain_words(
    home: Path, old: str, new: str, line: int, column: int, words: str
) -> None:
    change(home, old, new)

    finding = only(home)

    assert finding.fault is Fault.BROKEN_YAML
    assert where(finding) == ("data/words.yml", line, column)
    assert finding.reason.startswith("broken YAML: ")
    assert words in finding.reason


def test_one_broken_file_does_not_hide_the_faults_of_another(home: Path) -> None:
    change(home, "- intent: greet", '- intent: "greet', "data/rules/talk.yml")
    teach(home, "/start")

    found = notable(home)
    assert [f.fault for f in found] == [Fault.BROKEN_YAML, Fault.COMMAND]


@pytest.mark.parametrize("sign", ["\u2028", "\x85", "\x0b", "\x0c", "\r"])
def test_an_end_of_line_that_nobody_sees_is_found(home: Path, sign: str) -> None:
    change(home, "- hi there", f"- hi{sign}there")

    finding = only(home)

    assert finding.fault is Fault.HIDDEN_CHARACTER
    assert where(finding) == ("data/words.yml", 7, 11)


def test_a_control_character_is_found(home: Path) -> None:
    change(home, "- hi there", "- hi\x00there")

    assert (only(home).fault, only(home).line) == (Fault.HIDDEN_CHARACTER, 7)


def test_a_file_that_is_not_utf_8_is_named(home: Path) -> None:
    file = home / "data" / "words.yml"
    file.write_bytes(WORDS.encode().replace(b"hi there", b"caf\xe9"))

    assert only(home).fault is Fault.UNREADABLE
    assert where(only(home)) == ("data/words.yml", 7, 12)


def test_nested_brackets_without_end_do_not_stop_the_check(home: Path) -> None:
    (home / "data" / "deep.yml").write_text("a: " + "[" * 3_000, encoding="utf-8")

    assert only(home).file == "data/deep.yml"


def test_aliases_that_multiply_do_not_stop_the_check(home: Path) -> None:
    rows = ["x0: &x0 [a, b]"]
    rows += [f"x{n}: &x{n} [{', '.join([f'*x{n - 1}'] * 9)}]" for n in range(1, 12)]
    (home / "data" / "bomb.yml").write_text("\n".join(rows), encoding="utf-8")

    assert {found.fault for found in notable(home)} == {Fault.MISPLACED}


def test_nothing_to_learn_from_is_an_error(tmp_path: Path) -> None:
    found = {(f.file, f.fault) for f in lint(tmp_path)}

    assert found == {("data", Fault.MISSING), ("domain.yml", Fault.MISSING)}


def test_a_broken_domain_is_named_and_the_examples_are_still_read(home: Path) -> None:
    change(home, "intents:", "intents", "domain.yml")
    teach(home, "/start")

    found = notable(home)
    assert [(f.file, f.fault) for f in found] == [
        ("data/words.yml", Fault.COMMAND),
        ("domain.yml", Fault.BROKEN_YAML),
    ]
