"""What registration and self-service share: choosing a PIN, going on in the chat."""

import uuid

from banking.domain.credential import Known, pin_problem
from banking.domain.customer import CoreCustomer
from banking.domain.page_refusals import PinRefused, PinsDiffer
from banking.ports.identity import Enrolment, Hasher
from banking.ports.unit_of_work import Tx
from banking.services.identity_rules import IdentityRules

PROOF = "proof"


def resume(tx: Tx, conversation_id: str) -> None:
    """Go on with what was asked before the page, in the chat's own order."""
    tx.defer(
        "resume",
        lock=f"turn:{conversation_id}",
        conversation_id=conversation_id,
        message_id=uuid.uuid4().hex,
    )


def require_pin(rules: IdentityRules, pin: str, again: str, known: Known) -> None:
    """Raises PinsDiffer or PinRefused."""
    if pin != again:
        raise PinsDiffer
    problem = pin_problem(pin, rules.pin, known)
    if problem is not None:
        raise PinRefused(problem.value)


def known_of(customer: CoreCustomer, accounts: list[str], chat_id: str) -> Known:
    """What others may know of this customer."""
    return Known(
        birth=customer.date_of_birth,
        phone=customer.phone,
        customer_number=customer.customer_number,
        chat_id=chat_id,
        account_numbers=tuple(accounts),
        names=(customer.name,),
    )


def proof_of(hasher: Hasher, phone: str) -> str:
    """The name under which proofs are counted: no list of numbers can be made of it."""
    return f"phone:{hasher.place(f'proof {phone}')}"


def clear_tries(tx: Tx, hasher: Hasher, enrolment: Enrolment) -> None:
    """A full proof ends the pauses of PIN and proof; codes have their own count."""
    for subject, factor in (
        (f"enrolment:{enrolment.id}", "pin"),
        (proof_of(hasher, enrolment.phone), PROOF),
    ):
        tx.attempts.save(tx.attempts.lock(subject, factor).cleared())
