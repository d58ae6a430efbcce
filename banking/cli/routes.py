"""`bank routes`: every door of the web application, and who may go through it."""

import json
from collections.abc import Iterable
from typing import Annotated, Any

import typer

# A door of the staff names its role itself. Elsewhere the longest prefix that fits
# says who may come in. "link": whoever holds the one-time link, which gives away
# nothing; the page asks for the rest.
ROLES = {
    "/webhooks/": "signature",
    "/api/": "api-key",
    "/s/": "link",
    "/static": "anyone",
    "/healthz": "anyone",
    "/readyz": "anyone",
    "/metrics": "loopback-or-api-key",
    "/internal/": "loopback-and-bearer",
}


class RoleUnknown(Exception):
    """A route stands under no prefix of which it is known who may come in."""


def routes(
    *, as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False
) -> None:
    """List method, path and required role of every route."""
    from banking.web.app import create_app

    table = route_table(create_app().routes)
    if as_json:
        print(json.dumps(table, indent=2))
        return
    for row in table:
        print(f"{row['method']:8}{row['path']:40}{row['role']}")


def route_table(doors: Iterable[Any]) -> list[dict[str, str]]:
    """Return method, path and role of every route; raise ``RoleUnknown``."""
    return [
        {
            "method": method,
            "path": door.path,
            "role": getattr(getattr(door, "endpoint", None), "role", None)
            or role_of(door.path),
        }
        for door in doors
        for method in sorted(getattr(door, "methods", None) or {"GET"})
        if method != "HEAD"
    ]


def role_of(path: str) -> str:
    """Say who may use a path; raise ``RoleUnknown`` where nobody decided."""
    fitting = [prefix for prefix in ROLES if path.startswith(prefix)]
    if not fitting:
        raise RoleUnknown(f"nobody said who may use {path}: see banking/cli/routes.py")
    return ROLES[max(fitting, key=len)]
