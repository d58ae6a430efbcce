"""Confirming a payment on the page: what was shown, one code, and that is done."""

from dataclasses import dataclass

from banking.domain import masking
from banking.domain.challenge import SmsWords
from banking.domain.link import Link
from banking.domain.page_refusals import LinkDead
from banking.ports.confirmation import ConfirmationDesk, TransferView
from banking.ports.gateway import Words
from banking.ports.identity import Enrolment
from banking.ports.unit_of_work import Tx, UnitOfWork
from banking.services.links import Links
from banking.services.notices import tell
from banking.services.otp import Otp
from banking.services.token_validity import Sessions

_PURPOSE = "payment"


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmation:
    uow: UnitOfWork
    otp: Otp
    links: Links
    sessions: Sessions

    def view(
        self, teller: ConfirmationDesk, link: Link, enrolment: Enrolment
    ) -> TransferView:
        """What is to be confirmed. Raises LinkDead for what is not this customer's."""
        view = teller.confirmation(link.subject or "", enrolment.id)
        if view is None:
            raise LinkDead
        return view

    def send_code(self, view: TransferView, enrolment: Enrolment, ip: str) -> None:
        """Send a code whose text names amount and payee. Raises as Otp.send."""
        self._open(view, enrolment)
        self.otp.send(view.id, ip)

    def confirm(
        self,
        teller: ConfirmationDesk,
        link: Link,
        view: TransferView,
        enrolment: Enrolment,
        code: str,
    ) -> None:
        """Spend a try; a right code authorises and uses the link up, in one commit.

        Raises as Otp.verify, and whatever the teller refuses with.
        """
        self._open(view, enrolment)

        def authorise(tx: Tx) -> None:
            self.links.use_up(tx, link)
            teller.authorise(tx, view.id, enrolment.id)

        self.otp.verify(view.id, code, view.binding, then=authorise)

    def cancel(
        self,
        teller: ConfirmationDesk,
        view: TransferView,
        enrolment: Enrolment,
        words: Words,
    ) -> None:
        """Cancel the payment and say so in the chat, where its button still stands.

        Raises whatever the teller refuses with.
        """
        teller.cancel(view.id, enrolment.id)
        payee = f"{view.payee_shown} {view.payee_account_masked}"
        facts = {"amount": str(view.amount), "payee": payee}
        with self.uow() as tx:
            tell(tx, words, enrolment.id, "utter_transfer_cancelled", **facts)
            tx.commit()

    def not_me(self, link: Link, enrolment: Enrolment, words: Words) -> None:
        """The person at the page says that it was not them: stop everything."""
        with self.uow() as tx:
            tx.audit.record(
                "account_frozen_by_customer",
                enrolment_id=enrolment.id,
                conversation_id=link.conversation_id,
            )
            self.sessions.freeze(tx, enrolment.id, by="customer")
            tell(tx, words, enrolment.id, "utter_notice_frozen")
            tx.commit()

    def _open(self, view: TransferView, enrolment: Enrolment) -> None:
        """Open the challenge of this transfer, once; its id is the transfer's."""
        with self.uow() as tx:
            tx.enrolments.lock(enrolment.id)
            if tx.challenges.get(view.id) is not None:
                return
            payee = f"{view.payee_shown} {_short(view.payee_account_masked)}"
            self.otp.start(
                tx,
                challenge_id=view.id,
                purpose=_PURPOSE,
                enrolment_id=enrolment.id,
                phone=enrolment.phone,
                binding=view.binding,
                sms=SmsWords.payment(amount=str(view.amount), payee=payee),
            )
            tx.commit()


def _short(masked: str) -> str:
    """ "••4321" for "•••• 4321": a text message has little room."""
    return masking.account_in_sms("0000" + masked[-4:])
