"""The way every action goes: hear, ask the teller, speak the outcome.

The teller decides; an action only carries. Nothing escapes `run`: rasa-sdk would
answer an uncaught error with the whole request, and Rasa would say nothing at all.
"""

import asyncio
import logging
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar, assert_never

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher

from actions.heard import Heard
from banking import bootstrap
from banking.domain.bubbles import literal
from banking.services.outcomes import (
    Ask,
    Choice,
    ConfirmNeeded,
    Outcome,
    Refused,
    RegistrationNeeded,
    Resumed,
    Say,
    SignInNeeded,
)
from banking.services.teller import Teller

logger = logging.getLogger(__name__)

MARKUP = frozenset("*_~`")
# Rasa's response filler takes "0[" in a finished text for a mark of its own and then
# shows the unfilled response.
FILLER_MARK = "0["
# A fact of this name would be taken for a part of the message itself; in the words it
# is written {fact_text}, and so on.
PARTS_OF_A_MESSAGE = frozenset(
    [
        "attachment",
        "buttons",
        "custom",
        "elements",
        "image",
        "output_channel",
        "quick_replies",
        "response",
        "template",
        "text",
        "tracker",
        "utter_action",
    ]
)

# Moves within a request; all other intents are requests of their own.
NOT_ASIDES = frozenset(
    [
        "affirm",
        "cancel",
        "deny",
        "inform",
        "nlu_fallback",
        "out_of_scope",
        "repeat",
        "resume",
    ]
)

# Anybody may ask for a person, signed in or not.
PERSON = "human_handoff"

_ANSWERS: dict[str, type["SecuredAction"]] = {}


class TellerAction(Action, ABC):
    """Base of all actions. The work of a turn is done in a thread of its own.

    rasa-sdk builds actions without arguments; tests hand in their teller.
    """

    def __init__(self, teller: Teller | None = None) -> None:
        self._given = teller

    @property
    def teller(self) -> Teller:
        return self._given or bootstrap.teller()

    async def run(
        self,
        dispatcher: CollectingDispatcher,
        tracker: Tracker,
        domain: dict[str, Any],
    ) -> list[EventType]:
        try:
            return await asyncio.to_thread(self.turn, dispatcher, tracker, domain)
        except Exception as error:  # noqa: BLE001 - the customer is told; see above.
            log_failure(self.name(), error)
            dispatcher.messages.clear()
            say(dispatcher, "utter_try_later")
            return self.given_up()

    @abstractmethod
    def turn(
        self,
        dispatcher: CollectingDispatcher,
        tracker: Tracker,
        domain: Mapping[str, Any],
    ) -> list[EventType]:
        """Do one turn and return its events. May raise anything."""

    def given_up(self) -> list[EventType]:
        """The events that leave nothing half done after a failure."""
        return []


class SecuredAction(TellerAction, ABC):
    """A request that needs one message and gets one answer.

    ``intent`` is what asks for it. A form answers the same request on the way, unless
    nothing is left to go on with afterwards (``ends_forms``).
    """

    intent: ClassVar[str]
    ends_forms: ClassVar[bool] = False

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        _ANSWERS[cls.intent] = cls

    @abstractmethod
    def outcome(self, heard: Heard) -> Outcome:
        """Hand the request to the teller."""

    def turn(
        self,
        dispatcher: CollectingDispatcher,
        tracker: Tracker,
        domain: Mapping[str, Any],  # noqa: ARG002 - rasa-sdk hands it to every action.
    ) -> list[EventType]:
        speak(dispatcher, self.outcome(Heard.of(tracker)))
        return []


def is_aside(intent: str) -> bool:
    """Whether an intent, in the middle of a form, is a question of its own."""
    return bool(intent) and intent not in NOT_ASIDES


def answer_aside(
    dispatcher: CollectingDispatcher, heard: Heard, teller: Teller | None
) -> tuple[Outcome | None, bool]:
    """Answer a question of its own in the middle of a form.

    Return the teller's outcome (None: answered with words alone), and whether the
    form is over.
    """
    if heard.intent == PERSON:
        speak(dispatcher, (teller or bootstrap.teller()).people.asked_for())
        return None, False
    answer = _ANSWERS.get(heard.intent)
    if answer is None:
        say(dispatcher, words_for(heard))
        return None, heard.intent == "goodbye"
    outcome = answer(teller).outcome(heard)
    speak(dispatcher, outcome)
    return outcome, answer.ends_forms


def words_for(heard: Heard) -> str:
    """Name the response of a question that is answered with words alone."""
    if heard.intent == "faq":
        return f"utter_{heard.topic}" if heard.topic else "utter_faq_unknown"
    return f"utter_{heard.intent}"


def speak(dispatcher: CollectingDispatcher, outcome: Outcome) -> None:
    """Say an outcome in the words of `domain.yml`."""
    match outcome:
        case Say(response, facts, choices):
            say(dispatcher, response, facts, choices)
        case Ask(_, response, facts, choices):
            say(dispatcher, response, facts, choices)
        case ConfirmNeeded(url, response, facts):
            say(dispatcher, response, {**facts, "url": url})
        case Refused(code, facts, choices):
            say(dispatcher, f"utter_refused_{code}", facts, choices)
        case SignInNeeded(url):
            say(dispatcher, "utter_sign_in_needed", {"url": url})
        case RegistrationNeeded(url):
            say(dispatcher, "utter_registration_needed", {"url": url})
        case _:
            assert_never(outcome)


def welcome(dispatcher: CollectingDispatcher, resumed: Resumed) -> None:
    """Greet a customer who is back from the bank's page, if an answer follows."""
    if not resumed.asked or isinstance(
        resumed.outcome, SignInNeeded | RegistrationNeeded
    ):
        return
    response = "utter_registered_going_on" if resumed.registered else "utter_going_on"
    say(dispatcher, response, {"name": resumed.name})


def say(
    dispatcher: CollectingDispatcher,
    response: str,
    facts: Mapping[str, str] | None = None,
    choices: tuple[Choice, ...] = (),
) -> None:
    """Say one response; its facts are printed as they are, whatever they contain."""
    filled = {
        f"fact_{name}" if name in PARTS_OF_A_MESSAGE else name: _printed(value)
        for name, value in (facts or {}).items()
    }
    buttons = [
        {"title": c.title, "payload": c.payload, "description": c.description}
        for c in choices
    ]
    dispatcher.utter_message(response=response, buttons=buttons, **filled)


def log_failure(name: str, error: Exception) -> None:
    """Log where it failed, never with what: messages may quote the customer."""
    trace, place = error.__traceback__, "unknown"
    while trace is not None:
        code = trace.tb_frame.f_code
        place = f"{code.co_filename}:{trace.tb_lineno}"
        trace = trace.tb_next
    logger.error("%s failed: %s at %s", name, type(error).__name__, place)


def _printed(value: str) -> str:
    printed = value.replace(FILLER_MARK, "0\u2060[")
    return literal(printed) if MARKUP & set(printed) else printed
