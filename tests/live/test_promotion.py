"""Another model takes over, and goes again, while customers keep writing."""

import hashlib
import io
import json
import subprocess
import sys
import tarfile
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import cycle
from pathlib import Path

import pytest
import requests

from banking.adapters.clock import SystemClock
from banking.adapters.language.shelf import Shelf
from banking.adapters.language.shelf_files import card_of
from banking.domain.verdict import Verdict
from banking.ports.models import ModelCard
from tests.live.customer import Customer
from tests.live.inside import Inside, until
from tests.live.stack import PROJECT, Stack

FIRST, SECOND = "Hello from the first model.", "Hello from the second model."
SPEAKERS = 3
# The platform lets one person get so many messages at once: several take turns.
PEOPLE_EACH, MOST_MESSAGES = 5, 40


@dataclass
class Bank:
    """A bank with a shelf of its own."""

    stack: Stack
    shelf: Shelf
    first: ModelCard
    second: ModelCard

    def nlu(self, *words: str) -> str:
        """Run `bank nlu …` and return what it prints."""
        done = subprocess.run(
            [sys.executable, "-m", "banking.cli", "nlu", *words],
            env=self.stack.environment,
            cwd=PROJECT,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def running(self) -> dict:
        """What the assistant says of its models."""
        run = json.loads((self.stack.home / "run.json").read_text(encoding="utf-8"))
        rasa = f"http://127.0.0.1:{run['ports']['rasa']}/webhooks/gateway/"
        told: dict = requests.get(rasa, timeout=5).json()
        return told


@pytest.fixture(scope="module")
def bank(tmp_path_factory) -> Iterator[Bank]:
    home = tmp_path_factory.mktemp("language")
    for name in ("data", "domain.yml", "config.yml", "tests"):
        (home / name).symlink_to(PROJECT / name)
    shelf = Shelf(home / "models", SystemClock())
    first = reworded(home / "models", "1", FIRST)
    shelf.offer(first)
    shelf.promote(first.sha256, by="ann", at=datetime.now(UTC), verdict="not asked")
    second = reworded(home / "models", "2", SECOND)
    shelf.offer(second)
    shelf.judged(passed(second, first))
    stack = Stack.start(LANGUAGE_HOME=str(home))
    yield Bank(stack, shelf, first, second)
    stack.stop()


def reworded(folder: Path, name: str, hello: str) -> ModelCard:
    """The project's model with another greeting: what a swap is about is the same,
    and the training, which is not, takes a minute."""
    folder.mkdir(exist_ok=True)
    told = json.loads((PROJECT / "models" / "manifest.json").read_text())
    file = folder / f"teller-{name}.tar.gz"
    with (
        tarfile.open(PROJECT / "models" / told["file"]) as old,
        tarfile.open(file, "w:gz", compresslevel=1) as new,
    ):
        for member in old.getmembers():
            content = old.extractfile(member)
            data = content.read() if content else b""
            if member.name.endswith("metadata.json"):
                metadata = json.loads(data)
                metadata["domain"]["responses"]["utter_greet"] = [{"text": hello}]
                data = json.dumps(metadata).encode()
                member.size = len(data)
            new.addfile(member, io.BytesIO(data) if content else None)
    manifest = {
        **told,
        "file": file.name,
        "sha256": hashlib.sha256(file.read_bytes()).hexdigest(),
        "data_sha256": name,
    }
    (folder / f"teller-{name}.json").write_text(json.dumps(manifest))
    return card_of(manifest)


def passed(card: ModelCard, against: ModelCard) -> Verdict:
    return Verdict(
        sha256=card.sha256,
        against=against.sha256,
        by="ann",
        at=datetime.now(UTC).isoformat(),
        passed=True,
        reasons=(),
        not_run=(),
        better=(),
        worse=(),
        lines=(),
    )


@dataclass
class Speaker:
    """Some people who greet the bank, one after the other, until told to stop."""

    people: list[Customer]
    enough: threading.Event
    heard: list[str] = field(default_factory=list)

    def speaks(self) -> None:
        for person in cycle(self.people):
            if self.enough.is_set():
                return
            assert len(self.heard) < len(self.people) * MOST_MESSAGES
            self.heard.append(person.says("hello"))

    def greetings(self) -> int:
        """How much the bank has ever said to these people."""
        chats = [person.chat() for person in self.people]
        return sum(message["from"] == "bank" for chat in chats for message in chat)


@pytest.mark.whole
def test_a_model_takes_over_and_goes_again_and_every_message_is_answered(bank):
    people = bank.stack.people(SPEAKERS * PEOPLE_EACH, registered=False)
    customers = [Customer(bank.stack.simulator, person) for person in people]
    enough = threading.Event()
    speakers = [Speaker(customers[i::SPEAKERS], enough) for i in range(SPEAKERS)]
    with ThreadPoolExecutor(SPEAKERS) as pool:
        speaking = [pool.submit(speaker.speaks) for speaker in speakers]

        def all_hear(words: str) -> bool:
            for each in speaking:
                if each.done():
                    each.result()
            return all(speaker.heard[-1:] == [words] for speaker in speakers)

        try:
            until(lambda: all_hear(FIRST), "nobody was answered")
            assert "has taken it over" in bank.nlu("promote")
            assert bank.running()["model"] == bank.second.sha256
            until(lambda: all_hear(SECOND), "no new words")
            assert "has taken it over" in bank.nlu("rollback")
            assert bank.running()["model"] == bank.first.sha256
            until(lambda: all_hear(FIRST), "no old words")
        finally:
            enough.set()
        for each in speaking:
            each.result()

    for speaker in speakers:
        assert speaker.greetings() == len(speaker.heard)
        assert set(speaker.heard) == {FIRST, SECOND}
    said = sum(len(speaker.heard) for speaker in speakers)
    inside = Inside(bank.stack.home)
    outcomes = inside.rows("SELECT outcome, count(*) FROM messages_in GROUP BY 1")
    assert outcomes == [("answered", said)]
    assert inside.rows("SELECT count(*) FROM turns") == [(said,)]


@pytest.mark.whole
def test_a_model_changed_on_the_shelf_is_not_served(bank):
    bank.shelf.offer(bank.second)
    bank.shelf.promote(
        bank.second.sha256, by="ann", at=datetime.now(UTC), verdict="passed"
    )
    until(lambda: bank.running()["model"] == bank.second.sha256, "no new model")
    bank.shelf.roll_back("ann", datetime.now(UTC))
    file = bank.shelf.folder / bank.first.file
    kept = file.read_bytes()
    file.write_bytes(kept[:-1] + bytes([kept[-1] ^ 1]))
    newcomer = Customer(bank.stack.simulator, bank.stack.people(1, registered=False)[0])

    assert newcomer.says("hello") == SECOND
    assert bank.running()["model"] == bank.second.sha256
    file.write_bytes(kept)
    until(lambda: bank.running()["model"] == bank.first.sha256, "not the old model")
