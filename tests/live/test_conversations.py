"""Plays every conversation of tests/conversations through the running bank."""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.live.customer import Customer
from tests.live.inside import assert_ledger_is_clean
from tests.live.playing import Play
from tests.live.stack import PROJECT, Stack

# A bank that runs a candidate brings the conversations that belong to it.
LANGUAGE_HOME = Path(os.environ.get("LANGUAGE_HOME") or PROJECT)
FILES = sorted((LANGUAGE_HOME / "tests" / "conversations").glob("*.yml"))


def conversations() -> list[Any]:
    """Every conversation, named by its file and title."""
    return [
        pytest.param(told, id=f"{file.stem}: {told['conversation']}")
        for file in FILES
        for told in yaml.safe_load(file.read_text(encoding="utf-8"))
    ]


@pytest.fixture(scope="module", autouse=True)
def _books_balance(stack: Stack) -> Iterator[None]:
    """However the conversations went, nothing is wrong with the ledger."""
    yield
    assert_ledger_is_clean(stack)


@pytest.mark.parametrize("told", conversations())
def test_the_bank_answers_as_told(
    told: dict[str, Any],
    stack: Stack,
    customer_named: Callable[..., Customer],
) -> None:
    customer = customer_named(told.get("customer", "signed_in"), told.get("level"))
    with ExitStack() as undo:
        play = Play.begins(told, customer, stack, undo)
        for number, step in enumerate(told["steps"], start=1):
            play.do(number, step)
        play.ends(told.get("afterwards", {}))
