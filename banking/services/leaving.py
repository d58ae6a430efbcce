"""A customer leaves chat banking: nothing opens any more, and who it was is let go."""

from dataclasses import dataclass, replace

from banking.domain.masking import name as masked_name
from banking.ports.identity import EnrolmentStatus
from banking.ports.unit_of_work import UnitOfWork
from banking.services.code_unlocking import working_here
from banking.services.token_validity import Ended, Sessions


class LeavingRefused(Exception):
    """Why a customer's chat banking stays as it is; nothing was changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaving:
    uow: UnitOfWork
    sessions: Sessions

    def leave(self, customer_number: str, *, by: str) -> str:
        """Close a customer's chat banking; return their masked name.

        Chats, payees, name, number, PIN and authenticator go at once; messages and
        what is known of conversations go with their time. Transfers, documents and
        the security log stay, as a bank has to keep them. Who registers again begins
        anew. Raises LeavingRefused or StaffUnknown.
        """
        with self.uow() as tx:
            member = working_here(tx, by)
            known = tx.enrolments.by_customer(customer_number)
            enrolment = tx.enrolments.lock(known.id) if known else None
            if enrolment is None or enrolment.status is EnrolmentStatus.CLOSED:
                raise LeavingRefused(f"no customer {customer_number} banks by chat")
            if enrolment.status is EnrolmentStatus.FROZEN:
                # Registering again would open it.
                raise LeavingRefused(f"{customer_number} is frozen")
            chats = tx.conversations.of_enrolment(enrolment.id)
            self.sessions.kill(tx, enrolment.id, Ended.LEFT)
            for chat in chats:
                tx.parked.take(chat.id)
                tx.conversations.forget_identity(chat.id)
            for payee in tx.payees.of(enrolment.id):
                tx.payees.remove(enrolment.id, payee.id)
            tx.enrolments.set_totp(enrolment.id, None)
            tx.enrolments.set_safe_phrase(enrolment.id, None)
            gone = replace(
                enrolment, name="", chat_id="", phone="", status=EnrolmentStatus.CLOSED
            )
            tx.enrolments.renew(gone, pin_hash="")
            tx.audit.record(
                "enrolment_closed", enrolment_id=enrolment.id, staff=member.id
            )
            tx.commit()
        return masked_name(enrolment.name)
