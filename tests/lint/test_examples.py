"""Examples that must not be taught are found; odd signs alone are no fault."""

from __future__ import annotations

from pathlib import Path

import pytest

from banking.adapters.language.lint import lint
from banking.domain.data_findings import Fault, Severity
from tests.lint.home import WORDS, change, notable, only, teach, where


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
