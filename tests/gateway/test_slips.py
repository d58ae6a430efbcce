"""Secrets that slip into the chat: told kindly, and not kept to be read."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import text

from tests.gateway.whatsapp import envelope, text_message


@pytest.mark.parametrize(
    ("text", "notice", "asked"),
    [
        ("my pin is 4821", "utter_secret_removed_pin", []),
        ("otp 482913", "utter_secret_removed_code", []),
        ("cvv 123", "utter_secret_removed_card", []),
        (
            "send 20 to mum, pin 4821",
            "utter_secret_removed_pin",
            ["send 20 to mum, pin [removed]"],
        ),
    ],
)
def test_a_slip_is_told_kindly(world, text, notice, asked):
    world.write(text)
    world.work()

    assert notice == world.phone.texts[0]
    assert asked == [heard[2] for heard in world.rasa.heard]


def test_a_card_number_still_works_behind_its_name(world):
    world.write("send 20 to 4111 1111 1111 1111")
    world.work()

    ((conversation_id, _, asked, _),) = world.rasa.heard
    ref = asked.removeprefix("send 20 to [card 1111 #").removesuffix("]")
    now = world.clock.moment
    with world.uow() as tx:
        assert "4111111111111111" == tx.vault.open(conversation_id, ref, now)
        assert tx.vault.open("another", ref, now) is None
        assert tx.vault.open(conversation_id, "0000", now) is None
        late = now + timedelta(minutes=15)
        assert tx.vault.open(conversation_id, ref, late) is None


def test_a_card_with_its_pin_is_a_slip_and_asks_rasa_nothing(world):
    world.write("my card is 4242 4242 4242 4242 pin 8391")
    world.work()

    assert [] == world.rasa.heard
    assert ["utter_secret_removed_card_and_pin"] == world.phone.texts


def test_a_card_number_split_over_two_messages(world):
    world.write("my card is 4111 1111")
    world.clock.forward(seconds=59)
    world.write("1111 1111")
    world.work()

    texts = [
        r.text for r in world.rows("SELECT text FROM messages_in ORDER BY received_at")
    ]
    assert "my card is [card]" == texts[0]
    assert texts[1].startswith("[card 1111 #")
    assert "4111" not in repr(world.rasa.heard[0][2:])


@pytest.mark.parametrize(
    "said",
    [
        ("hello", "it is 4111 1111", "1111 1111", "thanks"),
        ("hello", "4111", "1111", "1111", "1111", "thanks"),
    ],
)
def test_a_card_number_split_within_one_delivery(world, said):
    assert world.deliver(envelope([text_message(text) for text in said])).is_success

    texts = [r.text for r in world.rows("SELECT text FROM messages_in")]
    assert {"hello", "thanks"} < set(texts)
    assert not [text for text in texts if re.search("4111|1111(?! #)", text)], texts


def test_digits_a_minute_apart_are_two_numbers(world):
    world.write("4111 1111")
    world.clock.forward(seconds=61)
    world.write("1111 1111")

    assert ["4111 1111", "1111 1111"] == [
        r.text for r in world.rows("SELECT text FROM messages_in ORDER BY received_at")
    ]


def test_a_secret_is_nowhere_in_the_database(world):
    secrets = (
        "4111111111111111",
        "4111 1111 1111 1111",
        "482913",
        "48219073",  # Long enough never to be part of a random id.
        "123-45-6789",
    )
    world.write("pay 4111 1111 1111 1111 otp 482913 pin 48219073 ssn 123-45-6789")
    world.write("half 4111 1111")
    world.work()

    dump = ""
    for (table,) in world.rows(
        "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
    ):
        for row in world.rows(f"SELECT * FROM {table}"):
            dump += repr(
                tuple(bytes(v) if isinstance(v, memoryview) else v for v in row)
            )
    for secret in secrets:
        assert secret not in dump
        assert secret.encode().hex() not in dump
    # The half that waits for its other half is held encrypted only.
    (row,) = world.rows("SELECT digit_tail FROM conversations")
    assert b"41111111" not in bytes(row.digit_tail)


def expect_code(world):
    with world.engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO challenges (id, purpose, subject, phone, binding,"
                " sms_kind, sms_facts, state, code_mac, code_expires_at, created_at,"
                " expires_at)"
                " VALUES ('c', 'p', 's', '+233244123456', 'b', 'k', '{}', 'open', 'm',"
                " :soon, :soon, :soon)"
            ),
            {"soon": world.clock.moment + timedelta(minutes=3)},
        )


@pytest.mark.parametrize("typed", ["482913", " 482 913 ", "482-913.", "４８２９１３"])
def test_a_code_that_is_on_its_way_does_not_belong_in_the_chat(world, typed):
    expect_code(world)
    world.write(typed)
    world.work()

    assert ["utter_secret_removed_code"] == world.phone.texts
    assert ["[removed]"] == [r.text for r in world.rows("SELECT text FROM messages_in")]


@pytest.mark.parametrize(("typed", "waits"), [("482913", False), ("48291", True)])
def test_other_digits_may_be_an_amount(world, typed, waits):
    if waits:
        expect_code(world)
    world.write(typed)
    world.work()

    assert [f"You said: {typed}"] == world.phone.texts
