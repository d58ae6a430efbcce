"""`bank nlu` and `bank bench`: what runs in an interpreter of its own."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer

from banking.settings import PROJECT
from banking.supervisor.programs import RASA_PYTHON, rasa_environment

app = typer.Typer(no_args_is_help=True)


@app.command()
def train(
    *, force: Annotated[bool, typer.Option(help="Even when nothing changed.")] = False
) -> None:
    """Train the assistant; nothing happens when its data has not changed."""
    _run_rasa("rasa_addons.train", *(["--force"] if force else []))


@app.command()
def predict(
    source: Annotated[Path, typer.Option("--in", help="One {text} a line.")],
    out: Annotated[Path, typer.Option("--out", help="One prediction a line.")],
) -> None:
    """Say what the trained assistant understands of each text."""
    _run_rasa(
        "rasa_addons.predict",
        "--in",
        str(source.resolve()),
        "--out",
        str(out.resolve()),
    )


def bench(arguments: Annotated[list[str] | None, typer.Argument()] = None) -> None:
    """Measure this bank on this machine and print one table."""
    command = [sys.executable, "-m", "bench", *(arguments or [])]
    raise typer.Exit(subprocess.run(command, cwd=PROJECT, check=False).returncode)


def _run_rasa(module: str, *arguments: str) -> None:
    if not RASA_PYTHON.exists():
        print("bank: .venv-rasa is missing: run `make setup`", file=sys.stderr)
        raise typer.Exit(2)
    done = subprocess.run(
        [str(RASA_PYTHON), "-m", module, *arguments],
        cwd=PROJECT,
        env=rasa_environment(os.environ),
        check=False,
    )
    if done.returncode != 0:
        raise typer.Exit(done.returncode)
