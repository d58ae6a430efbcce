"""`bank`: the command of whoever runs this bank. Answers on stdout, the rest beside."""

import sys

import typer
from sqlalchemy.exc import OperationalError

from banking.cli import (
    customer,
    database,
    evaluation,
    language,
    ledger,
    log,
    routes,
    seed,
    staff,
)
from banking.cli.refusals import REFUSALS
from banking.cli.up import up

app = typer.Typer(
    name="bank",
    no_args_is_help=True,
    add_completion=False,
    # A traceback with local variables would print secrets.
    pretty_exceptions_enable=False,
    help=__doc__,
)
app.command()(up)
app.command()(database.migrate)
app.command()(seed.seed)
app.command()(routes.routes)
app.command(
    # What follows is for the benchmark to read.
    context_settings={"allow_extra_args": True, "ignore_unknown_options": True}
)(language.bench)
app.add_typer(ledger.app, name="ledger", help="The books.")
app.add_typer(log.app, name="log", help="The security log.")
app.add_typer(staff.app, name="staff", help="Who may open the bank's own pages.")
app.add_typer(customer.app, name="customer", help="What only a person opens again.")
language.app.command()(evaluation.evaluate)
language.app.command()(evaluation.benchmark)
app.add_typer(language.app, name="nlu", help="What the assistant understands.")


def main() -> None:
    """Run one command; what it refuses is one readable message and exit code 2."""
    try:
        app()
    except REFUSALS as refusal:
        print(f"bank: {refusal}", file=sys.stderr)
        sys.exit(2)
    except OperationalError as lost:
        print(f"bank: the database does not answer: {lost.orig}", file=sys.stderr)
        sys.exit(2)
