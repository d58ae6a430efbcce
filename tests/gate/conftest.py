"""A gate whose trainer and examiner find what they were told to find."""

from dataclasses import dataclass, field

import pytest

from banking.adapters.language.shelf import Shelf
from banking.domain.nlu_scores import Evaluation
from banking.domain.verdict import PASSED, Trial
from banking.ports.models import ModelCard, Running, TrainingFailed
from banking.services.model_gate import ModelGate
from tests.gate.judging import RULES
from tests.gate.shelves import Clock, evaluation, shelf_in, trained

STORY = Trial("story", "a greeting", PASSED)


@dataclass
class Trainer:
    """Makes the next model, or fails."""

    shelf: Shelf
    clock: Clock
    made: int = 100
    wrong: str = ""
    known: ModelCard | None = None
    told: list = field(default_factory=list)

    def train(self, by, progress, *, force=False) -> ModelCard:
        progress("fitting", 1, 2)
        self.told.append(self.shelf.run())
        if self.wrong:
            raise TrainingFailed(self.wrong)
        if self.known is not None:
            return self.known
        self.made += 1
        return trained(self.shelf.folder, str(self.made), self.clock)


@dataclass
class Examiner:
    """Finds what it was told to find."""

    trials: list = field(default_factory=lambda: [STORY])
    trials_before: list = field(default_factory=list)
    asked: list = field(default_factory=list)
    wrong: str = ""
    # The models whose data are kept, and those that were cross-validated.
    kept: set = field(default_factory=set)
    drawn: list = field(default_factory=list)

    def has_data(self, card) -> bool:
        return card.file in self.kept

    def scores(self, card, progress, *, cross_validate) -> Evaluation:
        progress("measuring", 1, 1)
        if cross_validate:
            self.drawn.append(card.file)
        if self.wrong:
            raise TrainingFailed(self.wrong)
        return evaluation(card, drawn=cross_validate)

    def tests(self, card, progress, *, only=()):
        self.asked.append((card.file, [trial.name for trial in only]))
        return self.trials_before if only else self.trials

    def report(self, before, after, verdict):
        return "gate.html"


class Serving:
    def running(self) -> Running:
        return Running(None)


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def shelf(tmp_path, clock):
    return shelf_in(tmp_path, clock)


@pytest.fixture
def uow(bank):
    return bank.uow


@pytest.fixture
def gate(shelf, clock, uow) -> ModelGate:
    return ModelGate(
        shelf=shelf,
        trainer=Trainer(shelf, clock),
        examiner=Examiner(),
        serving=Serving(),
        clock=clock,
        rules=RULES,
        uow=uow,
    )
