"""`bank nlu train` and what follows: from changed data to a model in service."""

import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from getpass import getuser
from typing import TYPE_CHECKING, Annotated, Any

import typer

from banking.settings import PROJECT, Places

if TYPE_CHECKING:
    from banking.ports.models import ModelCard, Progress
    from banking.services.model_gate import ModelGate

# A running assistant asks every two seconds, and loads a model in a few.
TAKEN_OVER_WITHIN_SECONDS = 60


def train(
    *,
    force: Annotated[bool, typer.Option(help="Even when nothing changed.")] = False,
    into_service: Annotated[
        bool,
        typer.Option(help="Unjudged into service; not where there are customers."),
    ] = False,
) -> None:
    """Train a candidate on today's data; the first model goes into service at once."""
    if into_service and Places().is_production:
        print("bank: a model for customers goes through the gate", file=sys.stderr)
        raise typer.Exit(2)
    with opened_gate() as gate:
        before = gate.in_service()
        with _refusals(), _bar() as progress:
            card = gate.train(_me(), progress, force=force)
        if into_service:
            gate.put_into_service(_me(), card)
        learned = f"{card.examples} examples in {card.seconds:.0f} s"
        known = before is not None and before.sha256 == card.sha256
        is_served = known or into_service or before is None
        where = "in service" if is_served else "the candidate: `bank nlu compare` next"
        unchanged = " (unchanged)" if known else ""
        print(f"{card.file}: {learned}, {where}{unchanged}", file=sys.stderr)


def compare() -> None:
    """Hold the candidate against the model in service; exit code 1 keeps it out."""
    with opened_gate() as gate, _refusals():
        with _bar() as progress:
            verdict = gate.compare(_me(), progress)
        for line in verdict.lines:
            mark = {True: "+", False: "-", None: " "}[line.better]
            print(f"{mark} {line.what:58}{line.before:>9}{line.after:>9}")
        for each in verdict.worse:
            print(f"- {each}")
        for each in verdict.not_run:
            print(f"NOT RUN  {each}")
        for each in verdict.reasons:
            print(f"REFUSED  {each}")
        if report := gate.report_file(verdict):
            print(f"The report: {report}")
        print(
            "The gate lets it through." if verdict.passed else "The gate keeps it out."
        )
    raise typer.Exit(0 if verdict.passed else 1)


def promote(
    *,
    although_not_run: Annotated[
        bool, typer.Option(help="What the gate could not try is known to you.")
    ] = False,
) -> None:
    """Put the candidate into service, if the gate lets it through."""
    with opened_gate() as gate, _refusals():
        if gate.candidate() is not None and gate.verdict() is None:
            with _bar() as progress:
                gate.compare(_me(), progress)
        card = gate.promote(_me(), despite_not_run=although_not_run)
        print(f"{card.file} is in service")
        _wait_until_taken(gate, card)


def rollback() -> None:
    """Return to the model that was in service before."""
    with opened_gate() as gate, _refusals():
        card = gate.roll_back(_me())
        print(f"{card.file} is in service again")
        _wait_until_taken(gate, card)


def models(
    *,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
    path: Annotated[
        bool, typer.Option(help="Only the path of the model in service.")
    ] = False,
) -> None:
    """List the models on the shelf: in service, candidate, and those before."""
    from banking.ports.models import WrongModel

    with opened_gate() as gate, _refusals():
        in_service = gate.in_service()
        if path:
            if in_service is None:
                raise WrongModel("no model is in service: run `bank nlu train`")
            print(gate.file_of(in_service))
            return
        rows = list(_rows(gate))
    if as_json:
        print(json.dumps(rows, indent=2))
        return
    for row in rows:
        right = "-" if row["accuracy"] is None else f"{100 * row['accuracy']:.1f} %"
        print(
            f"{row['state']:12}{row['file']:42}{row['trained_at'][:16]:18}"
            f"{row['examples']:>7}{right:>9}  {row['trained_by']}"
        )


# --- the gate, and how it is shown --------------------------------------------------


@contextmanager
def opened_gate() -> Iterator["ModelGate"]:
    """The gate; with the bank's security log where there is a bank to write to it."""
    from pydantic import SecretStr

    from banking.adapters.clock import SystemClock
    from banking.bootstrap import open_bank
    from banking.bootstrap.language import open_gate
    from banking.cli.database import open_database
    from banking.policy import load_policy
    from banking.settings import Settings
    from banking.supervisor import running

    places = Places()
    if bank := running.find(places.bank_home):
        url = SecretStr(bank.database_url)
        settings = Settings(database_url=url, rasa_port=bank.ports["rasa"])
        yield open_bank(settings).model_gate
    elif places.is_production:
        with open_database() as settings:
            yield open_bank(settings).model_gate
    else:
        yield open_gate(
            places.language_home,
            load_policy(PROJECT / "policy.toml"),
            SystemClock(),
            rasa_url="",
        )


@contextmanager
def _refusals() -> Iterator[None]:
    """What the gate refuses is a message and exit code 1, never a traceback."""
    from banking.ports.models import (
        NothingToDo,
        NotPassed,
        TrainingFailed,
        WrongModel,
    )

    try:
        yield
    except (NothingToDo, NotPassed, TrainingFailed, WrongModel) as refusal:
        print(f"bank: {refusal}", file=sys.stderr)
        raise typer.Exit(1) from None


@contextmanager
def _bar() -> Iterator["Progress"]:
    """A bar on stderr that says what is done now, how far, and for how long."""
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        Progress,
        TaskProgressColumn,
        TextColumn,
        TimeElapsedColumn,
    )

    columns = (
        TextColumn("{task.description:42}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task("Starting", total=100)

        def show(stage: str, done: int, of: int) -> None:
            bar.update(task, description=stage.capitalize(), completed=done, total=of)

        yield show


def _rows(gate: "ModelGate") -> Iterator[dict[str, Any]]:
    named = {
        "previous": gate.previous(),
        "candidate": gate.candidate(),
        "in service": gate.in_service(),
    }
    states = {card.file: state for state, card in named.items() if card}
    for card in gate.models():
        scores = gate.scores(card)
        yield {
            "state": states.get(card.file, ""),
            "file": card.file,
            "sha256": card.sha256,
            "data_sha256": card.data_sha256,
            "trained_at": card.trained_at.isoformat(),
            "trained_by": card.trained_by,
            "examples": card.examples,
            "seconds": card.seconds,
            "accuracy": scores.overall.accuracy if scores else None,
        }


def _wait_until_taken(gate: "ModelGate", card: "ModelCard") -> None:
    """Say when the running assistant has taken a model over, or why it did not."""
    began = time.perf_counter()
    while (took := time.perf_counter() - began) < TAKEN_OVER_WITHIN_SECONDS:
        running = gate.running()
        if running.sha256 is None:
            print("No assistant runs; the next one starts with it.")
            return
        if running.sha256 == card.sha256:
            print(f"The running assistant has taken it over after {took:.1f} s.")
            return
        if running.refused == card.sha256:
            print(f"The running assistant refused it: {running.why}", file=sys.stderr)
            raise typer.Exit(1)
        time.sleep(0.2)
    print("The running assistant has not taken it over yet.", file=sys.stderr)
    raise typer.Exit(1)


def _me() -> str:
    try:
        return getuser()
    except (KeyError, OSError):
        return "command line"
