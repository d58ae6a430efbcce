"""`bank log`: whether the security log is as it was written."""

import json
from typing import Annotated

import typer

from banking.cli.database import opened

app = typer.Typer(no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Keep `check` a subcommand while it is the only one."""


@app.command()
def check(
    *, as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False
) -> None:
    """Recompute the log's chain; exit code 1 where a row was changed or is missing."""
    from banking.services.security_log import verify_chain

    with opened() as bank, bank.uow() as tx:
        report = verify_chain(tx)
    found = {"rows": report.rows, "broken_at": report.broken_at}
    if as_json:
        print(json.dumps(found))
    elif report.whole:
        print(f"The security log is whole: {report.rows} rows.")
    else:
        print(f"The security log is broken at row {report.broken_at}.")
    if not report.whole:
        raise typer.Exit(1)
