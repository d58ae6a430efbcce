"""A policy is complete and safe, or the bank does not start."""

import copy
import dataclasses
import tomllib

import pytest

from banking.policy import PolicyRefused, load_policy, read_policy
from banking.settings import PROJECT

FILE = PROJECT / "policy.toml"
TABLE = tomllib.loads(FILE.read_text())


def changed(path: str, value: object) -> dict:
    table = copy.deepcopy(TABLE)
    *parents, last = path.split(".")
    inner = table
    for parent in parents:
        inner = inner[parent]
    inner[last] = value
    return table


def problems_of(table: dict) -> tuple[str, ...]:
    with pytest.raises(PolicyRefused) as refusal:
        read_policy(table)
    return refusal.value.problems


def paths(table: dict, where: str = ""):
    for key, value in table.items():
        if isinstance(value, dict):
            yield from paths(value, f"{where}{key}.")
        else:
            yield f"{where}{key}"


def test_the_policy_that_is_shipped_is_accepted():
    policy = load_policy(FILE)

    assert policy.code.valid_for.total_seconds() == TABLE["code"]["valid_seconds"]
    assert policy.session.idle.total_seconds() == 300
    assert policy.session.absolute.total_seconds() == 3600


@pytest.mark.parametrize("path", list(paths(TABLE)))
def test_every_value_is_needed(path):
    table = copy.deepcopy(TABLE)
    *parents, last = path.split(".")
    inner = table
    for parent in parents:
        inner = inner[parent]
    del inner[last]
    if path.startswith("fees."):
        # A class of service without a fee row is closed, and that is allowed.
        assert last not in read_policy(table).fees
    else:
        assert any(path in problem for problem in problems_of(table))


@pytest.mark.parametrize("path", ["surprise", "code.surprise", "kyc.basic.surprise"])
def test_an_unknown_key_is_refused(path):
    assert problems_of(changed(path, 1)) == (f"unknown key {path}",)


@pytest.mark.parametrize("value", [-1, 1.5, "1", True, None, float("nan")])
def test_an_amount_is_a_whole_number_of_minor_units(value):
    path = "limits.transfer.basic.daily"

    assert problems_of(changed(path, value)) == (
        f"{path} is not a whole number of 0 or more",
    )


@pytest.mark.parametrize(
    ("path", "allowed", "refused"),
    [
        ("code.valid_seconds", 600, 601),
        ("code.valid_seconds", 1, 0),
        ("code.tries", 5, 6),
        ("code.tries", 1, 0),
        ("sign_in.tries", 5, 6),
        ("session.absolute_minutes", 720, 721),
        ("session.idle_minutes", 60, 61),
        ("session.idle_minutes", 1, 0),
        ("limits.transfer.basic.per_transaction", 50_000, 50_001),
        ("pin.bank.shortest", 12, 13),
        ("messages.stale_seconds", 1, 0),
        ("messages.remembered_days", 8, 7),
        ("messages.most_per_minute", 1, 0),
        ("messages.pair_seconds", 6, 5),
        ("api.per_minute_per_client", 1, 0),
        ("api.per_minute_per_customer", 1, 0),
        ("messages.pair_burst", 1, 0),
        ("messages.pair_burst", 45, 46),
    ],
)
def test_what_must_not_be_is_refused_at_the_boundary(path, allowed, refused):
    read_policy(changed(path, allowed))

    assert len(problems_of(changed(path, refused))) == 1


def test_a_limit_for_a_level_nobody_defined_is_refused():
    row = {"per_transaction": 1, "daily": 1, "monthly": 1}

    assert problems_of(changed("limits.transfer.platinum", row)) == (
        "limits.transfer.platinum names a level without kyc.platinum",
    )


def test_every_fault_is_named_at_once():
    table = changed("code.tries", "many")
    table["surprise"] = 1
    del table["links"]

    assert len(problems_of(table)) == 3


def test_an_unreadable_file_is_refused(tmp_path):
    with pytest.raises(PolicyRefused):
        load_policy(tmp_path / "none.toml")


def test_a_policy_cannot_be_changed_while_the_bank_runs():
    policy = load_policy(FILE)

    with pytest.raises(dataclasses.FrozenInstanceError):
        policy.code.tries = 99
    with pytest.raises(TypeError):
        policy.limits["transfer"]["basic"] = None
