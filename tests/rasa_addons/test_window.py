"""A conversation is folded, and nothing of the dialogue is lost by it."""

import pytest
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import (
    ActionExecuted,
    ActiveLoop,
    BotUttered,
    SessionStarted,
    SlotSet,
    UserUttered,
)
from rasa.shared.core.trackers import DialogueStateTracker

from rasa_addons.window import (
    KEPT_TURNS,
    MOST_TURNS,
    MOST_TURNS_OF_A_FORM,
    latest_turns,
)

DOMAIN = Domain.from_yaml(
    """
    version: "3.1"
    intents: [greet]
    slots:
      amount: {type: text, influence_conversation: false, mappings: [{type: custom}]}
      payee: {type: text, influence_conversation: false, mappings: [{type: custom}]}
    forms:
      send_form: {required_slots: []}
    responses:
      utter_greet: [{text: hi}]
    """
)


def started():
    return [ActionExecuted("action_session_start"), SessionStarted(), listened()]


def listened():
    return ActionExecuted("action_listen")


def turn(number, *more):
    return [
        UserUttered(f"text {number}", {"name": "greet"}, message_id=f"m{number}"),
        *more,
        ActionExecuted("utter_greet"),
        BotUttered("hi"),
        listened(),
    ]


def tracker_of(events):
    return DialogueStateTracker.from_events("c", events, DOMAIN.slots)


def turns_in(events):
    return [event["text"] for event in events if event["event"] == "user"]


def replayed(events):
    return DialogueStateTracker.from_dict("c", events, DOMAIN.slots)


def kept_of(events):
    return latest_turns(tracker_of(events), DOMAIN)


def test_a_short_conversation_is_kept_as_it_is():
    events = started() + [e for i in range(MOST_TURNS) for e in turn(i)]

    assert len(turns_in(kept_of(events))) == MOST_TURNS


def test_a_long_one_keeps_its_latest_turns_and_its_slots():
    events = started() + turn(0, SlotSet("amount", "5"), SlotSet("payee", "Bob"))
    events += turn(1, SlotSet("payee", None))
    events += [e for i in range(2, MOST_TURNS + 1) for e in turn(i)]
    kept = kept_of(events)

    last = MOST_TURNS + 1
    assert turns_in(kept) == [f"text {i}" for i in range(last - KEPT_TURNS, last)]
    state = replayed(kept)
    assert state.current_slot_values() == tracker_of(events).current_slot_values()
    assert state.get_slot("amount") == "5"
    assert state.latest_message.text == f"text {MOST_TURNS}"
    assert state.latest_action_name == "action_listen"


def test_it_stays_bounded_however_long_it_goes_on():
    tracker = tracker_of(started())
    longest = 0
    for i in range(200):
        for event in turn(i, SlotSet("amount", str(i))):
            tracker.update(event, DOMAIN)
        kept = latest_turns(tracker, DOMAIN)
        longest = max(longest, len(kept))
        tracker = replayed(kept)

    assert longest < (MOST_TURNS + 2) * 8
    assert tracker.get_slot("amount") == "199"


@pytest.mark.parametrize("length", range(1, MOST_TURNS_OF_A_FORM + 10, 4))
def test_an_open_form_stays_open_with_what_began_it(length):
    events = started() + [e for i in range(5) for e in turn(i)]
    begins = [SlotSet("amount", "5"), ActiveLoop("send_form")]
    events += turn(5, *begins)
    events += [e for i in range(6, 6 + length) for e in turn(i)]
    kept = kept_of(events)

    state = replayed(kept)
    assert state.active_loop_name == "send_form"
    assert state.get_slot("amount") == "5"
    assert len(turns_in(kept)) <= max(MOST_TURNS, MOST_TURNS_OF_A_FORM)
    if length < MOST_TURNS_OF_A_FORM:
        assert "text 5" in turns_in(kept)


def test_a_closed_form_stays_closed():
    events = started() + turn(0, ActiveLoop("send_form")) + turn(1, ActiveLoop(None))
    events += [e for i in range(2, 20) for e in turn(i)]

    assert replayed(kept_of(events)).active_loop_name is None


def test_an_older_session_is_left_behind():
    events = started() + turn(0) + started() + turn(1)

    assert turns_in(kept_of(events)) == ["text 1"]


def linked(number):
    data = {"custom": {"type": "link", "url": f"https://bank.test/s/{number}"}}
    heard = UserUttered(f"text {number}", {"name": "greet"}, message_id=f"m{number}")
    facts = {"url": data["custom"]["url"], "utter_action": "utter_greet"}
    return [heard, BotUttered(None, data, facts), listened()]


def test_only_the_latest_turn_keeps_its_link():
    tracker = tracker_of([*started(), *linked(1), *linked(2), *linked(3)])

    said = [e for e in latest_turns(tracker, DOMAIN) if e["event"] == "bot"]
    kept = ["", "", "https://bank.test/s/3"]
    assert kept == [event["data"]["custom"]["url"] for event in said]
    assert kept == [event["metadata"]["url"] for event in said]
    # What the dialogue itself remembers is left as it was.
    said = [event for event in tracker.events if isinstance(event, BotUttered)]
    assert all(event.data["custom"]["url"] for event in said)
