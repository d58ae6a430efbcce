"""The outbox: in order, within the rules, and what happens when it is refused."""

from datetime import timedelta

import pytest

from banking.domain.bubbles import DocumentBubble, Text
from banking.ports.gateway import SendFailed
from tests.gateway.whatsapp import envelope


@pytest.fixture
def chat(world):
    """A conversation that has just been heard from, and nothing waiting."""
    world.write("hello")
    world.work()
    world.phone.sent.clear()
    (row,) = world.rows("SELECT id FROM conversations")
    return row.id


def say(world, chat, *bodies):
    with world.uow() as tx:
        ids = tx.outbox.say(chat, [Text(body) for body in bodies])
        tx.commit()
    return ids


def states(world):
    rows = world.rows("SELECT state FROM messages_out ORDER BY number OFFSET 1")
    return [row.state for row in rows]


def later(world, **by):
    world.clock.forward(**by)
    world.work()


def test_in_the_order_they_were_said(world, chat):
    say(world, chat, "one", "two")
    say(world, chat, "three")
    world.work()

    assert ["one", "two", "three"] == world.phone.texts


def test_nothing_is_sent_of_a_unit_that_did_not_commit(world, chat):
    with world.uow() as tx:
        tx.outbox.say(chat, [Text("never")])
    world.work()

    assert [] == world.phone.texts
    assert [] == world.jobs()


def test_a_refusal_that_passes_keeps_the_order(world, chat):
    world.phone.refusals = [SendFailed(131000, 500)]
    say(world, chat, "one", "two")
    world.work()
    assert [] == world.phone.texts

    later(world, seconds=3)

    assert ["one", "two"] == world.phone.texts


def test_a_message_that_is_given_up_lets_the_next_one_go(world, chat):
    world.phone.refusals = [SendFailed(131026, 400)]
    say(world, chat, "one", "two")
    world.work()

    assert ["two"] == world.phone.texts
    assert ["failed", "sent"] == states(world)
    assert 1 == len(world.audit.named("message_undeliverable"))


def test_retries_end(world, chat):
    world.phone.refusals = [SendFailed(131000, 500)] * 50
    say(world, chat, "one")
    for _ in range(20):
        later(world, minutes=1)

    assert ["failed"] == states(world)
    assert 46 == len(world.phone.refusals)


def test_a_refused_token_stops_sending_and_loses_nothing(world, chat):
    world.phone.refusals = [SendFailed(190, 401)] * 2
    say(world, chat, "one", "two")
    world.work()
    assert 1 == len(world.phone.refusals)
    later(world, minutes=6)
    later(world, minutes=6)

    assert ["one", "two"] == world.phone.texts
    assert 2 == len(world.audit.named("sending_alert"))


def test_while_the_platform_has_had_enough_nobody_is_written_to(world, chat):
    world.phone.refusals = [SendFailed(130429, 429, retry_after=120)]
    say(world, chat, "one")
    world.work()
    world.write("hello", **{"from": "15550001111"})
    world.work()
    assert [] == world.phone.texts

    later(world, minutes=3)
    assert {"one", "You said: hello"} == set(world.phone.texts)


def test_what_may_have_gone_out_waits_for_its_report(world, chat):
    world.phone.refusals = [SendFailed(None, None, unknown=True)]
    (out_id,) = say(world, chat, "one")
    world.work()
    report = {
        "id": "wamid.was-sent",
        "status": "sent",
        "timestamp": "1795176000",
        "biz_opaque_callback_data": out_id,
    }
    world.deliver(envelope(None, [report]))
    later(world, seconds=10)

    assert [] == world.phone.texts
    assert ["sent"] == states(world)


def test_without_a_report_it_is_sent_again(world, chat):
    world.phone.refusals = [SendFailed(None, None, unknown=True)]
    say(world, chat, "one")
    world.work()
    later(world, seconds=3.9)
    assert [] == world.phone.texts
    later(world, seconds=2)

    assert ["one"] == world.phone.texts


def test_a_worker_killed_while_sending_leaves_nothing_behind(world, chat):
    (out_id,) = say(world, chat, "one")
    with world.uow() as tx:
        tx.outbox.sending(out_id)
        tx.commit()
    world.work()

    assert ["one"] == world.phone.texts
    assert out_id == world.phone.sent[0][2]


def test_what_nobody_sends_is_found(world, chat):
    say(world, chat, "one")
    with world.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM procrastinate_jobs")
    world.clock.forward(minutes=2)
    world.sending.sweep()
    world.work()

    assert ["one"] == world.phone.texts


def test_the_pace_of_one_person(world, chat):
    say(world, chat, *(str(n) for n in range(60)))
    world.work()
    assert 44 == len(world.phone.sent)
    for _ in range(200):
        later(world, seconds=1)

    assert [str(n) for n in range(60)] == world.phone.texts
    assert [] == world.jobs()


def test_after_a_day_only_silence(world, chat):
    world.clock.forward(hours=24)
    say(world, chat, "one")
    world.work()

    assert [] == world.phone.texts
    assert ["dropped"] == states(world)


def test_a_reaction_does_not_open_the_window(world, chat):
    world.clock.forward(hours=23)
    message = {
        "from": "233244123456",
        "id": "wamid.r",
        "timestamp": str(int(world.clock.moment.timestamp())),
        "type": "reaction",
        "reaction": {"message_id": "x", "emoji": "x"},
    }
    world.deliver(envelope([message]))
    world.clock.forward(hours=2)
    say(world, chat, "one")
    world.work()

    assert [] == world.phone.texts


def test_a_lost_identity_is_unbound(world, chat):
    world.phone.refusals = [SendFailed(137000, 400)]
    say(world, chat, "You have USD 5", "two")
    world.work()

    assert [] == world.phone.texts
    assert [chat] == [one for one, _ in world.lost_identities]


def test_a_document_is_uploaded_once(world, chat):
    world.phone.refusals = [SendFailed(131000, 500)]
    with world.uow() as tx:
        tx.outbox.say(chat, [DocumentBubble("doc", "receipt.pdf", "Here")])
        tx.commit()
    world.work()
    later(world, seconds=3)

    assert ["receipt.pdf"] == world.phone.uploads
    assert 1 == len(world.phone.sent)


def test_a_document_that_is_gone_wakes_somebody(world, chat):
    with world.uow() as tx:
        tx.outbox.say(chat, [DocumentBubble("gone", "receipt.pdf")])
        tx.commit()
    world.work()

    assert 1 == len(world.audit.named("sending_alert"))


# --- delivery reports -------------------------------------------------------------


def report(world, *statuses, channel_id="wamid.out1", **more):
    at = str(int(world.clock.moment.timestamp()))
    body = [{"id": channel_id, "status": s, "timestamp": at} | more for s in statuses]
    assert 200 == world.deliver(envelope(None, body)).status_code


@pytest.mark.parametrize(
    ("statuses", "state"),
    [
        (["delivered"], "delivered"),
        (["read", "delivered", "sent"], "read"),
        (["read"], "read"),
        (["played", "read"], "played"),
        (["delivered", "delivered"], "delivered"),
        (["sent", "failed"], "failed"),
        (["failed", "delivered", "read"], "failed"),
        (["deleted"], "sent"),
        (["queued"], "sent"),
        ([7], "sent"),
    ],
)
def test_reports_only_move_forward(world, statuses, state):
    world.write("hello")
    world.work()
    for status in statuses:
        report(world, status)

    (row,) = world.rows("SELECT state FROM messages_out")
    assert state == row.state


def test_a_report_about_nobodys_message(world):
    world.write("hello")
    world.work()
    report(world, "read", channel_id="wamid.unknown")

    assert ["sent"] == [r.state for r in world.rows("SELECT state FROM messages_out")]


def test_a_report_does_not_open_the_window_nor_begin_a_conversation(world):
    report(world, "read", recipient_id="233244123456")

    assert [] == world.rows("SELECT id FROM conversations")


def test_old_rows_are_forgotten_but_not_the_ids_of_a_week(world, chat):
    from banking.services.tidying import Tidying

    tidying = Tidying(uow=world.uow, clock=world.clock, rules=world.rules)
    world.clock.forward(days=8)
    tidying.run()
    assert 1 == len(world.rows("SELECT id FROM messages_in"))
    world.clock.moment += timedelta(days=23)
    tidying.run()

    for table in ("messages_in", "messages_out", "turns", "handles"):
        assert [] == world.rows(f"SELECT 1 FROM {table}")
