"""The compiled check refuses what Rasa's own check refuses, and is quick."""

import os
import subprocess
import sys
import time

import pytest
from conftest import ROOT
from jsonschema import ValidationError, validate
from rasa.core.actions.action import RemoteAction

from rasa_addons import fast_validation

SCHEMA = RemoteAction.action_response_format_spec()

GOOD = [
    {},
    {"events": [], "responses": []},
    {"events": [{"event": "slot", "name": "amount", "value": None}]},
    {
        "events": [
            {"event": "slot", "name": "amount", "value": "5", "timestamp": None},
            {"event": "bot", "text": "hi", "data": {}, "metadata": {}},
            {"event": "followup", "name": "action_listen"},
        ],
        "responses": [{"text": "USD 5.00", "buttons": []}, {"custom": {"a": 1}}],
    },
    {"events": [{"event": "active_loop", "name": None}]},
]
BAD = [
    None,
    [],
    "text",
    {"events": {}},
    {"events": "none"},
    {"events": [None]},
    {"events": [[]]},
    {"events": [{}]},
    {"events": [{"event": 7}]},
    {"events": [{"event": "transfer"}]},
    {"events": [{"event": "slot"}]},
    {"events": [{"event": "slot", "name": "amount"}]},
    {"events": [{"event": "slot", "name": 7, "value": 1}]},
    {"events": [{"event": "slot", "name": "a", "value": 1, "timestamp": "now"}]},
    {"events": [{"event": "slot", "name": "a", "value": 1, "metadata": []}]},
    {"events": [{"event": "user", "text": 7}]},
    {"events": [{"event": "entities"}]},
    {"responses": {}},
    {"responses": ["USD 5.00"]},
    {"responses": [None]},
]


def check(result):
    # The answer does not depend on the action.
    return RemoteAction("action_x", None)._validate_action_result(result)


def test_it_is_in_place():
    assert RemoteAction._validate_action_result.__module__ == fast_validation.__name__


@pytest.mark.parametrize("result", GOOD, ids=range(len(GOOD)))
def test_a_valid_result_passes(result):
    validate(result, SCHEMA)

    assert check(result) is True


@pytest.mark.parametrize("result", BAD, ids=range(len(BAD)))
def test_an_invalid_result_is_refused(result):
    with pytest.raises(ValidationError):
        validate(result, SCHEMA)
    with pytest.raises(ValidationError):
        check(result)


def test_the_refusal_does_not_quote_the_result():
    with pytest.raises(ValidationError) as refusal:
        check({"events": [{"event": "slot", "name": "a", "secret": "4111"}]})

    assert "4111" not in str(refusal.value)


def test_it_is_much_quicker():
    result = GOOD[3]
    quick, stock = (timed(f, result) for f in (check, lambda r: validate(r, SCHEMA)))
    print(f"compiled {quick * 1e3:.3f} ms, stock {stock * 1e3:.3f} ms")  # noqa: T201

    assert quick * 5 < stock


def test_the_switch_keeps_rasas_own_check():
    program = (
        "import rasa_addons.fast_validation as f;"
        "from rasa.core.actions.action import RemoteAction as R;"
        "print(f.install(), R._validate_action_result.__module__)"
    )
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", program],
        cwd=ROOT,
        env={**os.environ, fast_validation.OFF_SWITCH: "1", "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout.split() == ["False", "rasa.core.actions.action"]


def timed(function, argument, times: int = 20) -> float:
    best = 1.0
    for _ in range(times):
        began = time.perf_counter()
        function(argument)
        best = min(best, time.perf_counter() - began)
    return best
