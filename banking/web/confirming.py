"""The page that confirms a payment."""

from collections.abc import Mapping
from dataclasses import dataclass

from banking.domain import masking
from banking.domain.link import LinkPurpose
from banking.ports.confirmation import TransferView
from banking.ports.identity import Enrolment
from banking.web.front import Front
from banking.web.rendering import Page
from banking.web.step import Answer, At, Done, Form, Next, Step, customer_of

_AWAITING = "awaiting"


@dataclass(frozen=True, slots=True)
class Confirming:
    front: Front

    def steps(self) -> Mapping[tuple[LinkPurpose, str], Step]:
        confirm = Step(
            self._show_confirm,
            {
                "send-code": self._send_payment_code,
                "submit": self._confirm,
                "cancel": self._cancel,
                "not-me": lambda at, _form: self._show_not_me(at),
                "freeze": self._freeze,
            },
            for_customer=True,
        )
        return {(LinkPurpose.CONFIRM, ""): confirm}

    def _show_confirm(self, at: At) -> Page:
        whose, view = self._payment(at)
        if str(view.state) != _AWAITING or self.front.clock.now() >= view.expires_at:
            return Page("over.html", {"state": str(view.state)}, whose=whose)
        with self.front.uow() as tx:
            challenge = tx.challenges.get(view.id)
        facts = {
            "transfer": view,
            "phone": masking.phone(whose.phone),
            "sent": challenge is not None and challenge.code_mac is not None,
            "has_authenticator": whose.has_totp,
        }
        return Page("confirm.html", facts, whose=whose)

    def _send_payment_code(self, at: At, _form: Form) -> Answer:
        whose, view = self._payment(at)
        self.front.identity.confirmation.send_code(view, whose, at.visit.ip)
        return Next()

    def _confirm(self, at: At, form: Form) -> Answer:
        whose, view = self._payment(at)
        self.front.identity.confirmation.confirm(
            self.front.teller, at.link, view, whose, form.get("otp", "")
        )
        page = Page("done.html", {"what": "sent", "transfer": view}, whose=whose)
        return Done(page)

    def _cancel(self, at: At, _form: Form) -> Answer:
        whose, view = self._payment(at)
        self.front.identity.confirmation.cancel(
            self.front.teller, view, whose, self.front.words
        )
        page = Page("done.html", {"what": "cancelled", "transfer": view}, whose=whose)
        return Done(page)

    def _show_not_me(self, at: At) -> Page:
        return Page("not_me.html", whose=customer_of(self.front, at))

    def _freeze(self, at: At, _form: Form) -> Answer:
        whose = customer_of(self.front, at)
        self.front.identity.confirmation.not_me(at.link, whose, self.front.words)
        return Done(Page("done.html", {"what": "frozen"}), signs_out=True)

    def _payment(self, at: At) -> tuple[Enrolment, TransferView]:
        whose = customer_of(self.front, at)
        view = self.front.identity.confirmation.view(self.front.teller, at.link, whose)
        return whose, view
