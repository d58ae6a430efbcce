"""`bank nlu evaluate` and `benchmark`: what they print, and the model in service."""

import json
import shutil
from dataclasses import replace

import pytest
from typer.testing import CliRunner

from banking.adapters.language.benchmark import Benchmark
from banking.adapters.language.evaluation import evaluate
from banking.adapters.language.rasa_run import RASA_PYTHON, RunFailed, run
from banking.adapters.language.sets import BadSets
from banking.cli import app, evaluation
from banking.domain.nlu_scores import Evaluation
from banking.domain.nlu_scoring import score
from banking.domain.nlu_sets import Annotated, EvaluationSet, Example, Prediction, Span
from banking.settings import PROJECT

needs_model = pytest.mark.skipif(
    not (RASA_PYTHON.exists() and (PROJECT / "models" / "manifest.json").exists()),
    reason="no trained model: run `make setup`",
)
TEXTS = {"bal": "check_balance", "block it": "lock_card", "hi": "greet", "yo": "greet"}


def scored(name, **more):
    tested = EvaluationSet(
        name, tuple(Example(text, intent) for text, intent in TEXTS.items()), **more
    )
    answers = [
        Prediction(text, "greet", 0.75, "greet", 0.75, ms=10.0) for text in tested.texts
    ]
    return score(tested, answers, 0.5)


def test_the_table_has_a_column_for_each_set(capsys):
    spans = (Annotated("bal", (Span("amount", 0, 1),)),)
    one, other = scored("one", foreign=("who won",)), scored("other", annotated=spans)
    found = Evaluation(
        *("m.tar.gz", "0" * 64, "2026-01-01T00:00:00+00:00", 0.5),
        (one, other),
        replace(one, name="together"),
        None,
        ("one: the assistant has no intent greet (2 texts)",),
    )

    evaluation._print_scores(found)
    printed = capsys.readouterr().out.splitlines()

    assert "m.tar.gz, asking back below 0.50" == printed[0]
    assert ["one", "other", "together"] == printed[1].split()
    table = {line[:20].strip(): line[20:].split() for line in printed[2:]}
    assert ["0.5000"] * 3 == table["intent accuracy"]
    assert ["0.2500"] * 3 == table["calibration error"]
    assert ["0.0000", "–", "0.0000"] == table["out of scope caught"]
    assert ["–", "0.0000", "–"] == table["entity F1 amount"]
    assert ["10.0"] * 3 == table["ms a message, p50"]
    # What no set can tell is not a row.
    assert "faq topic accuracy" not in table
    assert "note: one: the assistant has no intent greet (2 texts)" == printed[-1]


def test_a_benchmark_is_a_few_lines(capsys):
    evaluation._print_benchmark(
        Benchmark(77, 770, 3080, 10, 1, 0.8642, 0.86, 4.25, 9.5, 14.0, ("a remark",))
    )
    printed = capsys.readouterr().out

    assert "trained on       770 texts (10 a label, seed 1)" in printed
    assert "accuracy         0.8642" in printed
    assert "a message        9.5 ms (95 % within 14.0)" in printed
    assert "note: a remark" in printed


def test_a_folder_that_is_not_there_is_said(tmp_path):
    asked = ["nlu", "evaluate", "--sets", str(tmp_path / "none")]

    refused = CliRunner().invoke(app, asked).exception

    assert isinstance(refused, BadSets)
    assert f"{tmp_path / 'none'}: there is no such folder" in str(refused)


@pytest.mark.parametrize("shots", ["0", "-1", "many"])
def test_shots_are_a_number_from_one(shots, tmp_path):
    file = str(tmp_path / "x.csv")
    asked = ["nlu", "benchmark", "--train", file, "--test", file, "--shots", shots]

    assert 2 == CliRunner().invoke(app, asked).exit_code


@needs_model
def test_a_run_that_fails_tells_its_last_words(tmp_path):
    with pytest.raises(RunFailed, match=r"rasa_addons\.nothing"):
        run("rasa_addons.nothing", [], home=tmp_path, progress=print)


@needs_model
def test_a_file_that_is_no_model_is_named(tmp_path):
    (tmp_path / "out_of_scope.csv").write_text("text\nwho won\n")
    model = tmp_path / "model.tar.gz"
    model.write_bytes(b"no archive")

    with pytest.raises(RunFailed, match=r"model\.tar\.gz is not a trained model"):
        evaluate(PROJECT, model, [tmp_path], cross_validate=False, progress=print)


EARLIER = """nlu:
- intent: check_balance
  examples: |
"""
EARLIER += "".join(f"    - show me balance number {n}\n" for n in range(10))
EARLIER += "- intent: greet\n  examples: |\n"
EARLIER += "".join(f"    - good morning to you {n}\n" for n in range(10))


@needs_model
def test_the_model_in_service_is_evaluated(tmp_path):
    rows = "what is my account balance,check_balance\nhello there,greet\nhm,fly_me\n"
    (tmp_path / "intents.csv").write_text(f"text,intent\n{rows}")
    sum_ = {"entity": "amount", "value": "$50", "start": 5, "end": 8}
    moon = {"entity": "moon", "value": "Bob", "start": 12, "end": 15}
    line = {"text": "send $50 to Bob", "entities": [sum_, moon]}
    (tmp_path / "entities.jsonl").write_text(json.dumps(line))
    told = []
    # The data of another day: what lies under PROJECT now is not read.
    earlier = tmp_path / "earlier"
    (earlier / "data").mkdir(parents=True)
    shutil.copy(PROJECT / "config.yml", earlier)
    (earlier / "data" / "nlu.yml").write_text(EARLIER)

    found = evaluate(
        PROJECT,
        None,
        [tmp_path],
        cross_validate=True,
        progress=lambda *step: told.append(step),
        learned_from=earlier,
    )

    assert 20 == found.cross_validation.texts
    assert {"check_balance", "greet"} == {
        each.intent for each in found.cross_validation.intents if each.n
    }

    assert (3, 2) == (found.overall.texts, found.overall.guessed_right)
    assert [("amount", 1)] == [(e.kind, e.found) for e in found.overall.entities]
    assert found.overall.p50_ms > 0
    assert 0 < found.threshold < 1
    assert ("Asking the assistant", 4, 4) in told
    assert [
        f"{tmp_path.name}: the assistant has no intent fly_me (1 texts)",
        f"{tmp_path.name}: the assistant has no entity moon; left out",
    ] == list(found.remarks)
    assert found == Evaluation.from_json(json.loads(json.dumps(found.as_json())))
