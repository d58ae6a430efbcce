"""What is wrong in the training data is found, with file, line, column and reason."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Final

import pytest

from banking.adapters.language.lint import lint
from banking.domain.data_findings import Fault, Finding, Severity

ROOT: Final = Path(__file__).resolve().parents[2]
# A quiet machine needs 1.3 s.
SLOWEST_CPU_SECONDS: Final = 3.0

DOMAIN: Final = """\
version: "3.1"
intents:
  - greet
  - check_balance: {use_entities: true}
  - transfer_money
  - faq
  - resume
entities:
  - amount
  - person
  - card: {roles: [own]}
responses:
  utter_hello:
  - text: Hello!
"""
WORDS: Final = """\
version: "3.1"

# Comments stay.
nlu:
  - intent: greet
    examples: |
      - hi there
      - good day to you
  - intent: check_balance
    examples: |
      - how much do I have
      - what is left on my [visa](card)
  - intent: transfer_money
    examples: |
      - send [50](amount) to [Grace](person)
      - pay [Kofi](person)
"""
TOPICS: Final = """\
version: "3.1"

nlu:
  - intent: faq/age_limit
    examples: |
      - how old must I be

responses:
  utter_faq/age_limit:
  - text: Eighteen.
"""
RULES: Final = """\
version: "3.1"

rules:

- rule: A greeting
  steps:
  - intent: greet
  - action: utter_hello

- rule: Not understood
  steps:
  - intent: nlu_fallback
  - action: utter_hello
"""
PATTERNS: Final = """\
{"label": "amount", "regex": "\\\\d+ (?:bucks)"}
{"label": "person", "pattern": "my landlord"}
"""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "data" / "rules").mkdir(parents=True)
    (tmp_path / "data" / "entities").mkdir()
    (tmp_path / "domain.yml").write_text(DOMAIN, encoding="utf-8")
    (tmp_path / "config.yml").write_text("recipe: default.v1\n", encoding="utf-8")
    for name, text in (
        ("words.yml", WORDS),
        ("faq.yml", TOPICS),
        ("rules/talk.yml", RULES),
        ("entities/values.jsonl", PATTERNS),
    ):
        (tmp_path / "data" / name).write_text(text, encoding="utf-8")
    return tmp_path


def change(home: Path, old: str, new: str, file: str = "data/words.yml") -> None:
    place = home / file
    text = place.read_text(encoding="utf-8")
    assert text.count(old) == 1
    place.write_bytes(text.replace(old, new).encode())


def teach(home: Path, *lines: str, below: str = "      - hi there") -> None:
    """Write more examples behind line 7, the first greeting."""
    more = "".join(f"\n      - {line}" for line in lines)
    change(home, f"{below}\n", f"{below}{more}\n")


def notable(home: Path) -> list[Finding]:
    """What is found, except that so small a home has too few examples."""
    return [found for found in lint(home) if found.fault is not Fault.TOO_FEW]


def only(home: Path) -> Finding:
    findings = notable(home)
    assert len(findings) == 1, findings
    return findings[0]


def where(finding: Finding) -> tuple[str, int, int]:
    return finding.file, finding.line, finding.column


# --- the product's own data -------------------------------------------------------


def test_the_data_of_the_product_has_no_errors() -> None:
    assert [str(found) for found in lint(ROOT) if found.stops_training] == []


def test_the_data_of_the_product_is_checked_soon() -> None:
    # A machine with much else to do is slow for a while.
    assert any(_seconds() < SLOWEST_CPU_SECONDS for _ in range(3))


def _seconds() -> float:
    before = time.process_time()
    lint(ROOT)
    return time.process_time() - before


def test_faults_in_a_copy_of_the_data_are_found_where_they_were_made(
    tmp_path: Path,
) -> None:
    shutil.copytree(ROOT / "data", tmp_path / "data")
    shutil.copy(ROOT / "domain.yml", tmp_path)
    file = tmp_path / "data" / "services" / "balance.yml"
    lines = file.read_text(encoding="utf-8").split("\n")
    intent = lines.index("  - intent: check_balance")
    dash = next(at for at in range(intent, len(lines)) if "- " in lines[at][4:])
    other = tmp_path / "data" / "services" / "rates.yml"
    rates = other.read_text(encoding="utf-8").split("\n")
    second = next(at for at, line in enumerate(rates) if line.startswith("      - "))
    lines[dash] = "      - zwoinkle [my balance](amnt) gribbet"
    lines.insert(dash + 1, "      - flumox the dernwick 4485 2757 4230 8327 quim")
    lines.insert(dash + 2, "      - brillig toves gimble")
    rates.insert(second, "      - Brillig, toves: gimble!")
    file.write_text("\n".join(lines), encoding="utf-8")
    other.write_text("\n".join(rates), encoding="utf-8")

    errors = [found for found in lint(tmp_path) if found.stops_training]

    assert [(f.fault, f.file, f.line) for f in errors] == [
        (Fault.UNKNOWN_ENTITY, "data/services/balance.yml", dash + 1),
        (Fault.SECRET, "data/services/balance.yml", dash + 2),
        (Fault.CONTRADICTION, "data/services/rates.yml", second + 1),
    ]
    assert f"`check_balance` at data/services/balance.yml:{dash + 3}" in str(errors[2])


# --- nothing wrong ----------------------------------------------------------------


def test_a_sound_home_has_nothing_but_few_examples(home: Path) -> None:
    findings = lint(home)

    assert {found.fault for found in findings} == {Fault.TOO_FEW}
    assert {found.severity for found in findings} == {Severity.WARNING}


@pytest.mark.parametrize(
    "text",
    [
        "- a dash in front",
        "# not a comment",
        "balance: how much",
        "balance | savings | loan",
        "*urgent* and **now**",
        "> quoted",
        "`bal` please",
        "{amount} left",
        "{{7*7}}",
        "${HOME} & %s%n @you !now",
        "'single' and \"double",
        "see [card 1] and list[0]",
        "my balance :[ so sad",
        "[ what ]",
        "it costs (amount) or so",
        "~ null yes 0x41 ---",
        "رصيد حسابي",
        "残高はいくら",
        "💰💰",
        "half \\ of it",
    ],
)
def test_signs_of_yaml_and_markdown_are_text(home: Path, text: str) -> None:
    teach(home, text)

    assert notable(home) == []


def test_a_file_of_another_system_is_read_alike(home: Path) -> None:
    file = home / "data" / "words.yml"
    dos = WORDS.replace("- hi there\n", "- hi there\n      - /go\n")
    file.write_bytes(b"\xef\xbb\xbf" + dos.replace("\n", "\r\n").encode())

    assert where(only(home)) == ("data/words.yml", 8, 9)


# --- files ------------------------------------------------------------------------


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
    (home / "data" / "deep.yml").write_text("a: " + "[" * 20_000, encoding="utf-8")

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


# --- sections ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "place", "fault", "words"),
    [
        (
            "intent: greet",
            "intent: great",
            (5, 13),
            Fault.UNKNOWN_INTENT,
            "did you mean `greet`",
        ),
        ("intent: greet", "intent: ''", (5, 13), Fault.UNKNOWN_INTENT, "without"),
        ("intent: greet", "intnet: greet", (5, 5), Fault.MISPLACED, "one of"),
        ("nlu:", "nul:", (4, 1), Fault.MISPLACED, "did you mean `nlu`"),
        (
            "examples: |\n      - hi there\n      - good day to you",
            "examples:",
            (5, 13),
            Fault.NO_EXAMPLES,
            "`greet`",
        ),
        (
            "examples: |\n      - hi there",
            "examples: >\n      - hi there",
            (6, 15),
            Fault.NOT_READ,
            "one line",
        ),
        (
            "examples: |\n      - hi there",
            "examples:\n      - hi there",
            (7, 9),
            Fault.NOT_READ,
            "lacks its `|`",
        ),
        ("- good day to you", "good day to you", (8, 7), Fault.NOT_READ, "`- `"),
        (
            "  - intent: check_balance",
            "  - intent: greet\n    intent: greet\n    examples: |\n      - yo\n"
            "  - intent: check_balance",
            (10, 5),
            Fault.MISPLACED,
            "second time: see line 9",
        ),
    ],
)
def test_what_keeps_examples_from_being_read(
    home: Path, old: str, new: str, place: tuple[int, int], fault: Fault, words: str
) -> None:
    change(home, old, new)

    finding = only(home)

    assert finding.fault is fault
    assert where(finding) == ("data/words.yml", *place)
    assert words in finding.reason
    assert finding.stops_training


def test_a_topic_without_an_answer_is_an_error(home: Path) -> None:
    change(home, "utter_faq/age_limit:", "utter_faq/age:", "data/faq.yml")

    assert only(home).fault is Fault.NO_ANSWER
    assert where(only(home)) == ("data/faq.yml", 4, 13)


def test_an_intent_that_only_a_rule_knows_is_an_error(home: Path) -> None:
    change(home, "intent: greet", "intent: gret", "data/rules/talk.yml")

    assert only(home).fault is Fault.UNKNOWN_INTENT
    assert where(only(home)) == ("data/rules/talk.yml", 7, 13)


def test_examples_as_a_list_are_read_too(home: Path) -> None:
    change(
        home,
        "    examples: |\n      - hi there\n      - good day to you\n",
        "    examples:\n    - text: |\n        /go\n    - text: /start\n",
    )

    assert [(f.fault, f.line, f.column) for f in notable(home)] == [
        (Fault.COMMAND, 8, 9),
        (Fault.COMMAND, 9, 13),
    ]


def test_too_few_examples_are_a_warning_at_the_intent(home: Path) -> None:
    found = {f.reason: where(f) for f in lint(home)}

    assert found["`check_balance` has 2 of at least 40 examples"] == (
        *("data/words.yml", 9),
        1,
    )
    assert found["`faq/age_limit` has 1 of at least 25 examples"][1] == 4


def test_an_intent_without_any_example_is_a_warning(home: Path) -> None:
    change(home, "  - resume", "  - resume\n  - refer_friend", "domain.yml")

    reasons = [f.reason for f in lint(home) if f.file == "domain.yml"]
    assert reasons == ["`refer_friend` is an intent of domain.yml without any example"]


# --- examples ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "column", "fault"),
    [
        ("send [50 to mum", 6, Fault.MARKUP),
        ("send 50] to mum", 8, Fault.MARKUP),
        ("send [50](amount to mum", 9, Fault.MARKUP),
        ("send [50 to [mum](person)", 6, Fault.MARKUP),
        ("send [](amount) to mum", 7, Fault.MARKUP),
        ("send [ ](amount) to mum", 6, Fault.MARKUP),
        ("send 50(amount) to mum", 7, Fault.MARKUP),
        ("send [50] (amount) to mum", 9, Fault.MARKUP),
        ("send [50][60] to mum", 6, Fault.MARKUP),
        ("send [50]{amount} to mum", 6, Fault.MARKUP),
        ('send [50]{"entity": "amnt"} to mum', 6, Fault.UNKNOWN_ENTITY),
        ("send [50](amout) to mum", 6, Fault.UNKNOWN_ENTITY),
        ("send [fifty](amout:50) to mum", 6, Fault.UNKNOWN_ENTITY),
        ("/transfer_money{}", 1, Fault.COMMAND),
        ("/restart", 1, Fault.COMMAND),
        ("see \\u12 there", 5, Fault.NOT_READ),
    ],
)
def test_an_example_that_must_not_be_taught(
    home: Path, text: str, column: int, fault: Fault
) -> None:
    teach(home, text)

    finding = only(home)

    assert finding.fault is fault
    assert where(finding) == ("data/words.yml", 8, 8 + column)
    assert finding.text == text
    assert finding.stops_training


@pytest.mark.parametrize("line", ["      - ", "      -", "      - \u200b"])
def test_an_example_without_text_is_an_error(home: Path, line: str) -> None:
    change(home, "      - good day to you", line)

    assert only(home).fault is Fault.NO_TEXT
    assert only(home).line == 8


@pytest.mark.parametrize(
    "text",
    [
        "my card is 4485 2757 4230 8327",
        "my card is [4485275742308327](card)",
        "pin is 4821 ok",
        "my code: 482913",
        "5500-0000-0000-0004 exp 04/29 cvv 737",
    ],
)
def test_a_secret_is_refused_and_not_printed(home: Path, text: str) -> None:
    teach(home, text)

    finding = only(home)

    assert finding.fault is Fault.SECRET
    assert where(finding) == ("data/words.yml", 8, 9)
    digits = [word for word in text.split() if word.isdigit()]
    assert [word for word in digits if word in str(finding)] == []


@pytest.mark.parametrize(
    "text",
    [
        "card ending 4485",
        "order 1234567890123",
        "send [500](amount) to DE89370400440532013000",
        "call +233 24 455 6677",
    ],
)
def test_other_numbers_are_no_secrets(home: Path, text: str) -> None:
    teach(home, text)

    assert notable(home) == []


def test_marks_that_nobody_sees_are_a_warning(home: Path) -> None:
    teach(home, "hi \u202ethere you")

    assert only(home).fault is Fault.HIDDEN_CHARACTER
    assert not only(home).stops_training
    assert where(only(home)) == ("data/words.yml", 8, 12)


# --- examples among each other ----------------------------------------------------


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


# --- patterns ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "column", "fault"),
    [
        ('{"label": "amount", "regex": "\\d"}', 31, Fault.BROKEN_JSON),
        ('{"label": "amount" "regex": "x"}', 20, Fault.BROKEN_JSON),
        ('["amount"]', 1, Fault.BAD_PATTERN),
        ('{"label": "amount"}', 1, Fault.BAD_PATTERN),
        ('{"label": "amount", "regex": "x", "pattern": "x"}', 1, Fault.BAD_PATTERN),
        ('{"label": "amount", "regex": "(x"}', 1, Fault.BAD_PATTERN),
        ('{"label": "amount", "regex": "(x)(y)"}', 1, Fault.BAD_PATTERN),
        ('{"label": "amount", "regex": "x*"}', 1, Fault.BAD_PATTERN),
        ('{"label": "amount", "regex": 7}', 1, Fault.BAD_PATTERN),
        ('{"label": "amount", "pattern": " x"}', 1, Fault.BAD_PATTERN),
        ('{"label": "amount", "pattern": []}', 1, Fault.BAD_PATTERN),
        ('{"label": "amnt", "pattern": "x"}', 1, Fault.UNKNOWN_ENTITY),
    ],
)
def test_a_pattern_that_cannot_be_used(
    home: Path, line: str, column: int, fault: Fault
) -> None:
    file = home / "data" / "entities" / "values.jsonl"
    file.write_text(PATTERNS + line + "\n", encoding="utf-8")

    finding = only(home)

    assert (finding.fault, finding.text) == (fault, line)
    assert where(finding) == ("data/entities/values.jsonl", 3, column)


# --- the command ------------------------------------------------------------------


def run(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "banking.cli", "nlu", "check", *arguments],
        cwd=ROOT,
        env={**os.environ, "LANGUAGE_HOME": str(home), "BANK_ENV": "test"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_command_tells_errors_by_its_exit_status(home: Path) -> None:
    teach(home, "/start")

    told = run(home)

    assert told.returncode == 1
    assert "data/words.yml:8:9: error: a command" in told.stdout
    assert "1 error, 4 warnings" in told.stderr


def test_the_command_goes_on_with_warnings_alone_and_speaks_json(home: Path) -> None:
    told = run(home, "--json")

    assert told.returncode == 0
    said = json.loads(told.stdout)
    assert (said["errors"], said["warnings"]) == (0, 4)
    assert said["findings"][0] == {
        "file": "data/faq.yml",
        "line": 4,
        "column": 1,
        "severity": "warning",
        "fault": "too_few",
        "reason": "`faq/age_limit` has 1 of at least 25 examples",
        "text": "",
    }
