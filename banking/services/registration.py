"""Registration, and the forgotten PIN, which repeats it: proof, code, id and PIN.

The chat's own number must be the registered mobile number of a customer. What a
customer knows (date of birth, account digits) only counts beside a code sent to
that number.
"""

import re
import uuid
from dataclasses import dataclass
from datetime import date

from banking.domain.challenge import SmsWords
from banking.domain.credential import new_passphrase, read_chat_id
from banking.domain.customer import CoreCustomer
from banking.domain.link import Link, LinkPurpose
from banking.domain.page_refusals import (
    BankAway,
    ChatIdRefused,
    LinkDead,
    ProofPaused,
    ProofUnreadable,
    ProofWrong,
)
from banking.ports.core_banking import CoreBanking, CoreUnreachable
from banking.ports.gateway import Words
from banking.ports.identity import Clock, Enrolment, EnrolmentStatus, Hasher
from banking.ports.unit_of_work import Tx, UnitOfWork
from banking.services.choosing import (
    PROOF,
    clear_tries,
    known_of,
    proof_of,
    require_pin,
    resume,
)
from banking.services.extras import Extras
from banking.services.identity_rules import IdentityRules
from banking.services.links import Links
from banking.services.notices import tell
from banking.services.otp import Otp
from banking.services.token_validity import Ended, Sessions

_DIGITS = re.compile(r"[0-9]{4}")
_NOBODY = "0000000000"  # asked for when there is no customer, so that it takes as long


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    uow: UnitOfWork
    clock: Clock
    rules: IdentityRules
    core: CoreBanking
    hasher: Hasher
    otp: Otp
    sessions: Sessions
    links: Links
    extras: Extras
    words: Words

    # --- step 1: proof of person ---

    def prove(self, link: Link, born: str, digits: str) -> Link:
        """Compare what was typed with what the bank knows of this chat's number.

        The answer for a number that is no customer's is the same as for wrong
        details. Raises ProofUnreadable, ProofWrong, ProofPaused or BankAway.
        """
        birth, digits = _read_date(born), digits.strip()
        if birth is None or not _DIGITS.fullmatch(digits):
            raise ProofUnreadable
        with self.uow() as tx:
            conversation = tx.conversations.get(link.conversation_id)
            phone = (conversation and conversation.phone) or ""
            # Whoever is paused does not keep the core busy either.
            counted = proof_of(self.hasher, phone or link.conversation_id)
            tries = tx.attempts.lock(counted, PROOF)
            if tries.blocked(self.clock.now()):
                raise ProofPaused
        customer, accounts = self._known_by(phone)
        fits = (
            customer is not None
            and customer.active
            and birth == customer.date_of_birth
            and any(account.endswith(digits) for account in accounts)
        )
        with self.uow() as tx:
            tries = tx.attempts.lock(counted, PROOF)
            if tries.blocked(self.clock.now()):
                raise ProofPaused
            if customer is None or not fits:
                tries = tries.failed(self.clock.now(), self.rules.proof_tries)
                tx.attempts.save(tries)
                paused = tries.blocked(self.clock.now())
                event = "proof_blocked" if paused else "proof_wrong"
                tx.audit.record(event, conversation_id=link.conversation_id)
                tx.commit()
                raise (
                    ProofPaused
                    if paused
                    else ProofWrong(tries.left(self.rules.proof_tries))
                )
            link = self._proven(tx, link, customer)
            tx.commit()
        return link

    def _known_by(self, phone: str) -> tuple[CoreCustomer | None, list[str]]:
        try:
            customer = self.core.customer_by_phone(phone)
            number = customer.customer_number if customer else _NOBODY
            return customer, [a.number for a in self.core.accounts(number)]
        except CoreUnreachable:
            raise BankAway from None

    def _proven(self, tx: Tx, link: Link, customer: CoreCustomer) -> Link:
        enrolment = tx.enrolments.by_customer(customer.customer_number)
        if enrolment and enrolment.status is EnrolmentStatus.FROZEN:
            raise ProofPaused  # only a person at the bank opens it again
        challenge_id = uuid.uuid4().hex
        resetting = link.purpose is LinkPurpose.RESET_PIN
        self.otp.start(
            tx,
            challenge_id=challenge_id,
            purpose=link.purpose.value,
            enrolment_id=enrolment.id if enrolment else None,
            customer_number=customer.customer_number,
            phone=customer.phone,
            binding=link.token_sha256,
            sms=SmsWords(
                "reset_pin" if resetting else "registration", {"channel": "WhatsApp"}
            ),
        )
        tx.audit.record("proof_passed", conversation_id=link.conversation_id)
        return self.links.keep(
            tx,
            link,
            {
                "step": "code",
                "challenge": challenge_id,
                "customer": customer.customer_number,
            },
        )

    # --- step 2: the code ---

    def check_code(self, link: Link, code: str) -> None:
        """Spend a try; a right code opens the next step. Raises as Otp.verify."""
        progress = {**link.progress, "step": "credentials"}
        self.otp.verify(
            link.progress["challenge"],
            code,
            link.token_sha256,
            then=lambda tx: self.links.keep(tx, link, progress),
        )

    # --- step 3: id and PIN ---

    def choose(self, link: Link, chat_id: str, pin: str, again: str) -> str:
        """Enrol the customer and sign them in; return the session's token.

        The same form a second time gives the browser that lost the first answer
        another token, and changes nothing. Raises ChatIdRefused, PinsDiffer,
        PinRefused, BankAway, LinkDead or ProofPaused.
        """
        with self.uow() as tx:
            conversation = tx.conversations.get(link.conversation_id)
        phone = (conversation and conversation.phone) or ""
        customer, accounts = self._known_by(phone)
        # The number may have changed hands since the proof, or the bank its mind.
        if (
            customer is None
            or not customer.active
            or customer.customer_number != link.progress["customer"]
        ):
            raise LinkDead
        name = read_chat_id(chat_id)
        if name is None or name in (customer.customer_number.casefold(), phone):
            raise ChatIdRefused
        require_pin(self.rules, pin, again, known_of(customer, accounts, name))
        pin_hash = self.hasher.hash_pin(pin)
        with self.uow() as tx:
            # One at a time: forms are sent twice, and two links may be open.
            tx.attempts.lock_bucket(f"enrol:{customer.customer_number}")
            done = self._chosen_before(tx, link, pin)
            enrolment = done or self._enrol(tx, customer, accounts[0], name, pin_hash)
            if done is None:
                self._bind(tx, link, enrolment)
            bound = tx.conversations.get(link.conversation_id)
            if bound is None:
                raise LinkDead
            token = self.sessions.open(tx, enrolment, bound)
            if done is None:
                self._after_choice(tx, link, enrolment)
            tx.commit()
        if done is not None:
            return token
        if enrolment.lowered_until is not None:
            self.otp.sending.notify(enrolment.phone, "pin_changed")
        return token

    def _chosen_before(self, tx: Tx, link: Link, pin: str) -> Enrolment | None:
        """Whom another request of this page has just enrolled with this PIN.

        None where this request is the first. Raises LinkDead.
        """
        here = tx.links.get(link.token_sha256)
        if here is None or not here.open_to(link.claimed_by or "", self.clock.now()):
            raise LinkDead
        if here.progress == link.progress:
            return None
        enrolment = tx.enrolments.get(here.progress.get("enrolment", ""))
        if enrolment is None or not enrolment.active:
            raise LinkDead
        if not self.hasher.pin_matches(tx.enrolments.pin_hash(enrolment.id), pin):
            raise LinkDead
        return enrolment

    def _enrol(
        self,
        tx: Tx,
        customer: CoreCustomer,
        main_account: str,
        chat_id: str,
        pin_hash: str,
    ) -> Enrolment:
        before = tx.enrolments.by_customer(customer.customer_number)
        now = self.clock.now()
        enrolment = Enrolment(
            id=before.id if before else uuid.uuid4().hex,
            customer_number=customer.customer_number,
            name=customer.name,
            chat_id=chat_id,
            phone=customer.phone,
            kyc_level=str(customer.kyc_level.value),
            status=EnrolmentStatus.ACTIVE,
            main_account=main_account,
            created_at=before.created_at if before else now,
            lowered_until=now + self.rules.lower_limits if before else None,
        )
        if before is None:
            passphrase = new_passphrase()
            tx.enrolments.add(enrolment, pin_hash=pin_hash, passphrase=passphrase)
            tx.audit.record("enrolled", enrolment_id=enrolment.id)
        else:
            locked = tx.enrolments.lock(before.id)
            if locked is None or locked.status is EnrolmentStatus.FROZEN:
                raise ProofPaused  # it was frozen while this page was open
            tx.enrolments.renew(enrolment, pin_hash=pin_hash)
            tx.audit.record("re_enrolled", enrolment_id=enrolment.id)
            tx.audit.record("pin_changed", enrolment_id=enrolment.id, by="proof")
        clear_tries(tx, self.hasher, enrolment)
        return enrolment

    def _bind(self, tx: Tx, link: Link, enrolment: Enrolment) -> None:
        """This chat, and no other of the messenger, is the customer's from now on."""
        here = tx.conversations.get(link.conversation_id)
        # Bound first, so that the other links of this chat end as well.
        tx.conversations.bind(link.conversation_id, enrolment.id)
        self.sessions.kill(
            tx, enrolment.id, Ended.PIN_CHANGED, but_link=link.token_sha256
        )
        if here and here.enrolment_id not in (None, enrolment.id):
            self._hand_over(tx, link, here.enrolment_id or "")
        for other in tx.conversations.of_enrolment(enrolment.id):
            if here and other.channel == here.channel and other.id != here.id:
                tx.conversations.unbind(other.id)

    def _hand_over(self, tx: Tx, link: Link, former: str) -> None:
        """The chat was somebody else's: nothing of theirs stays open in it."""
        self.sessions.kill(tx, former, Ended.NUMBER_CHANGED, but_link=link.token_sha256)
        tx.parked.take(link.conversation_id)

    def _after_choice(self, tx: Tx, link: Link, enrolment: Enrolment) -> None:
        if link.purpose is not LinkPurpose.RESET_PIN:
            self.extras.offer(tx, link, enrolment)
            return
        tell(tx, self.words, enrolment.id, "utter_notice_pin_changed")
        self.links.use_up(tx, link)
        resume(tx, link.conversation_id)


def _read_date(typed: str) -> date | None:
    """A date as a browser's date field sends it: year, month, day."""
    found = re.fullmatch(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})", typed.strip()[:20])
    if found is None:
        return None
    year, month, day = map(int, found.groups())
    try:
        return date(year, month, day)
    except ValueError:
        return None
