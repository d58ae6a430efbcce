"""The same once more, or in another order: each message counts once, in its turn."""

import json

from tests.gateway.whatsapp import PATH, envelope, signed, text_message

BODY = json.dumps(envelope([text_message("hello", id="wamid.signed")])).encode()
GOOD = signed(BODY)


def test_fifty_copies_at_once_are_one_message(world):
    answers = world.client.at_once(
        50, PATH, content=BODY, headers={"X-Hub-Signature-256": GOOD}
    )

    assert {200} == {answer.status_code for answer in answers}
    assert ["wamid.signed"] == world.stored
    assert 1 == len(world.jobs("turn"))


def test_a_copy_after_a_week_is_still_a_copy(world):
    world.deliver(BODY)
    world.work()
    world.clock.forward(days=7, hours=23)
    world.deliver(BODY)

    assert [] == world.jobs("turn")
    assert 1 == len(world.phone.sent)


def test_the_same_message_twice_in_one_delivery(world):
    message = text_message("hello")

    world.deliver(envelope([message, message]))

    assert 1 == len(world.jobs("turn"))


def test_the_same_id_with_other_words_is_an_event_and_nothing_else(world):
    world.write("send 5 to kofi", id="wamid.same")
    world.write("send 500 to eve", id="wamid.same")

    assert ["send 5 to kofi"] == [
        r.text for r in world.rows("SELECT text FROM messages_in")
    ]
    assert 1 == len(world.audit.named("message_id_reused"))


def test_a_copy_of_a_message_with_a_card_is_no_event(world):
    world.write("send 5 to 4111 1111 1111 1111", id="wamid.same")
    world.write("send 5 to 4111 1111 1111 1111", id="wamid.same")

    assert [] == world.audit.named("message_id_reused")


def test_one_persons_messages_of_a_delivery_go_by_their_time(world):
    at = int(world.clock.moment.timestamp())
    late = text_message("second", timestamp=str(at - 1))
    early = text_message("first", timestamp=str(at - 3))

    world.deliver(envelope([late, early]))
    world.work()

    assert ["You said: first", "You said: second"] == world.phone.texts
