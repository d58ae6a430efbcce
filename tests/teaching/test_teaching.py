"""From a message to an example, and back: decided, shown, written, reverted."""

import threading
from contextlib import contextmanager
from dataclasses import replace

import pytest
from sqlalchemy.exc import SQLAlchemyError

from banking.domain.examples import Concern, Span
from banking.ports.training import (
    DataBroken,
    FilesBusy,
    FilesChanged,
    InboxQuery,
    NoSuchChange,
    NoSuchItem,
    SpansUnreadable,
    State,
    UnknownEntity,
    UnknownIntent,
)
from tests.teaching.test_example_files import ALL, bytes_of, texts

BY = "Tess"


@pytest.fixture
def asked(chat, item_of):
    """Let a customer say something that is refused, and give its item."""

    def ask(said, likely="check_balance", **more):
        return item_of(chat().is_refused(said, likely, **more))

    return ask


def concerns(preview):
    return [{w.concern for w in p.warnings} for p in preview.proposals]


def written(teaching, **how):
    return teaching.write(BY, teaching.preview().fingerprint, **how)


# --- deciding ---------------------------------------------------------------------


def test_accepted_as_it_was_read(asked, teaching, logged):
    item = asked("wat i got")
    done = teaching.accept([item.id], BY)
    item = teaching.item(item.id)

    assert ((item.id,), {}) == (done.changed, dict(done.refused))
    assert (State.ACCEPTED, BY) == (item.state, item.decided_by)
    assert ("check_balance", "wat i got") == (item.lesson.intent, item.lesson.text)
    assert ["teaching_accepted"] == logged()


def test_corrected_many_at_once(asked, teaching):
    items = [asked("wat i got"), asked("whats in my pot"), asked("qwe zorp")]
    done = teaching.correct([i.id for i in items], "lock_card", BY)

    assert 3 == len(done.changed)
    assert {State.CORRECTED} == {teaching.item(i.id).state for i in items}
    assert 3 == teaching.inbox(InboxQuery()).pending


def test_correcting_to_what_was_read_is_accepting(asked, teaching):
    item = asked("wat i got")
    teaching.correct([item.id], "check_balance", BY)

    assert State.ACCEPTED is teaching.item(item.id).state


@pytest.mark.parametrize("intent", ["make_coffee", "", "faq", "nlu_fallback", "resume"])
def test_an_intent_cannot_be_invented_here(asked, teaching, intent):
    item = asked("wat i got")

    with pytest.raises(UnknownIntent):
        teaching.correct([item.id], intent, BY)
    assert State.OPEN is teaching.item(item.id).state


def test_what_was_read_as_nothing_cannot_be_accepted(asked, teaching):
    item = asked("qwe zorp", "make_coffee")
    done = teaching.accept([item.id, 10**9], BY)

    assert ((), {item.id: "unknown_intent", 10**9: "no_such_item"}) == (
        done.changed,
        dict(done.refused),
    )


def test_values_are_annotated(asked, teaching):
    item = asked("gimme 50 for kofi", "transfer_money")
    spans = [Span(6, 8, "amount"), Span(13, 17, "person")]
    teaching.annotate(item.id, spans, BY)
    item = teaching.item(item.id)

    assert (State.CORRECTED, tuple(spans)) == (item.state, item.lesson.spans)
    teaching.correct([item.id], "lock_card", BY)
    assert tuple(spans) == teaching.item(item.id).lesson.spans


@pytest.mark.parametrize(
    ("spans", "why"),
    [
        ([Span(6, 8, "coffee")], UnknownEntity),
        ([Span(6, 8, "payee")], UnknownEntity),
        ([Span(6, 8, "amount"), Span(7, 12, "person")], SpansUnreadable),
        ([Span(6, 99, "amount")], SpansUnreadable),
        ([Span(8, 8, "amount")], SpansUnreadable),
    ],
)
def test_values_that_cannot_be_annotated_are_refused(asked, teaching, spans, why):
    item = asked("gimme 50 for kofi", "transfer_money")

    with pytest.raises(why):
        teaching.annotate(item.id, spans, BY)


def test_nobody_annotates_what_is_not_there(teaching):
    with pytest.raises(NoSuchItem):
        teaching.annotate(7, [], BY)


def test_one_act_is_undone_whole_and_only_that(asked, teaching):
    first, second, third = asked("wat i got"), asked("qwe zorp"), asked("my pot")
    teaching.reject([third.id], BY)
    done = teaching.accept([first.id, second.id], BY)
    undone = teaching.undo(done.act, BY)

    assert (first.id, second.id) == undone.changed
    assert [State.OPEN, State.OPEN, State.REJECTED] == [
        teaching.item(i.id).state for i in (first, second, third)
    ]
    assert teaching.item(first.id).lesson is None
    assert () == teaching.undo(done.act, BY).changed


def test_who_decides_later_has_the_last_word(asked, teaching):
    item = asked("wat i got")
    earlier = teaching.accept([item.id], "Ann")
    teaching.reject([item.id], BY)

    assert () == teaching.undo(earlier.act, "Ann").changed
    assert (State.REJECTED, BY) == (
        teaching.item(item.id).state,
        teaching.item(item.id).decided_by,
    )


def test_reopened_by_number(asked, teaching):
    item = asked("wat i got")
    teaching.reject([item.id], BY)

    assert (item.id,) == teaching.reopen([item.id], BY).changed
    assert {item.id: "not_decided"} == dict(teaching.reopen([item.id], BY).refused)


# --- what would be written --------------------------------------------------------


def test_nothing_decided_is_nothing_to_write(teaching, home):
    before = bytes_of(home)

    assert (None, ()) == (written(teaching).change, written(teaching).left_out)
    assert before == bytes_of(home)


def test_the_preview_shows_the_diff_and_writes_nothing(asked, teaching, home):
    before = bytes_of(home)
    teaching.accept([asked("wat i got").id], BY)
    preview = teaching.preview()

    assert "+      - wat i got\n" in preview.diff
    assert f"--- a/{ALL}" in preview.diff
    assert ("wat i got", ALL) == (
        preview.proposals[0].markup,
        preview.proposals[0].file,
    )
    assert before == bytes_of(home)


def test_people_and_numbers_do_not_go_into_the_data(asked, teaching):
    item = asked("gimme 50 to adwoa on 0241234567", "transfer_money")
    spans = [Span(6, 8, "amount"), Span(12, 17, "person"), Span(21, 31, "phone")]
    teaching.annotate(item.id, spans, BY)
    (proposal,) = teaching.preview().proposals

    assert proposal.markup.startswith("gimme [50](amount) to [")
    assert "adwoa" not in proposal.markup
    assert "[2025550142](phone)" in proposal.markup
    assert {Concern.REPLACED} == {w.concern for w in proposal.warnings}
    assert "adwoa" in teaching.preview(pseudonyms=False).proposals[0].markup


@pytest.mark.parametrize(
    ("said", "concern"),
    [
        ("👍" * 301, Concern.NOT_WRITABLE),
        ("a" * 4096, Concern.NOT_WRITABLE),
        ("my pin is 4821 ok", Concern.SECRET),
        ("My balance!", Concern.TAUGHT_ALREADY),
        ("MyBalance", Concern.TAUGHT_ALREADY),
        ("have how much i do?", Concern.TAUGHT_ALREADY),
        ("Hello", Concern.CONTRADICTION),
    ],
)
def test_what_must_not_be_written_is_blocked_by_name(
    asked, teaching, home, said, concern
):
    before = bytes_of(home)
    teaching.correct([asked(said, "greet").id], "check_balance", BY)
    (proposal,) = teaching.preview().proposals
    done = written(teaching)

    assert concern in {w.concern for w in proposal.warnings}
    assert proposal.blocked
    assert (None, 1) == (done.change, len(done.left_out))
    assert before == bytes_of(home)


@pytest.mark.parametrize(
    ("said", "line"),
    [
        ("show {amount} {{7*7}}", "show {amount} {{7*7}}"),
        ("- key: [x] # y | z", "- key: [x] # y | z"),
        ("my [balance](amount) now", "my (balance)(amount) now"),
        ("line\none\ttwo", "line one two"),
        ("\u202eecnalab\u202c ym", "ecnalab ym"),
        ("C:\\users \\u0041", "C:/users /u0041"),
        ("👀💰❓", "👀💰❓"),
        ("كم رصيدي", "كم رصيدي"),
        ("my balanse", "my balanse"),
    ],
)
def test_odd_signs_are_written_as_text(asked, teaching, home, said, line):
    teaching.accept([asked(said).id], BY)
    done = written(teaching)

    assert [line] == [t.markup for t in done.change.taught]
    assert line in texts(home, "check_balance")


def test_a_near_double_is_named_and_let_go(asked, teaching, home):
    item = asked("My balance??")
    teaching.accept([item.id], BY)
    done = written(teaching)

    (warned,) = done.left_out[0].warnings
    assert ("my balance", ALL, 7) == (
        warned.other.lesson.text,
        warned.other.file,
        warned.other.line,
    )
    assert State.REJECTED is teaching.item(item.id).state


def test_the_same_thing_said_by_many_is_one_example(asked, teaching):
    items = [asked("wat i got"), asked("Wat I got!"), asked("wat i  got?")]
    teaching.accept([item.id for item in items], BY)
    done = written(teaching)

    assert 1 == len(done.change.taught)
    assert {done.change.id} == {teaching.item(i.id).change for i in items}


def test_a_conflict_is_written_on_the_trainers_word_alone(asked, teaching, home):
    item = asked("lock my card now, pleas")
    teaching.correct([item.id], "unlock_card", BY)
    (proposal,) = teaching.preview().proposals
    (warned,) = proposal.warnings

    assert (Concern.CONFLICT, "lock_card", "lock my card now please") == (
        warned.concern,
        warned.other.lesson.intent,
        warned.other.lesson.text,
    )
    assert "" == teaching.preview().diff
    assert written(teaching).change is None
    assert State.CORRECTED is teaching.item(item.id).state
    assert written(teaching, despite=[item.id]).change is not None
    assert "lock my card now, pleas" in texts(home, "unlock_card")


def test_two_lessons_that_contradict_each_other_wait(asked, teaching):
    teaching.correct([asked("zorp it").id], "lock_card", BY)
    teaching.correct([asked("Zorp it!").id], "unlock_card", BY)

    assert [{Concern.CONTRADICTION}] * 2 == concerns(teaching.preview())
    assert written(teaching).change is None


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


def moved(teaching, item):
    seen = teaching.preview().fingerprint
    return teaching.move([item.id], BY, seen, pseudonyms=True)


# --- writing and reverting --------------------------------------------------------


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


def test_data_broken_by_hand_is_named(asked, teaching, home):
    teaching_item = asked("wat i got")
    (home / ALL).write_text("nlu:\n- intent: [", encoding="utf-8")

    with pytest.raises(DataBroken, match=r"data/services/all\.yml:2: "):
        teaching.accept([teaching_item.id], BY)
    with pytest.raises(DataBroken):
        teaching.preview()


class Full:
    """A store that cannot keep what was written."""

    def __init__(self, lessons):
        self.lessons = lessons

    def add_change(self, *_):
        raise SQLAlchemyError("the disk of the database is full")

    def reverted(self, *_):
        raise SQLAlchemyError("the disk of the database is full")

    def __getattr__(self, name):
        return getattr(self.lessons, name)


def failing(teaching):
    """The service over a database that fails at the last step."""

    @contextmanager
    def uow():
        with teaching.uow() as tx:
            tx.lessons = Full(tx.lessons)
            yield tx

    return replace(teaching, uow=uow)


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


def test_what_can_be_taught(teaching):
    cards = {card.name: card for card in teaching.intents()}

    assert (3, ALL) == (
        cards["check_balance"].examples,
        cards["check_balance"].file,
    )
    assert "faq/hours" in cards
    assert ("amount", "person", "phone") == teaching.entities()
    assert ["lock my card now please", "freeze the card"] == [
        e.lesson.text for e in teaching.examples("lock_card")
    ]
    with pytest.raises(UnknownIntent):
        teaching.examples("make_coffee")


def test_another_number_teaches_nothing_new_and_another_name_does(asked, teaching):
    items = [
        asked(said, "transfer_money")
        for said in ("Send 75 to mum", "send 75 to my mother")
    ]
    teaching.accept([item.id for item in items], BY)

    assert [{Concern.TAUGHT_ALREADY}, set()] == concerns(teaching.preview())
