"""Each process is told what it needs to know, and no more."""

import pytest

from banking.settings import Settings
from banking.supervisor.ports import Ports, PortTaken
from banking.supervisor.programs import (
    NoModel,
    check_model,
    child_environment,
    rasa_environment,
)

SECRETS = {
    "API_KEY",
    "PIN_PEPPER",
    "VAULT_KEY",
    "WHATSAPP_ACCESS_TOKEN",
    "WHATSAPP_APP_SECRET",
    "WHATSAPP_VERIFY_TOKEN",
}


@pytest.fixture
def settings(tmp_path):
    return Settings(_env_file=None, bank_home=tmp_path, bank_env="test")


def test_rasa_learns_no_secret_but_the_envelopes_key(settings):
    told = rasa_environment(child_environment(settings))

    assert SECRETS & set(told) == set()
    assert told["ENVELOPE_KEY"]
    assert told["ACTIONS_URL"] == settings.actions_url


def test_rasa_with_a_role_of_its_own_is_not_told_the_banks():
    settings = {"DATABASE_URL": "postgresql://bank@/x", "ENVELOPE_KEY": "k"}
    own = {"RASA_TRACKER_URL": "postgresql://dialogue@/x"}

    assert "DATABASE_URL" in rasa_environment(settings)
    assert own.items() <= rasa_environment(settings | own).items()
    assert "DATABASE_URL" not in rasa_environment(settings | own)


def test_one_environment_does_not_show_through_in_another(settings, monkeypatch):
    monkeypatch.setenv("VIRTUAL_ENV", "/somewhere")
    monkeypatch.setenv("PYTHONHOME", "/somewhere")

    told = child_environment(settings)

    assert "VIRTUAL_ENV" not in told
    assert "PYTHONHOME" not in told


def test_a_bank_without_a_model_says_how_to_get_one(tmp_path):
    with pytest.raises(NoModel, match="make setup"):
        check_model(tmp_path)


def test_two_banks_never_choose_the_same_port():
    with Ports() as one, Ports() as two:
        port = one.free()

        assert two.preferably(port) != port
        with pytest.raises(PortTaken, match=f"WEB_PORT {port}"):
            two.exactly("WEB_PORT", port)

    with Ports() as three:
        assert three.exactly("WEB_PORT", port) == port
