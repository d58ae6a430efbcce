"""Nothing is served but the model of the manifest, and through no other channel."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT
from signing import encoded_key

from rasa_addons.manifest import Manifest, WrongModel


def refused(folder: Path) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "rasa_addons.serve"],
        check=False,
        cwd=folder,
        env={
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "ENVELOPE_KEY": encoded_key(),
            "ACTIONS_URL": "http://127.0.0.1:1",
        },
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode != 0
    return done.stderr


@pytest.fixture
def copied(project, tmp_path):
    folder = tmp_path / "copy"
    shutil.copytree(project, folder)
    return folder


def test_one_changed_byte_and_it_does_not_start(copied):
    models = copied / "models"
    model = models / Manifest.read(models).file
    content = bytearray(model.read_bytes())
    content[len(content) // 2] ^= 1
    model.write_bytes(content)

    with pytest.raises(WrongModel):
        Manifest.read(models).checked(models)
    assert "changed after the training" in refused(copied)


def test_a_model_of_elsewhere_is_refused(copied):
    manifest = copied / "models" / "manifest.json"
    told = json.loads(manifest.read_text())
    shutil.copy(copied / "models" / told["file"], copied / "other.tar.gz")
    manifest.write_text(json.dumps({**told, "file": "../other.tar.gz"}))

    assert "refused to start" in refused(copied)


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"file": 1}'])
def test_without_a_manifest_it_does_not_start(copied, text):
    (copied / "models" / "manifest.json").write_text(text)

    with pytest.raises(WrongModel):
        Manifest.read(copied / "models")


def test_another_channel_is_refused(copied):
    (copied / "credentials.yml").write_text("rest:\n")

    assert "no other" in refused(copied)
