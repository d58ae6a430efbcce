"""What the trainers' inbox promises, in memory and in PostgreSQL."""

import threading
from dataclasses import replace

from banking.domain.examples import Lesson, Span
from banking.domain.inbox import Reason
from banking.ports.inbox import State
from tests.contracts.conftest import NOON
from tests.contracts.said import MINUTE, decide, found, put

# --- collecting -------------------------------------------------------------------


def test_nothing_was_looked_at_until_it_is_said(tx):
    assert 0 == tx.inbox.collected_to()
    tx.inbox.collected(7)
    tx.inbox.collected(9)

    assert 9 == tx.inbox.collected_to()


def test_two_who_collect_at_once_do_so_one_after_the_other(uow):
    ready = threading.Barrier(2)

    def collect():
        ready.wait()
        for _ in range(5):
            with uow() as tx:
                assert tx.inbox.begin_collecting(wait=True)
                tx.inbox.collected(tx.inbox.collected_to() + 1)
                tx.commit()

    threads = [threading.Thread(target=collect) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with uow() as tx:
        assert tx.inbox.begin_collecting()
        assert 10 == tx.inbox.collected_to()


def test_an_item_is_what_was_found_with_its_numbers_masked(tx):
    spans = (Span(5, 7, "amount"), Span(11, 21, "phone"))
    one = found(
        "send 50 to 0241234567",
        "transfer_money",
        *(Reason.REFUSED, Reason.AGENT),
        number=41,
        conversation_id="c9",
        at=NOON + MINUTE,
        spans=spans,
    )
    (item,) = put(tx, one)

    assert "send 50 to ••••••••••" == item.text
    assert (41, "c9", NOON + MINUTE, spans) == (
        item.turn,
        item.conversation_id,
        item.at,
        item.spans,
    )
    assert ("nlu_fallback", 0.3, one.turn.ranking) == (
        item.intent,
        item.confidence,
        item.ranking,
    )
    assert ((Reason.AGENT, Reason.REFUSED), "", "transfer_money", State.OPEN) == (
        item.reasons,
        item.suggested,
        item.reading,
        item.state,
    )
    assert ("", None, None, None) == (
        item.decided_by,
        item.decided_at,
        item.lesson,
        item.change,
    )
    assert item == tx.inbox.get(item.id)
    assert [None, None] == [tx.inbox.get(item.id + 1), tx.inbox.of_turn(42)]


def test_what_is_found_again_gains_reasons_and_is_not_new(tx):
    first = found("wat i got", "greet", Reason.UNCERTAIN)
    (before,) = put(tx, first)
    turn = replace(first.turn, ranking=(("lock_card", 0.9),))
    again = replace(first, turn=turn, reasons=frozenset({Reason.AGENT}))

    assert 0 == tx.inbox.put([again])
    assert 1 == tx.inbox.put([again, found("another")])
    after = tx.inbox.get(before.id)
    assert (Reason.AGENT, Reason.UNCERTAIN) == after.reasons
    assert (before.group, "greet", "") == (after.group, after.reading, after.suggested)


def test_what_was_meant_moves_an_open_item_to_another_group(tx):
    first = found("wat i got", "greet")
    (before,) = put(tx, first)
    (other,) = put(tx, found("wat I got?", "check_balance"))
    tx.inbox.put([replace(first, suggested="check_balance")])

    after = tx.inbox.get(before.id)
    assert ("check_balance", "check_balance") == (after.suggested, after.reading)
    assert before.group != after.group == other.group


def test_what_is_decided_is_left_as_it_is(tx):
    first = found("wat i got", "greet")
    (item,) = put(tx, first)
    decide(tx, item)
    decided = tx.inbox.get(item.id)
    later = replace(first, reasons=frozenset({Reason.AGENT}), suggested="lock_card")

    assert 0 == tx.inbox.put([later])
    assert decided == tx.inbox.get(item.id)


def test_messages_that_are_alike_and_read_alike_are_one_group(tx):
    alike = put(tx, *map(found, ["wat i got", "Wat I got??", "i got wat"]))
    alike += put(tx, found("wat i gott"))
    others = put(tx, found("my card is eaten"), found("wat i got", "greet"))

    assert 1 == len({item.group for item in alike})
    assert 3 == len({item.group for item in [*alike, *others]})
    group = alike[0].group
    newest_first = [item.id for item in reversed(alike)]
    assert newest_first == [i.id for i in tx.inbox.of_group(group, State.OPEN, 9)]
    assert newest_first[:2] == [i.id for i in tx.inbox.of_group(group, State.OPEN, 2)]
    assert [] == tx.inbox.of_group(group, State.REJECTED, 9)


# --- forgetting -------------------------------------------------------------------


def test_old_items_are_forgotten_but_no_lesson_still_to_write(tx):
    old, taught, written, young = put(
        tx,
        found("wat i got"),
        found("qwe zorp"),
        found("lock it now", "lock_card"),
        found("a young one", at=NOON + 2 * MINUTE),
    )
    decide(tx, taught, Lesson("check_balance", "qwe zorp"))
    decide(tx, written, Lesson("lock_card", "lock it now"))
    change = tx.lessons.add_change("Tess", NOON, (), "")
    tx.lessons.written([written.id], change.id)

    assert 2 == tx.inbox.purge(NOON + MINUTE)
    left = [tx.inbox.get(item.id) is not None for item in (old, taught, written, young)]
    assert [False, True, False, True] == left


def test_a_group_is_forgotten_with_the_last_of_it(tx):
    late = {"at": NOON + 2 * MINUTE}
    old, kept, _ = put(
        tx, found("wat i got"), found("qwe zorp"), found("qwe zorp", **late)
    )
    assert 2 == tx.inbox.purge(NOON + MINUTE)
    again, same = put(tx, found("wat i got"), found("qwe zorp"))

    assert old.group != again.group
    assert kept.group == same.group
