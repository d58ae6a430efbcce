"""`bank nlu`: what its commands say and refuse, without a bank that runs."""

import json
import shutil

import pytest
from typer.testing import CliRunner

from banking.adapters.language.conversation_tests import Conversations, cases_of
from banking.adapters.language.trainer import RasaTrainer
from banking.cli.language import app
from banking.domain.verdict import FAILED, NOT_RUN, PASSED, Trial
from banking.ports.models import TrainingFailed
from banking.settings import PROJECT
from tests.gate.shelves import serving, shelf_in, trained, verdict_on


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A LANGUAGE_HOME of its own, and no bank that runs."""
    home = tmp_path / "language"
    home.mkdir()
    monkeypatch.setenv("LANGUAGE_HOME", str(home))
    monkeypatch.setenv("BANK_HOME", str(tmp_path / "bank"))
    monkeypatch.setenv("BANK_ENV", "test")
    return home


@pytest.fixture
def shelf(home, clock):
    return shelf_in(home, clock)


def nlu(*words: str):
    return CliRunner().invoke(app, words)


def test_models_are_listed_with_what_they_are(shelf, clock):
    one, two = serving(shelf, clock, "1", "2")
    three = trained(shelf.folder, "3", clock)
    shelf.offer(three)

    listed = json.loads(nlu("models", "--json").stdout)
    assert [(row["file"], row["state"]) for row in listed] == [
        (three.file, "candidate"),
        (two.file, "in service"),
        (one.file, "previous"),
    ]
    assert nlu("models", "--path").stdout.strip() == str(shelf.folder / two.file)
    assert "in service" in nlu("models").stdout


def test_without_a_model_there_is_no_path(home):
    refused = nlu("models", "--path")

    assert (refused.exit_code, refused.stdout) == (1, "")
    assert "no model is in service" in refused.stderr


def test_what_has_passed_is_promoted_and_taken_back(shelf, clock):
    (one,) = serving(shelf, clock, "1")
    two = trained(shelf.folder, "2", clock)
    shelf.offer(two)
    shelf.judged(verdict_on(two, one))

    assert "No assistant runs" in nlu("promote").stdout
    assert shelf.in_service() == two
    assert nlu("rollback").exit_code == 0
    assert shelf.in_service() == one
    again = nlu("rollback")
    assert (again.exit_code, "no earlier model" in again.stderr) == (1, True)


@pytest.mark.parametrize(
    ("verdict", "words", "said", "passes"),
    [
        ({"passed": False, "reasons": ("pay_bill lost",)}, (), "pay_bill lost", False),
        (
            {"passed": False, "reasons": ("pay_bill lost",)},
            ("--although-not-run",),
            "pay_bill lost",
            False,
        ),
        ({"not_run": ("conversations",)}, (), "not run: conversations", False),
        ({"not_run": ("conversations",)}, ("--although-not-run",), "", True),
    ],
)
def test_what_has_not_passed_stays_out(shelf, clock, verdict, words, said, passes):
    (one,) = serving(shelf, clock, "1")
    two = trained(shelf.folder, "2", clock)
    shelf.offer(two)
    shelf.judged(verdict_on(two, one, **verdict))
    done = nlu("promote", *words)

    assert (done.exit_code == 0) is passes
    assert said in done.stderr
    assert shelf.in_service() == (two if passes else one)


def test_where_there_are_customers_no_model_goes_round_the_gate(home, monkeypatch):
    monkeypatch.setenv("BANK_ENV", "production")
    refused = nlu("train", "--into-service")

    assert refused.exit_code == 2
    assert "through the gate" in refused.stderr
    assert not (home / "models").exists()


def test_data_that_cannot_be_taught_stop_a_training_before_it_begins(home, clock):
    shelf = shelf_in(home, clock)
    (one,) = serving(shelf, clock, "1")
    (home / "data").mkdir()
    (home / "data" / "common.yml").write_text('nlu:\n- intent: a\n  examples: "|\n')
    shutil.copy(PROJECT / "domain.yml", home)
    shutil.copy(PROJECT / "config.yml", home)

    failed = nlu("train")
    assert failed.exit_code == 1
    assert "data/common.yml:3" in failed.stderr
    assert shelf.in_service() == one
    assert "data/common.yml:3" in shelf.run().failed
    with pytest.raises(TrainingFailed, match=r"common\.yml"):
        RasaTrainer(home).train("ann", lambda *_: None)


# --- the conversations ----------------------------------------------------------------


def test_where_there_are_customers_no_second_bank_is_started(home, shelf, clock):
    (one,) = serving(shelf, clock, "1")
    there = Conversations(home, has_customers=True)
    played = there.play(one, shelf.file_of(one), lambda *_: None)

    assert [(trial.name, trial.outcome) for trial in played] == [
        ("conversations", NOT_RUN)
    ]
    assert "customers" in played[0].why


REPORT = """<testsuites><testsuite>
<testcase name="test_x[transfer: to mum]"/>
<testcase name="test_x[cards: lost [at night]]"><failure message="said no">x</failure>
</testcase>
<testcase name="test_x[cards: stolen]"><error message="no bank">x</error></testcase>
<testcase name="test_x[cards: later]"><skipped message="no clock">x</skipped></testcase>
</testsuite></testsuites>"""


def test_how_conversations_went_is_read_from_the_report(tmp_path):
    report = tmp_path / "report.xml"
    report.write_text(REPORT)

    assert list(cases_of(report)) == [
        Trial("conversation", "transfer: to mum", PASSED),
        Trial("conversation", "cards: lost [at night]", FAILED, "said no"),
        Trial("conversation", "cards: stolen", FAILED, "no bank"),
        Trial("conversation", "cards: later", NOT_RUN, "no clock"),
    ]
