"""`bank customer`: what only a person at the bank may open again, or close."""

from typing import Annotated

import typer

from banking.cli.database import opened

app = typer.Typer(no_args_is_help=True)


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


@app.command("leave")
def leave(
    customer_number: Annotated[str, typer.Argument(help="As the core knows them.")],
    *,
    by: Annotated[str, typer.Option(help="Who has checked who is asking.")],
) -> None:
    """Close a customer's chat banking and let go of who they are.

    What a bank has to keep stays: transfers, documents and the security log.
    """
    with opened() as bank:
        whose = bank.identity.leaving.leave(customer_number, by=by)
    print(f"{customer_number} ({whose}) banks by chat no more.")
