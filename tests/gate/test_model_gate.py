"""From a training to a model in service: who did what, and what keeps it out."""

from dataclasses import dataclass, field, replace
from fractions import Fraction

import pytest

from banking.adapters.language.shelf import Shelf
from banking.domain.gate import GateRules
from banking.domain.nlu_scores import Evaluation
from banking.domain.verdict import FAILED, NOT_RUN, PASSED, Trial
from banking.ports.models import (
    ModelCard,
    NothingToDo,
    NotPassed,
    Running,
    TrainingFailed,
)
from banking.services.model_gate import ModelGate
from tests.gate.shelves import (
    Clock,
    evaluation,
    serving,
    shelf_in,
    trained,
    verdict_on,
)

RULES = GateRules(
    money_intents=frozenset({"transfer_money"}),
    money_sentences=0,
    money_sentences_drawn=2,
    margin=Fraction(3, 100),
    noise_sentences=1,
    least_caught=Fraction(90, 100),
    most_lost=Fraction(5, 100),
)
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

    def scores(self, card, progress, *, cross_validate) -> Evaluation:
        progress("measuring", 1, 1)
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


def events(uow, prefix="model_") -> list:
    with uow() as tx:
        return [row.event for row in tx.audit.rows() if row.event.startswith(prefix)]


def test_the_first_model_goes_into_service_at_once(gate, uow):
    card = gate.train("ann")

    assert (gate.in_service(), gate.candidate()) == (card, None)
    assert gate.history()[0].act == "first"
    assert events(uow) == ["model_trained", "model_promoted"]


def test_the_next_one_is_a_candidate_until_the_gate_lets_it_through(gate, uow):
    first = gate.train("ann")
    second = gate.train("ann")

    assert (gate.in_service(), gate.candidate()) == (first, second)
    with pytest.raises(NothingToDo, match="not been compared"):
        gate.promote("ann")
    assert gate.compare("ann").passed
    gate.promote("bob")
    assert gate.in_service().sha256 == second.sha256
    assert gate.history()[0].by == "bob"
    assert gate.roll_back("cid") == first
    assert events(uow)[2:] == [
        "model_trained",
        "model_judged",
        "model_promoted",
        "model_rolled_back",
    ]


def test_what_the_gate_keeps_out_stays_out(gate):
    first = gate.train("ann")
    gate.train("ann")
    gate.examiner.trials = [replace(STORY, outcome=FAILED)]
    verdict = gate.compare("ann")

    assert verdict.reasons == ("the story “a greeting” passed before and fails",)
    for despite in (False, True):
        with pytest.raises(NotPassed, match="a greeting"):
            gate.promote("ann", despite_not_run=despite)
    assert gate.in_service() == first
    # Only what failed was tried with the model in service.
    assert gate.examiner.asked[-1] == (first.file, ["a greeting"])


def test_what_failed_before_does_not_keep_it_out(gate):
    gate.train("ann")
    gate.train("ann")
    failed = [replace(STORY, outcome=FAILED)]
    gate.examiner.trials = gate.examiner.trials_before = failed

    assert gate.compare("ann").passed


def test_what_was_not_run_needs_somebody_who_says_so(gate):
    gate.train("ann")
    second = gate.train("ann")
    gate.examiner.trials = [STORY, Trial("conversation", "all", NOT_RUN, "no tools")]
    assert gate.compare("ann").passed

    with pytest.raises(NotPassed, match="not run: all: no tools"):
        gate.promote("ann")
    gate.promote("ann", despite_not_run=True)
    assert gate.in_service().sha256 == second.sha256
    assert gate.history()[0].verdict == "passed, not everything run"


def test_a_verdict_is_about_one_candidate_against_one_model(gate, shelf, clock):
    one, _ = serving(shelf, clock, "1", "2")
    gate.train("ann")
    gate.compare("ann")
    assert gate.verdict().passed
    gate.roll_back("ann")
    assert gate.in_service() == one

    assert gate.verdict() is None
    with pytest.raises(NothingToDo, match="not been compared"):
        gate.promote("ann")
    gate.train("ann")
    assert gate.verdict() is None


@pytest.mark.parametrize("broken", ["trainer", "examiner"])
def test_a_failure_leaves_both_models_and_says_why(gate, shelf, broken):
    first, second = gate.train("ann"), gate.train("ann")
    shelf.judged(verdict_on(second, first))
    getattr(gate, broken).wrong = "data/common.yml:7: a colon is missing"

    with pytest.raises(TrainingFailed, match="colon"):
        gate.train("ann") if broken == "trainer" else gate.compare("ann")
    assert (gate.in_service(), gate.candidate()) == (first, second)
    assert gate.run().failed == "data/common.yml:7: a colon is missing"
    assert not gate.run().is_running
    assert gate.verdict() == verdict_on(second, first)


def test_how_far_it_is_can_be_read_at_any_time(gate):
    gate.train("ann")

    told = gate.trainer.told[0]
    assert (told.stage, told.is_running, told.by) == ("fitting", True, "ann")
    assert (gate.run().stage, gate.run().percent) == ("done", 100)


# --- by the worker ------------------------------------------------------------------


def queued(database) -> list:
    with database.connect() as connection:
        return connection.exec_driver_sql(
            "SELECT task_name, queue_name, lock, args FROM procrastinate_jobs"
        ).fetchall()


def test_a_button_queues_one_training(gate, database, uow):
    run = gate.start("ann")

    assert (gate.run(), run.stage) == (run, "waiting")
    assert queued(database) == [
        ("train", "training", "train", {"by": "ann", "run_id": run.id})
    ]
    with pytest.raises(NothingToDo, match="ann has started"):
        gate.start("bob")
    assert len(queued(database)) == 1
    assert events(uow, "training") == ["training_asked_for"]


def test_where_nothing_has_changed_nothing_is_compared(gate, shelf, clock):
    (one,) = serving(shelf, clock, "1")
    gate.trainer.known = one
    run = gate.start("ann")
    gate.carry_out(run_id=run.id, by="ann")

    assert "nothing to learn" in gate.run().message
    assert gate.examiner.asked == []


def test_a_developers_model_is_the_one_of_todays_data(gate, shelf, clock):
    (one,) = serving(shelf, clock, "1")
    other = gate.train("ann")
    gate.trainer.known = one
    gate.put_into_service("ann", gate.train("ann"))
    assert (gate.in_service(), gate.candidate()) == (one, other)

    gate.trainer.known = None
    new = gate.train("ann")
    gate.put_into_service("ann", new)
    assert gate.in_service() == new


def test_the_worker_trains_and_compares_once(gate, shelf, clock):
    serving(shelf, clock, "1")
    run = gate.start("ann")
    gate.carry_out(run_id=run.id, by="ann")
    gate.carry_out(run_id=run.id, by="ann")

    assert gate.trainer.made == 101
    assert gate.verdict().passed
    assert (gate.run().id, gate.run().stage) == (run.id, "done")
    gate.start("bob")


def test_what_a_killed_worker_had_begun_is_not_begun_again(gate, shelf, clock):
    run = gate.start("ann")
    shelf.note(replace(run, stage="fitting"))
    gate.carry_out(run_id=run.id, by="ann")

    assert gate.trainer.made == 100
    assert gate.run().failed == "the process that trained was ended"
    assert gate.start("bob").by == "bob"


def test_a_failed_training_is_said_and_may_be_started_again(gate):
    gate.trainer.wrong = "no space left"
    run = gate.start("ann")
    with pytest.raises(TrainingFailed):
        gate.carry_out(run_id=run.id, by="ann")

    assert gate.run().failed == "no space left"
    assert gate.start("ann").id != run.id


def test_a_button_while_somebody_trains_by_hand_is_told_so(gate, shelf):
    run = gate.start("ann")
    with shelf.working(), pytest.raises(NothingToDo):
        gate.carry_out(run_id=run.id, by="ann")

    assert gate.run().failed == "another training is under way"


def test_two_trainings_at_once_are_one_too_many(gate, shelf):
    with shelf.working(), pytest.raises(NothingToDo, match="another training"):
        gate.train("ann")

    assert gate.in_service() is None


def test_without_a_bank_nothing_is_queued_and_all_else_works(gate, clock):
    alone = replace(gate, uow=None)
    card = alone.train("ann")

    assert alone.in_service() == card
    with pytest.raises(NothingToDo):
        alone.start("ann")
