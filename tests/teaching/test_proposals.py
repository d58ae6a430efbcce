"""What would be written of what was decided, and what keeps it from being written."""

import pytest

from banking.domain.examples import Concern, Span
from banking.ports.inbox import State
from tests.teaching.conftest import BY, written
from tests.teaching.small_language import ALL, bytes_of, texts


def concerns(preview):
    return [{w.concern for w in p.warnings} for p in preview.proposals]


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


def test_another_number_teaches_nothing_new_and_another_name_does(asked, teaching):
    items = [
        asked(said, "transfer_money")
        for said in ("Send 75 to mum", "send 75 to my mother")
    ]
    teaching.accept([item.id for item in items], BY)

    assert [{Concern.TAUGHT_ALREADY}, set()] == concerns(teaching.preview())


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
