"""The training as the program that the bank starts: what it tells, how it ends."""

import json
import os
import shutil
import subprocess
import sys

import pytest
from conftest import ROOT

from rasa_addons.manifest import Manifest, trained_by


def started(folder, *arguments):
    return subprocess.Popen(
        [sys.executable, "-m", "rasa_addons.train", "--home", str(folder), *arguments],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )


def told(process) -> list:
    return [
        json.loads(line)
        for line in process.communicate(timeout=200)[0].split("\n")[:-1]
    ]


def test_a_training_tells_how_far_it_is_and_serves_nothing(project, tmp_path):
    folder = tmp_path / "copy"
    shutil.copytree(project, folder)
    before = sorted((folder / "models").iterdir())
    served = Manifest.read(folder / "models")
    lines = told(started(folder, "--force", "--by", "ann"))

    steps, model = lines[:-1], lines[-1]["model"]
    done = [line["done"] / line["of"] for line in steps]
    assert done == sorted(done)
    assert (done[0], done[-1]) == (0, 1)
    assert len({line["stage"] for line in steps}) >= 3
    assert model["trained_by"] == "ann"
    assert set(model["versions"]) >= {"python", "rasa", "numpy"}
    assert Manifest.read(folder / "models") == served
    made = Manifest.read(folder / "models", model["file"].replace("tar.gz", "json"))
    assert made.checked(folder / "models").exists()
    assert len(list((folder / "models").iterdir())) == len(before) + 2


@pytest.mark.parametrize(
    ("file", "text", "why"),
    [
        ("data/all.yml", 'nlu:\n  - intent: a\n    examples: "|\n', "data/all.yml:"),
        ("data/all.yml", "nlu: [{intent: a, examples: [1, 2]}]\n", "data/all.yml"),
        ("domain.yml", "intents: {\n", "domain.yml:"),
        ("config.yml", "pipeline:\n  - name: NoSuchThing\n", "NoSuchThing"),
    ],
)
def test_data_that_cannot_be_trained_are_named_and_nothing_changes(
    project, tmp_path, file, text, why
):
    folder = tmp_path / "copy"
    shutil.copytree(project, folder)
    before = sorted((folder / "models").iterdir())
    (folder / file).write_text(text)
    process = started(folder)
    lines = told(process)

    assert why in lines[-1]["failed"]
    assert "model" not in lines[-1]
    assert process.returncode == 1
    assert sorted((folder / "models").iterdir()) == before


def test_a_training_ends_with_whoever_asked_for_it(project, tmp_path):
    folder = tmp_path / "copy"
    shutil.copytree(project, folder)
    process = started(folder, "--force", "--with-parent")
    assert json.loads(process.stdout.readline())["done"] == 0
    process.stdin.close()

    assert process.wait(20) == 1
    process.stdout.close()


def test_what_decides_what_is_trained(tmp_path):
    config = tmp_path / "config.yml"
    config.write_text(
        "# see rasa_addons.serve\npipeline:\n"
        "  - name: rasa_addons.sentence_encoder.SentenceEncoder\n"
    )

    assert set(trained_by(config)) == {
        "eight_bits",
        "minilm",
        "sentence_encoder",
        "shorthand",
        "word_pieces",
    }


def test_a_program_that_has_nothing_to_do_ends_well_beside_its_parent():
    """Its thread waits for the parent with no lock that the interpreter needs."""
    waits = (
        "from rasa_addons.progress import end_with_parent; import time; "
        "end_with_parent(); time.sleep(0.2)"
    )
    for _ in range(3):
        process = subprocess.Popen(
            [sys.executable, "-c", waits],
            stdin=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        assert process.wait(20) == 0, process.stderr.read()
        process.stdin.close()
        process.stderr.close()
