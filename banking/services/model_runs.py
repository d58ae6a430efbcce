"""How far a training is, written down as it goes, and how it ended."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from secrets import token_hex

from banking.ports.identity import Clock
from banking.ports.models import ModelShelf, Progress, Run

WAITING = "waiting"
STARTING = "starting"
STEPS = 100


def new_run(clock: Clock, by: str, stage: str = STARTING) -> Run:
    """A run that begins now."""
    return Run(
        id=token_hex(8),
        by=by,
        stage=stage,
        done=0,
        of=STEPS,
        message="",
        started_at=clock.now(),
    )


@contextmanager
def noted(
    shelf: ModelShelf, clock: Clock, run: Run, also: Progress | None = None
) -> Iterator[Progress]:
    """Write down how far the run is, and how it ended, whatever ends it."""
    latest = run

    def noting(stage: str, done: int, of: int) -> None:
        nonlocal latest
        latest = replace(latest, stage=stage, done=done, of=of)
        shelf.note(latest)
        if also is not None:
            also(stage, done, of)

    noting(STARTING, 0, STEPS)
    try:
        yield noting
    except BaseException as error:
        why = str(error) or type(error).__name__
        shelf.note(replace(latest, finished_at=clock.now(), failed=why))
        raise
    done = replace(latest, stage="done", done=STEPS, of=STEPS)
    shelf.note(replace(done, finished_at=clock.now()))


def part(progress: Progress, low: int, high: int) -> Progress:
    """Tell the progress of a part as that of the whole, which is a hundred steps."""

    def tell(stage: str, done: int, of: int) -> None:
        share = (high - low) * done // of if of else 0
        progress(stage, low + share, STEPS)

    return tell
