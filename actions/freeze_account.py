"""Everything stopped at once."""

from actions.heard import Heard
from actions.secured import SecuredAction
from banking.services.outcomes import Freeze, Outcome


class ActionFreezeAccount(SecuredAction):
    intent = "freeze_account"
    ends_forms = True

    def name(self) -> str:
        return "action_freeze_account"

    def outcome(self, heard: Heard) -> Outcome:
        return self.teller.do(heard.token, Freeze())
