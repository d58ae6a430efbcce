"""A conversation that took place becomes a test that Rasa runs.

``played.json`` was recorded from a running bank. The stories made of it stand in
tests/test_stories.yml, where `rasa test core` plays them against the model.
"""

from dataclasses import replace

import pytest
import yaml

from banking.ports.teaching_refusals import NotKept, StoryExists
from tests.teaching.conftest import PLAYED, PROJECT

STORIES = PROJECT / "tests" / "test_stories.yml"
BALANCE = "Played: a balance that waits for sign-in"
DIGRESSION = "Played: a payment with a question on the way, changed"


class Remembered:
    """The dialogue engine's own memory of the conversation."""

    def __init__(self, bank, events):
        self.bank, self.stored = bank, events

    def events(self, conversation_id):
        with self.bank.engine.connect() as connection:
            ids = connection.exec_driver_sql(
                "SELECT message_id FROM turns ORDER BY number"
            ).scalars()
            names = {
                turn["message_id"]: message
                for turn, message in zip(PLAYED["turns"], ids, strict=False)
            }
        return [
            event | {"message_id": names.get(event["message_id"])}
            if "message_id" in event
            else event
            for event in self.stored
        ]


@pytest.fixture
def played(chat):
    """Write the recorded turns into the tables; return their numbers."""
    ama = chat()
    return [
        ama.says(
            turn["text"],
            turn["intent"],
            sure=turn["confidence"],
            ranking=turn["ranking"],
            entities=turn["entities"],
            actions=tuple(turn["actions"]),
            kind=turn["kind"],
        )
        for turn in PLAYED["turns"]
    ]


@pytest.fixture(params=["remembered", "forgotten"])
def telling(request, teaching, bank):
    """The service with the engine's memory, and without it."""
    events = PLAYED["events"] if request.param == "remembered" else []
    return replace(teaching, trackers=Remembered(bank, events))


def steps(draft):
    (story,) = yaml.safe_load(draft.text)
    return story["steps"]


def test_the_stories_that_rasa_plays_are_those_made_here(telling, played):
    stories = STORIES.read_text(encoding="utf-8")

    assert telling.story(played[0], played[1], BALANCE).text in stories
    assert telling.story(played[2], played[4], DIGRESSION).text in stories


def test_a_story_begins_where_its_form_begins(telling, played):
    draft = telling.story(played[4], played[5], "From the middle")

    assert steps(draft)[0]["intent"] == "transfer_money"
    assert "begins where its form begins" in draft.notes


def test_a_form_that_ended_is_told_to_have_ended(telling, played):
    draft = telling.story(played[2], played[11], "All of it")
    told = steps(draft)

    assert {"active_loop": None} in told
    assert {"slot_was_set": [{"requested_slot": None}]} in told
    assert told[-1] == {"action": "utter_thank"}
    assert [s["intent"] for s in told if "intent" in s] == [
        turn["intent"] for turn in PLAYED["turns"][2:]
    ]


def test_numbers_and_names_stay_out_of_stories(telling, played):
    draft = telling.story(played[8], played[8], "A stolen phone")

    assert "0241234567" not in draft.text
    assert "[2025550142](phone)" in draft.text


@pytest.mark.parametrize(
    "typed", ["/restart", "\u200e/restart", "\\restart", "\u2060 /restart", " /restart"]
)
def test_a_typed_command_is_none_in_a_story(teaching, bank, chat, typed):
    """Rasa obeys a story's text that begins with a slash."""
    turn = chat().says(typed, "greet", actions=("utter_greet",))
    heard = {
        "event": "user",
        "text": typed,
        "parse_data": {"intent": {"name": "greet"}},
        "message_id": PLAYED["turns"][0]["message_id"],
    }
    remembered = [heard, {"event": "action", "name": "utter_greet"}]

    for events in ([], remembered):
        telling = replace(teaching, trackers=Remembered(bank, events))
        told = steps(telling.story(turn, turn, "A slash"))
        assert [{"intent": "greet"}, {"action": "utter_greet"}] == told


def test_what_was_not_understood_is_noted(telling, played):
    assert any(
        "not understood" in note
        for note in telling.story(played[5], played[5], "Odd").notes
    )


def test_a_story_is_added_once(telling, played, home, logged):
    before = (home / "tests" / "test_stories.yml").read_text()
    draft = telling.add_story(played[2], played[4], "  My: 'first'\n\"story\" ", "Tess")
    after = (home / "tests" / "test_stories.yml").read_text()

    assert after == f"{before}\n{draft.text}"
    assert draft.title == "My: 'first' \"story\""
    assert draft.title == yaml.safe_load(after)["stories"][-1]["story"]
    assert "teaching_story_written" in logged()
    with pytest.raises(StoryExists):
        telling.add_story(played[2], played[4], draft.title, "Tess")


def test_the_first_story_of_a_folder_makes_its_file(telling, played, home):
    (home / "tests" / "test_stories.yml").unlink()
    telling.add_story(played[0], played[1], "The first", "Tess")
    made = yaml.safe_load((home / "tests" / "test_stories.yml").read_text())

    assert ("3.1", ["The first"]) == (
        made["version"],
        [story["story"] for story in made["stories"]],
    )


def test_a_story_without_a_title_is_named_by_its_beginning(telling, played):
    assert "what's my balance" == telling.story(played[0], played[1], " ").title


def test_turns_of_two_conversations_are_no_story(telling, played, chat):
    other = chat().says("hello", "greet")

    for first, last in ((played[0], other), (played[1], played[0]), (0, 10**9)):
        with pytest.raises(NotKept):
            telling.story(first, last, "None")


def test_a_conversation_is_drafted_for_the_live_tests(telling, played):
    draft = telling.conversation(played[2], played[8], "A payment: changed")
    (told,) = yaml.safe_load(draft.text)

    assert draft.file == "tests/conversations/a_payment_changed.yml"
    assert told["conversation"] == "A payment: changed"
    assert told["steps"][0] == {"customer": "send 20 to mum"}
    assert "postings" not in told
    assert "0241234567" not in draft.text


def test_a_tap_is_told_by_what_stood_on_the_button(teaching, chat, bank):
    ama = chat()
    first = ama.is_refused("wat i got")
    last = ama.taps("check_balance")
    with bank.engine.begin() as connection:
        connection.exec_driver_sql(
            "UPDATE messages_in SET text = 'My balance' WHERE kind = 'tap'"
        )
    (told,) = yaml.safe_load(teaching.conversation(first, last, "").text)

    assert [{"customer": "wat i got"}, {"taps": "My balance"}] == told["steps"]
