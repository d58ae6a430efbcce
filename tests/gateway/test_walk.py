"""From a signed delivery to an answer at the messenger."""

from tests.gateway.whatsapp import envelope, text_message


def test_a_message_is_answered(world):
    world.write("hello")

    world.work()

    assert ["You said: hello"] == world.phone.texts
    conversation, _, _ = world.phone.sent[0]
    assert conversation.phone == "+233244123456"
    assert world.rasa.heard[0][0] == conversation.id
    assert ["answered"] == [r.outcome for r in world.rows("SELECT * FROM messages_in")]
    assert ["sent"] == [r.state for r in world.rows("SELECT * FROM messages_out")]


def test_rasa_never_learns_the_number_nor_whatsapps_id(world):
    channel_id = world.write("hello")

    world.work()

    asked = repr(world.rasa.heard)
    assert "233244123456" not in asked
    assert channel_id not in asked


def test_reading_is_shown_at_once(world):
    channel_id = world.write("hello")

    world.work()

    assert [(channel_id, True)] == world.phone.read


def test_the_job_is_queued_with_the_message_or_not_at_all(world):
    world.write("hello")

    (job,) = world.jobs("turn")
    (row,) = world.rows("SELECT id, conversation_id FROM messages_in")
    assert {"message_id": row.id} == job.args
    assert f"turn:{row.conversation_id}" == job.lock


def test_a_batch_of_two_people(world):
    messages = [text_message("one"), text_message("two", **{"from": "15550001111"})]
    assert world.deliver(envelope(messages)).status_code == 200

    world.work()

    assert {"You said: one", "You said: two"} == set(world.phone.texts)
    assert 2 == len({conversation.id for conversation, _, _ in world.phone.sent})
