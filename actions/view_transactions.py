"""The latest movements, or those that match: "what did I pay Netflix in October"."""

import re

from actions.heard import Heard, account_meant, period_meant, subject_meant
from actions.secured import SecuredAction
from banking.services.outcomes import Movements, Outcome

USUAL_LINES = 5


class ActionViewTransactions(SecuredAction):
    intent = "view_transactions"

    def name(self) -> str:
        return "action_view_transactions"

    def outcome(self, heard: Heard) -> Outcome:
        since, until = period_meant(heard)
        return self.teller.ask(
            heard.token,
            Movements(
                account=account_meant(heard),
                text=subject_meant(heard),
                since=since,
                until=until,
                limit=_lines_meant(heard),
            ),
        )


def _lines_meant(heard: Heard) -> int:
    """How many lines: "my last 10 payments"."""
    number = heard.first("number")
    plain = number and re.fullmatch(r"[0-9]{1,2}", number.text)
    return int(plain[0]) if plain else USUAL_LINES
