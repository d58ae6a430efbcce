"""The gate's report: the verdict, and below it the evaluation of the new model."""

from pathlib import Path

import jinja2

from banking.adapters.language import report
from banking.domain.nlu_scores import Evaluation
from banking.domain.verdict import Verdict

TEMPLATES = Path(__file__).parent / "templates"
BODY = "<body>"


def write(
    before: Evaluation | None, after: Evaluation, verdict: Verdict, folder: Path
) -> str:
    """Write the page into the folder and return its file's name."""
    name = f"gate-{verdict.sha256[:16]}.html"
    draft = folder / f".{name}"
    draft.write_text(render(before, after, verdict), encoding="utf-8")
    draft.replace(folder / name)
    return name


def render(before: Evaluation | None, after: Evaluation, verdict: Verdict) -> str:
    """One page that needs nothing but itself."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found = environment.get_template("gate.html").render(
        verdict=verdict, before=before, after=after
    )
    head, body, figures = report.render(after, before).partition(BODY)
    return f"{head}{body}\n{found}{figures}"
