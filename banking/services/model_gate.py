"""From changed training data to a better model in service, and back again."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from banking.domain.gate import Findings, GateRules, judge
from banking.domain.nlu_scores import Evaluation
from banking.domain.verdict import FAILED, Verdict
from banking.ports.identity import Clock
from banking.ports.models import (
    Entered,
    Examiner,
    ModelCard,
    ModelShelf,
    NothingToDo,
    NotPassed,
    Progress,
    Run,
    Running,
    Serving,
    Trainer,
)
from banking.ports.unit_of_work import UnitOfWork
from banking.services.model_runs import WAITING, new_run, noted, part

UNJUDGED = "not asked"
UNCHANGED = "nothing to learn: the model in service knows these data"
JOB = "train"
# Of a run's hundred steps, where training ends; of a comparison's, where the candidate
# has its scores, its tests, and where the model in service has its scores.
TRAINED = 30
SCORED, TESTED, SCORED_BEFORE = 30, 80, 90


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelGate:
    """Trains, judges, promotes and takes back; everything is written down.

    ``uow`` is None where there is no bank yet (a developer's setup): then the shelf's
    own history is all that is written.
    """

    shelf: ModelShelf
    trainer: Trainer
    examiner: Examiner
    serving: Serving
    clock: Clock
    rules: GateRules
    uow: UnitOfWork | None = None

    # --- what is ------------------------------------------------------------------

    def in_service(self) -> ModelCard | None:
        """The model that answers customers."""
        return self.shelf.in_service()

    def candidate(self) -> ModelCard | None:
        """The model that was trained last and is not in service."""
        return self.shelf.candidate()

    def previous(self) -> ModelCard | None:
        """The model that ``roll_back`` returns to."""
        return self.shelf.previous()

    def models(self) -> list[ModelCard]:
        """Every model on the shelf, the newest first."""
        return self.shelf.models()

    def scores(self, card: ModelCard) -> Evaluation | None:
        """What a model was found to understand, None before a comparison."""
        return self.shelf.scores(card)

    def history(self) -> list[Entered]:
        """Who put what into service, the latest first."""
        return self.shelf.history()

    def run(self) -> Run | None:
        """The latest training, how far it is, or why it failed."""
        return self.shelf.run()

    def running(self) -> Running:
        """Which model the running assistant has by its own word."""
        return self.serving.running()

    def verdict(self) -> Verdict | None:
        """What the gate found about the candidate against the model in service now."""
        candidate, in_service = self.candidate(), self.in_service()
        if candidate is None:
            return None
        verdict = self.shelf.verdict(candidate.sha256)
        against = in_service.sha256 if in_service else None
        return verdict if verdict and verdict.against == against else None

    def file_of(self, card: ModelCard) -> Path:
        """A model's file, as it was trained; raise ``WrongModel`` otherwise."""
        return self.shelf.file_of(card)

    def report_file(self, verdict: Verdict) -> Path | None:
        """The report behind a verdict, if there is one."""
        return self.shelf.report_file(verdict)

    # --- training -----------------------------------------------------------------

    def start(self, by: str) -> Run:
        """Queue a training with its comparison; raise ``NothingToDo`` if one runs."""
        if self.uow is None:
            raise NothingToDo("there is no bank whose worker could train")
        last = self.shelf.run()
        if last is not None and last.is_running:
            raise NothingToDo(f"{last.by} has started a training already")
        run = new_run(self.clock, by, WAITING)
        self.shelf.note(run)
        with self.uow() as tx:
            tx.defer(JOB, lock=JOB, run_id=run.id, by=by)
            tx.audit.record("training_asked_for", by=by, run=run.id)
            tx.commit()
        return run

    def carry_out(self, *, run_id: str, by: str) -> None:
        """Do what ``start`` has queued: once, whatever the queue brings again."""
        run = self.shelf.run()
        if run is None or run.id != run_id or run.stage != WAITING or run.failed:
            return
        with noted(self.shelf, self.clock, run) as progress, self.shelf.working():
            card = self._train(by, part(progress, 0, TRAINED), force=False)
            known = self.in_service()
            is_new = known is None or known.sha256 != card.sha256
            if is_new:
                self._compare(by, part(progress, TRAINED, 100))
        ended = self.shelf.run()
        if ended is not None and not is_new:
            self.shelf.note(replace(ended, message=UNCHANGED))

    def train(
        self, by: str, progress: Progress | None = None, *, force: bool = False
    ) -> ModelCard:
        """Train here and now; the model is the candidate, or in service as the first.

        Raises ``TrainingFailed`` or ``NothingToDo``; both leave every model as it was.
        """
        run = new_run(self.clock, by)
        with (
            self.shelf.working(),
            noted(self.shelf, self.clock, run, progress) as noting,
        ):
            return self._train(by, noting, force=force)

    def compare(self, by: str, progress: Progress | None = None) -> Verdict:
        """Hold the candidate against the model in service.

        Raises ``NothingToDo`` without a candidate, ``TrainingFailed`` where something
        could not be found out.
        """
        run = new_run(self.clock, by)
        with (
            self.shelf.working(),
            noted(self.shelf, self.clock, run, progress) as noting,
        ):
            return self._compare(by, noting)

    # --- into service and back ------------------------------------------------------

    def promote(
        self, by: str, *, despite_not_run: bool = False, seen: str | None = None
    ) -> ModelCard:
        """Put the candidate into service: every later message is answered by it.

        Raises ``NotPassed`` unless the gate let exactly this candidate through against
        the model now in service, ``NothingToDo`` without a candidate or a verdict. What
        the gate could not try keeps it out as well, unless ``despite_not_run``.
        ``seen`` is the SHA-256 of the candidate that this was decided about.
        """
        candidate, verdict = self.candidate(), self.verdict()
        if candidate is None:
            raise NothingToDo("there is no candidate: train first")
        if seen not in (None, candidate.sha256):
            raise NothingToDo("the candidate is another one by now")
        if verdict is None or verdict.sha256 != candidate.sha256:
            raise NothingToDo("the candidate has not been compared yet")
        if not verdict.passed:
            raise NotPassed(verdict.reasons)
        if verdict.not_run and not despite_not_run:
            raise NotPassed([f"not run: {each}" for each in verdict.not_run])
        return self._put(by, candidate, verdict.in_short)

    def put_into_service(self, by: str, card: ModelCard) -> ModelCard:
        """Put a model into service unjudged: where there are no customers."""
        in_service = self.in_service()
        if in_service is not None and in_service.sha256 == card.sha256:
            return card
        return self._put(by, card, UNJUDGED)

    def roll_back(self, by: str, *, seen: str | None = None) -> ModelCard:
        """Return to the previous model; raise ``NothingToDo`` without one.

        ``seen`` is the SHA-256 of the model that this was decided about: pressed
        twice, it goes back once.
        """
        with self._recorded("model_rolled_back", by) as facts:
            card = self.shelf.roll_back(by, self.clock.now(), seen)
            facts["sha256"] = card.sha256
        return card

    # --- within -------------------------------------------------------------------

    def _train(self, by: str, progress: Progress, *, force: bool) -> ModelCard:
        card = self.trainer.train(by, progress, force=force)
        in_service = self.in_service()
        if in_service is not None and in_service.sha256 == card.sha256:
            return card
        with self._recorded("model_trained", by, sha256=card.sha256):
            self.shelf.offer(card)
        if in_service is None:
            self._put(by, card, UNJUDGED)
        return card

    def _compare(self, by: str, progress: Progress) -> Verdict:
        candidate, in_service = self.candidate(), self.in_service()
        if candidate is None:
            raise NothingToDo("there is no candidate: train first")
        after = Findings(
            scores=self.examiner.scores(
                candidate, part(progress, 0, SCORED), cross_validate=True
            ),
            tests=self.examiner.tests(candidate, part(progress, SCORED, TESTED)),
        )
        before = self._before(in_service, after, progress)
        verdict = judge(
            before, after, self.rules, by=by, at=self.clock.now().isoformat()
        )
        known = before.scores if before else None
        report = self.examiner.report(known, after.scores, verdict)
        verdict = replace(verdict, report=report)
        facts = {"sha256": candidate.sha256, "found": verdict.in_short}
        with self._recorded("model_judged", by, **facts):
            self.shelf.scored(candidate, after.scores)
            self.shelf.judged(verdict)
        return verdict

    def _before(
        self, in_service: ModelCard | None, after: Findings, progress: Progress
    ) -> Findings | None:
        """The model in service on the same sets, and on what failed just now."""
        if in_service is None:
            return None
        # What was cross-validated when it was the candidate is not done again; what
        # never was, as a first model's, is done on the data that it learned from.
        known = self.scores(in_service)
        folds = known.cross_validation if known else None
        missing = folds is None and self.examiner.has_data(in_service)
        scores = self.examiner.scores(
            in_service, part(progress, TESTED, SCORED_BEFORE), cross_validate=missing
        )
        if missing:
            self.shelf.scored(in_service, scores)
        else:
            scores = replace(scores, cross_validation=folds)
        failed = [test for test in after.tests if test.outcome == FAILED]
        if not failed:
            return Findings(scores=scores)
        rest = part(progress, SCORED_BEFORE, 100)
        tests = self.examiner.tests(in_service, rest, only=failed)
        return Findings(scores=scores, tests=tests)

    def _put(self, by: str, candidate: ModelCard, verdict: str) -> ModelCard:
        facts = {"sha256": candidate.sha256, "verdict": verdict}
        with self._recorded("model_promoted", by, **facts):
            return self.shelf.promote(
                candidate.sha256, by=by, at=self.clock.now(), verdict=verdict
            )

    @contextmanager
    def _recorded(self, event: str, by: str, **facts: Any) -> Iterator[dict[str, Any]]:
        """Write to the security log what is done within, if it is done."""
        if self.uow is None:
            yield facts
            return
        with self.uow() as tx:
            yield facts
            tx.audit.record(event, by=by, **facts)
            tx.commit()
