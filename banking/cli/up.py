"""`bank up`: every process of the bank, until you stop it."""

import json
import sys
from collections.abc import Iterator
from typing import Annotated

import typer
from pydantic import SecretStr

from banking.supervisor.running import RunningBank


def up(
    *,
    simulator: Annotated[
        bool, typer.Option(help="The phone, with WhatsApp and SMS.")
    ] = True,
    as_json: Annotated[
        bool, typer.Option("--json", help="One line on stdout once ready.")
    ] = False,
) -> None:
    """Start every process of the bank and keep them up until SIGTERM or Ctrl-C."""
    from banking.supervisor.up import Up

    announce = announce_as_json if as_json else announce_to_people
    Up(simulator=simulator, tell=_tell, announce=announce).run()


def announce_as_json(bank: RunningBank) -> None:
    """Print the one line that programs wait for."""
    line = {"web": bank.web, "simulator": bank.simulator, "pids": dict(bank.pids)}
    print(json.dumps(line), flush=True)


def announce_to_people(bank: RunningBank) -> None:
    """Say where to look, and in a demo how the first trainer comes in."""
    if bank.simulator is None:
        print(f"\n  The bank is open: {bank.web}\n", flush=True)
    else:
        print(f"\n  Open this phone in your browser:  {bank.simulator}\n", flush=True)
    for line in _desk(bank):
        print(f"  {line}", flush=True)
    print("\n  Ctrl-C stops everything.", flush=True)


def _desk(bank: RunningBank) -> Iterator[str]:
    """Tell a demo where its trainers' desk is, and let the first trainer in."""
    from banking.bootstrap import open_bank
    from banking.domain.staff import Role
    from banking.settings import Settings

    settings = Settings(database_url=SecretStr(bank.database_url), public_url=bank.web)
    if settings.bank_env != "demo":
        return
    yield f"The trainers' desk:  {bank.web}/desk"
    opened = open_bank(settings)
    try:
        if not opened.staff.anybody(Role.TRAINER):
            url = opened.staff.invite("trainer", [Role.TRAINER]).url
            yield f"You are invited to it, once, within a day:  {url}"
    finally:
        opened.engine.dispose()


def _tell(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
