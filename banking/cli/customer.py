"""`bank customer`: what only a person at the bank may open again."""

from typing import Annotated

import typer

from banking.cli.database import opened

app = typer.Typer(no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Keep `unlock-codes` a subcommand while it is the only one."""


@app.command("unlock-codes")
def unlock_codes(
    customer_number: Annotated[str, typer.Argument(help="As the core knows them.")],
    *,
    by: Annotated[str, typer.Option(help="Who has checked who is asking.")],
    seen_by: Annotated[str, typer.Option(help="Who agrees: somebody else.")],
) -> None:
    """Let a customer use codes again after too many wrong ones closed them.

    Check at the bank who is asking first. Both names are of staff, and are kept.
    """
    with opened() as bank:
        whose = bank.identity.code_unlocking.unlock(
            customer_number, by=by, seen_by=seen_by
        )
    print(f"Codes of {customer_number} ({whose}) are open again.")
