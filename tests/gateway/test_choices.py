"""A choice is a handle: it says nothing, counts once, and in one chat."""

import pytest

from banking.domain.bubbles import Choices
from banking.ports.gateway import RasaReply, RasaTurn, RasaUnavailable
from tests.gateway.whatsapp import envelope, text_message


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


def test_a_choice_is_a_handle_that_says_nothing(world):
    (handle,) = offer(world, ("Send", '/confirm{"amount": "50"}'))

    assert "confirm" not in handle
    assert 16 <= len(handle) <= 200


def test_choices_keep_their_handles_when_stored(world):
    offer(world, ("A", "/a"), ("B", "/b"))

    bubble = world.phone.sent[0][1]
    assert isinstance(bubble, Choices)
    assert 2 == len({option.handle for option in bubble.options})


def test_a_tapped_choice_is_what_was_offered(world):
    (handle,) = offer(world, ("Send", '/inform{"payee_choice":"p_12"}'))
    world.receive(tap(handle, "Send"))

    assert ("Send", '/inform{"payee_choice":"p_12"}') == world.rasa.heard[-1][2:]


def test_a_choice_of_plain_words_is_as_if_typed(world):
    (handle,) = offer(world, ("Send money", "I want to send money"))
    world.receive(tap(handle, "Send money"))

    assert ("I want to send money", None) == world.rasa.heard[-1][2:]


def test_what_a_tap_calls_itself_is_not_believed(world):
    (handle,) = offer(world, ("Send", "/send"))
    world.receive(tap(handle, "/transfer 4111111111111111"))

    assert ("Send", "/send") == world.rasa.heard[-1][2:]
    # Long enough never to be part of a random id.
    assert "41111111" not in repr(world.rows("SELECT * FROM messages_in"))


def test_a_choice_counts_once(world):
    (handle,) = offer(world, ("Send", "/send"))
    world.receive(tap(handle))
    world.receive(tap(handle))

    assert ["/send", "/help"] == [heard[3] for heard in world.rasa.heard[1:]]
    assert "utter_choice_expired" in world.phone.texts


@pytest.mark.parametrize(("minutes", "expired"), [(14.9, False), (15, True)])
def test_a_choice_lasts_fifteen_minutes(world, minutes, expired):
    (handle,) = offer(world, ("Send", "/send"))
    world.clock.forward(minutes=minutes)
    world.receive(tap(handle))

    assert expired is ("utter_choice_expired" in world.phone.texts)


@pytest.mark.parametrize(
    "handle", ["confirm:txn-1", "/transfer_money", "", None, "x" * 300, 7, "' OR 1=1"]
)
def test_a_forged_choice_is_nothing(world, handle):
    world.receive(tap(handle))

    assert ["/help"] == [heard[3] for heard in world.rasa.heard]
    assert "utter_choice_expired" == world.phone.texts[0]


def test_another_persons_choice_is_nothing(world):
    (handle,) = offer(world, ("Send", "/send"))
    world.receive(tap(handle, **{"from": "15550001111"}))

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
    world.receive(message)

    assert ["/help"] == [heard[3] for heard in world.rasa.heard]
