"""Requests that take several messages: collect, let the teller read, ask again.

Rasa keeps the form open and runs `validate_<form>` on every message. That one action
does the whole turn: it reads the message, hands the draft on, speaks the answer and
says what is asked next, so that a turn costs one round trip. Questions about something
else are answered on the way, and the form goes on.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar, Final, assert_never

from rasa_sdk import Tracker
from rasa_sdk.events import (
    ActionExecutionRejected,
    ActiveLoop,
    EventType,
    SlotSet,
)
from rasa_sdk.executor import CollectingDispatcher

from actions.heard import Heard
from actions.secured import TellerAction, answer_aside, is_aside, say, speak, welcome
from actions.talk import (
    CONFIRMATION,
    SIGN_IN,
    SIGN_IN_ASIDE,
    Talk,
    asking,
    emptied,
)
from banking.services.outcomes import (
    Ask,
    Choice,
    ConfirmNeeded,
    Outcome,
    Refused,
    RegistrationNeeded,
    Say,
    SignInNeeded,
)

# Below this confidence a side question may as well be the answer to the question.
SURE: Final = 0.7
SHORT_ANSWER_WORDS: Final = 3
# What needs no reminder after it.
PLEASANTRIES: Final = frozenset({"greet", "thank"})
STILL_WAITING: Final = "utter_still_waiting"
# Nothing in such a message stands for a name or an amount that was not recognised.
PLAIN_MOVES: Final = frozenset({"affirm", "deny", "out_of_scope"})

_FORMS: Final[list[type["FormCheck"]]] = []


class FormCheck(TellerAction, ABC):
    """One form. Subclasses read messages and name the next step."""

    form: ClassVar[str]
    intent: ClassVar[str]
    fields: ClassVar[tuple[str, ...]]
    # Once a field has changed, these old answers mean nothing any more.
    depends: ClassVar[Mapping[str, tuple[str, ...]]] = {}
    # What the teller calls a field of this form, where it has another name for it.
    called: ClassVar[Mapping[str, str]] = {}
    # A refusal that another answer would mend: which one to ask for.
    mended_by: ClassVar[Mapping[str, str]] = {}

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        _FORMS.append(cls)

    def name(self) -> str:
        return f"validate_{self.form}"

    @abstractmethod
    def read(
        self, heard: Heard, asked: str | None, *, freely: bool = False
    ) -> Mapping[str, str]:
        """Return the fields that a message fills.

        ``freely``: words that were not recognised may be the answer to the question.
        """

    @abstractmethod
    def step(self, heard: Heard, values: Mapping[str, str]) -> Outcome:
        """Return what comes next: a question of the form, or the teller's answer."""

    def dropped(self, talk: Talk) -> None:
        """Say that the customer gave the form up."""
        talk.say("utter_cancelled")

    def begins_anew(self, talk: Talk) -> bool:
        """Whether a message that would start the form is a new request within it."""
        return talk.heard.intent == self.intent and (
            talk.heard.tapped or bool(talk.new)
        )

    def changes(self, talk: Talk) -> bool:  # noqa: ARG002
        """Whether what sounds like giving up is a change: "no, make it 20"."""
        return False

    def still_open(self, talk: Talk) -> bool:  # noqa: ARG002
        """Whether what was shown for confirmation still waits for it."""
        return True

    def confirming(self, talk: Talk) -> list[EventType] | None:  # noqa: ARG002
        """Return the events that end the turn if there is nothing left to confirm."""
        return None

    # --- what a message can be ----------------------------------------------------

    def turn(
        self,
        dispatcher: CollectingDispatcher,
        tracker: Tracker,
        domain: Mapping[str, Any],  # noqa: ARG002 - rasa-sdk hands it to every action.
    ) -> list[EventType]:
        heard = Heard.of(tracker)
        if (tracker.active_loop or {}).get("name") != self.form:
            talk = Talk(dispatcher, heard, new=self.read(heard, None))
            # A form that starts leaves nothing of one that was open before.
            others = {name for form in _FORMS for name in form.fields}
            left = sorted(others - set(self.fields))
            return [*(SlotSet(name, None) for name in left), *self._take_up(talk)]
        talk = Talk.under_way(dispatcher, heard, tracker, self.fields)
        match heard.intent:
            case "cancel" if not self.changes(talk):
                self.dropped(talk)
                return self.given_up()
            case "resume":
                return self._resumed(talk)
            case "repeat" if heard.confidence >= SURE and not talk.failed:
                return self._ask_again(talk)
            case intent if intent != self.intent and is_aside(intent):
                return self._another_matter(talk)
            case _:
                return self._answered(talk)

    def given_up(self) -> list[EventType]:
        """End the form and leave nothing of it."""
        return emptied(self.fields)

    def released(self) -> list[EventType]:
        """End the form, and let the message be read as if there had been none."""
        rejected = ActionExecutionRejected(self.form)
        return [*self.given_up(), ActiveLoop(None), rejected]

    def asking(self, talk: Talk, slot: str, *, failed: bool = False) -> list[EventType]:
        """Keep the form open, waiting for an answer."""
        return asking(talk, self.fields, slot, failed=failed)

    def _another_matter(self, talk: Talk) -> list[EventType]:
        if talk.heard.intent in {form.intent for form in _FORMS}:
            # The other form's rule takes over.
            return self.released()
        if self._may_answer(talk):
            return self._answered(talk)
        outcome, ends = answer_aside(talk.dispatcher, talk.heard, self._given)
        if isinstance(outcome, SignInNeeded | RegistrationNeeded):
            return self.asking(talk, SIGN_IN_ASIDE)
        if ends:
            return self.given_up()
        if talk.asked == CONFIRMATION:
            return self._still_waiting(talk)
        return self._ask_again(talk)

    def _still_waiting(self, talk: Talk) -> list[EventType]:
        """After an answer to something else: what waits still does, if it does."""
        if talk.heard.intent not in PLEASANTRIES:
            if not self.still_open(talk):
                # The page has ended it meanwhile, and said so.
                return self.given_up()
            talk.remind(STILL_WAITING)
        return self.asking(talk, CONFIRMATION)

    def _may_answer(self, talk: Talk) -> bool:
        """Whether what looks like a side question is the answer after all."""
        if talk.heard.tapped or talk.heard.confidence >= SURE:
            return False
        if talk.heard.intent in PLEASANTRIES:
            # Hardly one; as an answer that failed it leads to help.
            return True
        short = len(talk.heard.text.split()) <= SHORT_ANSWER_WORDS
        read = self.read(talk.heard, talk.asked, freely=short)
        # "cancel my transfer to grace" says nothing new about the one to grace.
        known = {name: value.casefold() for name, value in talk.values.items()}
        return any(known.get(name) != value.casefold() for name, value in read.items())

    def _answered(self, talk: Talk) -> list[EventType]:
        talk.answering = True
        chosen = {k: v for k, v in talk.chosen().items() if k in self.fields}
        talk.new = chosen or self.read(
            talk.heard, talk.asked, freely=self._is_open(talk.heard)
        )
        if self.begins_anew(talk):
            new = self.read(talk.heard, None)
            return self._take_up(Talk(talk.dispatcher, talk.heard, new=new))
        over = self.confirming(talk) if talk.asked == CONFIRMATION else None
        return self._take_up(talk) if over is None else over

    def _is_open(self, heard: Heard) -> bool:
        """Whether words that were not recognised may be an answer."""
        if heard.intent in PLAIN_MOVES:
            return heard.confidence < SURE
        return heard.intent != self.intent

    def _resumed(self, talk: Talk) -> list[EventType]:
        """Signed in: go on with what was parked."""
        own, talk.asked = talk.asked == SIGN_IN, None
        resumed = self.teller.resume(talk.heard.token)
        outcome = resumed.outcome
        welcome(talk.dispatcher, resumed)
        if own and resumed.asked:
            return self._speak(talk, outcome)
        speak(talk.dispatcher, outcome)
        if isinstance(outcome, SignInNeeded | RegistrationNeeded):
            return self.asking(talk, SIGN_IN_ASIDE)
        return self._speak(talk, self.step(talk.heard, talk.values))

    # --- what comes next ----------------------------------------------------------

    def _take_up(self, talk: Talk) -> list[EventType]:
        """Add what the message brought to the draft, and go one step."""
        if talk.asked is not None and not talk.new:
            if talk.asked in (CONFIRMATION, SIGN_IN, SIGN_IN_ASIDE):
                return self._ask_again(talk)
            if talk.fails_again(talk.asked):
                return self._help(talk, talk.asked)
            talk.say("utter_form_unclear")
        before = dict(talk.values)
        talk.keep_new(self.depends)
        if talk.asked == CONFIRMATION and talk.values == before:
            # Nothing new: the link that was shown stays as it is.
            return self._ask_again(talk)
        return self._speak(talk, self.step(talk.heard, talk.values))

    def _ask_again(self, talk: Talk) -> list[EventType]:
        match talk.asked:
            case "sign_in" | "sign_in_aside" as waiting:
                talk.say("utter_waiting_for_sign_in")
                return self.asking(talk, waiting)
            case "confirmation":
                return self._still_to_confirm(talk)
            case _:
                return self._speak(talk, self.step(talk.heard, talk.values))

    def _still_to_confirm(self, talk: Talk) -> list[EventType]:
        match talk.heard.intent:
            case "affirm":
                talk.say("utter_confirm_on_page")
            case "deny":
                talk.say("utter_change_what")
            case _ if talk.fails_again(CONFIRMATION):
                return self._help(talk, CONFIRMATION)
            case _:
                talk.say(STILL_WAITING)
                return self.asking(talk, CONFIRMATION, failed=talk.answering)
        return self.asking(talk, CONFIRMATION)

    def _speak(self, talk: Talk, outcome: Outcome) -> list[EventType]:
        match outcome:
            case Ask(slot):
                return self._ask(talk, self.called.get(slot, slot), outcome)
            case Refused(code) if code in self.mended_by:
                return self._ask(talk, self.mended_by[code], outcome)
            case ConfirmNeeded():
                speak(talk.dispatcher, outcome)
                return self.asking(talk, CONFIRMATION)
            case SignInNeeded() | RegistrationNeeded():
                speak(talk.dispatcher, outcome)
                return self.asking(talk, SIGN_IN)
            case Say(response=response) if response == STILL_WAITING:
                speak(talk.dispatcher, outcome)
                return self.asking(talk, CONFIRMATION)
            case Say() | Refused():
                speak(talk.dispatcher, outcome)
                return self.given_up()
            case _:
                assert_never(outcome)

    def _ask(self, talk: Talk, slot: str, outcome: Ask | Refused) -> list[EventType]:
        """Ask for one field; what was given for it, if anything, was no good.

        It stays in the draft only where a choice would mend it by another field:
        "not enough" by another account.
        """
        if all(f'"{slot}"' in choice.payload for choice in outcome.choices):
            talk.values.pop(slot, None)
        if talk.fails_again(slot):
            return self._help(talk, slot, outcome.choices)
        speak(talk.dispatcher, outcome)
        return self.asking(talk, slot, failed=talk.fails(slot))

    def _help(
        self, talk: Talk, slot: str, choices: tuple[Choice, ...] = ()
    ) -> list[EventType]:
        """Two answers failed: say what is needed, show the choices, offer to stop."""
        say(talk.dispatcher, f"utter_form_help_{slot}", choices=choices)
        return self.asking(talk, slot)
