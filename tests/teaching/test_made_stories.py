"""The tests that were made at the desk: found again, removed, and put back."""

import threading

import pytest
from sqlalchemy.exc import SQLAlchemyError

from banking.adapters.language.story_files import STORIES
from banking.ports.teaching_refusals import (
    DataBroken,
    FilesBusy,
    NoSuchChange,
    StoryEdited,
    StoryExists,
    StoryGone,
)
from tests.teaching.full_disk import failing


@pytest.fixture
def tells(chat, teaching):
    """Make a test of a short conversation; return the number of its change."""

    def tell(title, said="wat i got", by="Tess"):
        turn = chat().says(said)
        teaching.add_story(turn, turn, title, by)
        return teaching.changes()[0].id

    return tell


@pytest.fixture
def file(home):
    return home / STORIES


def titles(teaching):
    return [made.story.title for made in teaching.made_stories().made]


def made_by(teaching, change):
    [made] = [m for m in teaching.made_stories().made if m.change == change]
    return made


def remove(teaching, change, by="Ann"):
    seen = made_by(teaching, change)
    return teaching.remove_story(change, seen.fingerprint, by)


def test_a_test_is_listed_with_who_when_and_what_was_said(teaching, tells, bank):
    others = len(teaching.stories.read())
    change = tells("Broke", "wat i got")
    seen = teaching.made_stories()

    [made] = seen.made
    assert others == seen.others
    assert (change, "Tess", bank.clock.now()) == (made.change, made.by, made.at)
    assert ("Broke", "wat i got") == (made.story.title, made.story.said.text)
    assert not made.by_hand


def test_removed_it_is_a_change_that_can_be_read_and_reverted(
    teaching, tells, file, logged
):
    first = tells("First")
    before_second = file.read_bytes()
    second = tells("Second", "gimme")
    both = file.read_bytes()
    change = remove(teaching, second)

    assert file.read_bytes() == before_second
    assert change == teaching.changes()[0]
    assert ("Ann", "Second") == (change.by, change.story.title)
    assert '-- story: "Second"' in change.diff
    assert ["First"] == titles(teaching)
    assert "teaching_story_removed" == logged()[-1]

    back = teaching.revert(change.id, "Tess")
    assert ((), "Tess") == (back.missing, back.change.reverted_by)
    assert file.read_bytes() == both
    assert ["Second", "First"] == titles(teaching)
    remove(teaching, first)
    assert ["Second"] == titles(teaching)


def test_making_one_is_a_change_that_can_be_reverted(teaching, tells, file):
    before = file.read_bytes()
    change = tells("Broke")
    assert '+- story: "Broke"' in teaching.change(change).diff
    teaching.revert(change, "Ann")

    assert file.read_bytes() == before
    assert [] == titles(teaching)
    with pytest.raises(NoSuchChange):
        teaching.revert(change, "Ann")


def test_who_comes_second_is_told_who_was_first(teaching, tells, file):
    removed, reverted, by_hand = tells("A"), tells("B", "b"), tells("C", "c")
    seen = {m.change: m.fingerprint for m in teaching.made_stories().made}
    teaching.remove_story(removed, seen[removed], "Ann")
    teaching.revert(reverted, "Kojo")
    text = file.read_text()
    file.write_text(text[: text.index('- story: "C"')])
    before = file.read_bytes()

    for change, who in ((removed, "Ann"), (reverted, "Kojo"), (by_hand, "")):
        with pytest.raises(StoryGone) as gone:
            teaching.remove_story(change, seen[change], "Tess")
        assert gone.value.about == who
    assert file.read_bytes() == before


def test_two_who_remove_at_once_remove_once(teaching, tells, file):
    before = file.read_bytes()
    change = tells("Broke")
    shown = made_by(teaching, change).fingerprint
    together, outcomes = threading.Barrier(3), []

    def removes(by):
        together.wait()
        try:
            outcomes.append(teaching.remove_story(change, shown, by).by)
        except (StoryGone, FilesBusy) as told:
            outcomes.append(told)

    threads = [threading.Thread(target=removes, args=(by,)) for by in ("A", "B", "C")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    [winner] = [one for one in outcomes if isinstance(one, str)]
    assert {winner} == {one.about for one in outcomes if not isinstance(one, str)}
    assert [winner, "Tess"] == [one.by for one in teaching.changes()]
    assert file.read_bytes() == before


EDITS = {
    "its lines": ("wat i got", "wat have i got"),
    "its title": ('"Broke"', "'Broke, 2nd'"),
    "a comment": ('- story: "Broke"', '# Why.\n- story: "Broke"'),
}


@pytest.mark.parametrize("edit", EDITS)
def test_edited_by_hand_it_is_shown_and_removed_only_as_it_is_now(
    teaching, tells, file, edit
):
    before = file.read_bytes()
    change = tells("Broke")
    shown = made_by(teaching, change).fingerprint
    file.write_text(file.read_text().replace(*EDITS[edit]))
    edited = file.read_bytes()

    made = made_by(teaching, change)
    assert made.by_hand
    assert EDITS[edit][1] in made.story.text
    with pytest.raises(StoryEdited):
        teaching.remove_story(change, shown, "Ann")
    assert file.read_bytes() == edited
    removed = teaching.remove_story(change, made.fingerprint, "Ann")
    assert file.read_bytes() == before
    teaching.revert(removed.id, "Ann")
    assert file.read_bytes() == edited


def test_edited_by_hand_it_outlives_the_revert_of_its_making(teaching, tells, file):
    change = tells("Broke")
    file.write_text(file.read_text().replace("wat i got", "wat have i got"))
    edited = file.read_bytes()

    with pytest.raises(StoryEdited):
        teaching.revert(change, "Ann")
    assert file.read_bytes() == edited
    assert teaching.change(change).reverted_at is None


def test_the_same_conversation_under_two_titles_is_two_tests(teaching, tells):
    one, two = tells("One"), tells("Two")
    remove(teaching, two)

    assert [one] == [made.change for made in teaching.made_stories().made]
    assert not made_by(teaching, one).by_hand


def test_what_is_like_a_removed_one_was_written_by_hand(teaching, tells, file):
    others = teaching.made_stories().others
    one, two = tells("One"), tells("Two", "gimme")
    text = file.read_text()
    remove(teaching, one)
    teaching.revert(two, "Ann")
    like_them = text[text.index('- story: "One"') :]
    for told, by_hand in (('"One"', '"Uno"'), ("gimme", "more")):
        like_them = like_them.replace(told, by_hand)
    file.write_text(f"{file.read_text()}\n{like_them}")

    seen = teaching.made_stories()
    assert ((), others + 2) == (seen.made, seen.others)


def test_a_title_is_free_again_once_its_test_is_gone(teaching, tells):
    first = tells("Broke")
    gone = remove(teaching, first)
    second = tells("Broke", "gimme")

    assert [second] == [made.change for made in teaching.made_stories().made]
    with pytest.raises(StoryExists):
        teaching.revert(gone.id, "Ann")
    with pytest.raises(StoryGone):
        teaching.remove_story(first, made_by(teaching, second).fingerprint, "Ann")


def test_only_what_the_desk_made_is_removed_here(teaching, tells):
    change = tells("Broke")
    shown = made_by(teaching, change).fingerprint
    removed = teaching.remove_story(change, shown, "Ann").id

    for number in (removed, 0, 999):
        with pytest.raises(NoSuchChange):
            teaching.remove_story(number, shown, "Ann")


def test_a_broken_file_is_named_and_stays(teaching, tells, file):
    change = tells("Broke")
    shown = made_by(teaching, change).fingerprint
    file.write_text(f"{file.read_text()}\nstories: [\n")
    broken = file.read_bytes()

    for trying in (
        teaching.made_stories,
        lambda: teaching.remove_story(change, shown, "Ann"),
        lambda: teaching.revert(change, "Ann"),
    ):
        with pytest.raises(DataBroken, match=rf"{STORIES}:\d+: "):
            trying()
    assert file.read_bytes() == broken


def test_what_cannot_be_recorded_is_not_done(teaching, tells, chat, file):
    change = tells("Broke")
    shown = made_by(teaching, change).fingerprint
    before, turn = file.read_bytes(), chat().says("more")

    for trying in (
        lambda: failing(teaching).remove_story(change, shown, "Ann"),
        lambda: failing(teaching).add_story(turn, turn, "More", "Ann"),
        lambda: failing(teaching).revert(change, "Ann"),
    ):
        with pytest.raises(SQLAlchemyError):
            trying()
        assert file.read_bytes() == before
    assert ["Broke"] == titles(teaching)
