"""`bank nlu check`: whether the assistant can learn from its data as they stand."""

import json
import sys
from dataclasses import asdict
from typing import Annotated

import typer


def check(
    *, as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False
) -> None:
    """Find what is wrong in data/ and domain.yml: file, line, column and reason.

    Exits with 1 where training would be refused, with 0 where there are only warnings.
    """
    from banking.adapters.language.lint import lint
    from banking.settings import Places

    home = Places().language_home
    findings = lint(home)
    errors = sum(finding.stops_training for finding in findings)
    warnings = len(findings) - errors
    if as_json:
        listed = [asdict(finding) for finding in findings]
        print(json.dumps({"errors": errors, "warnings": warnings, "findings": listed}))
    else:
        for finding in findings:
            print(finding)
        found = f"{_many(errors, 'error')}, {_many(warnings, 'warning')}"
        print(f"{home / 'data'}: {found}", file=sys.stderr)
    raise typer.Exit(1 if errors else 0)


def _many(number: int, what: str) -> str:
    return f"{number or 'no'} {what}{'' if number == 1 else 's'}"
