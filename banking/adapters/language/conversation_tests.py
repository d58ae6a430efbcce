"""Plays the conversations of tests/conversations with a bank that runs the candidate.

That bank is a whole one, with a home, a database and a simulator of its own; nothing of
the bank that asks reaches it.
"""

import contextlib
import importlib.util
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from xml.etree import ElementTree as Xml

from banking.adapters.language.rasa_run import INHERITED, PROJECT
from banking.adapters.standing_back import FAR, stand_back
from banking.domain.verdict import FAILED, NOT_RUN, PASSED, Trial
from banking.ports.models import ModelCard, Progress, TrainingFailed

KIND = "conversation"
TESTS = Path("tests/live/test_conversations.py")
TEST = "test_the_bank_answers_as_told"
LANGUAGE = ("data", "domain.yml", "config.yml", "tests")
PERCENT = re.compile(r"\[ *(\d+)%\]")
NAMED = re.compile(r"\[(.*)\]$", re.DOTALL)
LAST_WORDS = 1500
LONGEST_REASON = 300
OUTCOMES = {"failure": FAILED, "error": FAILED, "skipped": NOT_RUN}


@dataclass(frozen=True, slots=True)
class Conversations:
    """``home`` is LANGUAGE_HOME; ``has_customers``: a production, which plays none."""

    home: Path
    has_customers: bool

    def play(
        self,
        card: ModelCard,
        model: Path,
        progress: Progress,
        only: Collection[str] = (),
    ) -> list[Trial]:
        """Play all conversations, or those of these names; raise ``TrainingFailed``."""
        if why := self._why_not():
            return [Trial(KIND, "conversations", NOT_RUN, why)]
        with _language_home(self.home, card, model) as language:
            return list(_played(language, progress, only))

    def _why_not(self) -> str | None:
        """Say what keeps the conversations from being played here."""
        if self.has_customers:
            return "a bank with customers starts no second bank beside itself"
        if importlib.util.find_spec("pytest") is None:
            return "the tools for tests are not installed (`make setup`)"
        if not (PROJECT / TESTS).is_file():
            return f"{TESTS} is not there"
        with contextlib.suppress(FileNotFoundError):
            named = (PROJECT / ".env").read_text(encoding="utf-8")
            if re.search(r"^\s*DATABASE_URL\s*=\s*\S", named, re.MULTILINE):
                return "`.env` names a database, which the second bank would share"
        return None


@contextmanager
def _language_home(home: Path, card: ModelCard, model: Path) -> Iterator[Path]:
    """A LANGUAGE_HOME like this one, in which this model is in service."""
    with tempfile.TemporaryDirectory(prefix="language-") as name:
        folder = Path(name)
        for each in LANGUAGE:
            if (home / each).exists():
                (folder / each).symlink_to(home / each)
        models = folder / "models"
        models.mkdir()
        shutil.copy2(model, models / card.file)
        told = {
            "file": card.file,
            "sha256": card.sha256,
            "data_sha256": card.data_sha256,
            "trained_at": card.trained_at.isoformat(),
            "seconds": card.seconds,
            "examples": card.examples,
        }
        (models / "manifest.json").write_text(json.dumps(told), encoding="utf-8")
        yield folder


def _played(
    language: Path, progress: Progress, only: Collection[str]
) -> Iterator[Trial]:
    report = language / "report.xml"
    tests = [f"{TESTS}::{TEST}[{name}]" for name in only] or [str(TESTS)]
    command = [
        *(sys.executable, "-m", "pytest", *tests, "-v", "--color=no"),
        *("-p", "no:cacheprovider", f"--junitxml={report}"),
    ]
    known = {name: os.environ[name] for name in INHERITED if name in os.environ}
    process = subprocess.Popen(
        command,
        cwd=PROJECT,
        env={**known, "LANGUAGE_HOME": str(language), "BANK_ENV": "test"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        # Its bank ends with it, also where we are interrupted.
        start_new_session=True,
    )
    stand_back(process.pid, FAR)
    try:
        said = _listen(process.stdout, progress)
        process.wait()
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
    if not report.exists():
        raise TrainingFailed(f"the conversations could not be played: {said}")
    cases = list(cases_of(report))
    if not cases:
        raise TrainingFailed(f"no conversation was played: {said}")
    yield from cases


def _listen(out: IO[str] | None, progress: Progress) -> str:
    said = ""
    for line in out or ():
        said = (said + line)[-LAST_WORDS:]
        if found := PERCENT.search(line):
            progress("playing the conversations", int(found[1]), 100)
    return said


def cases_of(report: Path) -> Iterator[Trial]:
    """Read how each conversation went from pytest's report."""
    # Our own pytest has written it a moment ago.
    for case in Xml.parse(report).iter("testcase"):  # noqa: S314
        called = case.get("name") or ""
        found = NAMED.search(called)
        name = found[1] if found else called
        for kind, outcome in OUTCOMES.items():
            said = case.find(kind)
            if said is not None:
                why = (said.get("message") or "")[:LONGEST_REASON]
                yield Trial(KIND, name, outcome, why)
                break
        else:
            yield Trial(KIND, name, PASSED)
