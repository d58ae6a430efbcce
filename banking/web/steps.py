"""The steps of each kind of page: what is shown, and what a button does.

A step shows from what the server remembers of the visit, never from what the form
says about itself.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from banking.domain import masking
from banking.domain.link import Link, LinkPurpose
from banking.domain.page_refusals import (
    LinkDead,
    PageRefusal,
    TooManyFromHere,
)
from banking.domain.refusals import Refusal
from banking.domain.session import Session
from banking.ports.identity import Enrolment, TransferView
from banking.ports.unit_of_work import Tx
from banking.services.registration import resume
from banking.web.front import Front
from banking.web.rendering import Page, qr_code
from banking.web.visits import Visit

_STATUS = {TooManyFromHere: 429, LinkDead: 410}
_UNPROCESSABLE = 422
_AWAITING = "awaiting"
_SIGN_IN = "sign in first"
_TYPED_AND_KEPT = ("date-of-birth", "account-digits", "chat-id", "safe-phrase")


@dataclass(frozen=True, slots=True)
class At:
    """Where a visitor stands: the link, the customer's session if any, the browser."""

    link: Link
    visit: Visit
    session: Session | None = None


@dataclass(frozen=True, slots=True)
class Next:
    """On to the next step of the same link."""

    token: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Done:
    """The last step is done. `token` is a fresh session for the cookie."""

    page: Page
    token: str | None = field(default=None, repr=False)
    signs_out: bool = False


type Form = Mapping[str, str]
type Answer = Page | Next | Done


@dataclass(frozen=True, slots=True)
class _Step:
    """How a step looks and what its buttons do."""

    show: Callable[[At], Page]
    buttons: Mapping[str, Callable[[At, Form], Answer]]
    for_customer: bool = False


def _dead(_at: At) -> Page:
    raise LinkDead


_OVER = _Step(_dead, {})


@dataclass(frozen=True, slots=True)
class Steps:
    front: Front

    def show(self, at: At) -> Page:
        """The page of the step this visit has come to."""
        return self._step(at).show(at)

    def act(self, at: At, button: str, form: Form) -> Answer:
        """Do what a button asks; a refusal shows the same step with its words."""
        step = self._step(at)
        chosen = step.buttons.get(button)
        if chosen is None:
            return step.show(at)
        try:
            return chosen(at, form)
        except LinkDead:
            raise
        except PageRefusal as refusal:
            return self._refused(step.show(at), refusal, form)
        except Refusal as refusal:
            return self._teller_refused(at, refusal)

    def _step(self, at: At) -> "_Step":
        """Where the visit stands; a step that needs the customer starts with them."""
        table = self._steps()
        known = table.get((at.link.purpose, at.link.progress.get("step", "")))
        if known is None:
            raise LinkDead
        if known.for_customer and at.session is None:
            return table[at.link.purpose, _SIGN_IN]
        return known

    def _steps(self) -> Mapping[tuple[LinkPurpose, str], "_Step"]:
        proof = _Step(self._show_proof, {"submit": self._prove})
        proof_code = _Step(
            self._show_code,
            {"send-code": self._send_code, "submit": self._check_registration_code},
        )
        credentials = _Step(self._show_credentials, {"submit": self._choose})
        extras = _Step(
            self._show_extras, {"submit": self._choose_extras}, for_customer=True
        )
        sign_in = _Step(
            self._show_sign_in, {"submit": self._sign_in, "forgot": self._forgot}
        )
        sign_in_here = _Step(self._show_sign_in, {"submit": self._sign_in_here})
        sign_in_to_change = _Step(
            self._show_sign_in, {"submit": self._sign_in_to_change}
        )
        confirm = _Step(
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
        own_code = _Step(
            self._show_code,
            {"send-code": self._send_code, "submit": self._check_own_code},
            for_customer=True,
        )
        new_pin = _Step(
            self._show_new_pin, {"submit": self._change_pin}, for_customer=True
        )
        passphrase = _Step(
            self._show_passphrase,
            {"submit": self._change_passphrase},
            for_customer=True,
        )
        p = LinkPurpose
        return {
            (p.REGISTER, ""): proof,
            (p.REGISTER, "code"): proof_code,
            (p.REGISTER, "credentials"): credentials,
            (p.REGISTER, "extras"): extras,
            (p.REGISTER, _SIGN_IN): _OVER,
            (p.RESET_PIN, ""): proof,
            (p.RESET_PIN, "code"): proof_code,
            (p.RESET_PIN, "credentials"): credentials,
            (p.SIGN_IN, ""): sign_in,
            (p.CONFIRM, ""): confirm,
            (p.CONFIRM, _SIGN_IN): sign_in_here,
            (p.CHANGE_PIN, ""): sign_in_to_change,
            (p.CHANGE_PIN, _SIGN_IN): sign_in_to_change,
            (p.CHANGE_PIN, "code"): own_code,
            (p.CHANGE_PIN, "form"): new_pin,
            (p.STATEMENT_PASSPHRASE, ""): sign_in_to_change,
            (p.STATEMENT_PASSPHRASE, _SIGN_IN): sign_in_to_change,
            (p.STATEMENT_PASSPHRASE, "code"): own_code,
            (p.STATEMENT_PASSPHRASE, "form"): passphrase,
        }

    # --- registration and the forgotten PIN ---------------------------------------

    def _show_proof(self, at: At) -> Page:
        return Page("proof.html", {"purpose": at.link.purpose.value, "typed": {}})

    def _prove(self, at: At, form: Form) -> Answer:
        self.front.identity.registration.prove(
            at.link, form.get("date-of-birth", ""), form.get("account-digits", "")
        )
        return Next()

    def _show_code(self, at: At) -> Page:
        with self.front.uow() as tx:
            challenge = tx.challenges.get(at.link.progress["challenge"])
            whose = (
                tx.enrolments.get(challenge.enrolment_id)
                if challenge and challenge.enrolment_id
                else None
            )
        if challenge is None:
            raise LinkDead
        facts = {
            "purpose": at.link.purpose.value,
            "phone": masking.phone(challenge.phone),
            "sent": challenge.code_mac is not None,
            "has_authenticator": bool(whose and whose.has_totp),
        }
        return Page("code.html", facts, whose=whose if at.session else None)

    def _send_code(self, at: At, _form: Form) -> Answer:
        self.front.identity.otp.send(at.link.progress["challenge"], at.visit.ip)
        return Next()

    def _check_registration_code(self, at: At, form: Form) -> Answer:
        self.front.identity.registration.check_code(at.link, form.get("otp", ""))
        return Next()

    def _show_credentials(self, at: At) -> Page:
        return Page(
            "credentials.html",
            {"purpose": at.link.purpose.value, "typed": {}, "pin": self._pin_rule()},
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
            extras = self.front.identity.registration.extras(tx, at.link)
            whose = tx.enrolments.get(at.link.progress["enrolment"])
        facts = {"extras": extras, "qr": qr_code(extras.totp_uri), "typed": {}}
        return Page("extras.html", facts, whose=whose)

    def _choose_extras(self, at: At, form: Form) -> Answer:
        typed = {
            "passphrase": form.get("passphrase", ""),
            "safe_phrase": form.get("safe-phrase", ""),
            "authenticator_code": form.get("authenticator-code", ""),
        }
        self.front.identity.registration.choose_extras(at.link, typed)
        return Done(Page("done.html", {"what": "registered"}))

    # --- signing in ---------------------------------------------------------------

    def _show_sign_in(self, at: At) -> Page:
        facts = {
            "purpose": at.link.purpose.value,
            "typed": {},
            "pin": self._pin_rule(),
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

    # --- confirming a payment -----------------------------------------------------

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
        self.front.teller.cancel(view.id, whose.id)
        page = Page("done.html", {"what": "cancelled", "transfer": view}, whose=whose)
        return Done(page)

    def _show_not_me(self, at: At) -> Page:
        return Page("not_me.html", whose=self._customer(at))

    def _freeze(self, at: At, _form: Form) -> Answer:
        whose = self._customer(at)
        self.front.identity.confirmation.not_me(at.link, whose, self.front.words)
        return Done(Page("done.html", {"what": "frozen"}), signs_out=True)

    # --- changing PIN and passphrase ----------------------------------------------

    def _check_own_code(self, at: At, form: Form) -> Answer:
        self.front.identity.self_service.check_code(at.link, form.get("otp", ""))
        return Next()

    def _show_new_pin(self, at: At) -> Page:
        return Page("new_pin.html", {"pin": self._pin_rule()}, whose=self._customer(at))

    def _change_pin(self, at: At, form: Form) -> Answer:
        self.front.identity.self_service.change_pin(
            at.link, self._customer(at), form.get("pin", ""), form.get("pin-again", "")
        )
        return Done(Page("done.html", {"what": "pin_changed"}), signs_out=True)

    def _show_passphrase(self, at: At) -> Page:
        return Page("passphrase.html", whose=self._customer(at))

    def _change_passphrase(self, at: At, form: Form) -> Answer:
        self.front.identity.self_service.change_passphrase(
            at.link, self._customer(at), form.get("passphrase", "")
        )
        return Done(Page("done.html", {"what": "passphrase_changed"}))

    # --- what they share ----------------------------------------------------------

    def _customer(self, at: At) -> Enrolment:
        if at.session is None:
            raise LinkDead
        with self.front.uow() as tx:
            enrolment = tx.enrolments.get(at.session.enrolment_id)
        if enrolment is None:
            raise LinkDead
        return enrolment

    def _payment(self, at: At) -> tuple[Enrolment, TransferView]:
        whose = self._customer(at)
        view = self.front.identity.confirmation.view(
            self.front.teller, at.link, whose
        )
        return whose, view

    def _pin_rule(self) -> dict[str, object]:
        rule = self.front.identity.rules.pin
        return {"least": rule.least, "most": rule.most, "digits": rule.digits_only}

    def _refused(self, page: Page, refusal: PageRefusal, form: Form) -> Page:
        status = _STATUS.get(type(refusal), _UNPROCESSABLE)
        facts = dict(page.facts)
        if "typed" in facts:
            # Kept for correcting; a PIN or code never comes back.
            facts["typed"] = {name: form.get(name, "") for name in _TYPED_AND_KEPT}
        return Page(page.template, facts, status, refusal, whose=page.whose)

    def _teller_refused(self, at: At, refusal: Refusal) -> Page:
        said = self.front.words.say(
            f"utter_refused_{refusal.code}", **refusal.facts()
        )
        words = " ".join(
            body for bubble in said if (body := getattr(bubble, "body", ""))
        )
        whose = self._customer(at) if at.session else None
        return Page(
            "over.html", {"state": ""}, _UNPROCESSABLE, words=words, whose=whose
        )
