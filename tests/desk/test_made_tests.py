"""The tests that were made at the desk: seen, read, removed, and put back."""

import pytest

from banking.bootstrap import Bank
from tests.desk.chats import Chat
from tests.desk.conftest import Visitor
from tests.desk.test_texts import PAYLOADS, assert_inert

PAGE = "/desk/changes/tests"
SAID = "wheres my dosh at"


@pytest.fixture
def file(bank: Bank):
    """Where this bank's test stories are."""
    return bank.settings.language_home / "tests/test_stories.yml"


@pytest.fixture
def item(bank: Bank) -> int:
    """A message in the inbox."""
    return said(bank, SAID)


def said(bank: Bank, text: str, phone: str = "+15550101567") -> int:
    Chat(bank, phone).says(text, "nlu_fallback", 0.2, does=["action_fallback"])
    bank.teaching.collect()
    [turn] = [t for t in bank.teaching.search("").turns[:1]]
    return bank.teaching.pick(turn.turn, "Efua").id


def make(visitor: Visitor, item: int, title: str) -> Visitor:
    return visitor.open(f"/desk/test/{item}?title={title}").press("add")


def test_from_a_conversation_to_a_test_and_back(trainer, bank, file, item):
    before = file.read_bytes()
    make(trainer, item, "Broke")
    assert "tests made here" in trainer.text("done")
    trainer.open(trainer.find("made")[0].get("href"))

    assert trainer.path == PAGE
    shown = trainer.text("test")
    assert shown.startswith(f"Broke {SAID} Efua, today")
    assert '- story: "Broke"' in trainer.text("read")
    assert not trainer.has("by-hand")
    with_it = file.read_bytes()

    trainer.press("remove")
    assert trainer.path == PAGE
    assert "Removed" in trainer.text("toast")
    assert file.read_bytes() == before
    assert "No test was made here" in trainer.text("empty")

    trainer.press("undo")
    assert "stands again" in trainer.text("toast")
    assert file.read_bytes() == with_it
    assert trainer.text("test").startswith("Broke")

    trainer.press("remove").open("/desk/changes")
    removed, added = trainer.texts("change")[0], trainer.texts("change")[-1]
    assert "test removed: Broke Efua" in removed
    assert "test added: Broke Efua" in added
    trainer.press("revert")
    assert "reverted." in trainer.text("toast")
    assert file.read_bytes() == with_it


def test_an_empty_list_says_how_a_test_is_made(trainer, bank):
    trainer.open("/desk/changes")
    trainer.open(trainer.find("made")[0].get("href"))

    assert "Make a test of this" in trainer.text("empty")
    count = len(bank.teaching.stories.read())
    assert trainer.text("others").startswith(f"{count} more tests stand")


def test_edited_by_hand_it_is_marked_and_removed_as_it_was_read(trainer, file, item):
    make(trainer, item, "Broke").open(PAGE)
    file.write_text(file.read_text().replace(SAID, "wheres all my dosh"))
    edited = file.read_bytes()
    trainer.press("remove")

    assert trainer.status == 409
    assert "edited that test by hand" in trainer.text("error")
    assert file.read_bytes() == edited
    assert trainer.text("by-hand") == "edited by hand since"
    assert "wheres all my dosh" in trainer.text("read")
    trainer.press("remove")
    assert "Removed" in trainer.text("toast")
    assert "wheres all my dosh" not in file.read_text()


def test_the_revert_of_one_that_was_edited_leads_to_it(trainer, file, item):
    make(trainer, item, "Broke")
    file.write_text(file.read_text().replace(SAID, "wheres all my dosh"))
    edited = file.read_bytes()
    trainer.open("/desk/changes").press("revert")

    assert trainer.status == 409
    assert "remove it there" in trainer.text("error")
    assert file.read_bytes() == edited


def test_of_two_trainers_the_second_is_told(trainer, other, bank, file, item):
    make(trainer, item, "Broke").open(PAGE)
    other.join("Kojo").open(PAGE).press("remove")
    gone = file.read_bytes()
    trainer.press("remove")

    assert trainer.status == 409
    assert "Kojo took it out" in trainer.text("error")
    assert file.read_bytes() == gone
    other.press("undo")
    assert "stands again" in other.text("toast")


def test_a_broken_file_is_named_and_closes_no_page(trainer, file, item):
    make(trainer, item, "Broke").open(PAGE)
    whole = file.read_text()
    file.write_text(f"{whole}\nx: *gone\n")
    broken = file.read_bytes()

    trainer.press("remove")
    assert trainer.status == 409
    assert len(trainer.find("error")) == 1
    for path in (PAGE, "/desk/changes", "/desk/inbox", f"/desk/test/{item}"):
        assert trainer.open(path).status == 200
    assert f"test_stories.yml:{len(whole.splitlines()) + 2}: " in trainer.open(
        PAGE
    ).text("error")
    make(trainer, item, "Another")
    assert "test_stories.yml:" in trainer.text("error")
    trainer.open("/desk/changes").press("revert")
    assert "test_stories.yml:" in trainer.text("error")
    assert file.read_bytes() == broken


def test_a_form_that_makes_no_sense_removes_nothing(trainer, file, item):
    make(trainer, item, "Broke").open(PAGE)
    before = file.read_bytes()
    csrf = trainer.csrf()
    for told in ("", "remove", "remove:x", "remove:999", "undo", "revert:1"):
        trainer.send(PAGE, {"csrf": csrf, "do": told, "fingerprint": "x"})
        assert trainer.status in (200, 422)
        assert file.read_bytes() == before
    for forged in ("", "0" * 64):
        change = trainer.open(PAGE).find("remove")[0].get("value")
        trainer.send(PAGE, {"csrf": forged, "do": change})
        assert trainer.status == 403
    assert file.read_bytes() == before


def test_every_remove_says_what_it_removes(trainer, bank, item):
    make(trainer, item, "One")
    make(trainer, said(bank, "more", "+15550101890"), "Two").open(PAGE)

    assert [b.get("aria-label") for b in trainer.find("remove")] == [
        "Remove: Two",
        "Remove: One",
    ]


def test_no_test_is_ever_markup(trainer, bank, file):
    for number, payload in enumerate(PAYLOADS):
        odd = said(bank, payload[:200], f"+155501099{number:02}")
        trainer.open(f"/desk/test/{odd}").press("add", title=f"{number} {payload[:60]}")
    assert_inert(trainer.open(PAGE))
    assert len(trainer.find("test")) == len(PAYLOADS)
    assert_inert(trainer.open("/desk/changes"))
    trainer.open(PAGE)
    while trainer.has("remove"):
        assert_inert(trainer.press("remove"))
    assert "story" in file.read_text()
