"""Lessons are written, or moved to where they belong, and taken back."""

import threading

import pytest
from sqlalchemy.exc import SQLAlchemyError

from banking.domain.examples import Span
from banking.ports.inbox import State
from banking.ports.teaching_refusals import (
    FilesBusy,
    FilesChanged,
    NoSuchChange,
    NoSuchItem,
)
from tests.teaching.conftest import BY, written
from tests.teaching.full_disk import failing
from tests.teaching.small_language import ALL, bytes_of, texts


def test_written_recorded_and_reverted(asked, teaching, home, logged):
    before = bytes_of(home)
    items = [asked("wat i got"), asked("qwe zorp")]
    teaching.correct([item.id for item in items], "lock_card", BY)
    change = written(teaching).change

    assert [change] == teaching.changes()
    assert (BY, 2) == (change.by, len(change.taught))
    assert "+      - qwe zorp" in teaching.change(change.id).diff
    assert {"written_already"} == set(
        teaching.reject([item.id for item in items], BY).refused.values()
    )
    assert () == teaching.preview().proposals

    back = teaching.revert(change.id, "Ann")
    assert ("Ann", 2, ()) == (
        back.change.reverted_by,
        len(back.removed),
        back.missing,
    )
    assert before == bytes_of(home)
    assert {State.OPEN} == {teaching.item(item.id).state for item in items}
    assert logged()[-2:] == ["teaching_written", "teaching_reverted"]
    for number in (change.id, 999):
        with pytest.raises(NoSuchChange):
            teaching.revert(number, BY)


def test_a_line_that_is_gone_is_told_when_reverting(asked, teaching, home):
    items = [asked("wat i got"), asked("qwe zorp")]
    teaching.correct([item.id for item in items], "lock_card", BY)
    change = written(teaching).change
    file = home / ALL
    file.write_text(file.read_text().replace("- qwe zorp\n", "- qwe zorps\n"))
    back = teaching.revert(change.id, BY)

    assert ["wat i got"] == [t.markup for t in back.removed]
    assert ["qwe zorp"] == [t.markup for t in back.missing]
    assert "qwe zorps" in texts(home, "lock_card")


def test_what_was_not_shown_is_not_written(asked, teaching, home):
    teaching.accept([asked("wat i got").id], BY)
    seen = teaching.preview()
    teaching.accept([asked("wats in my pot").id], "Ann")
    before = bytes_of(home)

    with pytest.raises(FilesChanged):
        teaching.write(BY, seen.fingerprint)
    with pytest.raises(FilesChanged):
        teaching.write(BY, "made up")
    assert before == bytes_of(home)


def test_names_are_not_written_after_a_preview_without_them(asked, teaching):
    item = asked("gimme 50 to adwoa", "transfer_money")
    teaching.annotate(item.id, [Span(12, 17, "person")], BY)
    seen = teaching.preview()

    with pytest.raises(FilesChanged):
        teaching.write(BY, seen.fingerprint, pseudonyms=False)


def test_files_edited_by_hand_in_between_are_not_written(asked, teaching, home):
    teaching.accept([asked("wat i got").id], BY)
    seen = teaching.preview()
    file = home / ALL
    file.write_text(file.read_text().replace("freeze the card", "freeze my card"))

    with pytest.raises(FilesChanged):
        teaching.write(BY, seen.fingerprint)


def test_files_are_put_back_when_their_change_cannot_be_recorded(asked, teaching, home):
    before = bytes_of(home)
    teaching.accept([asked("wat i got").id], BY)
    seen = teaching.preview().fingerprint

    with pytest.raises(SQLAlchemyError):
        failing(teaching).write(BY, seen)
    assert before == bytes_of(home)
    change = teaching.write(BY, seen).change
    after = bytes_of(home)
    with pytest.raises(SQLAlchemyError):
        failing(teaching).revert(change.id, BY)
    assert after == bytes_of(home)
    assert 1 == len(teaching.revert(change.id, BY).removed)


def test_two_trainers_who_write_at_once_write_once(asked, teaching, home):
    teaching.accept([asked("wat i got").id], BY)
    seen = teaching.preview().fingerprint
    outcomes = []
    together = threading.Barrier(4)

    def write():
        together.wait()
        try:
            outcomes.append(teaching.write(BY, seen).change)
        except (FilesChanged, FilesBusy):
            outcomes.append(None)

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert 1 == len([change for change in outcomes if change])
    assert 1 == texts(home, "check_balance").count("wat i got")


def moved(teaching, item):
    seen = teaching.preview().fingerprint
    return teaching.move([item.id], BY, seen, pseudonyms=True)


def test_the_same_words_move_to_what_they_mean_in_one_change(
    asked, teaching, home, logged
):
    before = bytes_of(home)
    item, other = asked("Lock my card now, please!"), asked("qwe zorp")
    teaching.correct([item.id], "unlock_card", BY)
    teaching.correct([other.id], "check_balance", BY)
    seen = teaching.preview()
    moving, staying = seen.proposals
    assert ["lock_card"] == [old.lesson.intent for old in moving.instead_of]
    assert () == staying.instead_of

    change = teaching.move([item.id], BY, seen.fingerprint, pseudonyms=True).change
    assert "lock my card now please" not in texts(home, "lock_card")
    assert "Lock my card now, please!" in texts(home, "unlock_card")
    assert "-      - lock my card now please" in change.diff
    assert [moving.instead_of[0].line, 0] == sorted(
        (line.stood for line in change.taught), reverse=True
    )
    assert [staying.items] == [p.items for p in teaching.preview().proposals]

    back = teaching.revert(change.id, BY)
    assert before == bytes_of(home)
    assert ((), 2) == (back.missing, len(back.removed))
    assert State.OPEN is teaching.item(item.id).state
    assert ["teaching_written", "teaching_reverted"] == logged()[-2:]


def test_what_was_moved_away_stands_again_though_the_file_went_on(
    asked, teaching, home
):
    item = asked("lock my card now please")
    teaching.correct([item.id], "unlock_card", BY)
    change = moved(teaching, item).change
    file = home / ALL
    file.write_text("# a line more\n" + file.read_text())
    teaching.revert(change.id, BY)

    assert "lock my card now please" in texts(home, "lock_card")
    assert "lock my card now please" not in texts(home, "unlock_card")


def test_only_what_stands_in_the_way_is_moved(asked, teaching, home):
    before = bytes_of(home)
    here, there = asked("zorp it"), asked("Zorp it!")
    teaching.correct([here.id], "lock_card", BY)
    teaching.correct([there.id], "unlock_card", BY)
    for item in (here, there):
        with pytest.raises(NoSuchItem):
            moved(teaching, item)
    secret = asked("lock my card now please")
    teaching.correct([secret.id], "unlock_card", BY)
    with pytest.raises(FilesChanged):
        teaching.move([secret.id], BY, "of yesterday", pseudonyms=True)

    assert before == bytes_of(home)
