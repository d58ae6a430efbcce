"""Which processes one bank consists of, and what each is told."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path

from banking.settings import PROJECT, Settings
from banking.supervisor.child import Program

RASA_PYTHON = PROJECT / ".venv-rasa" / "bin" / "python"
# WhatsApp sends again what is not acknowledged soon, and a customer's page must open;
# an answer in the chat may come a little later. So web and the database go first.
STANDING_BACK = 10
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
        Program(name, (sys.executable, "-m", module), everything, niceness)
        for name, module, niceness in (
            ("actions", "actions", STANDING_BACK),
            ("worker", "banking.worker", STANDING_BACK),
            ("web", "banking.web", 0),
        )
    ]
    if simulator:
        told = _without(everything, NOT_FOR_SIMULATOR)
        phone = (sys.executable, "-m", "banking.simulator")
        ours.append(Program("simulator", phone, told))
    check_model(settings.language_home / "models")
    command = (str(RASA_PYTHON), "-m", "rasa_addons.serve")
    rasa = Program("rasa", command, rasa_environment(everything), STANDING_BACK)
    return [rasa, *ours]


def check_model(folder: Path) -> None:
    """Make sure that there is a trained model; raise ``NoModel`` otherwise."""
    if not (folder / "manifest.json").exists():
        raise NoModel(f"no model in {folder}: run `make setup`")


def rasa_environment(inherited: Mapping[str, str]) -> dict[str, str]:
    """Return the environment in which anything of Rasa's runs."""
    withheld = NOT_FOR_RASA | NOT_INHERITED
    if inherited.get("RASA_TRACKER_URL"):
        withheld |= {"DATABASE_URL"}  # Rasa has a role of its own there
    # The add-ons are imported by name from the project's folder.
    return _without(inherited, withheld) | {"PYTHONPATH": str(PROJECT)}


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
