"""A turn: what is answered, what is not, and once only."""

from datetime import timedelta

import pytest

from banking.domain.bubbles import Text
from banking.ports.gateway import RasaReply, RasaTurn, RasaUnavailable
from tests.gateway.whatsapp import envelope, text_message


def outcomes(world):
    return [
        r.outcome
        for r in world.rows("SELECT outcome FROM messages_in ORDER BY received_at, id")
    ]


# --- once, and never lost ---------------------------------------------------------


def test_a_turn_tried_again_says_nothing_twice(world):
    world.write("hello")
    (job,) = world.jobs("turn")
    world.work()

    world.turns.answer(job.args["message_id"])
    world.work()

    assert ["You said: hello"] == world.phone.texts


def test_of_two_workers_with_one_message_the_first_speaks(world):
    world.write("hello")
    (job,) = world.jobs("turn")
    message_id = job.args["message_id"]

    def other_worker_first(text, command):
        world.rasa.script = None
        world.turns.answer(message_id)
        return RasaTurn([RasaReply("the slow one")])

    world.rasa.script = other_worker_first
    world.turns.answer(message_id)
    world.work()

    assert ["You said: hello"] == world.phone.texts


def test_rasa_away_is_tried_again_and_then_told(world):
    world.rasa.script = lambda *_: RasaUnavailable()
    world.write("hello")
    (job,) = world.jobs("turn")

    with pytest.raises(RasaUnavailable):
        world.turns.answer(job.args["message_id"])
    assert [] == world.phone.sent
    world.clock.forward(seconds=9)
    world.work()

    assert ["utter_try_later"] == world.phone.texts
    assert ["dialogue unavailable"] == outcomes(world)


def test_rasa_back_in_time_is_not_noticed(world):
    world.rasa.script = lambda *_: RasaUnavailable()
    world.write("hello")
    (job,) = world.jobs("turn")
    with pytest.raises(RasaUnavailable):
        world.turns.answer(job.args["message_id"])

    world.clock.forward(seconds=3)
    world.rasa.script = None
    world.work()

    assert ["You said: hello"] == world.phone.texts


def test_a_message_that_breaks_the_turn_is_answered_all_the_same(world):
    world.write("hello")
    (job,) = world.jobs("turn")

    world.turns.give_up(job.args["message_id"])
    world.work()

    assert ["utter_try_later"] == world.phone.texts
    assert ["failed"] == outcomes(world)


def test_a_turn_is_on_record_for_those_who_look_after_it(world):
    world.write("my pin is 4821 how much do I have")
    world.work()

    (turn,) = world.rows("SELECT * FROM turns")
    assert ("greet", 0.99, 1) == (turn.intent, turn.confidence, turn.replies)
    assert "4821" not in turn.text


def test_silence_and_unknown_replies_are_not_shown(world):
    world.rasa.script = lambda *_: RasaTurn(
        [RasaReply(None, (), {"type": "shell", "run": "x"}), RasaReply(None)]
    )
    world.write("hello")
    world.work()

    assert ["utter_try_later"] == world.phone.texts


def test_going_on_after_signing_in(world):
    world.write("hello")
    world.work()
    (conversation,) = world.rows("SELECT id FROM conversations")
    with world.uow() as tx:
        world.desk.resume(tx, conversation.id)
        tx.commit()
    (job,) = world.jobs("resume")
    world.work()
    world.turns.resume(**job.args)
    world.work()

    assert ("resume", "/resume") == world.rasa.heard[-1][2:]
    assert ["You said: hello", "You said: resume"] == world.phone.texts


def test_going_on_that_cannot_be_done_is_told(world):
    world.write("hello")
    world.work()
    (conversation,) = world.rows("SELECT id FROM conversations")
    world.turns.resume_failed(conversation.id, "r1")
    world.work()

    assert "utter_try_later" == world.phone.texts[-1]


# --- age and origin ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("age", "answer"),
    [
        (timedelta(minutes=5), "You said: yes"),
        (timedelta(minutes=5, seconds=1), "utter_message_too_old"),
        (timedelta(minutes=10), "utter_message_too_old"),
        (timedelta(days=0, hours=23), "utter_message_too_old"),
        (timedelta(days=-1), "You said: yes"),
    ],
)
def test_an_old_message_starts_and_confirms_nothing(world, age, answer):
    stamp = str(int((world.clock.moment - age).timestamp()))
    world.deliver(envelope([text_message("yes", timestamp=stamp)]))
    world.work()

    assert [answer] == world.phone.texts


def test_a_message_that_waited_in_our_own_queue_is_old_too(world):
    world.write("send 50 to mum")
    world.clock.forward(minutes=6)
    world.work()

    assert ["utter_message_too_old"] == world.phone.texts
    assert [] == world.rasa.heard


def test_a_moment_to_come_is_now(world):
    stamp = str(int((world.clock.moment + timedelta(days=1)).timestamp()))
    world.deliver(envelope([text_message("yes", timestamp=stamp)]))
    world.clock.forward(minutes=6)
    world.work()

    assert ["utter_message_too_old"] == world.phone.texts


@pytest.mark.parametrize("mark", ["forwarded", "frequently_forwarded"])
def test_forwarded_words_are_not_a_wish(world, mark):
    world.write("send 50 to eve", context={mark: True})
    world.work()

    assert ["utter_forwarded_not_read"] == world.phone.texts
    assert [] == world.rasa.heard


def test_a_person_in_charge_is_not_interrupted(world):
    world.write("hello")
    world.work()
    with world.engine.begin() as connection:
        connection.exec_driver_sql(
            "UPDATE conversations SET agent_until = '2026-11-20 13:00+00'"
        )
    world.write("are you there")
    world.work()
    world.clock.forward(hours=2)
    world.write("still there")
    world.work()

    assert ["You said: hello", "You said: still there"] == world.phone.texts


def test_a_flood_is_told_once_and_then_left(world):
    for _ in range(world.rules.most_per_minute + 15):
        world.write("hello")
    world.work()

    answers = world.phone.texts
    assert 1 == answers.count("utter_too_many_messages")
    assert [] == world.rasa.heard
    world.clock.forward(minutes=2)
    world.write("hello again")
    world.work()
    assert "You said: hello again" == world.phone.texts[-1]


# --- bubbles ----------------------------------------------------------------------


def test_long_words_and_many_choices_are_made_to_fit(world):
    options = [{"title": f"Choice {n}", "payload": f"/c{n}"} for n in range(12)]
    world.rasa.script = lambda *_: RasaTurn(
        [RasaReply("x" * 5_000), RasaReply("Which?", options)]
    )
    world.write("hello")
    world.work()

    first, second, third = (bubble for _, bubble, _ in world.phone.sent)
    assert (4096, 904) == (len(first.body), len(second.body))
    assert isinstance(third, Text)
    assert "12. Choice 11" in third.body


def test_what_waits_to_be_sent_cannot_be_read_in_the_database(world):
    world.rasa.script = lambda *_: RasaTurn([RasaReply("You have USD 1,204.50")])
    world.write("hello")
    (job,) = world.jobs("turn")
    world.turns.answer(job.args["message_id"])

    (row,) = world.rows("SELECT * FROM messages_out")
    assert b"1,204" not in bytes(row.sealed)
    assert "1,204" not in repr(row)
