"""What the chat's stores promise beyond ``tests/gateway/test_stores.py``, on both."""

from dataclasses import replace
from datetime import timedelta

import pytest

from banking.domain.bubbles import Text
from banking.ports.gateway import Marks
from tests.contracts.conftest import AMA, NOON
from tests.contracts.said import MINUTE, says
from tests.contracts.test_link_stores import challenge
from tests.contracts.test_unit_of_work import jobs


@pytest.fixture
def chat(tx):
    return tx.conversations.open("whatsapp", phone="+1", user_id=None, now=NOON).id


def test_an_id_of_the_channel_belongs_to_one_conversation_and_can_be_let_go(tx, chat):
    tx.conversations.heard([Marks(chat, user_id="US.1")], NOON)

    assert chat == tx.conversations.by_user_id("whatsapp", "US.1").id
    assert tx.conversations.by_user_id("telegram", "US.1") is None
    tx.conversations.drop_user_id(chat)
    assert tx.conversations.by_user_id("whatsapp", "US.1") is None
    assert chat == tx.conversations.of("whatsapp", "+1").id


def test_the_pair_rate_clock_is_kept(tx, chat):
    tx.conversations.hold_sends_until(chat, NOON + MINUTE)

    assert NOON + MINUTE == tx.conversations.lock(chat).pair_clear_at


def test_a_code_is_awaited_for_a_while_after_it_has_run_out(ama):
    sent = challenge().with_code("mac", NOON + 3 * MINUTE)
    awaits = ama.conversations.awaits_code
    assert not awaits(AMA.phone, NOON)
    ama.challenges.put(challenge())
    assert not awaits(AMA.phone, NOON)

    ama.challenges.save(sent)
    moments = (NOON, NOON + 13 * MINUTE - timedelta(seconds=1), NOON + 13 * MINUTE)
    assert [True, True, False] == [awaits(AMA.phone, at) for at in moments]
    assert not awaits("+15550109999", NOON)
    ama.challenges.save(sent.passed())
    assert not awaits(AMA.phone, NOON)


def test_a_message_is_rewritten_and_nothing_else_of_it(tx, chat):
    _, message_id = says(tx, chat, "half of a card")
    before = tx.messages.get(message_id)
    tx.messages.rewrite(message_id, "•••")

    assert replace(before, text="•••") == tx.messages.get(message_id)


def test_a_file_is_uploaded_once_for_its_message(tx, chat):
    first, second = tx.outbox.say(chat, [Text("a"), Text("b")])
    tx.outbox.uploaded(first, "media-1")

    assert "media-1" == tx.outbox.next_due(chat).media_id
    tx.outbox.sent(first, "w1", NOON)
    due = tx.outbox.next_due(chat)
    assert (second, None) == (due.id, due.media_id)


def test_old_messages_are_cleared_away_but_none_that_waits(tx, chat):
    sent, lost, _ = tx.outbox.say(chat, [Text("a"), Text("b"), Text("c")])
    tx.outbox.sent(sent, "w1", NOON)
    tx.outbox.give_up(lost, "failed", 131026, NOON)

    assert 0 == tx.outbox.purge(NOON)
    assert 2 == tx.outbox.purge(NOON + MINUTE)
    assert tx.outbox.status("w1", "read", NOON) is None
    assert "c" == tx.outbox.next_due(chat).bubble.body


def test_what_is_to_be_done_is_queued_in_order(uow):
    with uow() as tx:
        tx.messages.queue_turns([("c2", "m1"), ("c1", "m2")])
        tx.messages.queue_turns([])
        tx.outbox.wake("c1", NOON + MINUTE)
        tx.outbox.wake("c2")
        tx.commit()

    assert [
        ("turn", "turn:c2", None, {"message_id": "m1"}),
        ("turn", "turn:c1", None, {"message_id": "m2"}),
        ("send", "send:c1", NOON + MINUTE, {"conversation_id": "c1"}),
        ("send", "send:c2", None, {"conversation_id": "c2"}),
    ] == jobs(uow)
