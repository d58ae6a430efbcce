"""Plays the test stories against a model: does the dialogue still go as written?"""

import subprocess
import tempfile
from collections.abc import Collection
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from banking.adapters.language.rasa_run import PROJECT, RASA_PYTHON, rasa_environment
from banking.domain.verdict import FAILED, NOT_RUN, PASSED, Trial
from banking.ports.models import TrainingFailed

KIND = "story"
FILES = ("tests/*stories*.yml", "tests/stories/*.yml")
FAILED_FILE = "failed_test_stories.yml"
LAST_WORDS = 1500
LONGEST_SECONDS = 900


def play(home: Path, model: Path, only: Collection[str] = ()) -> list[Trial]:
    """Play all stories, or those of these names; raise ``TrainingFailed``."""
    stories = [story for story in _stories(home) if not only or story["story"] in only]
    if not stories:
        why = f"there are no test stories below {home / 'tests'}"
        return [] if only else [Trial(KIND, "test stories", NOT_RUN, why)]
    with tempfile.TemporaryDirectory(prefix="stories-") as name:
        folder = Path(name)
        file = folder / "test_stories.yml"
        written = {"version": "3.1", "stories": stories}
        with file.open("w", encoding="utf-8") as out:
            _yaml().dump(written, out)
        _run(home, model, file, folder / "out")
        failed = _failed(folder / "out" / FAILED_FILE)
    return [_told(str(story["story"]), failed) for story in stories]


def _told(name: str, failed: Collection[str]) -> Trial:
    # Rasa adds the file to the name.
    wrong = any(each == name or each.startswith(f"{name} (") for each in failed)
    return Trial(KIND, name, FAILED if wrong else PASSED)


def _stories(home: Path) -> list[dict[str, Any]]:
    files = sorted({file for pattern in FILES for file in home.glob(pattern)})
    found: list[dict[str, Any]] = []
    for file in files:
        try:
            told = _yaml().load(file) or {}
            stories = told.get("stories") or []
            found += [story for story in stories if story["story"]]
        except (OSError, ValueError, YAMLError, KeyError, AttributeError) as error:
            raise TrainingFailed(f"{file}: {error}") from None
    return found


def _failed(file: Path) -> set[str]:
    told = _yaml().load(file) or {}
    return {str(story["story"]) for story in told.get("stories", ())}


def _run(home: Path, model: Path, stories: Path, out: Path) -> None:
    endpoints = ["--endpoints", str(PROJECT / "endpoints.yml")]
    done = subprocess.run(
        [
            *(str(RASA_PYTHON), "-W", "ignore", "-m", "rasa", "test", "core"),
            *("--stories", str(stories), "--model", str(model), *endpoints),
            *("--out", str(out), "--no-plot"),
        ],
        cwd=home,
        env={**rasa_environment(), "RASA_TELEMETRY_ENABLED": "false"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=LONGEST_SECONDS,
    )
    if done.returncode != 0 or not (out / FAILED_FILE).exists():
        said = (done.stderr + done.stdout)[-LAST_WORDS:].strip()
        raise TrainingFailed(f"the test stories could not be played: {said}")


def _yaml() -> YAML:
    return YAML(typ="safe", pure=True)
