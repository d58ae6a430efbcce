"""A training started by a button: queued once, done once, and never for ever."""

from dataclasses import replace

import pytest

from banking.ports.models import NothingToDo, TrainingFailed
from tests.gate.shelves import events, serving


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
