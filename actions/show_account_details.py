"""How the customer is paid: account number, holder, currency."""

from actions.heard import Heard, account_meant
from actions.secured import SecuredAction
from banking.services.outcomes import Details, Outcome


class ActionAccountDetails(SecuredAction):
    intent = "show_account_details"

    def name(self) -> str:
        return "action_account_details"

    def outcome(self, heard: Heard) -> Outcome:
        return self.teller.ask(heard.token, Details(account=account_meant(heard)))
