"""The steps of each kind of page: what is shown, and what a button does.

A step shows from what the server remembers of the visit, never from what the form
says about itself.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from banking.domain.link import LinkPurpose
from banking.domain.page_refusals import LinkDead, PageRefusal, TooManyFromHere
from banking.domain.refusals import Refusal
from banking.web.changing import Changing
from banking.web.confirming import Confirming
from banking.web.front import Front
from banking.web.joining import Joining
from banking.web.rendering import Page
from banking.web.signing_in import SigningIn
from banking.web.step import SIGN_IN, Answer, At, Form, Step, customer_of

_STATUS = {TooManyFromHere: 429, LinkDead: 410}
_UNPROCESSABLE = 422
_TYPED_AND_KEPT = ("date-of-birth", "account-digits", "chat-id", "safe-phrase")


@dataclass(frozen=True, slots=True)
class Steps:
    front: Front
    table: Mapping[tuple[LinkPurpose, str], Step]

    @classmethod
    def of(cls, front: Front) -> Self:
        """Gather the steps of every kind of page."""
        parts = (Joining, SigningIn, Confirming, Changing)
        return cls(
            front, {k: v for part in parts for k, v in part(front).steps().items()}
        )

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

    def _step(self, at: At) -> Step:
        """Where the visit stands; a step that needs the customer starts with them."""
        known = self.table.get((at.link.purpose, at.link.progress.get("step", "")))
        if known is None:
            raise LinkDead
        if known.for_customer and at.session is None:
            return self.table[at.link.purpose, SIGN_IN]
        return known

    def _refused(self, page: Page, refusal: PageRefusal, form: Form) -> Page:
        status = _STATUS.get(type(refusal), _UNPROCESSABLE)
        facts = dict(page.facts)
        if "typed" in facts:
            # Kept for correcting; a PIN or code never comes back.
            facts["typed"] = {name: form.get(name, "") for name in _TYPED_AND_KEPT}
        return Page(page.template, facts, status, refusal, whose=page.whose)

    def _teller_refused(self, at: At, refusal: Refusal) -> Page:
        said = self.front.words.say(f"utter_refused_{refusal.code}", **refusal.facts())
        words = " ".join(
            body for bubble in said if (body := getattr(bubble, "body", ""))
        )
        whose = customer_of(self.front, at) if at.session else None
        return Page(
            "over.html", {"state": ""}, _UNPROCESSABLE, words=words, whose=whose
        )
