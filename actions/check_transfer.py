"""What became of a payment, and taking back one that has not gone yet."""

from actions.heard import Heard, payment_meant
from actions.secured import SecuredAction
from banking.services.outcomes import CancelTransfer, Outcome, TransferStatus


class ActionCheckTransfer(SecuredAction):
    intent = "check_transfer"

    def name(self) -> str:
        return "action_check_transfer"

    def outcome(self, heard: Heard) -> Outcome:
        return self.teller.ask(heard.token, TransferStatus(which=payment_meant(heard)))


class ActionCancelTransfer(SecuredAction):
    intent = "cancel_transfer"
    ends_forms = True

    def name(self) -> str:
        return "action_cancel_transfer"

    def outcome(self, heard: Heard) -> Outcome:
        return self.teller.do(heard.token, CancelTransfer(which=payment_meant(heard)))
