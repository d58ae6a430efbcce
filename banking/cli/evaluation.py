"""`bank nlu evaluate` and `bank nlu benchmark`: how well customers are understood."""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from banking.adapters.language.benchmark import Benchmark
    from banking.domain.nlu_scores import Evaluation, Scores

NOTHING = "–"
REPORTS = Path("build/nlu")
AsJson = Annotated[bool, typer.Option("--json", help="For programs.")]


def evaluate(
    *,
    sets: Annotated[
        list[Path] | None,
        typer.Option(help="A folder of texts; again for more. Else tests/held_out."),
    ] = None,
    model: Annotated[
        Path | None, typer.Option(help="A trained model. Else the one in service.")
    ] = None,
    cross_validate: Annotated[
        bool, typer.Option("--cross-validate", help="The training data, too.")
    ] = False,
    threshold: Annotated[
        float | None,
        typer.Option(min=0, max=1, help="A higher one than the model's own."),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Folder of the report. Else build/nlu.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Score a model on texts whose meaning is known, and write a report."""
    from banking.adapters.language import evaluation, report
    from banking.settings import Places

    home = Places().language_home
    with _progress() as progress:
        found = evaluation.evaluate(
            home,
            model,
            sets or [],
            cross_validate=cross_validate,
            progress=progress,
            threshold=threshold,
        )
    written = report.write(found, out or home / REPORTS)
    if as_json:
        print(json.dumps(found.as_json()))
    else:
        _print_scores(found)
    print(f"report: {written}", file=sys.stderr)


def benchmark(
    *,
    train: Annotated[Path, typer.Option(help="CSV: text, and label or intent.")],
    test: Annotated[Path, typer.Option(help="CSV of the same form.")],
    shots: Annotated[
        int | None, typer.Option(min=1, help="Examples of each label. Else all.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Which examples are drawn.")] = 1,
    as_json: AsJson = False,
) -> None:
    """Train the assistant's pipeline on other labelled texts, and test it."""
    from banking.adapters.language import benchmark as labelled
    from banking.settings import Places

    with _progress() as progress:
        found = labelled.benchmark(
            Places().language_home,
            train,
            test,
            shots=shots,
            seed=seed,
            progress=progress,
        )
    if as_json:
        print(json.dumps(found.as_json()))
    else:
        _print_benchmark(found)


@contextmanager
def _progress() -> Iterator[Callable[[str, int, int], None]]:
    """A bar on stderr: one line for each stage."""
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TaskID,
        TextColumn,
        TimeElapsedColumn,
    )

    columns = (
        TextColumn("{task.description:24}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    stages: dict[str, TaskID] = {}
    with Progress(*columns, console=Console(stderr=True)) as shown:

        def finish(task: TaskID) -> None:
            steps = shown.tasks[task].total or 1
            shown.update(task, completed=steps, total=steps)

        def tell(stage: str, done: int, of: int) -> None:
            if stage not in stages:
                # What came before is done, or the next would not have begun.
                for before in stages.values():
                    finish(before)
                # One step is no measure: its bar only shows that something happens.
                stages[stage] = shown.add_task(stage, total=of if of > 1 else None)
            shown.update(stages[stage], completed=done)

        yield tell
        for stage in stages.values():
            finish(stage)


def _print_scores(found: "Evaluation") -> None:
    shown = list(found.sets)
    if len(shown) > 1:
        shown.append(found.overall)
    if found.cross_validation is not None:
        shown.append(found.cross_validation)
    print(f"{found.model}, asking back below {found.threshold:.2f}")
    _print_table(_rows(shown))
    for remark in found.remarks:
        print(f"note: {remark}")


def _rows(shown: "list[Scores]") -> Iterator[tuple[str, ...]]:
    """One row a figure, one column a set."""
    yield ("", *(scores.name for scores in shown))
    yield ("texts in scope", *(str(scores.texts) for scores in shown))
    for title, name in (
        ("intent accuracy", "accuracy"),
        ("  likeliest alone", "guess_accuracy"),
        ("macro recall", "macro_recall"),
        ("faq topic accuracy", "topic_accuracy"),
        ("out of scope caught", "caught_rate"),
        ("in scope lost", "lost_rate"),
        ("calibration error", "calibration_error"),
    ):
        yield (title, *(_rate(getattr(scores, name)) for scores in shown))
    for kind in sorted({e.kind for scores in shown for e in scores.entities}):
        entities = (scores.entity(kind) for scores in shown)
        yield (f"entity F1 {kind}", *(_rate(e.f1 if e else None) for e in entities))
    for title, name in (
        ("ms a message, p50", "p50_ms"),
        ("ms a message, p95", "p95_ms"),
    ):
        times = (getattr(scores, name) for scores in shown)
        yield (title, *(NOTHING if ms is None else f"{ms:.1f}" for ms in times))


def _print_table(rows: Iterator[tuple[str, ...]]) -> None:
    listed = [row for row in rows if set(row[1:]) != {NOTHING}]
    widths = [max(len(cell) for cell in column) for column in zip(*listed, strict=True)]
    for title, *cells in listed:
        aligned = (c.rjust(w) for c, w in zip(cells, widths[1:], strict=True))
        print(f"{title:{widths[0]}}  {'  '.join(aligned)}".rstrip())


def _rate(share: float | None) -> str:
    return NOTHING if share is None else f"{share:.4f}"


def _print_benchmark(found: "Benchmark") -> None:
    shots = (
        "all" if found.shots is None else f"{found.shots} a label, seed {found.seed}"
    )
    print(f"labels           {found.labels}")
    print(f"trained on       {found.trained_on} texts ({shots})")
    print(f"tested on        {found.tested_on} texts")
    print(f"accuracy         {found.accuracy:.4f}")
    print(f"macro F1         {found.macro_f1:.4f}")
    print(f"training         {found.train_seconds:.1f} s")
    print(f"a message        {found.p50_ms:.1f} ms (95 % within {found.p95_ms:.1f})")
    for remark in found.remarks:
        print(f"note: {remark}")
