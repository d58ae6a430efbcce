"""`bank seed`: believable customers, the same ones for the same seed."""

import json
from typing import Annotated

import typer


def seed(
    *,
    customers: Annotated[int, typer.Option(min=1, help="How many.")] = 8,
    seed: Annotated[int, typer.Option(help="The same seed, the same people.")] = 1,
    registered: Annotated[
        bool, typer.Option(help="Registered for chat banking already.")
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="One customer a line.")
    ] = False,
) -> None:
    """Open accounts for customers with 90 days of believable history."""
    from rich.console import Console
    from rich.progress import track

    from banking.adapters.db.migrate import migrate
    from banking.bootstrap import open_bank
    from banking.cli.database import open_database, url_of
    from banking.seeding import seed as sow

    with open_database() as settings:
        migrate(url_of(settings))
        people = sow(
            open_bank(settings), customers=customers, seed=seed, registered=registered
        )
        console = Console(stderr=True)
        for person in track(people, "Customers", customers, console=console):
            if as_json:
                print(json.dumps(person, ensure_ascii=False), flush=True)
            else:
                print(f"{person['name']:28}{person['phone']}")
