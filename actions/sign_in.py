"""Registering, signing in and out, the PIN, and what waited for them."""

import re
from collections.abc import Mapping
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import ActiveLoop, EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.heard import Heard
from actions.secured import SecuredAction, TellerAction, speak, welcome
from actions.talk import AN_ANSWER, ASKED, CONFIRMATION, REQUESTED
from actions.transfer_money import ValidateTransferForm
from banking.services.outcomes import (
    Ask,
    ChangeAuthenticator,
    ChangePin,
    ConfirmNeeded,
    Logout,
    Outcome,
    RevokeSessions,
    Sessions,
    SignIn,
)

CONFIRM_TRANSFER = "utter_confirm_transfer"
# "sign out of all devices"
EVERYWHERE = re.compile(
    r"\b(?:everywhere|(?:all|every|each|any|other) (?:of )?(?:the |my )?"
    r"(?:other )?(?:devices?|phones?|places?|sessions?|channels?|chats?))\b",
    re.IGNORECASE,
)


# "I have a new phone, change my authenticator"
AUTHENTICATOR = re.compile(
    r"\bauthenticat(?:or|er)s?\b|\b(?:google|microsoft) auth\b|\bauthy\b|\btotp\b|"
    r"\b2 ?fa\b|\b(?:two|2)[ -]?(?:factor|step)\b|"
    r"\bauthentication (?:app|codes?)\b|\bcodes? (?:app|generator)\b|"
    r"\bcodes (?:come )?from an app\b|\bapp (?:that|with|for) .{0,20}\bcodes\b",
    re.IGNORECASE,
)


class ActionRegister(SecuredAction):
    intent = "register"

    def name(self) -> str:
        return "action_register"

    def outcome(self, heard: Heard) -> Outcome:
        # Whoever is signed in already hears so; all others get the page they need.
        return self.teller.ask(heard.token, SignIn())


class ActionLogin(SecuredAction):
    intent = "login"

    def name(self) -> str:
        return "action_login"

    def outcome(self, heard: Heard) -> Outcome:
        return self.teller.ask(heard.token, SignIn())


class ActionCheckSessions(SecuredAction):
    intent = "check_sessions"

    def name(self) -> str:
        return "action_check_sessions"

    def outcome(self, heard: Heard) -> Outcome:
        if heard.first("authenticator") or AUTHENTICATOR.search(heard.text):
            return self.teller.do(heard.token, ChangeAuthenticator())
        return self.teller.ask(heard.token, Sessions())


class ActionLogout(SecuredAction):
    intent = "logout"
    ends_forms = True

    def name(self) -> str:
        return "action_logout"

    def outcome(self, heard: Heard) -> Outcome:
        everywhere = heard.first("everywhere") or EVERYWHERE.search(heard.text)
        command = RevokeSessions() if everywhere else Logout()
        return self.teller.do(heard.token, command)


class ActionResetPin(SecuredAction):
    intent = "reset_pin"

    def name(self) -> str:
        return "action_reset_pin"

    def outcome(self, heard: Heard) -> Outcome:
        if AUTHENTICATOR.search(heard.text):
            return self.teller.do(heard.token, ChangeAuthenticator())
        return self.teller.do(heard.token, ChangePin())


class ActionResume(TellerAction):
    """Goes on with what was asked before the customer registered or signed in.

    A payment that comes back with a question, or for confirmation, opens its form,
    so that the next message is read as an answer to it.
    """

    def name(self) -> str:
        return "action_resume"

    def turn(
        self,
        dispatcher: CollectingDispatcher,
        tracker: Tracker,
        domain: Mapping[str, Any],  # noqa: ARG002 - rasa-sdk hands it to every action.
    ) -> list[EventType]:
        resumed = self.teller.resume(Heard.of(tracker).token)
        welcome(dispatcher, resumed)
        speak(dispatcher, resumed.outcome)
        match resumed.outcome:
            case Ask(slot):
                asked = slot
            case ConfirmNeeded(_, response) if response.startswith(CONFIRM_TRANSFER):
                asked = CONFIRMATION
            case _:
                return []
        return [
            ActiveLoop(ValidateTransferForm.form),
            SlotSet(ASKED, asked),
            SlotSet(REQUESTED, AN_ANSWER),
        ]
