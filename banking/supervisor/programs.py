"""Which processes one bank consists of, and what each is told."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path

from banking.settings import PROJECT, Settings
from banking.supervisor.child import Program

RASA_PYTHON = PROJECT / ".venv-rasa" / "bin" / "python"
# One environment must not show through in the other.
NOT_INHERITED = frozenset(
    {"VIRTUAL_ENV", "PYTHONHOME", "PYTHONPATH", "PYENV_VERSION", "PYTHONWARNINGS"}
)
# What Rasa and the simulator have no business knowing.
NOT_FOR_RASA = frozenset(
    {
        "API_KEY",
        "PIN_PEPPER",
        "VAULT_KEY",
        "WHATSAPP_ACCESS_TOKEN",
        "WHATSAPP_APP_SECRET",
        "WHATSAPP_VERIFY_TOKEN",
    }
)
NOT_FOR_SIMULATOR = frozenset(
    {"DATABASE_URL", "ENVELOPE_KEY", "PIN_PEPPER", "VAULT_KEY"}
)


class NoModel(Exception):
    """There is no trained model; ``make setup`` trains one."""


def programs(settings: Settings, *, simulator: bool) -> list[Program]:
    """List the bank's processes, the slowest to start first."""
    everything = child_environment(settings)
    ours = [
        Program(name, (sys.executable, "-m", module), everything)
        for name, module in (
            ("actions", "actions"),
            ("worker", "banking.worker"),
            ("web", "banking.web"),
        )
    ]
    if simulator:
        told = _without(everything, NOT_FOR_SIMULATOR)
        command = (sys.executable, "-m", "banking.simulator")
        ours.append(Program("simulator", command, told))
    return [_rasa(settings, everything), *ours]


def newest_model(folder: Path = PROJECT / "models") -> Path:
    """Return the model trained last; raise ``NoModel`` when there is none."""
    models = sorted(folder.glob("*.tar.gz"), key=lambda file: file.stat().st_mtime)
    if not models:
        raise NoModel(f"no model in {folder}: run `make setup`")
    return models[-1]


def rasa_environment(inherited: Mapping[str, str]) -> dict[str, str]:
    """Return the environment in which anything of Rasa's runs."""
    quiet = {
        "RASA_TELEMETRY_ENABLED": "false",
        "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
        "TF_CPP_MIN_LOG_LEVEL": "2",
        # The add-ons are imported by name from the project's folder.
        "PYTHONPATH": str(PROJECT),
    }
    return _without(inherited, NOT_FOR_RASA | NOT_INHERITED) | quiet


def _rasa(settings: Settings, everything: Mapping[str, str]) -> Program:
    command = (
        *(str(RASA_PYTHON), "-m", "rasa", "run"),
        *("--model", str(newest_model())),
        *("--interface", "127.0.0.1", "--port", str(settings.rasa_port)),
        *("--credentials", "credentials.yml", "--endpoints", "endpoints.yml"),
    )
    return Program("rasa", command, rasa_environment(everything))


def child_environment(settings: Settings) -> dict[str, str]:
    """Return the environment of a process of ours, with every setting in it."""
    return {
        **_without(os.environ, NOT_INHERITED),
        **settings.environment(),
        "WEB_URL": f"http://127.0.0.1:{settings.web_port}",
        "PYTHONUNBUFFERED": "1",
    }


def _without(environment: Mapping[str, str], names: frozenset[str]) -> dict[str, str]:
    return {k: v for k, v in environment.items() if k not in names}
