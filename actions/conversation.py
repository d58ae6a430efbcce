"""The moves of a conversation that need more than words: fallback, repeat, cancel."""

import unicodedata
from abc import ABC
from collections.abc import Mapping
from typing import Any, Final

from rasa_sdk import Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher

from actions.heard import Heard
from actions.secured import TellerAction, say, speak, words_for
from banking.services.outcomes import Choice

FALLBACK: Final = "action_fallback"
LIKELIEST: Final = 2
ALL_CHOICES: Final = "utter_choices"
MENU: Final = "utter_help"
MOST_REPEATED: Final = 3


class ConversationAction(TellerAction, ABC):
    """An action that asks the teller for nothing of a customer's."""


class ActionFallback(ConversationAction):
    """First the likeliest readings, then the menu, then a person."""

    def name(self) -> str:
        return FALLBACK

    def turn(
        self,
        dispatcher: CollectingDispatcher,
        tracker: Tracker,
        domain: Mapping[str, Any],
    ) -> list[EventType]:
        before = _fallbacks_before(tracker.events)
        odd = Heard.of(tracker).intent == "out_of_scope"
        # Whoever asks for what no bank does is offered what this one does best.
        offers = MENU if odd else ALL_CHOICES
        guesses = _likeliest(tracker.latest_message, domain or {}, offers)
        if before > 1:
            speak(dispatcher, self.teller.people.needed())
        elif _in_other_letters(Heard.of(tracker).text):
            say(dispatcher, "utter_change_language")
        elif before == 1:
            say(dispatcher, "utter_fallback_menu")
        elif not guesses:
            say(dispatcher, "utter_fallback_no_idea")
        elif odd:
            say(dispatcher, "utter_out_of_scope", choices=guesses)
        else:
            say(dispatcher, "utter_fallback", choices=guesses)
        return []


class ActionFaq(ConversationAction):
    """A general question with a fixed answer.

    Rasa's own way of answering says nothing at all when it has not chosen one.
    """

    def name(self) -> str:
        return "action_faq"

    def turn(
        self,
        dispatcher: CollectingDispatcher,
        tracker: Tracker,
        domain: Mapping[str, Any],  # noqa: ARG002 - rasa-sdk hands it to every action.
    ) -> list[EventType]:
        say(dispatcher, words_for(Heard.of(tracker)))
        return []


class ActionHumanHandoff(ConversationAction):
    """A person, and when one answers."""

    def name(self) -> str:
        return "action_human_handoff"

    def turn(
        self,
        dispatcher: CollectingDispatcher,
        tracker: Tracker,  # noqa: ARG002 - rasa-sdk hands it to every action.
        domain: Mapping[str, Any],  # noqa: ARG002 - likewise.
    ) -> list[EventType]:
        speak(dispatcher, self.teller.people.asked_for())
        return []


class ActionRepeat(ConversationAction):
    """The last answer once more, with its choices."""

    def name(self) -> str:
        return "action_repeat"

    def turn(
        self,
        dispatcher: CollectingDispatcher,
        tracker: Tracker,
        domain: Mapping[str, Any],  # noqa: ARG002 - rasa-sdk hands it to every action.
    ) -> list[EventType]:
        last = _last_answer(tracker.events)
        for bubble in last[-MOST_REPEATED:]:
            data = bubble.get("data") or {}
            dispatcher.utter_message(
                text=bubble.get("text"),
                buttons=data.get("buttons") or [],
                json_message=data.get("custom") or {},
            )
        if not last:
            say(dispatcher, "utter_nothing_to_repeat")
        return []


class ActionCancel(ConversationAction):
    """Nothing is open: a form that is answers `cancel` itself."""

    def name(self) -> str:
        return "action_cancel"

    def turn(
        self,
        dispatcher: CollectingDispatcher,
        tracker: Tracker,  # noqa: ARG002 - rasa-sdk hands it to every action.
        domain: Mapping[str, Any],  # noqa: ARG002 - likewise.
    ) -> list[EventType]:
        say(dispatcher, "utter_nothing_to_cancel")
        return []


def _fallbacks_before(events: list[dict[str, Any]]) -> int:
    """How many turns in a row, just before this one, were not understood."""
    turns: list[set[str]] = []
    for event in events:
        if event.get("event") == "user":
            turns.append(set())
        elif event.get("event") == "action" and turns:
            turns[-1].add(str(event.get("name")))
    count = 0
    for actions in reversed(turns[:-1]):
        if FALLBACK not in actions:
            break
        count += 1
    return count


def _in_other_letters(text: str) -> bool:
    """Whether most letters are of a script in which English is not written."""
    letters = [char for char in text if char.isalpha()]
    latin = sum(unicodedata.name(char, "").startswith("LATIN") for char in letters)
    return latin * 2 < len(letters)


def _likeliest(
    message: Mapping[str, Any], domain: Mapping[str, Any], offered: str
) -> tuple[Choice, ...]:
    """The likeliest readings among what is offered, and something else."""
    titles = _titles(domain, ALL_CHOICES)
    offers = titles.keys() & _titles(domain, offered).keys()
    ranking = [
        str(reading.get("name")) for reading in message.get("intent_ranking") or ()
    ]
    likely = [name for name in ranking if name in offers and name != "help"]
    if not likely:
        return ()
    named = (*likely[:LIKELIEST], "help")
    return tuple(Choice(titles[name], f"/{name}") for name in named)


def _titles(domain: Mapping[str, Any], response: str) -> dict[str, str]:
    """The choices of a response: intent → title."""
    return {
        str(button["payload"]).removeprefix("/"): str(button["title"])
        for variant in (domain.get("responses") or {}).get(response, ())
        for button in variant.get("buttons", ())
    }


def _last_answer(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What the bank said in the latest turn in which it said anything."""
    answers: list[list[dict[str, Any]]] = [[]]
    for event in events:
        if event.get("event") == "user":
            answers.append([])
        elif event.get("event") == "bot":
            answers[-1].append(event)
    return next((answer for answer in reversed(answers) if answer), [])
