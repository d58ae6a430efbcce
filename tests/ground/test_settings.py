"""A bank starts with everything it needs, or says all that is missing."""

import base64
import json
import os
import re
import stat
from itertools import pairwise

import pytest

from banking.settings import PROJECT, Places, Settings, SettingsRefused


def key_from(number: int) -> str:
    return base64.b64encode(bytes(range(number, number + 32))).decode()


PRODUCTION = {
    "BANK_ENV": "production",
    "DATABASE_URL": "postgresql://bank@db.internal/bank",
    "PUBLIC_URL": "https://bank.example.com",
    "WHATSAPP_PHONE_NUMBER_ID": "4711",
    "WHATSAPP_BUSINESS_NUMBER": "+15550102030",
    "WHATSAPP_ACCESS_TOKEN": "token-Zx81",
    "WHATSAPP_APP_SECRET": "app-Zx82-Zx82-Zx82",
    "WHATSAPP_VERIFY_TOKEN": "verify-Zx83",
    "SMS_GATEWAY_URL": "https://sms.internal",
    "SIM_CHANGE_URL": "https://sim.internal",
    "ENVELOPE_KEY": key_from(0),
    "PIN_PEPPER": key_from(1),
    "VAULT_KEY": key_from(2),
    "API_KEY": "api-Zx84-Zx84-Zx84",
}


@pytest.fixture
def settings(tmp_path, monkeypatch):
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setenv("BANK_HOME", str(tmp_path / "home"))

    def read(**environment: str) -> Settings:
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        return Settings(_env_file=None)

    return read


@pytest.fixture
def refused(settings):
    def read(**environment: str) -> tuple[str, ...]:
        with pytest.raises(SettingsRefused) as refusal:
            settings(**environment)
        return refusal.value.problems

    return read


def test_a_demo_needs_nothing(settings, tmp_path):
    made = settings()

    assert made.bank_env == "demo"
    assert made.public_url == "http://127.0.0.1:8000"
    assert made.sms_gateway_url == "http://127.0.0.1:8090"
    assert len(made.envelope_key.get_secret_value()) == 32


def test_a_demos_secrets_are_made_once_and_for_their_owner_alone(settings, tmp_path):
    first, second = settings(), settings()
    file = tmp_path / "home" / "keys.json"

    assert first == second
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert "envelope_key" in json.loads(file.read_text())


def test_every_bank_has_secrets_of_its_own(settings, tmp_path):
    first = settings(BANK_HOME=str(tmp_path / "one"))
    second = settings(BANK_HOME=str(tmp_path / "two"))

    assert first.vault_key != second.vault_key


def test_no_secret_shows_in_a_repr(settings):
    made = settings()
    environment = made.environment()
    secrets = ("ENVELOPE_KEY", "PIN_PEPPER", "VAULT_KEY", "API_KEY")

    shown = repr(made) + str(made)

    assert not any(environment[name] in shown for name in secrets)
    assert not any(
        environment[name] in shown for name in environment if "WHATSAPP_A" in name
    )


def test_a_complete_production_starts(settings):
    assert settings(**PRODUCTION).is_production


@pytest.mark.parametrize("name", sorted(set(PRODUCTION) - {"BANK_ENV"}))
def test_production_without_any_one_setting_is_refused(refused, name):
    problems = refused(**{**PRODUCTION, name: ""})

    assert len(problems) == 1
    assert problems[0].startswith(name)


def test_production_names_everything_missing_at_once(refused):
    problems = refused(BANK_ENV="production", WEB_PORT="eighty", BANK_TIMEZONE="Moon")

    named = {re.split(r"[ :]", problem)[0] for problem in problems}
    assert named == (set(PRODUCTION) - {"BANK_ENV"}) | {"WEB_PORT", "BANK_TIMEZONE"}


def test_production_refuses_a_demos_secrets(settings, refused, tmp_path):
    made_up = settings().environment()
    secrets = (
        "ENVELOPE_KEY",
        "PIN_PEPPER",
        "VAULT_KEY",
        "API_KEY",
        "WHATSAPP_APP_SECRET",
    )

    problems = refused(**PRODUCTION | {name: made_up[name] for name in secrets})

    assert sorted(p.split()[0] for p in problems) == sorted(secrets)


@pytest.mark.parametrize("secret", ["change-me", "a" * 40, "password1"])
def test_production_refuses_placeholders(refused, secret):
    assert refused(**{**PRODUCTION, "API_KEY": secret})[0].startswith("API_KEY")


def test_a_problem_never_shows_the_value(refused):
    problems = refused(**{**PRODUCTION, "VAULT_KEY": "hunter2-not-base64"})

    assert "hunter2" not in " ".join(problems)


def test_a_key_of_another_length_is_refused(refused):
    short = base64.b64encode(bytes(16)).decode()

    assert refused(PIN_PEPPER=short) == ("PIN_PEPPER: Value error, is not 32 bytes",)


def test_links_of_a_production_are_https(refused):
    problems = refused(**{**PRODUCTION, "PUBLIC_URL": "http://bank.example.com"})

    assert problems == ("PUBLIC_URL is not an https address",)


@pytest.mark.parametrize(
    "name", ["SMS_GATEWAY_URL", "SIM_CHANGE_URL", "WHATSAPP_GRAPH_URL"]
)
def test_codes_and_tokens_of_a_production_leave_the_machine_encrypted(
    settings, refused, name
):
    in_clear = {**PRODUCTION, name: "http://gateway.example.com"}

    assert refused(**in_clear) == (f"{name} is neither https nor on this machine",)
    assert settings(**{**PRODUCTION, name: "http://127.0.0.1:9000"}).is_production


def test_what_rasa_knows_opens_nothing_else(refused):
    problems = refused(**PRODUCTION | {"VAULT_KEY": PRODUCTION["ENVELOPE_KEY"]})

    assert problems == ("ENVELOPE_KEY, PIN_PEPPER, VAULT_KEY are not all different",)


@pytest.mark.parametrize("name", ["API_KEY", "WHATSAPP_APP_SECRET"])
def test_a_short_secret_is_refused(refused, name):
    assert refused(**PRODUCTION | {name: "Zx84-qq"}) == (
        f"{name} is shorter than 16 characters",
    )


def test_a_demos_app_secret_does_not_stay_beside_a_real_one(refused):
    both = f"{PRODUCTION['WHATSAPP_APP_SECRET']}, demo-Zx84-Zx84-Zx84"

    assert refused(**PRODUCTION | {"WHATSAPP_APP_SECRET": both})


def test_another_core_needs_an_address(refused):
    assert refused(CORE_BANKING="rest") == ("CORE_BANKING_URL is missing",)


def test_several_app_secrets_are_valid_while_one_replaces_another(settings):
    assert settings(WHATSAPP_APP_SECRET="new, old").app_secrets == ("new", "old")


def test_addresses_follow_from_ports_unless_they_are_named(settings):
    made = settings(WEB_PORT="8123", RASA_PORT="5123", ACTIONS_URL="http://actions:1")

    assert made.public_url == "http://127.0.0.1:8123"
    assert made.rasa_url == "http://127.0.0.1:5123"
    assert made.actions_url == "http://actions:1"


def test_a_child_process_reads_the_same_settings(settings, monkeypatch):
    made = settings(WHATSAPP_APP_SECRET="new, old", WEB_PORT="8123")
    for name, value in made.environment().items():
        monkeypatch.setenv(name, value)

    assert Settings(_env_file=None) == made


def test_the_environment_comes_before_the_file(monkeypatch, tmp_path, settings):
    file = tmp_path / "env"
    file.write_text("BANK_NAME=From the file\nBANK_LOCALE=en_GB\n")
    monkeypatch.setenv("BANK_NAME", "From the environment")

    made = Settings(_env_file=file)

    assert (made.bank_name, made.bank_locale) == ("From the environment", "en_GB")


def test_the_example_lists_every_setting_with_a_comment():
    lines = (PROJECT / ".env.example").read_text().splitlines()
    named = [line.partition("=")[0] for line in lines if re.match(r"[A-Z_]+=", line)]
    commented = [
        line.partition("=")[0]
        for before, line in pairwise(lines)
        if re.match(r"[A-Z_]+=", line) and before.startswith("# ")
    ]

    assert sorted(named) == sorted(name.upper() for name in Settings.model_fields)
    assert commented == named


def test_the_example_is_itself_a_valid_demo(tmp_path, settings):
    made = Settings(_env_file=PROJECT / ".env.example")

    assert made.bank_env == "demo"
    assert os.environ["BANK_HOME"] == str(made.bank_home)


def test_the_language_is_at_home_in_the_project_or_where_it_is_told(settings, tmp_path):
    assert settings().language_home == PROJECT
    assert settings(LANGUAGE_HOME=str(tmp_path)).language_home == tmp_path
    assert settings().environment()["LANGUAGE_HOME"] == str(tmp_path)


def test_the_language_is_found_without_a_whole_bank(settings, monkeypatch, tmp_path):
    monkeypatch.setenv("BANK_ENV", "production")
    monkeypatch.setenv("LANGUAGE_HOME", str(tmp_path))

    found = Places(_env_file=None)

    assert (found.is_production, found.language_home) == (True, tmp_path)
