"""`bank ledger`: whether the books are right."""

import json
from typing import Annotated

import typer

# What must be zero in books that are right.
FAULTS = ("unbalanced", "negative_accounts", "holds_without_transfer")

app = typer.Typer(no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Keep `check` a subcommand while it is the only one."""


@app.command()
def check(
    *, as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False
) -> None:
    """Add everything up; exit code 1 when something does not balance."""
    from banking.adapters.core_banking.check import check_ledger
    from banking.adapters.db.engine import engine
    from banking.adapters.db.migrate import migrate
    from banking.cli.database import open_database, url_of

    with open_database() as settings:
        url = url_of(settings)
        migrate(url)
        connections = engine(url, pool_size=1, application="bank-ledger-check")
        try:
            found = check_ledger(connections)
        finally:
            connections.dispose()
    if as_json:
        print(json.dumps(found))
    else:
        for name, value in found.items():
            print(f"{name:26}{value}")
    if any(found[name] for name in FAULTS):
        raise typer.Exit(1)
