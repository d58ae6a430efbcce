"""`bank staff`: who may open the bank's own pages."""

from typing import Annotated
from urllib.parse import urlsplit

import typer

from banking.cli.database import opened
from banking.domain.staff import Role
from banking.settings import LOOPBACK, Settings

app = typer.Typer(no_args_is_help=True)

Names = Annotated[str, typer.Argument(help="The name they sign in with.")]
Roles = Annotated[
    list[Role] | None, typer.Option("--role", help="What they may do; repeatable.")
]


@app.command()
def invite(name: Names, *, role: Roles = None) -> None:
    """Print a link with which one person sets a password and an authenticator.

    The link works once, for a day. For somebody who lost either, do the same again.
    """
    with opened() as bank:
        invited = bank.staff.invite(name, role or [Role.TRAINER])
        url = reachable(invited.url, bank.settings)
    roles = ", ".join(sorted(r.value for r in invited.member.roles))
    print(f"For {invited.member.name} ({roles}), once, until ", end="")
    print(f"{invited.expires_at:%Y-%m-%d %H:%M} UTC:\n\n  {url}\n")


@app.command("list")
def everybody() -> None:
    """List everybody who was ever invited."""
    with opened() as bank:
        members = bank.staff.everybody()
    for member in members:
        state = "disabled" if not member.enabled else ""
        state = state or ("" if member.enrolled else "invited")
        seen = f"{member.seen_at:%Y-%m-%d %H:%M}" if member.seen_at else "never"
        roles = ",".join(sorted(r.value for r in member.roles)) or "-"
        print(f"{member.name:28}{roles:24}{state:10}last signed in: {seen}")
    if not members:
        print("Nobody yet: bank staff invite NAME")


@app.command()
def disable(name: Names) -> None:
    """End everything somebody has here, at once."""
    with opened() as bank:
        member = bank.staff.disable(name)
    print(f"{member.name} is disabled. An invitation opens the account again.")


@app.command()
def roles(name: Names, *, role: Roles = None) -> None:
    """Give somebody exactly these roles, from their next request on; none: no role."""
    with opened() as bank:
        member = bank.staff.set_roles(name, role or [])
    print(f"{member.name}: {', '.join(sorted(r.value for r in member.roles)) or '-'}")


def reachable(url: str, settings: Settings) -> str:
    """Lead to the bank that runs here, which may have had to take another port."""
    from banking.supervisor import running

    bank = running.find(settings.bank_home)
    if bank is None or urlsplit(url).hostname not in LOOPBACK:
        return url
    return bank.web + urlsplit(url).path
