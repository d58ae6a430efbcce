"""What keeps examples from being read is found."""

from __future__ import annotations

from pathlib import Path

import pytest

from banking.adapters.language.lint import lint
from banking.domain.data_findings import Fault
from tests.lint.home import change, notable, only, where


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
