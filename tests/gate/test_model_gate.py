"""From a training to a model in service: who did what, and what keeps it out."""

from dataclasses import replace

import pytest

from banking.domain.gate_figures import UNMEASURED
from banking.domain.verdict import FAILED, NOT_RUN, PASSED, Trial
from banking.ports.models import NothingToDo, NotPassed, TrainingFailed
from tests.gate.shelves import events, serving, verdict_on

STORY = Trial("story", "a greeting", PASSED)


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


def test_a_first_model_is_cross_validated_on_its_own_data_and_once(gate):
    first = gate.train("ann")
    second = gate.train("ann")
    gate.examiner.kept = {first.file}
    verdict = gate.compare("ann")

    assert gate.examiner.drawn == [second.file, first.file]
    assert any("cross-validation" in line.what for line in verdict.lines)
    assert UNMEASURED not in {line.before for line in verdict.lines}
    gate.compare("ann")
    assert gate.examiner.drawn[2:] == [second.file]


def test_a_model_whose_data_are_gone_is_not_measured_on_others(gate):
    gate.train("ann")
    second = gate.train("ann")
    verdict = gate.compare("ann")

    assert gate.examiner.drawn == [second.file]
    [line] = [one for one in verdict.lines if "cross-validation" in one.what]
    assert line.before == UNMEASURED
