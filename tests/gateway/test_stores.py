"""What every store of the chat promises, in memory and in PostgreSQL."""

import threading
from datetime import timedelta
from types import SimpleNamespace

import pytest

from banking.adapters.memory.gateway import (
    MemoryConversations,
    MemoryHandles,
    MemoryMessages,
    MemoryOutbox,
    MemoryTurns,
    MemoryVault,
)
from banking.domain.bubbles import Choices, LinkButton, Option, Text
from banking.domain.inbound import ChatRules
from banking.ports.gateway import Marks, NewMessage, TurnRow
from tests.gateway.whatsapp import NOON

MINUTE = timedelta(minutes=1)


@pytest.fixture(params=["memory", "postgres"])
def stores(request):
    if request.param == "postgres":
        world = request.getfixturevalue("world")
        with world.uow() as tx:
            yield tx
        return
    jobs = []
    rules, clock = ChatRules(), SimpleNamespace(now=lambda: NOON)

    def queue(*job):
        jobs.append(job)

    handles = MemoryHandles(clock.now, rules.handle_for)
    yield SimpleNamespace(
        conversations=MemoryConversations(),
        messages=MemoryMessages(queue),
        outbox=MemoryOutbox(queue, handles, clock.now),
        handles=handles,
        vault=MemoryVault(rules.card_for),
        turns=MemoryTurns(),
    )


def begin(stores, phone="+233244123456", user_id=None):
    return stores.conversations.open("whatsapp", phone=phone, user_id=user_id, now=NOON)


def message(conversation, channel_id="w1", **more):
    values = {
        "channel": "whatsapp",
        "channel_id": channel_id,
        "conversation_id": conversation.id,
        "kind": "text",
        "text": "hello",
        "detail": {"a": 1},
        "removed": ("pin",),
        "sent_at": NOON,
        "received_at": NOON,
    }
    return NewMessage(**values | more)


# --- conversations ----------------------------------------------------------------


def test_a_conversation_is_begun_once(stores):
    first = begin(stores)

    assert first == begin(stores)
    assert first == stores.conversations.get(first.id)
    assert first == stores.conversations.of("whatsapp", "+233244123456")
    assert stores.conversations.of("telegram", "+233244123456") is None
    assert (32, "en", None) == (len(first.id), first.language, first.enrolment_id)


def test_many_conversations_at_once(stores):
    first = begin(stores)
    found = stores.conversations.open_all(
        "whatsapp", ["+233244123456", "+15550001111"], NOON
    )

    assert first == found["+233244123456"]
    assert "+15550001111" == found["+15550001111"].phone
    assert {} == stores.conversations.open_all("whatsapp", [], NOON)


def test_a_conversation_without_a_number(stores):
    first = begin(stores, None, "US.1")

    assert (None, "US.1", "US.1") == (first.phone, first.user, first.user_id)
    assert first == begin(stores, None, "US.1")
    with pytest.raises(ValueError, match="somebody"):
        begin(stores, None, None)


def test_a_known_id_finds_the_conversation_of_the_number(stores):
    first = begin(stores)
    stores.conversations.heard([Marks(first.id, user_id="US.1")], NOON)

    assert first.id == begin(stores, None, "US.1").id


def test_the_window_only_moves_forward(stores):
    first = begin(stores)
    for minutes in (1, 5, 3, None):
        sent_at = None if minutes is None else NOON + minutes * MINUTE
        stores.conversations.heard([Marks(first.id, sent_at=sent_at)], NOON)

    now = stores.conversations.get(first.id)
    assert NOON + 5 * MINUTE == now.last_inbound_at


def test_marks_stay_until_others_come(stores):
    first = begin(stores)
    stores.conversations.heard(
        [Marks(first.id, user_id="US.1", identity_hash="h", tail=b"t")], NOON
    )
    stores.conversations.heard([Marks(first.id)], NOON)

    now = stores.conversations.get(first.id)
    assert ("US.1", "h", None) == (now.user_id, now.identity_hash, now.digit_tail)


def test_digits_are_forgotten(stores):
    first = begin(stores)
    stores.conversations.heard([Marks(first.id, tail=b"t")], NOON)

    assert 0 == stores.conversations.forget_tails(NOON)
    assert b"t" == stores.conversations.get(first.id).digit_tail
    assert 1 == stores.conversations.forget_tails(NOON + MINUTE)
    assert stores.conversations.get(first.id).digit_tail is None


def test_silent_strangers_are_let_go(stores):
    stranger, customer = begin(stores), begin(stores, "+15550100002")
    stores.conversations.bind(customer.id, "e1")
    for one in (stranger, customer):
        marks = Marks(one.id, sent_at=NOON, user_id=f"US.{one.id}", identity_hash="h")
        stores.conversations.heard([marks], NOON)

    assert 0 == stores.conversations.forget_strangers(NOON)
    assert 1 == stores.conversations.forget_strangers(NOON + MINUTE)
    assert 0 == stores.conversations.forget_strangers(NOON + MINUTE)

    gone = stores.conversations.get(stranger.id)
    assert (None, None, None) == (gone.phone, gone.user_id, gone.identity_hash)
    assert stranger.id != begin(stores).id
    assert customer.id == begin(stores, "+15550100002").id


def test_binding(stores):
    first = begin(stores)
    stores.conversations.bind(first.id, "e1")
    assert [first.id] == [c.id for c in stores.conversations.of_enrolment("e1")]
    stores.conversations.unbind(first.id)
    assert [] == stores.conversations.of_enrolment("e1")


def test_a_forgotten_identity_leaves_room_for_a_new_one(stores):
    first = begin(stores)
    stores.conversations.bind(first.id, "e1")
    stores.conversations.forget_identity(first.id)

    gone = stores.conversations.get(first.id)
    assert (None, None, None) == (gone.phone, gone.user_id, gone.enrolment_id)
    assert first.id != begin(stores).id


# --- messages ---------------------------------------------------------------------


def test_a_message_is_kept_once(stores):
    one = begin(stores)
    (first,) = stores.messages.add([message(one)])
    again = stores.messages.add([message(one, text="other"), message(one, "w2")])

    assert again[0] is None
    assert again[1] is not None
    kept = stores.messages.get(first)
    assert ("hello", {"a": 1}, ("pin",), None) == (
        kept.text,
        dict(kept.detail),
        kept.removed,
        kept.outcome,
    )
    assert kept == stores.messages.by_channel_id("whatsapp", "w1")


def test_the_first_outcome_counts(stores):
    (first,) = stores.messages.add([message(begin(stores))])

    assert stores.messages.finish(first, "answered", NOON)
    assert not stores.messages.finish(first, "failed", NOON)
    assert "answered" == stores.messages.get(first).outcome
    assert not stores.messages.finish("unknown", "failed", NOON)


def test_what_was_said_lately(stores):
    one = begin(stores)
    stores.messages.add(
        [
            message(one, "w1", text="old", received_at=NOON - 2 * MINUTE),
            message(one, "w2", text="new"),
            message(one, "w3", kind="image"),
        ]
    )

    assert ["new"] == [
        m.text for m in stores.messages.latest_texts(one.id, NOON - MINUTE)
    ]
    assert 2 == stores.messages.count_since(one.id, NOON - MINUTE)
    assert 0 == stores.messages.count_since("another", NOON - MINUTE)


def test_only_finished_messages_are_purged(stores):
    one = begin(stores)
    done, _open = stores.messages.add([message(one, "w1"), message(one, "w2")])
    stores.messages.finish(done, "answered", NOON)

    assert stores.messages.outcome_since(one.id, "answered", NOON - MINUTE)
    assert 0 == stores.messages.purge(NOON)
    assert 1 == stores.messages.purge(NOON + MINUTE)
    assert stores.messages.get(done) is None


# --- handles ----------------------------------------------------------------------


def test_a_handle_is_used_once_by_its_own_conversation(stores):
    handle = stores.handles.issue("c1", "Yes", "/yes", out_id="o")

    assert stores.handles.find(handle, "c2", NOON) is None
    assert stores.handles.redeem(handle, "c2", NOON) is None
    assert "/yes" == stores.handles.find(handle, "c1", NOON).payload
    assert "/yes" == stores.handles.redeem(handle, "c1", NOON).payload
    assert stores.handles.redeem(handle, "c1", NOON) is None


def test_a_handle_runs_out(stores):
    handle = stores.handles.issue("c1", "Yes", "/yes", out_id="o")
    late = NOON + 15 * MINUTE

    assert stores.handles.find(handle, "c1", late) is None
    assert 1 == stores.handles.purge(late + MINUTE)


# --- outbox -----------------------------------------------------------------------


def test_what_is_said_waits_in_order(stores):
    one = begin(stores)
    bubbles = [Text("a"), LinkButton("b", "l", "u")]
    first, second = stores.outbox.say(one.id, bubbles, reply_to="m")

    assert (first, Text("a"), "m", "queued", 0) == (
        (due := stores.outbox.next_due(one.id)).id,
        due.bubble,
        due.reply_to,
        due.state,
        due.attempts,
    )
    stores.outbox.sending(first)
    assert ("sending", 1) == (
        (due := stores.outbox.next_due(one.id)).state,
        due.attempts,
    )
    stores.outbox.sent(first, "w1", NOON)
    assert second == stores.outbox.next_due(one.id).id
    stores.outbox.give_up(second, "failed", 1, NOON)
    assert stores.outbox.next_due(one.id) is None
    assert [] == stores.outbox.say(one.id, [])


def test_choices_are_said_with_handles_of_their_own(stores):
    one = begin(stores)
    options = (Option("A", "/a"), Option("B", "/b"))
    stores.outbox.say(one.id, [Choices("Which?", options)])

    said = stores.outbox.next_due(one.id).bubble
    assert ["", ""] == [option.payload for option in said.options]
    assert ["/a", "/b"] == [
        stores.handles.find(option.handle, one.id, NOON).payload
        for option in said.options
    ]


def test_what_is_put_off_still_comes_first(stores):
    one = begin(stores)
    first, _ = stores.outbox.say(one.id, [Text("a"), Text("b")])
    stores.outbox.sending(first)
    stores.outbox.postpone(first, NOON + MINUTE, 131000)

    due = stores.outbox.next_due(one.id)
    assert (first, NOON + MINUTE, 1) == (due.id, due.not_before, due.attempts)
    assert [one.id] == stores.outbox.waiting(NOON + 2 * MINUTE)


def test_reports_find_their_message(stores):
    one = begin(stores)
    first, second = stores.outbox.say(one.id, [Text("a"), Text("b")])
    stores.outbox.sent(first, "w1", NOON)

    assert one.id == stores.outbox.status("w1", "read", NOON)
    assert stores.outbox.status("w1", "delivered", NOON) is None
    assert one.id == stores.outbox.status("w2", "sent", NOON, reference=second)
    assert stores.outbox.status("w3", "read", NOON, reference=second) is None
    assert stores.outbox.status("w9", "read", NOON) is None
    assert stores.outbox.next_due(one.id) is None


# --- vault and turns --------------------------------------------------------------


def test_a_card_opens_for_its_conversation_for_a_while(stores):
    ref = stores.vault.put("c1", "4111111111111111", NOON)

    assert 4 == len(ref)
    assert "4111111111111111" == stores.vault.open("c1", ref, NOON)
    assert stores.vault.open("c2", ref, NOON) is None
    assert stores.vault.open("c1", ref, NOON + 15 * MINUTE) is None
    assert 1 == stores.vault.purge(NOON + 16 * MINUTE)


def test_a_turn_is_kept_once(stores):
    turn = TurnRow(
        "c1", "m1", NOON, "hi", "greet", 0.9, (("greet", 0.9),), (), (), 1, 5
    )

    assert stores.turns.add(turn)
    assert not stores.turns.add(turn)
    assert stores.turns.has("m1")
    (kept,) = stores.turns.of("c1")
    assert ("greet", (("greet", 0.9),)) == (kept.intent, tuple(kept.ranking))
    assert 1 == stores.turns.purge(NOON + MINUTE)


# --- races, on PostgreSQL alone ---------------------------------------------------


def test_ten_taps_at_once_redeem_one_handle(world):
    with world.uow() as tx:
        handle = tx.handles.issue("c1", "Yes", "/yes", out_id="o")
        tx.commit()
    won, barrier = [], threading.Barrier(10)

    def tap():
        barrier.wait()
        with world.uow() as tx:
            if tx.handles.redeem(handle, "c1", world.clock.now()):
                won.append(1)
            tx.commit()

    threads = [threading.Thread(target=tap) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [1] == won


def test_ten_first_messages_at_once_begin_one_conversation(world):
    ids, barrier = set(), threading.Barrier(10)

    def write():
        barrier.wait()
        with world.uow() as tx:
            found = tx.conversations.open_all("whatsapp", ["+1", "+2", "+3"], NOON)
            ids.update(c.id for c in found.values())
            tx.commit()

    threads = [threading.Thread(target=write) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert 3 == len(ids)
