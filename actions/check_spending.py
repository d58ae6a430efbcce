"""How much went on something, or in a period."""

from actions.heard import Heard, period_meant, subject_meant
from actions.secured import SecuredAction
from banking.services.outcomes import Outcome, Spending


class ActionCheckSpending(SecuredAction):
    intent = "check_spending"

    def name(self) -> str:
        return "action_check_spending"

    def outcome(self, heard: Heard) -> Outcome:
        since, until = period_meant(heard)
        period = f"{since} to {until}" if since and until else since
        return self.teller.ask(
            heard.token, Spending(text=subject_meant(heard), period=period)
        )
