"""One turn of a form: what was said, what is known, what had been asked."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Self

from rasa_sdk import Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.choosing import Offered, typed_choice
from actions.heard import Heard
from actions.secured import say

ASKED: Final = "asked"
FAILED: Final = "failed_answers"
# Rasa would say `utter_ask_<requested slot>` by itself, after the teller's question;
# so what is asked stands in a slot of ours, and Rasa's only says that something is.
REQUESTED: Final = "requested_slot"
AN_ANSWER: Final = "answer"
# What a form may wait for that no answer in the chat can give.
CONFIRMATION: Final = "confirmation"
SIGN_IN: Final = "sign_in"
# Likewise, but it was a question on the way that met a closed door.
SIGN_IN_ASIDE: Final = "sign_in_aside"
# How a payment that is asked after is said to wait for its confirmation.
AWAITING: Final = "utter_transfer_status_awaiting"
# Fields that say one thing in several ways.
SAME_MATTER: Final = (frozenset({"payee", "payee_choice", "payee_account"}),)
# From a choice to a number: the answer was none of what had been offered.
STEPS_BACK: Final = frozenset({("payee_choice", "payee_account")})


@dataclass(slots=True)
class Talk:
    """The draft of a form during one turn. ``values`` are text, as it was typed."""

    dispatcher: CollectingDispatcher
    heard: Heard
    values: dict[str, str] = field(default_factory=dict)
    asked: str | None = None
    # The choices that were shown last; one that is no answer has no fields.
    offered: tuple[Offered, ...] = ()
    # Whether the question just asked has failed before.
    failed: bool = False
    new: Mapping[str, str] = field(default_factory=dict)
    # Whether the message was meant as an answer; a side question is no failure.
    answering: bool = False

    @classmethod
    def under_way(
        cls,
        dispatcher: CollectingDispatcher,
        heard: Heard,
        tracker: Tracker,
        fields: Iterable[str],
    ) -> Self:
        """Take up a form where the last turn left it."""
        slots = tracker.slots
        known = {name: slots.get(name) for name in fields}
        asked = slots.get(ASKED)
        return cls(
            dispatcher,
            heard,
            {name: value for name, value in known.items() if isinstance(value, str)},
            asked if isinstance(asked, str) else None,
            offered_last(tracker.events),
            slots.get(FAILED) == "1",
        )

    def chosen(self) -> Mapping[str, str]:
        """What a typed answer takes of the choices shown."""
        typed = self.heard.typed()
        answers = [choice for choice in self.offered if choice.fields]
        if self.heard.intent == "affirm" and len(answers) == 1:
            return answers[0].fields
        if not typed or not answers:
            return {}
        return typed_choice(typed, self.offered, figures=self.asked != "amount")

    def say(self, response: str, **facts: str) -> None:
        say(self.dispatcher, response, facts)

    def remind(self, response: str) -> None:
        """Say what waits, unless the answer just given has said so."""
        if all(said["response"] != AWAITING for said in self.dispatcher.messages):
            self.say(response)

    def keep_new(self, depends: Mapping[str, tuple[str, ...]]) -> None:
        """Take what the message brought into the draft, and drop what it outdates."""
        for name in self.new:
            for dependent in depends.get(name, ()):
                self.values.pop(dependent, None)
        self.values.update(self.new)

    def fails_again(self, slot: str) -> bool:
        """Whether an answer to this question was no good for the second time."""
        return self.failed and self.fails(slot)

    def fails(self, slot: str) -> bool:
        """Whether the message was to answer this question and brought nothing else.

        Other words for the same thing are no news: a name where a number was asked.
        """
        same = next((s for s in SAME_MATTER if slot in s), frozenset({slot}))
        asked = self.asked == slot or (self.asked, slot) in STEPS_BACK
        return self.answering and asked and not self.new.keys() - same


def offered_last(events: list[dict[str, Any]]) -> tuple[Offered, ...]:
    """Return the choices of the bank's latest words, as they were shown."""
    for event in reversed(events):
        if event.get("event") == "bot":
            buttons = (event.get("data") or {}).get("buttons") or []
            return tuple(
                Offered(str(b["title"]), _fields(str(b.get("payload"))))
                for b in buttons
            )
    return ()


def _fields(payload: str) -> Mapping[str, str]:
    if not payload.startswith("/inform{"):
        return {}
    fields = json.loads(payload.removeprefix("/inform"))
    return {name: value for name, value in fields.items() if isinstance(value, str)}


def asking(
    talk: Talk, fields: Iterable[str], slot: str, *, failed: bool = False
) -> list[EventType]:
    """Return the events that keep a form open, waiting for an answer."""
    return [
        *(SlotSet(name, talk.values.get(name)) for name in fields),
        SlotSet(FAILED, "1" if failed else None),
        SlotSet(ASKED, slot),
        SlotSet(REQUESTED, AN_ANSWER),
    ]


def emptied(fields: Iterable[str]) -> list[EventType]:
    """Return the events that leave nothing of a draft, and end its form."""
    names = (*fields, FAILED, ASKED, REQUESTED)
    return [SlotSet(name, None) for name in names]
