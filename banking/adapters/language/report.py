"""Writes an evaluation as one HTML file, and keeps it as JSON for the next one."""

import json
import os
from pathlib import Path

import jinja2

from banking.adapters.language import report_plots, report_views
from banking.domain.nlu_scores import Evaluation

HERE = Path(__file__).parent
REPORT = "report.html"
KEPT = "evaluation.json"


def write(evaluation: Evaluation, folder: Path) -> Path:
    """Write the report, compared with the one before, and return its file."""
    folder.mkdir(parents=True, exist_ok=True)
    before = last(folder)
    report = folder / REPORT
    _replace(report, render(evaluation, before))
    _replace(folder / KEPT, json.dumps(evaluation.as_json(), ensure_ascii=False))
    return report


def last(folder: Path) -> Evaluation | None:
    """The evaluation that the last report was of; ``None`` without a readable one."""
    try:
        return Evaluation.from_json(json.loads((folder / KEPT).read_text("utf-8")))
    except (OSError, ValueError):
        # A file of an older kind (NotAsKept) is no report to us.
        return None


def render(evaluation: Evaluation, before: Evaluation | None) -> str:
    """The report as one page that needs nothing but itself."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["percent"] = report_plots.percent
    template = environment.get_template("evaluation.html")
    return template.render(
        evaluation=evaluation,
        before=before,
        views=report_views.views(evaluation, before),
    )


def _replace(file: Path, text: str) -> None:
    draft = file.with_name(f"{file.name}.{os.getpid()}")
    draft.write_text(text, encoding="utf-8")
    draft.replace(file)
