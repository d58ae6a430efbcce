"""`bank nlu` and `bank bench`: what runs in an interpreter of its own."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer

from banking.cli.lint import check
from banking.cli.models import compare, models, promote, rollback, train
from banking.settings import PROJECT, Places
from banking.supervisor.programs import RASA_PYTHON, rasa_environment

# Characters of a failed run's log that are shown.
LAST_WORDS = 4000

app = typer.Typer(no_args_is_help=True)
for command in (check, train, compare, promote, rollback, models):
    app.command()(command)


@app.command()
def predict(
    source: Annotated[Path, typer.Option("--in", help="One {text} a line.")],
    out: Annotated[Path, typer.Option("--out", help="One prediction a line.")],
) -> None:
    """Say what the trained assistant understands of each text."""
    _run_rasa(
        "rasa_addons.predict",
        *("--in", str(source.resolve()), "--out", str(out.resolve())),
        doing="Asking the assistant",
    )


def bench(context: typer.Context) -> None:
    """Measure this bank on this machine and print one table."""
    command = [sys.executable, "-m", "bench", *context.args]
    raise typer.Exit(subprocess.run(command, cwd=PROJECT, check=False).returncode)


def _run_rasa(module: str, *arguments: str, doing: str) -> str:
    """Run a module in Rasa's environment and return what it printed on stdout.

    Its many words on stderr are shown only where it fails.
    """
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    if not RASA_PYTHON.exists():
        print("bank: .venv-rasa is missing: run `make setup`", file=sys.stderr)
        raise typer.Exit(2)
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress:
        progress.add_task(doing, total=None)
        done = subprocess.run(
            [str(RASA_PYTHON), "-m", module, *arguments],
            cwd=PROJECT,
            env={
                **rasa_environment(os.environ),
                "LANGUAGE_HOME": str(Places().language_home),
            },
            capture_output=True,
            text=True,
            check=False,
        )
    if done.returncode != 0:
        print(done.stderr[-LAST_WORDS:], file=sys.stderr)
        raise typer.Exit(done.returncode)
    return done.stdout
