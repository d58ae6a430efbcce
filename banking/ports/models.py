"""What understands customers: its models on the shelf, and how one takes over."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Protocol

from banking.domain.nlu_scores import Evaluation
from banking.domain.verdict import Line, Trial, Verdict

__all__ = [
    "Entered",
    "Examiner",
    "Line",
    "ModelCard",
    "ModelShelf",
    "NotPassed",
    "NothingToDo",
    "Progress",
    "Run",
    "Running",
    "Serving",
    "Trainer",
    "TrainingFailed",
    "Trial",
    "Verdict",
    "WrongModel",
]


class WrongModel(Exception):
    """A model is missing, or its file is not the one that was trained."""


class TrainingFailed(Exception):
    """A training made no model; the message says why, in words for a trainer."""


class NothingToDo(Exception):
    """What was asked for cannot be done now; the message says why."""


class NotPassed(Exception):
    """The gate keeps a model out. ``reasons`` say why, one sentence each."""

    def __init__(self, reasons: Sequence[str]) -> None:
        self.reasons = tuple(reasons)
        super().__init__("the gate keeps it out:\n- " + "\n- ".join(reasons))


@dataclass(frozen=True, slots=True)
class ModelCard:
    """One trained model, as its manifest tells.

    ``sha256`` is of the model's file, ``data_sha256`` of everything that it was
    trained on. ``seconds`` is how long that took, ``examples`` how many sentences it
    was. Its scores are half a megabyte and asked for on their own.
    """

    file: str
    sha256: str
    data_sha256: str
    trained_at: datetime
    trained_by: str
    seconds: float
    examples: int
    versions: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Entered:
    """When a model went into service, by whose hand, and instead of which.

    ``act`` is "first", "promoted" or "rolled back"; ``verdict`` says what the gate
    had found: "passed", "passed, not everything run" or "not asked".
    """

    act: str
    by: str
    at: datetime
    file: str
    sha256: str
    instead_of: str | None
    verdict: str = "not asked"


@dataclass(frozen=True, slots=True)
class Run:
    """One training with its comparison, under way or ended.

    ``stage`` is words for people, "waiting" until a worker has taken it up; ``done`` of
    ``of`` steps of all stages together. ``failed`` says why it failed, also where its
    process was killed.
    """

    id: str
    by: str
    stage: str
    done: int
    of: int
    message: str
    started_at: datetime
    finished_at: datetime | None = None
    failed: str | None = None

    @property
    def is_running(self) -> bool:
        """Whether it has neither ended nor failed."""
        return self.finished_at is None

    @property
    def percent(self) -> int:
        """How far it is, from 0 to 100."""
        return min(100, 100 * self.done // self.of) if self.of else 0


@dataclass(frozen=True, slots=True)
class Running:
    """What the running assistant has loaded, by its own word.

    ``sha256`` is None while it does not answer. ``refused`` is the SHA-256 of a model
    that it was offered and did not take, ``why`` in words.
    """

    sha256: str | None
    refused: str | None = None
    why: str | None = None

    def is_behind(self, in_service: ModelCard | None) -> bool:
        """Whether the assistant has yet to take over the model in service."""
        return (
            in_service is not None
            and self.sha256 is not None
            and in_service.sha256 not in (self.sha256, self.refused)
        )


# How far a piece of work is: what it does now, and steps done of all its steps.
type Progress = Callable[[str, int, int], None]


class ModelShelf(Protocol):
    """The folder of models. Each change is whole or not at all."""

    def in_service(self) -> ModelCard | None: ...

    def candidate(self) -> ModelCard | None: ...

    def previous(self) -> ModelCard | None:
        """The model that ``roll_back`` would return to."""

    def models(self) -> list[ModelCard]:
        """All models on the shelf, the newest first."""

    def file_of(self, card: ModelCard) -> Path:
        """The model's file, checked against its SHA-256; raise ``WrongModel``."""

    def offer(self, card: ModelCard) -> None:
        """Make a model the candidate."""

    def promote(self, sha256: str, *, by: str, at: datetime, verdict: str) -> ModelCard:
        """Put the candidate into service.

        Raises ``NothingToDo`` unless it is the one of this SHA-256, ``WrongModel``
        where its file is not whole.
        """

    def roll_back(self, by: str, at: datetime, seen: str | None = None) -> ModelCard:
        """Return to the previous model; raise ``NothingToDo``, ``WrongModel``.

        ``seen`` is the SHA-256 of the model that has to be in service still.
        """

    def history(self) -> list[Entered]:
        """Who put what into service, the latest first."""

    def scored(self, card: ModelCard, scores: Evaluation) -> None:
        """Keep a model's scores beside it."""

    def scores(self, card: ModelCard) -> Evaluation | None:
        """A model's scores in its last comparison, None before one."""

    def judged(self, verdict: Verdict) -> None:
        """Keep a verdict, for exactly the models that it compares."""

    def verdict(self, sha256: str) -> Verdict | None:
        """The latest verdict on a model."""

    def report_file(self, verdict: Verdict) -> Path | None:
        """The report that a verdict names, if it is there."""

    def run(self) -> Run | None:
        """The latest run; one whose process has died is told as failed."""

    def note(self, run: Run) -> None:
        """Write down how far a run is."""

    def working(self) -> AbstractContextManager[None]:
        """Hold the shelf for one training or comparison.

        Raises ``NothingToDo`` while another process holds it; a process that dies
        lets go.
        """


class Trainer(Protocol):
    def train(self, by: str, progress: Progress, *, force: bool = False) -> ModelCard:
        """Train on today's data; raise ``TrainingFailed``.

        A whole model of the same data is returned as it is, unless forced.
        """


class Examiner(Protocol):
    """Finds out what a model can do; raises ``TrainingFailed`` where it cannot."""

    def scores(
        self, card: ModelCard, progress: Progress, *, cross_validate: bool
    ) -> Evaluation:
        """Scores on every held-out set, and cross-validated ones when asked."""

    def has_data(self, card: ModelCard) -> bool:
        """Whether the data are kept that the model learned from.

        Without them its cross-validation would be that of today's data.
        """

    def tests(
        self, card: ModelCard, progress: Progress, *, only: Sequence[Trial] = ()
    ) -> list[Trial]:
        """Run test stories and conversations; ``only`` names the ones wanted."""

    def report(
        self, before: Evaluation | None, after: Evaluation, verdict: Verdict
    ) -> str | None:
        """Write the report for people; return its file's name in the shelf."""


class Serving(Protocol):
    def running(self) -> Running:
        """Ask the running assistant which model it has."""
