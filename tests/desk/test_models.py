"""Training, promoting and going back, as the desk's buttons do it."""

import pytest
from sqlalchemy import text

from banking.bootstrap import Bank
from banking.domain.verdict import Line
from banking.ports.models import Run, Running
from banking.services.model_gate import UNCHANGED
from tests.desk.conftest import Visitor, events
from tests.gate.shelves import Clock, evaluation, serving, trained, verdict_on


@pytest.fixture
def shelf(bank: Bank):
    return bank.model_gate.shelf


@pytest.fixture
def clock() -> Clock:
    return Clock()


def judged(shelf, clock: Clock, **found):
    """A candidate beside the model in service, and what the gate said of it."""
    [now] = serving(shelf, clock, "now")
    new = trained(shelf.folder, "new", clock)
    shelf.offer(new)
    shelf.scored(new, evaluation(new))
    shelf.judged(verdict_on(new, now, **found))
    return now, new


def test_a_candidate_is_promoted_and_taken_back(trainer, bank, shelf, clock):
    now, new = judged(
        shelf, clock, lines=(Line("ours: understood", "80.0 %", "90.0 %", True),)
    )
    trainer.open("/desk/model")
    assert "lets it through" in trainer.text("verdict")
    assert "90.0 %" in trainer.text("report")
    assert trainer.everything().count("90.0 % understood") == 1

    trainer.press("promote")
    assert shelf.in_service().sha256 == new.sha256
    assert "Promoted" in trainer.text("toast")
    assert shelf.history()[0].by == "Efua"
    trainer.press("undo")
    assert shelf.in_service() == now
    assert events(bank)[-2:] == ["model_promoted", "model_rolled_back"]


def test_of_two_trainers_one_takes_a_model_back(trainer, other, shelf, clock):
    _, two, _ = serving(shelf, clock, "one", "two", "three")
    other.join("Yaw")
    for each in (trainer, other):
        each.open("/desk/model")

    trainer.press("roll-back")
    other.press("roll-back")

    assert shelf.in_service() == two
    assert other.status == 409
    assert "another model is in service" in other.text("error")


def test_what_was_agreed_of_one_candidate_promotes_no_other(trainer, shelf, clock):
    now, _ = judged(shelf, clock, not_run=("conversations: no browser",))
    trainer.open("/desk/model")
    newer = trained(shelf.folder, "newer", clock)
    shelf.offer(newer)
    shelf.judged(verdict_on(newer, now, not_run=("conversations: no browser",)))

    trainer.press("promote", despite="yes")

    assert shelf.in_service() == now
    assert "another one by now" in trainer.text("error")


def test_what_the_gate_keeps_out_has_no_button_and_no_way_round(trainer, shelf, clock):
    now, _ = judged(
        shelf, clock, passed=False, reasons=("transfer_money understands fewer",)
    )
    trainer.open("/desk/model")
    assert "keeps it out" in trainer.text("verdict")
    assert "transfer_money understands fewer" in trainer.text("report")
    assert trainer.find("promote")[0].get("disabled") is not None

    trainer.press("promote")
    assert trainer.status == 409
    assert "transfer_money understands fewer" in trainer.text("error")
    assert shelf.in_service() == now


def test_what_was_not_tried_must_be_known(trainer: Visitor, shelf, clock):
    now, new = judged(shelf, clock, not_run=("conversations: no browser",))
    trainer.open("/desk/model").press("promote")
    assert trainer.status == 409
    assert shelf.in_service() == now

    trainer.open("/desk/model").press("promote", despite="yes")
    assert shelf.in_service().sha256 == new.sha256


def test_without_a_model_before_there_is_no_going_back(trainer, shelf, clock):
    serving(shelf, clock, "only")
    trainer.open("/desk/model")
    assert trainer.find("roll-back")[0].get("disabled") is not None
    trainer.press("roll-back")

    assert trainer.status == 409
    assert "no earlier model" in trainer.text("error")


def test_a_file_that_was_changed_does_not_go_into_service(trainer, shelf, clock):
    now, new = judged(shelf, clock)
    (shelf.folder / new.file).write_bytes(b"other")
    trainer.open("/desk/model").press("promote")

    assert trainer.status == 409
    assert "changed after the training" in trainer.text("error")
    assert shelf.in_service() == now


def test_the_page_waits_for_an_assistant_that_has_the_model_before(shelf, clock):
    before, after = serving(shelf, clock, "before", "after")

    assert Running(before.sha256).is_behind(after)
    assert not Running(after.sha256).is_behind(after)
    assert not Running(before.sha256, refused=after.sha256).is_behind(after)
    assert not Running(None).is_behind(after)
    assert not Running(before.sha256).is_behind(None)


def test_training_is_queued_once_and_told_as_it_goes(trainer, bank, shelf):
    trainer.open("/desk/model").press("train")
    assert "Training has started" in trainer.text("toast")
    assert trainer.has("run")
    with bank.engine.connect() as connection:
        jobs = connection.execute(
            text("SELECT args->>'by' FROM procrastinate_jobs WHERE task_name = 'train'")
        ).scalars()
        assert list(jobs) == ["Efua"]
    trainer.open("/desk/model").press("train")
    assert trainer.status == 409
    assert "started a training already" in trainer.text("error")
    told = trainer.http.get("/desk/model/progress").json()
    assert (told["running"], told["stage"]) == (True, "waiting")
    assert told["taking_over"] is False
    assert trainer.open("/desk/model/watch").has("run")


def test_a_training_that_failed_says_why_and_leaves_the_model(trainer, shelf, clock):
    serving(shelf, clock, "now")
    started = clock.now()
    shelf.note(
        Run(
            id="1",
            by="Efua",
            stage="training",
            done=10,
            of=100,
            message="",
            started_at=started,
            finished_at=started,
            failed="data/x.yml:7: <b>not</b> YAML",
        )
    )
    trainer.open("/desk/model")

    assert "data/x.yml:7: <b>not</b> YAML" in trainer.text("failed")
    assert "the model in service stays" in trainer.text("failed")


def test_a_training_with_nothing_to_learn_says_so(trainer, shelf, clock):
    serving(shelf, clock, "now")
    at = clock.now()
    shelf.note(
        Run("1", "Efua", "done", 100, 100, UNCHANGED, started_at=at, finished_at=at)
    )
    trainer.open("/desk/model?did=train")

    assert "nothing to learn" in trainer.text("ended")
    assert not trainer.has("toast")


def test_the_full_report_runs_nothing_and_reaches_nothing(trainer, shelf, clock):
    assert trainer.open("/desk/model/report").status == 404
    judged(shelf, clock, report="report.html")
    (shelf.folder / "report.html").write_text("<style>p{}</style><p>figures</p>")
    answer = trainer.open("/desk/model/report").answer

    policy = answer.headers["content-security-policy"]
    assert "figures" in answer.text
    assert "default-src 'none'" in policy
    assert policy.endswith("sandbox")
    assert "script" not in policy


@pytest.mark.parametrize("outside", ["../secret.html", "/etc/passwd", "a/b.html"])
def test_a_report_lies_on_the_shelf_or_nowhere(trainer, shelf, clock, outside):
    judged(shelf, clock, report=outside)
    (shelf.folder.parent / "secret.html").write_text("secret")

    assert trainer.open("/desk/model/report").status == 404


def test_an_unknown_button_does_nothing(trainer: Visitor, shelf, clock):
    now, _ = judged(shelf, clock)
    trainer.open("/desk/model")
    trainer.send("/desk/model", {"csrf": trainer.csrf(), "do": "destroy"})

    assert trainer.status == 200
    assert shelf.in_service() == now
