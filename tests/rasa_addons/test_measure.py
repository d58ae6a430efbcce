"""What is measured is what a training makes, and on what it has not seen."""

import json
import os
import shutil
import subprocess
import sys
from collections import Counter

import pytest
from conftest import ROOT

from rasa_addons.manifest import Manifest, digest_of
from rasa_addons.predicted import line_of

SAYINGS = {
    "balance": ["how much do i have", "show my balance", "what is in my account"],
    "card/lost": ["i lost my card", "my card is gone", "somebody took my card"],
    "weather": ["will it rain today", "is it cold outside", "sun or clouds tomorrow"],
}


def run(module, *arguments, cwd):
    """Run a module as the bank does; what it printed, one object a line."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", module, *map(str, arguments)],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return [json.loads(line) for line in done.stdout.splitlines()]


def lines(file):
    return [json.loads(line) for line in file.read_text().splitlines()]


def test_a_model_is_asked_and_its_data_cross_validated(project, tmp_path):
    model = project / "models" / Manifest.read(project / "models").file
    texts = ["balance", "  /balance it is 7", "well, make it 7", "who knows"]
    source, out, folds = (tmp_path / name for name in ("in", "out", "folds"))
    source.write_text("\n".join(json.dumps({"text": text}) for text in texts))

    told = run(
        "rasa_addons.measure",
        *("--model", model, "--in", source, "--out", out, "--folds-out", folds),
        cwd=project,
    )

    said = lines(out)
    assert texts == [line["text"] for line in said]
    assert ["check_balance", "inform"] == [said[0]["intent"], said[2]["intent"]]
    assert all(line["ms"] > 0 for line in said)
    for line, found in ((said[1], "7"), (said[2], "7")):
        (entity,) = line["entities"]
        assert found == line["text"][entity["start"] : entity["end"]]
    assert {"stage": "Asking the assistant", "done": 4, "of": 4} in told
    assert {"stage": "Cross-validating", "done": 10, "of": 10} in told
    measured = told[-1]["measured"]
    assert digest_of([model]) == measured["model_sha256"]
    assert "check_balance" in measured["intents"]
    assert "amount" in measured["entities"]
    # A classifier of keywords knows what it has read, and that alone.
    parted = lines(folds)
    assert {2} == set(Counter(line["wanted"] for line in parted).values())
    assert 12 == len({line["text"] for line in parted})
    assert not [line for line in parted if line["intent"] == line["wanted"]]


def test_the_pipeline_of_the_bank_learns_other_labels(tmp_path):
    shutil.copy(ROOT / "config.yml", tmp_path)
    train, test, out = (tmp_path / name for name in ("train", "test", "out"))
    known = [(text, label) for label, texts in SAYINGS.items() for text in texts]
    train.write_text(
        "\n".join(json.dumps({"text": text, "label": label}) for text, label in known)
    )
    asked = ["please show me my balance", "my card is lost", "will there be rain"]
    test.write_text("\n".join(json.dumps({"text": text}) for text in asked))

    told = run(
        "rasa_addons.benchmark",
        *("--train", train, "--test", test, "--out", out),
        cwd=tmp_path,
    )

    said = lines(out)
    assert list(SAYINGS) == [line["ranking"][0][0] for line in said]
    assert told[-1]["measured"]["seconds"] > 0
    # The vectors of the bank's own training stay as they are.
    assert not (tmp_path / ".rasa").exists()


def test_another_example_moves_none_to_another_fold():
    from rasa_addons.cross_validation import FOLDS, fold_of

    texts = [f"send {n} to my aunt" for n in range(500)]
    given = [fold_of(text) for text in texts]

    sizes = Counter(given)
    assert set(sizes) == set(range(FOLDS))
    assert min(sizes.values()) > 70
    assert given == [fold_of(text) for text in texts]


@pytest.mark.parametrize(
    ("config", "complaint"), [("pipeline: []", "nothing that learns"), ("", "nothing")]
)
def test_a_configuration_without_a_classifier_is_refused(tmp_path, config, complaint):
    from rasa_addons.intent_pipeline import IntentPipeline, NoPipeline

    (tmp_path / "config.yml").write_text(config)

    with pytest.raises(NoPipeline, match=complaint):
        IntentPipeline.of(tmp_path / "config.yml")


def test_a_line_holds_the_topic_and_the_guess_behind_a_fallback():
    faq = {"name": "faq", "confidence": 0.9}
    parsed = {
        "intent": faq,
        "intent_ranking": [faq, {"name": "greet", "confidence": 0.1}],
        "response_selector": {"faq": {"response": {"intent_response_key": "faq/age"}}},
    }
    fallback = {"name": "nlu_fallback", "confidence": 0.3}
    unsure = {"intent": fallback, "intent_ranking": [fallback, faq]}

    assert "faq/age" == line_of("how old", parsed)["intent"]
    assert [["faq", 0.9], ["greet", 0.1]] == line_of("how old", parsed)["ranking"]
    assert [["faq", 0.9]] == line_of("hm", unsure)["ranking"]
    assert "" == line_of("/x", {"intent": {"name": None, "confidence": 0.0}})["intent"]
