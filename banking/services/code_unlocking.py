"""Opening codes again that too many wrong ones have closed: a person's decision.

Whoever does it has made sure at the bank who is asking, and a second person agrees;
the security log keeps both.
"""

from dataclasses import dataclass

from banking.domain.masking import name as masked_name
from banking.domain.staff import StaffMember, StaffUnknown
from banking.ports.gateway import Words
from banking.ports.unit_of_work import Tx, UnitOfWork
from banking.services.code_sending import FACTOR
from banking.services.notices import tell


class UnlockRefused(Exception):
    """Why codes stay as they are; nothing was changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeUnlocking:
    uow: UnitOfWork
    words: Words

    def unlock(self, customer_number: str, *, by: str, seen_by: str) -> str:
        """Open a customer's codes, and say so in the chat; the masked name.

        Only what is closed for good: a pause ends by itself. Raises UnlockRefused or
        StaffUnknown.
        """
        with self.uow() as tx:
            staff = working_here(tx, by)
            second = working_here(tx, seen_by)
            if staff.id == second.id:
                raise UnlockRefused("a second person has to agree")
            enrolment = tx.enrolments.by_customer(customer_number)
            if enrolment is None or tx.enrolments.lock(enrolment.id) is None:
                raise UnlockRefused(f"no customer {customer_number} banks by chat")
            tries = tx.attempts.lock(f"customer:{customer_number}", FACTOR)
            if not tries.closed:
                raise UnlockRefused(f"codes of {customer_number} are not closed")
            tx.attempts.save(tries.cleared())
            tx.audit.record(
                "codes_unlocked",
                enrolment_id=enrolment.id,
                staff=staff.id,
                seen_by=second.id,
            )
            tell(tx, self.words, enrolment.id, "utter_notice_codes_unlocked")
            tx.commit()
        return masked_name(enrolment.name)


def working_here(tx: Tx, name: str) -> StaffMember:
    """The member of staff who signs an act. Raises StaffUnknown."""
    member = tx.staff.by_name(name)
    if member is None or not (member.enabled and member.enrolled):
        raise StaffUnknown(name)
    return member
