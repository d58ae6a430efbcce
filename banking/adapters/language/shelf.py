"""The shelf: the folder with the trained models, on disk.

``manifest.json`` alone says which model is in service, and how it came there; it is
replaced in one step. Whatever else a change needs is done before that step without
anybody noticing, or after it from what the manifest says, by the next who looks.
"""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

from banking.adapters.language.learned_from import LEARNED_FROM
from banking.adapters.language.shelf_files import (
    SUFFIX,
    Files,
    Service,
    beside,
    card_of,
    entered_of,
    run_of,
    service_of,
    told_of_run,
)
from banking.domain.nlu_scores import Evaluation
from banking.domain.verdict import Verdict
from banking.ports.identity import Clock
from banking.ports.models import (
    Entered,
    ModelCard,
    NothingToDo,
    Run,
    WrongModel,
)

IN_SERVICE = "manifest.json"
CANDIDATE = "candidate.json"
HISTORY = "history.jsonl"
RUN = "run.json"
SCORES = ".scores.json"
LOCK = ".lock"
WORKING = ".working"
# How many models before the one in service can be returned to.
KEPT_BEFORE = 3
WAITING = "waiting"
NOBODY_CAME = timedelta(minutes=10)
KILLED = "the process that trained was ended"
NOT_TAKEN_UP = "no worker has taken it up"


@dataclass(frozen=True, slots=True)
class Shelf:
    """Keeps the promise of ``banking.ports.models.ModelShelf``."""

    folder: Path
    clock: Clock
    files: Files = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "files", Files(self.folder))

    # --- what is there --------------------------------------------------------------

    def in_service(self) -> ModelCard | None:
        """The model that may be served."""
        return self._card(IN_SERVICE)

    def candidate(self) -> ModelCard | None:
        """The candidate, unless it has become the model in service."""
        candidate, in_service = self._card(CANDIDATE), self.in_service()
        if candidate is None or in_service is None:
            return candidate
        return None if candidate.sha256 == in_service.sha256 else candidate

    def previous(self) -> ModelCard | None:
        """The latest of the models before, if its file is still there."""
        service = self._service()
        files = service.before if service else ()
        found = (self._card(beside(file)) for file in files)
        return next((card for card in found if card and self._has(card)), None)

    def models(self) -> list[ModelCard]:
        """Every model with its manifest, the newest first."""
        names = {file.name for file in self.folder.glob("teller-*.json")}
        cards = [card for name in names if (card := self._card(name))]
        in_service = self.in_service()
        if in_service and in_service.file not in {card.file for card in cards}:
            cards.append(in_service)
        there = [card for card in cards if self._has(card)]
        return sorted(there, key=lambda card: card.trained_at, reverse=True)

    def file_of(self, card: ModelCard) -> Path:
        """The model's file as it was trained; raise ``WrongModel`` otherwise."""
        file = self.folder / card.file
        if file.parent != self.folder or not file.is_file():
            raise WrongModel(f"{card.file} is missing")
        with file.open("rb") as opened:
            digest = hashlib.file_digest(opened, "sha256").hexdigest()
        if digest != card.sha256:
            raise WrongModel(f"{card.file} was changed after the training")
        return file

    # --- into service and back --------------------------------------------------------

    def offer(self, card: ModelCard) -> None:
        """Make a model the candidate; it must be whole."""
        self.file_of(card)
        with self._changing():
            self.files.write(CANDIDATE, self.files.read(beside(card.file)))
            self._tidy()

    def promote(self, sha256: str, *, by: str, at: datetime, verdict: str) -> ModelCard:
        """Put the candidate into service."""
        with self._changing():
            candidate, last = self._card(CANDIDATE), self.in_service()
            if candidate is None or candidate.sha256 != sha256:
                raise NothingToDo("the candidate is another one by now")
            self.file_of(candidate)
            service = self._service()
            before = service.before if service else ()
            entered = Service(
                act="promoted" if last else "first",
                by=by,
                at=at.isoformat(),
                instead_of=last.sha256 if last else None,
                verdict=verdict,
                before=(last.file, *before)[:KEPT_BEFORE] if last else (),
            )
            return self._enter(candidate, entered)

    def roll_back(self, by: str, at: datetime, seen: str | None = None) -> ModelCard:
        """Return to the model before; the one after it stays on the shelf."""
        with self._changing():
            last, service, card = self.in_service(), self._service(), self.previous()
            if last is None or service is None or card is None:
                raise NothingToDo("there is no earlier model to return to")
            if seen not in (None, last.sha256):
                raise NothingToDo("another model is in service by now")
            self.file_of(card)
            position = service.before.index(card.file)
            entered = Service(
                act="rolled back",
                by=by,
                at=at.isoformat(),
                instead_of=last.sha256,
                verdict="not asked",
                before=service.before[position + 1 :],
            )
            return self._enter(card, entered)

    def history(self) -> list[Entered]:
        """Who put what into service, the latest first."""
        with self._changing():
            self._settle()
            lines = self.files.lines(HISTORY)
        return [entered_of(line) for line in reversed(lines)]

    # --- what was found out -----------------------------------------------------------

    def scored(self, card: ModelCard, scores: Evaluation) -> None:
        """Keep a model's scores beside it."""
        self.files.write(beside(card.file, SCORES), scores.as_json())

    def scores(self, card: ModelCard) -> Evaluation | None:
        """A model's scores in its last comparison, None before one."""
        try:
            return Evaluation.from_json(self.files.read(beside(card.file, SCORES)))
        except (OSError, ValueError):
            return None

    def judged(self, verdict: Verdict) -> None:
        """Keep the latest verdict on a model."""
        self.files.write(f"verdict-{verdict.sha256[:16]}.json", verdict.as_json())

    def verdict(self, sha256: str) -> Verdict | None:
        """The latest verdict on exactly this model."""
        try:
            told = self.files.read(f"verdict-{sha256[:16]}.json")
            verdict = Verdict.from_json(told)
        except (OSError, ValueError):
            return None
        return verdict if verdict.sha256 == sha256 else None

    def report_file(self, verdict: Verdict) -> Path | None:
        """The report that a verdict names, if it is there."""
        if verdict.report is None:
            return None
        file = self.folder / verdict.report
        return file if file.parent == self.folder and file.is_file() else None

    # --- the run under way ------------------------------------------------------------

    def run(self) -> Run | None:
        """The latest run; what runs without a process has failed."""
        try:
            run = run_of(self.files.read(RUN))
        except (OSError, ValueError, TypeError, KeyError):
            return None
        if not run.is_running:
            return run
        now = self.clock.now()
        if run.stage == WAITING:
            late = now - run.started_at > NOBODY_CAME
            return replace(run, finished_at=now, failed=NOT_TAKEN_UP) if late else run
        with self.files.held(WORKING, wait=False) as is_free:
            if not is_free:
                return run
        # It may have ended between our two looks.
        ended = run_of(self.files.read(RUN))
        if ended.is_running:
            return replace(ended, finished_at=now, failed=KILLED)
        return ended

    def note(self, run: Run) -> None:
        """Write down how far a run is."""
        self.files.write(RUN, told_of_run(run))

    @contextmanager
    def working(self) -> Iterator[None]:
        """Hold the shelf; the operating system lets go of what a dead process held."""
        with self.files.held(WORKING, wait=False) as is_ours:
            if not is_ours:
                raise NothingToDo("another training is under way")
            yield

    # --- within ---------------------------------------------------------------------

    def _enter(self, card: ModelCard, service: Service) -> ModelCard:
        """The one step that changes which model is in service, and what follows."""
        self._keep_own_manifest()
        told = self.files.read(beside(card.file))
        self.files.write(IN_SERVICE, {**told, "service": asdict(service)})
        self._settle()
        self._tidy()
        return card

    def _keep_own_manifest(self) -> None:
        """See that the model in service can be returned to by its own manifest."""
        card = self.in_service()
        if card is not None and not (self.folder / beside(card.file)).exists():
            told = self.files.read(IN_SERVICE)
            told.pop("service", None)
            self.files.write(beside(card.file), told)

    def _settle(self) -> None:
        """Finish what a killed process has left: the history follows the manifest."""
        card, service = self.in_service(), self._service()
        if card is None or service is None:
            return
        told = asdict(service)
        del told["before"]
        line = {**told, "file": card.file, "sha256": card.sha256}
        lines = self.files.lines(HISTORY)
        if not lines or lines[-1] != line:
            self.files.append(HISTORY, line)
        candidate = self._card(CANDIDATE)
        if candidate is not None and candidate.sha256 == card.sha256:
            (self.folder / CANDIDATE).unlink(missing_ok=True)

    def _tidy(self) -> None:
        """Remove the models that nobody returns to; the last taken back may be."""
        service, models = self._service(), self.models()
        cards = [self.in_service(), self._card(CANDIDATE), *models[:1]]
        kept = {card.file for card in cards if card}
        if service is not None:
            kept |= set(service.before)
            kept |= {card.file for card in models if card.sha256 == service.instead_of}
        for file in self.folder.glob(f"teller-*{SUFFIX}"):
            if file.name not in kept:
                file.unlink()
                for end in (".json", SCORES, LEARNED_FROM):
                    (self.folder / beside(file.name, end)).unlink(missing_ok=True)
        marks = {card.sha256[:16] for card in self.models()}
        for pattern in ("verdict-*.json", "gate-*.html"):
            for file in self.folder.glob(pattern):
                if file.stem.rpartition("-")[2] not in marks:
                    file.unlink()

    def _card(self, name: str) -> ModelCard | None:
        try:
            return card_of(self.files.read(name))
        except (OSError, ValueError, TypeError, KeyError):
            return None

    def _service(self) -> Service | None:
        try:
            return service_of(self.files.read(IN_SERVICE))
        except (OSError, ValueError, TypeError, KeyError):
            return None

    def _has(self, card: ModelCard) -> bool:
        return (self.folder / card.file).is_file()

    @contextmanager
    def _changing(self) -> Iterator[None]:
        """One change at a time, whoever makes it."""
        with self.files.held(LOCK, wait=True):
            yield
