"""The inbox: found once, grouped, counted, paged, searched, and forgotten."""

import threading
from datetime import timedelta

import pytest

from banking.domain.inbox import Reason
from banking.ports.inbox import InboxQuery, Order, State
from banking.ports.teaching_refusals import NoSuchItem
from tests.teaching.conftest import open_items


def test_an_item_shows_what_a_trainer_needs(chat, item_of):
    ama = chat()
    turn = ama.is_refused(
        "  send 50 to 0241234567 ",
        "transfer_money",
        entities=[
            {"entity": "amount", "value": "50", "start": 5, "end": 7},
            {"entity": "phone", "value": "x", "start": 11, "end": 21},
            {"entity": "payee", "value": "p1"},
        ],
    )
    item = item_of(turn)

    assert item.text == "send 50 to ••••••••••"
    assert [("50", "amount"), ("••••••••••", "phone")] == [
        (item.text[s.start : s.end], s.entity) for s in item.spans
    ]
    assert (Reason.REFUSED,) == item.reasons
    assert ("transfer_money", "", State.OPEN) == (
        item.reading,
        item.suggested,
        item.state,
    )


def test_looking_again_finds_nothing_new(chat, teaching):
    chat().is_refused("wat i got")

    assert 1 == teaching.collect()
    assert 0 == teaching.collect()


def test_what_the_customer_does_next_is_added_to_the_item(chat, item_of):
    ama = chat()
    turn = ama.is_refused("wat i got", "greet")
    before = item_of(turn)
    ama.taps("check_balance")
    after = item_of(turn)

    assert (before.id, "greet") == (after.id, before.reading)
    assert {Reason.REFUSED, Reason.CORRECTED} == set(after.reasons)
    assert ("check_balance", "check_balance") == (after.suggested, after.reading)
    assert before.group != after.group


def test_what_is_decided_is_not_changed_by_what_comes_later(chat, teaching, item_of):
    ama = chat()
    turn = ama.is_refused("wat i got", "greet")
    teaching.reject([item_of(turn).id], "Tess")
    ama.taps("check_balance")

    assert (State.REJECTED, "") == (item_of(turn).state, item_of(turn).suggested)


def test_a_turn_that_is_committed_late_is_not_missed(chat, teaching, bank, rows):
    """A number may be taken before another and be seen after it."""
    ama, late = chat(), chat()
    late.is_refused("the late one")
    with bank.engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE late AS SELECT * FROM turns")
        connection.exec_driver_sql("DELETE FROM turns")
    ama.is_refused("the early one")
    assert 1 == teaching.collect()
    with bank.engine.begin() as connection:
        connection.exec_driver_sql(
            "INSERT INTO turns OVERRIDING SYSTEM VALUE SELECT * FROM late"
        )
        connection.exec_driver_sql("DROP TABLE late")
    bank.clock.forward(seconds=5)

    assert 1 == teaching.collect()
    bank.clock.forward(minutes=1)
    teaching.collect()
    assert [(2,)] == rows("SELECT turn FROM inbox_progress")


def test_two_who_look_at_once_find_everything_once(chat, teaching, rows):
    for number in range(30):
        chat().is_refused(f"nonsense number {number} of somebody")
    threads = [threading.Thread(target=teaching.collect) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    teaching.collect()

    assert [(30, 30)] == rows("SELECT count(*), count(DISTINCT turn) FROM inbox_items")


def test_messages_that_are_alike_are_one_group(chat, teaching):
    alike = ["wat i got", "Wat I got??", "wat i gott", "i got wat"]
    for said in [*alike, "wat i got"]:
        chat().is_refused(said, "check_balance")
    chat().is_refused("wat i got", "greet")
    chat().is_refused("my card is eaten", "check_balance")
    groups = teaching.inbox(InboxQuery()).groups

    assert [5, 1, 1] == [group.count for group in groups]
    assert ("wat i got", "check_balance") == (groups[0].text, groups[0].reading)
    assert {Reason.REFUSED: 5} == groups[0].reasons
    assert 5 == len(groups[0].items) == len(teaching.items(groups[0].id))


def filled(chat) -> None:
    words = "apple banana cherry damson elder fig grape hazel iris juniper".split()
    for number, word in enumerate(words):
        for _ in range(1 + number % 3):
            chat().is_refused(f"{word * 3} {word}", "check_balance")


@pytest.mark.parametrize("order", list(Order))
def test_pages_hold_everything_once_and_keep_their_place(chat, teaching, order):
    filled(chat)
    seen, after = [], ""
    while True:
        page = teaching.inbox(InboxQuery(order=order, after=after, limit=3))
        seen += [group.id for group in page.groups]
        if not page.next:
            break
        after = page.next
        if len(seen) == 3:
            teaching.reject(page.groups[0].items, "Tess")

    assert 10 == len(seen) == len(set(seen))


def test_the_largest_come_first_or_the_newest(chat, teaching):
    filled(chat)
    largest = teaching.inbox(InboxQuery(order=Order.LARGEST)).groups
    newest = teaching.inbox(InboxQuery(order=Order.NEWEST)).groups

    assert [g.count for g in largest] == sorted(
        (g.count for g in largest), reverse=True
    )
    assert [g.latest_at for g in newest] == sorted(
        (g.latest_at for g in newest), reverse=True
    )


@pytest.mark.parametrize("place", ["nonsense", "1~x", "~", "x~1", "1; DROP TABLE"])
@pytest.mark.parametrize("order", list(Order))
def test_a_place_that_was_not_ours_is_the_beginning(chat, teaching, place, order):
    chat().is_refused("wat i got")

    assert 1 == len(teaching.inbox(InboxQuery(order=order, after=place)).groups)


def test_counts_are_of_all_whatever_is_asked_for(chat, teaching):
    ama = chat()
    ama.is_refused("wat i got", "check_balance")
    ama.says("agent", "human_handoff")
    chat().says("card thing", "lock_card", sure=0.4)
    page = teaching.inbox(InboxQuery(reasons=frozenset({Reason.AGENT})))

    assert 1 == len(page.groups)
    assert {Reason.REFUSED: 1, Reason.AGENT: 1, Reason.UNCERTAIN: 1} == page.counts
    assert {"check_balance": 1, "lock_card": 1} == page.readings
    assert 2 == page.states[State.OPEN]
    assert 0 == page.pending


def test_the_inbox_is_narrowed_by_reason_reading_and_words(chat, teaching):
    chat().is_refused("wat i got", "check_balance")
    chat().says("my 100% card_thing", "lock_card", sure=0.4)

    assert 1 == len(open_items(teaching, reasons=frozenset({Reason.UNCERTAIN})))
    assert 1 == len(open_items(teaching, reading="check_balance"))
    assert 1 == len(open_items(teaching, words="THING my"))
    assert 1 == len(open_items(teaching, words="0% d_t"))
    assert 0 == len(open_items(teaching, words="got thing"))
    assert 0 == len(open_items(teaching, words="w_t"))


def test_what_was_said_before_and_after(chat, teaching, item_of):
    ama, kofi = chat(), chat()
    ama.says("hello", "greet", actions=("utter_greet",))
    kofi.says("somebody else", "greet")
    turn = ama.is_refused("wat i got from 0241234567")
    ama.taps("check_balance")
    around = teaching.around(item_of(turn).id)

    assert [("hello", ("utter_greet",))] == [(s.text, s.actions) for s in around.before]
    assert around.said is not None
    assert around.said.text == "wat i got from ••••••••••"
    assert [(None, "check_balance")] == [(s.text, s.tapped) for s in around.after]


def test_the_banks_words_are_told_by_name(chat, teaching, item_of, bank, rows):
    turn = chat().is_refused("wat i got")
    bubbles = bank.words.say("utter_fallback_no_idea")
    ((message,),) = rows("SELECT message_id FROM turns")
    with bank.uow() as tx:
        (conversation,) = {item_of(turn).conversation_id}
        tx.outbox.say(conversation, bubbles, reply_to=message)
        tx.commit()

    said = teaching.around(item_of(turn).id).said
    assert said is not None
    assert set(said.responses) == {"utter_fallback_no_idea"}


def test_everything_that_was_typed_can_be_searched(chat, teaching):
    ama = chat()
    for number in range(5):
        ama.says(f"balance {number} please", "check_balance")
    ama.taps("check_balance")
    ama.says("hello", "greet")
    first = teaching.search("Balance", limit=3)
    second = teaching.search("Balance", limit=3, below=first.next)

    assert ["balance 4 please", "balance 3 please", "balance 2 please"] == [
        said.text for said in first.turns
    ]
    assert ["balance 1 please", "balance 0 please"] == [s.text for s in second.turns]
    assert 0 == second.next
    assert 1 == len(teaching.search("", intent="greet").turns)


@pytest.mark.parametrize("words", ["0241", "0241234567", "%", "4123"])
def test_what_is_masked_cannot_be_searched_for(chat, teaching, words):
    chat().says("call 0241234567", "check_balance")

    assert () == teaching.search(words).turns
    assert 1 == len(teaching.search("call").turns)


def test_a_trainer_takes_a_message_from_the_search(chat, teaching, logged):
    turn = chat().says("how rich am i", "check_balance")
    item = teaching.pick(turn, "Tess")

    assert ((Reason.PICKED,), "check_balance") == (item.reasons, item.reading)
    assert item.id == teaching.pick(turn, "Tess").id
    assert "teaching_picked" in logged()


def test_only_a_customers_words_can_be_taken(chat, teaching):
    tap = chat().taps("check_balance")

    for turn in (tap, 10**12):
        with pytest.raises(NoSuchItem):
            teaching.pick(turn, "Tess")


def test_items_are_forgotten_with_their_messages_but_no_lesson(
    chat, teaching, bank, item_of, rows
):
    old, taught = chat().is_refused("wat i got"), chat().is_refused("qwe zorp")
    teaching.correct([item_of(taught).id], "check_balance", "Tess")
    bank.clock.forward(days=9)
    young = chat().is_refused("a young one")
    teaching.collect()
    teaching.tidy()

    assert [(taught,), (young,)] == rows("SELECT turn FROM inbox_items ORDER BY turn")
    assert [(2,)] == rows("SELECT count(*) FROM inbox_groups")
    assert old


def test_no_phone_number_reaches_the_tables_of_teaching(chat, teaching, rows):
    ama = chat()
    ama.is_refused("call me on 0241234567 or a@example.com")
    teaching.collect()
    stored = rows("SELECT i.*, g.* FROM inbox_items i JOIN inbox_groups g ON true")

    assert stored
    assert not [row for row in stored if "0241234567" in str(row) or "a@ex" in str(row)]


def test_keeping_time_is_the_banks(bank):
    assert bank.teaching.keep == timedelta(days=8)


@pytest.mark.parametrize("odd", ["\0", "a\0b", "\ud800", "%" * 5000, "'; --"])
def test_odd_words_find_nothing_and_harm_nothing(chat, teaching, odd):
    chat().is_refused("wat i got")

    assert open_items(teaching, words=odd) <= open_items(teaching)
    assert () == teaching.inbox(InboxQuery(reading=f"x{odd}")).groups
    assert () == teaching.search(f"q{odd}").turns
    assert () == teaching.search("", intent=f"q{odd}").turns
    assert () == teaching.undo(odd, "Tess").changed
