"""What the customer may still send."""

import re
from typing import Final

from actions.heard import Heard
from actions.secured import SecuredAction
from banking.services.outcomes import LimitsLeft, Outcome, Say

# "raise my limit", "lower the daily limit", "I want my limit increased"; but "why is my
# limit lower today" asks what it is.
CHANGE: Final = re.compile(
    r"\b(?:bump|change|cut|decrease|extend|increase|lift|lower|raise|reduce)\s+"
    r"(?:up\s+)?(?:card|daily|it|limits?|monthly|my|our|that|the|this|transfer)\b"
    r"|\blimits?\s+(?:changed|increased?|lifted|lowered|raised|reduced)\b",
    re.IGNORECASE,
)


class ActionCheckLimits(SecuredAction):
    intent = "check_limits"

    def name(self) -> str:
        return "action_check_limits"

    def outcome(self, heard: Heard) -> Outcome:
        if CHANGE.search(heard.text):
            return Say("utter_limits_change")
        return self.teller.ask(heard.token, LimitsLeft())
