"""What became of a payment, and taking back one that has not gone yet."""

from actions.heard import Heard, person_meant
from actions.secured import SecuredAction
from banking.services.outcomes import CancelTransfer, Outcome, TransferStatus


class ActionCheckTransfer(SecuredAction):
    intent = "check_transfer"

    def name(self) -> str:
        return "action_check_transfer"

    def outcome(self, heard: Heard) -> Outcome:
        return self.teller.ask(heard.token, TransferStatus(which=_which(heard)))


class ActionCancelTransfer(SecuredAction):
    intent = "cancel_transfer"
    ends_forms = True

    def name(self) -> str:
        return "action_cancel_transfer"

    def outcome(self, heard: Heard) -> Outcome:
        return self.teller.do(heard.token, CancelTransfer(which=_which(heard)))


def _which(heard: Heard) -> str | None:
    """The payee or the amount by which the customer names a payment."""
    amount = heard.first("amount")
    return person_meant(heard) or (amount.text if amount else None)
