"""`bank up`: every process of the bank, until you stop it."""

import json
import sys
from typing import Annotated

import typer

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

    announce = announce_as_json if as_json else _announce_to_people
    Up(simulator=simulator, tell=_tell, announce=announce).run()


def announce_as_json(bank: RunningBank) -> None:
    """Print the one line that programs wait for."""
    line = {"web": bank.web, "simulator": bank.simulator, "pids": dict(bank.pids)}
    print(json.dumps(line), flush=True)


def _announce_to_people(bank: RunningBank) -> None:
    if bank.simulator is None:
        print(f"\n  The bank is open: {bank.web}\n", flush=True)
    else:
        print(f"\n  Open this phone in your browser:  {bank.simulator}\n", flush=True)
    print("  Ctrl-C stops everything.", flush=True)


def _tell(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
