"""A turn: what is answered, what is not, and once only."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import text

from banking.domain.bubbles import Choices, Text
from banking.ports.gateway import RasaReply, RasaTurn, RasaUnavailable
from tests.gateway.whatsapp import change, envelope, text_message, wrapped


def outcomes(world):
    return [
        r.outcome
        for r in world.rows("SELECT outcome FROM messages_in ORDER BY received_at, id")
    ]


def tap(handle, title="Yes", **more):
    message = text_message("") | {
        "type": "interactive",
        "interactive": {
            "type": "button_reply",
            "button_reply": {"id": handle, "title": title},
        },
    }
    return {k: v for k, v in message.items() if k != "text"} | more


def offer(world, *buttons):
    """Let the bank offer choices; return their handles."""
    world.rasa.script = lambda text, command: RasaTurn(
        [RasaReply("Which one?", [{"title": t, "payload": p} for t, p in buttons])]
    )
    world.write("pay")
    world.work()
    world.rasa.script = None
    return [option.handle for option in world.phone.sent[-1][1].options]


def deliver(world, message):
    message["timestamp"] = str(int(world.clock.moment.timestamp()))
    assert world.deliver(envelope([message])).status_code == 200
    world.work()


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


# --- choices ----------------------------------------------------------------------


def test_a_choice_is_a_handle_that_says_nothing(world):
    (handle,) = offer(world, ("Send", '/confirm{"amount": "50"}'))

    assert "confirm" not in handle
    assert 16 <= len(handle) <= 200


def test_a_tapped_choice_is_what_was_offered(world):
    (handle,) = offer(world, ("Send", '/inform{"payee_choice":"p_12"}'))
    deliver(world, tap(handle, "Send"))

    assert ("Send", '/inform{"payee_choice":"p_12"}') == world.rasa.heard[-1][2:]


def test_a_choice_of_plain_words_is_as_if_typed(world):
    (handle,) = offer(world, ("Send money", "I want to send money"))
    deliver(world, tap(handle, "Send money"))

    assert ("I want to send money", None) == world.rasa.heard[-1][2:]


def test_what_a_tap_calls_itself_is_not_believed(world):
    (handle,) = offer(world, ("Send", "/send"))
    deliver(world, tap(handle, "/transfer 4111111111111111"))

    assert ("Send", "/send") == world.rasa.heard[-1][2:]
    # Long enough never to be part of a random id.
    assert "41111111" not in repr(world.rows("SELECT * FROM messages_in"))


def test_a_choice_counts_once(world):
    (handle,) = offer(world, ("Send", "/send"))
    deliver(world, tap(handle))
    deliver(world, tap(handle))

    assert ["/send", "/help"] == [heard[3] for heard in world.rasa.heard[1:]]
    assert "utter_choice_expired" in world.phone.texts


@pytest.mark.parametrize(("minutes", "expired"), [(14.9, False), (15, True)])
def test_a_choice_lasts_fifteen_minutes(world, minutes, expired):
    (handle,) = offer(world, ("Send", "/send"))
    world.clock.forward(minutes=minutes)
    deliver(world, tap(handle))

    assert expired is ("utter_choice_expired" in world.phone.texts)


@pytest.mark.parametrize(
    "handle", ["confirm:txn-1", "/transfer_money", "", None, "x" * 300, 7, "' OR 1=1"]
)
def test_a_forged_choice_is_nothing(world, handle):
    deliver(world, tap(handle))

    assert ["/help"] == [heard[3] for heard in world.rasa.heard]
    assert "utter_choice_expired" == world.phone.texts[0]


def test_another_persons_choice_is_nothing(world):
    (handle,) = offer(world, ("Send", "/send"))
    deliver(world, tap(handle, **{"from": "15550001111"}))

    assert "/help" == world.rasa.heard[-1][3]


def test_a_turn_that_failed_did_not_use_the_choice_up(world):
    (handle,) = offer(world, ("Send", "/send"))
    world.rasa.script = lambda *_: RasaUnavailable()
    message = tap(handle)
    world.deliver(envelope([message]))
    (job,) = world.jobs("turn")
    with pytest.raises(RasaUnavailable):
        world.turns.answer(job.args["message_id"])
    world.rasa.script = None
    world.work()

    assert "/send" == world.rasa.heard[-1][3]


def test_a_template_button_is_no_choice_of_ours(world):
    message = text_message("") | {
        "type": "button",
        "button": {"payload": "/transfer_money", "text": "Pay"},
    }
    deliver(world, message)

    assert ["/help"] == [heard[3] for heard in world.rasa.heard]


# --- secrets ----------------------------------------------------------------------


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


# --- identity ---------------------------------------------------------------------


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
    deliver(world, message)

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
    deliver(world, message)

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
    deliver(world, message)

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
    deliver(world, message)
    deliver(world, dict(message, id="wamid.second"))

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
    deliver(world, text_message("hello", **{"from": sender}))

    assert 1 == len(world.rows("SELECT id FROM conversations"))


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


def test_choices_keep_their_handles_when_stored(world):
    offer(world, ("A", "/a"), ("B", "/b"))

    bubble = world.phone.sent[0][1]
    assert isinstance(bubble, Choices)
    assert 2 == len({option.handle for option in bubble.options})
