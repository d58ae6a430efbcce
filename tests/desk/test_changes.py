"""From a decision to the files under data/, and back."""

import pytest

from banking.bootstrap import Bank
from banking.ports.inbox import InboxQuery, State
from banking.web.desk import shown
from tests.desk.chats import Chat, odd_messages

ODD = "wheres my dosh at pls"


@pytest.fixture
def home(bank: Bank):
    """Where this bank's training data are."""
    return bank.settings.language_home


def taught(bank: Bank, text: str, intent: str, **said) -> int:
    """A message that came, and what a trainer said it means; its item."""
    Chat(bank, f"+1555{abs(hash(text)) % 10**7:07}").says(
        text, "nlu_fallback", 0.2, does=["action_fallback"], **said
    )
    page = bank.teaching.inbox(InboxQuery(limit=200))
    items = [bank.teaching.item(i) for group in page.groups for i in group.items]
    item = next(item for item in items if item.text == text)
    bank.teaching.correct([item.id], intent, "Efua")
    return item.id


def data(home) -> dict[str, str]:
    return {p.name: p.read_text() for p in sorted((home / "data").rglob("*.yml"))}


def test_what_waits_is_shown_as_it_would_be_written(trainer, bank, home):
    before = data(home)
    taught(bank, ODD, "check_balance")
    trainer.open("/desk/changes")

    assert ODD in trainer.text("proposal")
    assert "check_balance" in trainer.text("proposal")
    added = [line for line in trainer.page.xpath("//pre[@class='added']")]
    assert [ODD in line.text_content() for line in added] == [True]
    assert data(home) == before


def test_it_is_written_and_the_change_can_be_read_and_reverted(trainer, bank, home):
    before = data(home)
    item = taught(bank, ODD, "check_balance")
    trainer.open("/desk/changes").press("write")

    assert "Written" in trainer.text("toast")
    changed = {name for name, text in data(home).items() if text != before[name]}
    assert len(changed) == 1
    assert f"- {ODD}" in data(home)[changed.pop()]
    assert "1 line" in trainer.text("change")
    assert "Efua" in trainer.text("change")
    assert ODD in trainer.text("change")
    assert bank.teaching.item(item).change == bank.teaching.changes()[0].id

    trainer.press("revert")
    assert data(home) == before
    assert "reverted by Efua" in trainer.text("change")
    assert bank.teaching.item(item).state is State.OPEN


def test_a_lesson_is_taken_back_before_it_is_written(trainer, bank):
    item = taught(bank, ODD, "check_balance")
    trainer.open("/desk/changes").press("take-back")

    assert bank.teaching.item(item).state is State.OPEN
    assert not trainer.has("proposal")


def test_a_double_is_left_out_and_named(trainer, bank, home):
    before = data(home)
    known = bank.teaching.examples("check_balance")[0].lesson.text
    taught(bank, f"{known}!!", "check_balance")
    trainer.open("/desk/changes")

    assert known in trainer.text("warning-taught_already")
    assert trainer.find("write")[0].get("disabled") is not None
    trainer.press("write")
    assert "Nothing was written" in trainer.text("toast")
    assert data(home) == before


def test_a_contradiction_is_shown_with_the_line_it_contradicts(trainer, bank, home):
    before = data(home)
    rival = next(
        e
        for e in bank.teaching.examples("find_atm")
        if not e.lesson.spans and len(e.lesson.text) > 25
    )
    taught(bank, rival.lesson.text, "check_balance")
    trainer.open("/desk/changes")

    warned = trainer.text("warning-contradiction")
    assert f"{rival.file}:{rival.line}" in warned
    assert "find_atm" in warned
    trainer.press("write")
    assert data(home) == before


def test_a_contradiction_is_moved_with_one_button_and_back(trainer, bank, home):
    before = data(home)
    rival = next(e for e in bank.teaching.examples("find_atm") if not e.lesson.spans)
    item = taught(bank, rival.lesson.text.upper(), "check_balance")
    trainer.open("/desk/changes").press("move")

    assert "Moved" in trainer.text("toast")
    words = {
        intent: [e.lesson.text for e in bank.teaching.examples(intent)]
        for intent in ("find_atm", "check_balance")
    }
    assert rival.lesson.text not in words["find_atm"]
    assert rival.lesson.text.upper() in words["check_balance"]
    assert bank.teaching.item(item).change is not None
    assert len(trainer.page.xpath("//pre[@class='removed']")) == 1
    trainer.press("revert")
    assert data(home) == before


def test_what_nearly_means_something_else_is_written_on_ones_word(trainer, bank, home):
    rival = next(
        e
        for e in bank.teaching.examples("find_atm")
        if not e.lesson.spans and len(e.lesson.text) > 25
    )
    item = taught(bank, f"{rival.lesson.text} x", "check_balance")
    before = data(home)
    trainer.open("/desk/changes")
    assert rival.lesson.text in trainer.text("warning-conflict")

    trainer.press("write")
    assert data(home) == before
    trainer.open("/desk/changes").press("write", despite=str(item))
    assert data(home) != before
    assert bank.teaching.item(item).change is not None


def test_files_that_changed_meanwhile_are_shown_again(trainer, bank, home):
    taught(bank, ODD, "check_balance")
    trainer.open("/desk/changes")
    file = next((home / "data").rglob("balance.yml"))
    file.write_text(file.read_text() + "\n# somebody was here\n")
    trainer.press("write")

    assert trainer.status == 409
    assert "changed while you were reading" in trainer.text("error")
    trainer.press("write")
    assert "Written" in trainer.text("toast")
    assert "# somebody was here" in file.read_text()


def test_a_broken_file_is_named_with_line_and_reason(trainer, bank, home):
    taught(bank, ODD, "check_balance")
    file = next((home / "data").rglob("balance.yml"))
    file.write_text(file.read_text() + "\nnlu: [")
    trainer.open("/desk/changes")

    assert trainer.status == 200
    assert "balance.yml" in trainer.text("error")
    assert not trainer.has("write")


def test_a_broken_file_does_not_close_the_inbox(trainer, bank, home):
    odd_messages(bank)
    file = next((home / "data").rglob("balance.yml"))
    file.write_text(file.read_text() + "\nnlu: [")
    trainer.open("/desk/inbox")

    assert trainer.status == 200
    assert "balance.yml:" in trainer.text("error")
    count, first = len(trainer.find("group")), trainer.find("group-text")[0]
    trainer.press("accept", items=trainer.find("group")[0].get("data-items"))
    assert trainer.status == 422
    assert "balance.yml:" in trainer.text("error")
    trainer.open(first.get("href"))
    assert len(trainer.find("group")) == count
    trainer.press("item-reject")
    assert "set aside" in trainer.text("toast")
    trainer.open("/desk/search?words=dosh")
    assert "balance.yml:" in trainer.text("error")
    assert len(trainer.find("turn")) == 2


def test_a_refused_form_keeps_the_names_that_were_asked_for(trainer, bank, home):
    taught(bank, ODD, "check_balance")
    trainer.open("/desk/changes?names=keep")
    file = next((home / "data").rglob("balance.yml"))
    file.write_text(file.read_text() + "\n# somebody was here\n")
    trainer.press("write")

    assert trainer.status == 409
    assert trainer.page.xpath("//input[@name='names']/@value") == ["keep"]


def test_what_is_written_shows_the_way_to_the_model(trainer, bank):
    taught(bank, ODD, "check_balance")
    trainer.open("/desk/changes").press("write")

    assert trainer.find("onward")[0].get("href") == "/desk/model"


def test_a_line_of_a_file_begins_on_the_left_whatever_it_says(trainer, bank):
    said = "\u05e9\u05dc\u05d5\u05dd 50"
    Chat(bank, "+15550100001").says(
        said,
        "nlu_fallback",
        0.2,
        then=[("check_balance", 0.2)],
        does=["action_fallback"],
    )
    page = bank.teaching.inbox(InboxQuery())
    bank.teaching.accept(page.groups[0].items, "Efua")
    trainer.open("/desk/changes")

    [line] = trainer.page.xpath("//pre[@class='added']/bdi")
    assert said in line.text_content()
    assert line.get("dir") == "ltr"


def test_yaml_and_braces_in_a_message_change_no_other_line(trainer, bank, home):
    odd = "- intent: greet {amount} [x](y) #z: 'q' | > & * !"
    before = data(home)
    taught(bank, odd, "out_of_scope")
    trainer.open("/desk/changes").press("write")

    after = data(home)
    added = [
        line
        for name, text in after.items()
        for line in text.splitlines()
        if line not in before[name].splitlines()
    ]
    assert len(added) <= 1
    assert {e.lesson.intent for e in bank.teaching.files.read().examples} <= set(
        bank.teaching.files.read().intents
    )


# --- how a change reads ---------------------------------------------------------------


def test_a_diff_is_read_line_by_line():
    diff = (
        "--- a/data/x.yml\n+++ b/data/x.yml\n@@ -3,2 +3,3 @@\n"
        "     - old\n+    - new\n-    - gone\n"
    )

    assert [(line.kind, line.text) for line in shown.diff_lines(diff)] == [
        ("file", "data/x.yml"),
        ("place", "line 3"),
        ("same", "    - old"),
        ("added", "    - new"),
        ("removed", "    - gone"),
    ]
