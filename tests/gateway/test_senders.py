"""Who writes: one person is one chat, and a changed identity is nobody's yet."""

import pytest

from tests.gateway.whatsapp import change, envelope, text_message, wrapped


def system(kind, **more):
    message = text_message("") | {"type": "system", "system": {"type": kind} | more}
    return {k: v for k, v in message.items() if k != "text"}


def bound(world):
    """Write once and bind the conversation, as registration does."""
    world.write("hello")
    world.work()
    (row,) = world.rows("SELECT id FROM conversations")
    with world.uow() as tx:
        tx.conversations.bind(row.id, "enrolment-1")
        tx.commit()
    return row.id


@pytest.mark.parametrize(
    "message",
    [
        system("user_changed_number", new_wa_id="15550003333"),
        system("customer_changed_number", wa_id="15550003333"),
        system("customer_identity_changed"),
    ],
)
def test_a_changed_identity_unbinds_and_begins_anew(world, message):
    conversation_id = bound(world)
    world.receive(message)

    assert [conversation_id] == [one for one, _ in world.lost_identities]
    world.write("how much do I have")
    world.work()
    assert world.rasa.heard[-1][0] != conversation_id
    with world.uow() as tx:
        old = tx.conversations.get(conversation_id)
        new = tx.conversations.of("whatsapp", "+233244123456")
    assert (None, None) == (old.enrolment_id, old.phone)
    assert new.enrolment_id is None


@pytest.mark.parametrize("own", [{"from": "15550004444"}, {"from": None}])
def test_a_strangers_name_unbinds_nobody_else(world, own):
    conversation_id = bound(world)
    named = "Eve changed from 233244123456 to 1"
    message = system(
        "user_changed_number",
        body=f"{named} changed from 15550004444 to 15550003333",
    )
    message = {k: v for k, v in (message | own).items() if v is not None}
    world.receive(message)

    assert conversation_id not in [one for one, _ in world.lost_identities]
    with world.uow() as tx:
        ama = tx.conversations.of("whatsapp", "+233244123456")
    assert ama.enrolment_id is not None


def test_words_after_the_change_in_one_delivery_belong_to_nobody_yet(world):
    conversation_id = bound(world)
    at = int(world.clock.moment.timestamp())
    change_of_number = system("user_changed_number", new_wa_id="15550003333")
    change_of_number["timestamp"] = str(at - 2)
    after = text_message("how much do I have", timestamp=str(at - 1))
    world.deliver(envelope([after, change_of_number]))
    world.work()

    assert world.rasa.heard[-1][0] != conversation_id


def test_a_changed_user_id_is_a_changed_identity(world):
    world.write("hello", from_user_id="GH.111")
    world.work()
    (row,) = world.rows("SELECT id FROM conversations")
    message = system(
        "user_changed_user_id", previous_user_id="GH.111", user_id="GH.222"
    )
    del message["from"]
    world.receive(message)

    assert [row.id] == [one for one, _ in world.lost_identities]


def test_a_number_with_another_persons_id_has_a_new_owner(world):
    world.write("hello", from_user_id="GH.111")
    world.write("hello", from_user_id="GH.222")
    world.work()

    assert 1 == len(world.lost_identities)
    assert 2 == len({heard[0] for heard in world.rasa.heard})


def test_a_person_with_another_number_leaves_the_first(world):
    world.write("hello", from_user_id="GH.111")
    world.write("hello", **{"from": "15550003333", "from_user_id": "GH.111"})
    world.work()

    assert 1 == len(world.lost_identities)


def test_another_identity_key_is_another_identity(world):
    def from_key(key):
        contact = {"wa_id": "233244123456", "identity_key_hash": key}
        body = wrapped([change([text_message("hello")], contacts=[contact])])
        assert world.deliver(body).status_code == 200

    from_key("one")
    from_key("one")
    assert [] == world.lost_identities
    from_key("two")
    assert 1 == len(world.lost_identities)


def test_a_person_without_a_number_can_write(world):
    message = text_message("hello", from_user_id="US.13491208655302741918")
    del message["from"]
    world.receive(message)
    world.receive(dict(message, id="wamid.second"))

    conversation, _, _ = world.phone.sent[0]
    assert (None, "US.13491208655302741918") == (
        conversation.phone,
        conversation.user_id,
    )
    assert 1 == len(world.rows("SELECT id FROM conversations"))


def test_the_number_may_stand_in_the_contact_only(world):
    message = text_message("hello", from_user_id="US.1")
    del message["from"]
    contact = {"wa_id": "233244123456", "user_id": "US.1"}
    world.deliver(wrapped([change([message], contacts=[contact])]))
    world.work()

    assert "+233244123456" == world.phone.sent[0][0].phone


@pytest.mark.parametrize("sender", ["233244123456", "+233244123456", 233244123456])
def test_one_number_is_one_person_however_it_is_written(world, sender):
    world.write("hello")
    world.receive(text_message("hello", **{"from": sender}))

    assert 1 == len(world.rows("SELECT id FROM conversations"))
