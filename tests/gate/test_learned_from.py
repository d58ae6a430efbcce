"""The data that a model learned from, kept beside it and measured later."""

from pathlib import Path

import pytest

from banking.adapters.language import learned_from
from banking.adapters.language.conversation_tests import Conversations
from banking.adapters.language.examiner import RasaExaminer
from banking.adapters.language.trainer import RasaTrainer
from tests.desk.chats import language_home
from tests.gate.shelves import serving, shelf_in, told_of, trained


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return language_home(tmp_path / "language")


@pytest.fixture
def shelf(home, clock):
    return shelf_in(home, clock)


@pytest.fixture
def train(home, shelf, clock):
    """Train without a machine that learns; ``meanwhile`` happens during it."""

    def learn(meanwhile=lambda: None):
        def run(module, arguments, *, home, progress):
            card = trained(shelf.folder, "new", clock)
            meanwhile()
            return {"model": told_of(card)}

        return RasaTrainer(home, run=run).train("ann", lambda *_: None)

    return learn


def test_a_training_keeps_what_it_learned_from(home, shelf, train):
    card = train()
    before = learned_from.data_of(home)
    balance = next((home / "data").rglob("balance.yml"))
    balance.write_text("nlu: []\n")

    with learned_from.unpacked(shelf.file_of(card)) as kept:
        assert learned_from.data_of(kept) == before
        there = {each.relative_to(kept).parts[0] for each in kept.rglob("*.yml")}
    assert there == {"config.yml", "data"}
    assert not kept.exists()
    assert learned_from.data_of(home) != before


def test_data_that_changed_during_a_training_are_not_kept(home, shelf, train):
    card = train(lambda: (home / "data" / "late.yml").write_text("nlu: []\n"))

    assert not learned_from.is_kept(shelf.file_of(card))


@pytest.mark.parametrize("torn", [b"", b"PK\x03\x04"])
def test_what_is_no_whole_archive_counts_as_not_kept(home, shelf, train, torn):
    examiner = RasaExaminer(
        home=home, shelf=shelf, conversations=Conversations(home, has_customers=True)
    )
    card = train()
    assert examiner.has_data(card)

    file = shelf.file_of(card)
    file.with_name(file.name.replace(".tar.gz", ".data.zip")).write_bytes(torn)
    assert not examiner.has_data(card)


def test_they_go_when_their_model_goes(shelf, clock):
    for number in range(7):
        [card] = serving(shelf, clock, str(number))
        learned_from.keep(shelf.file_of(card), {"config.yml": b"{}"})

    names = {file.name.partition(".")[0] for file in shelf.folder.glob("*.data.zip")}
    assert names == {card.file.partition(".")[0] for card in shelf.models()}
