"""The `bank` command: machines read its stdout, people the rest."""

import base64
import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from banking.adapters.db.security import SqlAudit
from banking.cli.routes import RoleUnknown, role_of, route_table
from banking.settings import Settings


@pytest.fixture
def bank(tmp_path):
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}

    def run(*arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
        home = {"BANK_HOME": str(tmp_path / "home"), "BANK_ENV": "test"}
        return subprocess.run(
            [sys.executable, "-m", "banking.cli", *arguments],
            env={**kept, **home, **settings},
            capture_output=True,
            text=True,
            check=False,
        )

    return run


def test_the_books_of_a_new_bank_are_empty_and_right(bank):
    done = bank("ledger", "check", "--json")

    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {
        "transactions": 0,
        "unbalanced": 0,
        "negative_accounts": 0,
        "total_minor": {},
        "open_holds": 0,
        "holds_without_transfer": 0,
    }


def test_books_that_do_not_balance_are_an_error(bank, database, clean_database):
    with database.begin() as connection:
        connection.exec_driver_sql(
            "INSERT INTO core_accounts (number, kind, name, currency, balance_minor)"
            " VALUES ('1', 'house', 'x', 'USD', 5)"
        )

    done = bank("ledger", "check", "--json", DATABASE_URL=clean_database)

    assert done.returncode == 1
    assert json.loads(done.stdout)["unbalanced"] == 1


@pytest.mark.parametrize(
    ("change", "code", "broken_at"),
    [("SELECT 1", 0, None), ("UPDATE audit SET body = 'gone' WHERE chain = 2", 1, 2)],
)
def test_a_changed_row_of_the_security_log_is_an_error(
    bank, database, clean_database, change, code, broken_at
):
    with database.begin() as connection:
        for event in ("one", "two", "three"):
            SqlAudit(connection, lambda: datetime.now(UTC)).record(event)
    with database.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE audit DISABLE TRIGGER USER")
        connection.exec_driver_sql(change)
        connection.exec_driver_sql("ALTER TABLE audit ENABLE TRIGGER USER")

    done = bank("log", "check", "--json", DATABASE_URL=clean_database)

    assert done.returncode == code, done.stderr
    assert json.loads(done.stdout)["broken_at"] == broken_at


def test_migrating_says_nothing_on_stdout(bank, clean_database):
    done = bank("migrate", DATABASE_URL=clean_database)

    assert (done.returncode, done.stdout) == (0, "")


def test_wrong_settings_are_one_readable_message(bank):
    done = bank("migrate", WEB_PORT="eighty", BANK_TIMEZONE="Moon")

    assert done.returncode == 2
    assert "WEB_PORT" in done.stderr
    assert "BANK_TIMEZONE" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_database_that_is_away_is_one_readable_message(bank, tmp_path):
    away = f"postgresql://bank:hunter2@/bank?host={tmp_path}"
    done = bank("migrate", DATABASE_URL=away)

    assert done.returncode == 2
    assert "the database does not answer" in done.stderr
    assert "Traceback" not in done.stderr
    assert "hunter2" not in done.stderr


def test_a_production_has_no_simulator(bank):
    keys = {
        name: base64.b64encode(bytes(range(first, first + 32))).decode()
        for first, name in enumerate(("ENVELOPE_KEY", "PIN_PEPPER", "VAULT_KEY"))
    }
    told = {
        name: "told-by-somebody"
        for name in Settings.model_fields
        if name.startswith("whatsapp_") and name[9:14] != "graph"
    }
    urls = dict.fromkeys(
        ("PUBLIC_URL", "SMS_GATEWAY_URL", "SIM_CHANGE_URL"), "https://bank.example.com"
    )
    named = {name.upper(): text for name, text in told.items()}
    production = {
        "BANK_ENV": "production",
        "API_KEY": "told-to-this-test-too",
        **keys,
        **urls,
        **named,
    }

    done = bank("up", **production, DATABASE_URL="postgresql://bank@/bank")

    assert done.returncode == 2
    assert "a production has no simulator" in done.stderr


def test_the_help_names_every_command(bank):
    done = bank("--help")

    for command in ("up", "migrate", "seed", "ledger", "log", "nlu", "routes", "bench"):
        assert f" {command} " in done.stdout


@pytest.mark.parametrize(
    ("path", "role"),
    [
        ("/s/{token}", "link"),
        ("/s/{token}/confirm", "link"),
        ("/webhooks/whatsapp", "signature"),
        ("/api/v1/token-validity", "api-key"),
        ("/healthz", "anyone"),
    ],
)
def test_every_door_has_a_role(path, role):
    assert role_of(path) == role


@pytest.mark.parametrize("path", ["/", "/admin", "/sneaky", "/openapi.json"])
def test_a_door_nobody_decided_about_is_refused(path):
    with pytest.raises(RoleUnknown):
        role_of(path)


def test_the_table_has_a_line_for_each_method():
    door = SimpleNamespace(path="/webhooks/whatsapp", methods={"POST", "GET", "HEAD"})

    assert route_table([door]) == [
        {"method": "GET", "path": "/webhooks/whatsapp", "role": "signature"},
        {"method": "POST", "path": "/webhooks/whatsapp", "role": "signature"},
    ]
