"""What a step of a page is: where a visitor stands, and what a button leads to."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from banking.domain import masking
from banking.domain.link import Link
from banking.domain.page_refusals import LinkDead
from banking.domain.session import Session
from banking.ports.identity import Enrolment
from banking.web.front import Front
from banking.web.rendering import Page
from banking.web.visits import Visit

SIGN_IN = "sign in first"


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
class Step:
    """How a step looks and what its buttons do."""

    show: Callable[[At], Page]
    buttons: Mapping[str, Callable[[At, Form], Answer]]
    for_customer: bool = False


def _dead(_at: At) -> Page:
    raise LinkDead


OVER = Step(_dead, {})


def customer_of(front: Front, at: At) -> Enrolment:
    """Who is signed in. Raises LinkDead."""
    if at.session is None:
        raise LinkDead
    with front.uow() as tx:
        enrolment = tx.enrolments.get(at.session.enrolment_id)
    if enrolment is None:
        raise LinkDead
    return enrolment


def pin_rule(front: Front) -> dict[str, object]:
    """What the page says of a PIN."""
    rule = front.identity.rules.pin
    return {"least": rule.least, "most": rule.most, "digits": rule.digits_only}


def code_page(front: Front, at: At) -> Page:
    """The page that asks for a code, sent already or not."""
    with front.uow() as tx:
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


def send_code(front: Front, at: At) -> "Next":
    """Send the code of this visit. Raises as CodeSending.send."""
    front.identity.otp.send(at.link.progress["challenge"], at.visit.ip)
    return Next()
