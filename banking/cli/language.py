"""`bank nlu` and `bank bench`: what runs in an interpreter of its own."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer

from banking.cli.lint import check
from banking.settings import PROJECT
from banking.supervisor.programs import RASA_PYTHON, rasa_environment

# Characters of a failed run's log that are shown.
LAST_WORDS = 4000

app = typer.Typer(no_args_is_help=True)
app.command()(check)


@app.command()
def train(
    *, force: Annotated[bool, typer.Option(help="Even when nothing changed.")] = False
) -> None:
    """Train the assistant; nothing happens when its data has not changed."""
    printed = _run_rasa(
        "rasa_addons.train",
        *(["--force"] if force else []),
        doing="Training the assistant, where its data has changed",
    )
    model = json.loads(printed.splitlines()[-1])
    learned = f"{model['examples']} examples in {model['seconds']:.0f} s"
    print(f"{model['file']}: {learned}", file=sys.stderr)


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
            env=rasa_environment(os.environ),
            capture_output=True,
            text=True,
            check=False,
        )
    if done.returncode != 0:
        print(done.stderr[-LAST_WORDS:], file=sys.stderr)
        raise typer.Exit(done.returncode)
    return done.stdout
