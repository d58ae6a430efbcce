"""What a trainer decides about messages, and undoes."""

import pytest

from banking.domain.examples import Span
from banking.ports.inbox import InboxQuery, State
from banking.ports.teaching_refusals import (
    DataBroken,
    NoSuchItem,
    SpansUnreadable,
    UnknownEntity,
    UnknownIntent,
)
from tests.teaching.conftest import BY
from tests.teaching.small_language import ALL


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


def test_data_broken_by_hand_is_named(asked, teaching, home):
    teaching_item = asked("wat i got")
    (home / ALL).write_text("nlu:\n- intent: [", encoding="utf-8")

    with pytest.raises(DataBroken, match=r"data/services/all\.yml:2: "):
        teaching.accept([teaching_item.id], BY)
    with pytest.raises(DataBroken):
        teaching.preview()


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
