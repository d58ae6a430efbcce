"""What the customer has."""

from actions.heard import Heard, account_meant
from actions.secured import SecuredAction
from banking.services.outcomes import Balance, Outcome


class ActionCheckBalance(SecuredAction):
    intent = "check_balance"

    def name(self) -> str:
        return "action_check_balance"

    def outcome(self, heard: Heard) -> Outcome:
        return self.teller.ask(heard.token, Balance(account=account_meant(heard)))
