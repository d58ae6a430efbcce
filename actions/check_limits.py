"""What the customer may still send."""

from actions.heard import Heard
from actions.secured import SecuredAction
from banking.services.outcomes import LimitsLeft, Outcome


class ActionCheckLimits(SecuredAction):
    intent = "check_limits"

    def name(self) -> str:
        return "action_check_limits"

    def outcome(self, heard: Heard) -> Outcome:
        return self.teller.ask(heard.token, LimitsLeft())
