"""The pages of registration and of the forgotten PIN."""

from collections.abc import Mapping
from dataclasses import dataclass

from banking.domain.link import LinkPurpose
from banking.web.front import Front
from banking.web.rendering import Page, qr_code
from banking.web.step import (
    OVER,
    SIGN_IN,
    Answer,
    At,
    Done,
    Form,
    Next,
    Step,
    code_page,
    pin_rule,
    send_code,
)


@dataclass(frozen=True, slots=True)
class Joining:
    front: Front

    def steps(self) -> Mapping[tuple[LinkPurpose, str], Step]:
        proof = Step(self._show_proof, {"submit": self._prove})
        code = Step(
            lambda at: code_page(self.front, at),
            {
                "send-code": lambda at, _form: send_code(self.front, at),
                "submit": self._check_code,
            },
        )
        # Not "submit": going back and sending this form again must not be taken for
        # the next page, whose fields may all be empty.
        credentials = Step(self._show_credentials, {"choose": self._choose})
        extras = Step(
            self._show_extras, {"submit": self._choose_extras}, for_customer=True
        )
        return {
            (LinkPurpose.REGISTER, ""): proof,
            (LinkPurpose.REGISTER, "code"): code,
            (LinkPurpose.REGISTER, "credentials"): credentials,
            (LinkPurpose.REGISTER, "extras"): extras,
            (LinkPurpose.REGISTER, SIGN_IN): OVER,
            (LinkPurpose.RESET_PIN, ""): proof,
            (LinkPurpose.RESET_PIN, "code"): code,
            (LinkPurpose.RESET_PIN, "credentials"): credentials,
        }

    def _show_proof(self, at: At) -> Page:
        return Page("proof.html", {"purpose": at.link.purpose.value, "typed": {}})

    def _prove(self, at: At, form: Form) -> Answer:
        self.front.identity.registration.prove(
            at.link, form.get("date-of-birth", ""), form.get("account-digits", "")
        )
        return Next()

    def _check_code(self, at: At, form: Form) -> Answer:
        self.front.identity.registration.check_code(at.link, form.get("otp", ""))
        return Next()

    def _show_credentials(self, at: At) -> Page:
        return Page(
            "credentials.html",
            {
                "purpose": at.link.purpose.value,
                "typed": {},
                "pin": pin_rule(self.front),
            },
        )

    def _choose(self, at: At, form: Form) -> Answer:
        token = self.front.identity.registration.choose(
            at.link,
            form.get("chat-id", ""),
            form.get("pin", ""),
            form.get("pin-again", ""),
        )
        if at.link.purpose is LinkPurpose.RESET_PIN:
            return Done(Page("done.html", {"what": "pin_reset"}), token)
        return Next(token)

    def _show_extras(self, at: At) -> Page:
        with self.front.uow() as tx:
            extras = self.front.identity.registration.extras.show(tx, at.link)
            whose = tx.enrolments.get(at.link.progress["enrolment"])
        facts = {"extras": extras, "qr": qr_code(extras.totp_uri), "typed": {}}
        return Page("extras.html", facts, whose=whose)

    def _choose_extras(self, at: At, form: Form) -> Answer:
        typed = {
            "passphrase": form.get("passphrase", ""),
            "safe_phrase": form.get("safe-phrase", ""),
            "authenticator_code": form.get("authenticator-code", ""),
        }
        self.front.identity.registration.extras.choose(at.link, typed)
        return Done(Page("done.html", {"what": "registered"}))
