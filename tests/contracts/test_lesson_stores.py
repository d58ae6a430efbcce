"""What the store of lessons and changes promises, in memory and in PostgreSQL."""

import threading
from dataclasses import replace

import pytest

from banking.domain.examples import Lesson, Span
from banking.ports.inbox import State
from banking.ports.language_files import Taught
from banking.ports.lessons import Decision
from tests.contracts.conftest import NOON
from tests.contracts.said import MINUTE, found, put

LESSON = Lesson("transfer_money", "send 50 to mum", (Span(5, 7, "amount"),))
ACCEPTED = Decision(State.ACCEPTED, LESSON, "Tess", NOON + MINUTE, "act-1")
REJECTED = replace(ACCEPTED, state=State.REJECTED, lesson=None)
LINES = (
    Taught("data/a.yml", "transfer_money", "send [50](amount) to mum"),
    Taught("data/b.yml", "greet", "good day", stood=7),
)


@pytest.fixture
def items(tx):
    """Three items: nothing is decided yet."""
    texts = ("send 50 to mum", "wat i got", "a card thing")
    return put(tx, *map(found, texts))


def ids(items):
    return [item.id for item in items]


def test_a_decision_is_kept_with_its_lesson(tx, items):
    one, two, three = items
    tx.lessons.decide({one.id: ACCEPTED, two.id: REJECTED, 10**9: ACCEPTED})

    decided = tx.inbox.get(one.id)
    assert (
        replace(
            one,
            state=State.ACCEPTED,
            lesson=LESSON,
            decided_by="Tess",
            decided_at=NOON + MINUTE,
        )
        == decided
    )
    assert (State.REJECTED, None) == (
        tx.inbox.get(two.id).state,
        tx.inbox.get(two.id).lesson,
    )
    assert three == tx.inbox.get(three.id)
    assert ids([one, two]) == tx.lessons.of_act("act-1")
    assert [] == tx.lessons.of_act("act-2")


@pytest.mark.parametrize(
    "wrong",
    [
        replace(ACCEPTED, lesson=None),
        replace(ACCEPTED, state=State.CORRECTED, lesson=None),
        replace(REJECTED, lesson=LESSON),
        replace(REJECTED, state=State.OPEN, lesson=LESSON),
    ],
)
def test_what_is_taught_has_a_lesson_and_nothing_else_has(tx, items, wrong):
    with pytest.raises(Exception, match="lesson"):
        tx.lessons.decide({items[0].id: wrong})


def test_the_last_decision_counts(tx, items):
    tx.lessons.decide({items[0].id: ACCEPTED})
    tx.lessons.decide({items[0].id: replace(REJECTED, by="Tom", act="act-2")})

    now = tx.inbox.get(items[0].id)
    assert (State.REJECTED, None, "Tom") == (now.state, now.lesson, now.decided_by)
    assert [] == tx.lessons.of_act("act-1")
    assert [now.id] == tx.lessons.of_act("act-2")


def test_items_come_in_the_order_of_their_ids(tx, items):
    asked = [*reversed(ids(items)), 10**9]

    assert items == tx.lessons.lock(asked)
    assert [] == tx.lessons.lock([])


def test_what_waits_to_be_written(tx, items):
    one, two, three = items
    tx.lessons.decide({three.id: ACCEPTED, one.id: ACCEPTED, two.id: REJECTED})
    assert ids([one, three]) == ids(tx.lessons.pending())

    change = tx.lessons.add_change("Tess", NOON, LINES, "+ a line").id
    tx.lessons.written([one.id], change)
    assert [three.id] == ids(tx.lessons.pending(lock=True))
    assert change == tx.inbox.get(one.id).change
    assert [one.id] == tx.lessons.of_change(change)
    assert [] == tx.lessons.of_change(change + 1)


def test_an_opened_item_is_as_it_was_found(tx, items):
    change = tx.lessons.add_change("Tess", NOON, LINES, "").id
    tx.lessons.decide({item.id: ACCEPTED for item in items})
    tx.lessons.written(ids(items), change)
    tx.lessons.reopen([*ids(items[:2]), 10**9])

    assert items[:2] == [tx.inbox.get(item_id) for item_id in ids(items[:2])]
    assert [items[2].id] == tx.lessons.of_act("act-1")
    assert [items[2].id] == tx.lessons.of_change(change)


def test_nothing_is_written_by_a_change_that_was_not_made(tx, items):
    tx.lessons.decide({items[0].id: ACCEPTED})

    with pytest.raises(Exception, match=r"never made|foreign key"):
        tx.lessons.written([items[0].id], 10**9)


def test_a_change_is_kept_and_can_be_taken_back(tx):
    made = tx.lessons.add_change("Tess", NOON, LINES, "+ a line")
    assert ("Tess", NOON, LINES, "+ a line", None, "") == (
        made.by,
        made.at,
        made.taught,
        made.diff,
        made.reverted_at,
        made.reverted_by,
    )
    assert made == tx.lessons.change(made.id) == tx.lessons.change(made.id, lock=True)
    tx.lessons.reverted(made.id, "Tom", NOON + MINUTE)

    undone = replace(made, reverted_at=NOON + MINUTE, reverted_by="Tom")
    assert undone == tx.lessons.change(made.id)
    assert tx.lessons.change(made.id + 1) is None


def test_the_latest_changes_come_first(tx):
    assert [] == tx.lessons.changes(0, 9)
    made = [tx.lessons.add_change("Tess", NOON, (), str(n)) for n in range(4)]

    assert made[::-1] == tx.lessons.changes(0, 9)
    assert [made[3], made[2]] == tx.lessons.changes(0, 2)
    assert [made[1], made[0]] == tx.lessons.changes(made[2].id, 9)


def test_changes_of_stories_are_found_among_all_changes(tx):
    assert [] == tx.lessons.of_stories()
    came = Taught("tests/s.yml", "", "- story: x\n", title="x")
    went = replace(came, stood=7)
    added = tx.lessons.add_change("Tess", NOON, (came,), "+ a story")
    tx.lessons.add_change("Tess", NOON, LINES, "+ a line")
    removed = tx.lessons.add_change("Tom", NOON + MINUTE, (went,), "- a story")

    assert [removed, added] == tx.lessons.of_stories()
    assert [went, came, None] == [
        one.story for one in (removed, added, replace(added, taught=LINES))
    ]


def test_two_who_write_at_once_write_a_lesson_once(uow):
    with uow() as tx:
        (item,) = put(tx, found("send 50 to mum"))
        tx.lessons.decide({item.id: ACCEPTED})
        tx.commit()
    ready, wrote = threading.Barrier(2), []

    def write():
        ready.wait()
        with uow() as tx:
            mine = ids(tx.lessons.pending(lock=True))
            change = tx.lessons.add_change("Tess", NOON, (), "").id
            tx.lessons.written(mine, change)
            wrote.append(mine)
            tx.commit()

    threads = [threading.Thread(target=write) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [[], [item.id]] == sorted(wrote)
