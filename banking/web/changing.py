"""The pages on which a customer changes PIN, passphrase or authenticator."""

from collections.abc import Mapping
from dataclasses import dataclass

from banking.domain.link import LinkPurpose
from banking.web.front import Front
from banking.web.rendering import Page, qr_code
from banking.web.step import (
    Answer,
    At,
    Done,
    Form,
    Next,
    Step,
    code_page,
    customer_of,
    pin_rule,
    send_code,
)


@dataclass(frozen=True, slots=True)
class Changing:
    front: Front

    def steps(self) -> Mapping[tuple[LinkPurpose, str], Step]:
        code = Step(
            lambda at: code_page(self.front, at),
            {
                "send-code": lambda at, _form: send_code(self.front, at),
                "submit": self._check_own_code,
            },
            for_customer=True,
        )
        new_pin = Step(
            self._show_new_pin, {"submit": self._change_pin}, for_customer=True
        )
        passphrase = Step(
            self._show_passphrase,
            {"submit": self._change_passphrase},
            for_customer=True,
        )
        authenticator = Step(
            self._show_authenticator,
            {"submit": self._use_authenticator},
            for_customer=True,
        )
        return {
            (LinkPurpose.AUTHENTICATOR, "code"): code,
            (LinkPurpose.AUTHENTICATOR, "form"): authenticator,
            (LinkPurpose.CHANGE_PIN, "code"): code,
            (LinkPurpose.CHANGE_PIN, "form"): new_pin,
            (LinkPurpose.STATEMENT_PASSPHRASE, "code"): code,
            (LinkPurpose.STATEMENT_PASSPHRASE, "form"): passphrase,
        }

    def _check_own_code(self, at: At, form: Form) -> Answer:
        self.front.identity.self_service.check_code(at.link, form.get("otp", ""))
        return Next()

    def _show_new_pin(self, at: At) -> Page:
        return Page(
            "new_pin.html",
            {"pin": pin_rule(self.front)},
            whose=customer_of(self.front, at),
        )

    def _change_pin(self, at: At, form: Form) -> Answer:
        self.front.identity.self_service.change_pin(
            at.link,
            customer_of(self.front, at),
            form.get("pin", ""),
            form.get("pin-again", ""),
        )
        return Done(Page("done.html", {"what": "pin_changed"}), signs_out=True)

    def _show_passphrase(self, at: At) -> Page:
        return Page("passphrase.html", whose=customer_of(self.front, at))

    def _change_passphrase(self, at: At, form: Form) -> Answer:
        self.front.identity.self_service.change_passphrase(
            at.link, customer_of(self.front, at), form.get("passphrase", "")
        )
        return Done(Page("done.html", {"what": "passphrase_changed"}))

    def _show_authenticator(self, at: At) -> Page:
        whose = customer_of(self.front, at)
        shown = self.front.identity.self_service.authenticators.show(at.link, whose)
        facts = {
            "new": shown,
            "qr": qr_code(shown.uri),
            "replaces": whose.has_totp,
        }
        return Page("authenticator.html", facts, whose=whose)

    def _use_authenticator(self, at: At, form: Form) -> Answer:
        self.front.identity.self_service.authenticators.use(
            at.link, customer_of(self.front, at), form.get("authenticator-code", "")
        )
        return Done(
            Page("done.html", {"what": "authenticator_changed"}), signs_out=True
        )
