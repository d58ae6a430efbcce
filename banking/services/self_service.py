"""What a signed-in customer changes on a page: PIN, passphrase, authenticator.

All need the session, which took the old PIN, and a fresh code beside it.
"""

import uuid
from dataclasses import dataclass

from banking.domain.challenge import SmsWords
from banking.domain.credential import Known, passphrase_fits
from banking.domain.link import Link, LinkPurpose
from banking.domain.page_refusals import BankAway, LinkDead, PassphraseRefused
from banking.ports.core_banking import CoreBanking, CoreUnreachable
from banking.ports.gateway import Words
from banking.ports.identity import Enrolment, Hasher
from banking.ports.unit_of_work import Tx, UnitOfWork
from banking.services.authenticators import Authenticators
from banking.services.choosing import clear_tries, known_of, require_pin
from banking.services.identity_rules import IdentityRules
from banking.services.links import Links
from banking.services.notices import tell
from banking.services.otp import Otp
from banking.services.token_validity import Ended, Sessions

_SMS = {
    LinkPurpose.CHANGE_PIN: "change_pin",
    LinkPurpose.STATEMENT_PASSPHRASE: "passphrase",
    LinkPurpose.AUTHENTICATOR: "authenticator",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SelfService:
    uow: UnitOfWork
    rules: IdentityRules
    core: CoreBanking
    hasher: Hasher
    otp: Otp
    sessions: Sessions
    links: Links
    authenticators: Authenticators
    words: Words

    def begin(self, tx: Tx, link: Link, enrolment: Enrolment) -> Link:
        """Open the challenge of this visit."""
        challenge_id = uuid.uuid4().hex
        self.otp.start(
            tx,
            challenge_id=challenge_id,
            purpose=link.purpose.value,
            enrolment_id=enrolment.id,
            phone=enrolment.phone,
            binding=link.token_sha256,
            sms=SmsWords(_SMS[link.purpose]),
        )
        return self.links.keep(tx, link, {"step": "code", "challenge": challenge_id})

    def check_code(self, link: Link, code: str) -> None:
        """Spend a try; a right code opens the form. Raises as Otp.verify."""
        progress = {"step": "form", **self.authenticators.pending(link)}
        self.otp.verify(
            link.progress["challenge"],
            code,
            link.token_sha256,
            then=lambda tx: self.links.keep(tx, link, progress),
        )

    def change_pin(
        self, link: Link, enrolment: Enrolment, pin: str, again: str
    ) -> None:
        """Set the new PIN; every session, link and open confirmation ends.

        Raises PinsDiffer, PinRefused, BankAway or LinkDead.
        """
        require_pin(self.rules, pin, again, self._known(enrolment))
        pin_hash = self.hasher.hash_pin(pin)
        with self.uow() as tx:
            tx.enrolments.lock(enrolment.id)
            tx.enrolments.set_pin_hash(enrolment.id, pin_hash)
            tx.audit.record("pin_changed", enrolment_id=enrolment.id, by="old PIN")
            clear_tries(tx, self.hasher, enrolment)
            self.sessions.kill(
                tx, enrolment.id, Ended.PIN_CHANGED, but_link=link.token_sha256
            )
            self.links.use_up(tx, link)
            tell(tx, self.words, enrolment.id, "utter_notice_pin_changed")
            tx.commit()
        self.otp.sending.notify(enrolment.phone, "pin_changed")

    def change_passphrase(self, link: Link, enrolment: Enrolment, chosen: str) -> None:
        """Set the passphrase of documents from now on. Raises PassphraseRefused."""
        if not passphrase_fits(chosen, (enrolment.name, enrolment.chat_id)):
            raise PassphraseRefused
        with self.uow() as tx:
            self.links.use_up(tx, link)
            tx.enrolments.set_passphrase(enrolment.id, chosen)
            tx.audit.record("passphrase_changed", enrolment_id=enrolment.id)
            tx.commit()

    def _known(self, enrolment: Enrolment) -> Known:
        try:
            customer = self.core.customer(enrolment.customer_number)
            accounts = self.core.accounts(enrolment.customer_number)
        except CoreUnreachable:
            raise BankAway from None
        if customer is None:
            raise LinkDead
        return known_of(customer, [a.number for a in accounts], enrolment.chat_id)
