"""The pages that ask for id and PIN."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from banking.domain.link import LinkPurpose
from banking.ports.identity import Enrolment
from banking.ports.unit_of_work import Tx
from banking.services.choosing import resume
from banking.web.front import Front
from banking.web.rendering import Page
from banking.web.step import SIGN_IN, Answer, At, Done, Form, Next, Step, pin_rule


@dataclass(frozen=True, slots=True)
class SigningIn:
    front: Front

    def steps(self) -> Mapping[tuple[LinkPurpose, str], Step]:
        alone = Step(
            self._show_sign_in, {"submit": self._sign_in, "forgot": self._forgot}
        )
        here = Step(self._show_sign_in, {"submit": self._sign_in_here})
        to_change = Step(self._show_sign_in, {"submit": self._sign_in_to_change})
        return {
            (LinkPurpose.SIGN_IN, ""): alone,
            (LinkPurpose.CONFIRM, SIGN_IN): here,
            (LinkPurpose.CHANGE_PIN, ""): to_change,
            (LinkPurpose.CHANGE_PIN, SIGN_IN): to_change,
            (LinkPurpose.STATEMENT_PASSPHRASE, ""): to_change,
            (LinkPurpose.STATEMENT_PASSPHRASE, SIGN_IN): to_change,
            (LinkPurpose.AUTHENTICATOR, ""): to_change,
            (LinkPurpose.AUTHENTICATOR, SIGN_IN): to_change,
        }

    def _show_sign_in(self, at: At) -> Page:
        facts = {
            "purpose": at.link.purpose.value,
            "typed": {},
            "pin": pin_rule(self.front),
        }
        return Page("sign_in.html", facts)

    def _sign_in(self, at: At, form: Form) -> Answer:
        def finish(tx: Tx, _enrolment: Enrolment) -> None:
            self.front.identity.links.use_up(tx, at.link)
            resume(tx, at.link.conversation_id)

        token = self._checked(at, form, finish)
        return Done(Page("done.html", {"what": "signed_in"}), token)

    def _sign_in_here(self, at: At, form: Form) -> Answer:
        return Next(self._checked(at, form, None))

    def _sign_in_to_change(self, at: At, form: Form) -> Answer:
        def begin(tx: Tx, enrolment: Enrolment) -> None:
            self.front.identity.self_service.begin(tx, at.link, enrolment)

        return Next(self._checked(at, form, begin))

    def _checked(
        self,
        at: At,
        form: Form,
        then: Callable[[Tx, Enrolment], None] | None,
    ) -> str:
        return self.front.identity.sign_in.sign_in(
            at.link,
            form.get("chat-id", ""),
            form.get("pin", ""),
            at.visit.ip,
            then=then,
        )

    def _forgot(self, at: At, _form: Form) -> Answer:
        self.front.identity.sign_in.forgot(at.link)
        return Done(Page("done.html", {"what": "reset_link_sent"}))
