"""One-time codes: sent by SMS or read off an authenticator, used once.

Counting and blocking happen under the customer's lock and are committed whatever
comes next; text messages leave after the commit, so no lock waits for a network.
"""

import hmac
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

from banking.domain.challenge import (
    Challenge,
    SmsWords,
    Tries,
    Verdict,
    read_code,
)
from banking.domain.page_refusals import (
    CodeClosed,
    CodeExpired,
    CodePaused,
    CodeUnreadable,
    ConfirmationChanged,
    SimChanged,
    WrongCode,
)
from banking.ports.gateway import Words
from banking.ports.identity import Authenticator, Clock, Hasher
from banking.ports.unit_of_work import Tx, UnitOfWork
from banking.services.code_sending import FACTOR, CodeSending, lock, log
from banking.services.identity_rules import IdentityRules
from banking.services.notices import tell

# A challenge outlives its code: another one may be asked for.
_CHALLENGE_LIFE = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class _Try:
    """What one look at a challenge found, under lock."""

    verdict: Verdict
    tries: Tries


@dataclass(frozen=True, slots=True, kw_only=True)
class Otp:
    uow: UnitOfWork
    clock: Clock
    rules: IdentityRules
    hasher: Hasher
    authenticator: Authenticator
    words: Words
    sending: CodeSending

    def send(self, challenge_id: str, ip: str) -> None:
        """Send a fresh code by SMS. Raises as CodeSending.send."""
        self.sending.send(challenge_id, ip)

    def start(
        self,
        tx: Tx,
        *,
        challenge_id: str,
        purpose: str,
        enrolment_id: str | None,
        phone: str,
        binding: str,
        sms: SmsWords,
        customer_number: str | None = None,
    ) -> None:
        """Open a challenge; no code leaves yet.

        `binding` stands for everything the customer is shown. An open challenge of
        the same id is replaced, one that has passed never is.
        """
        enrolment = tx.enrolments.get(enrolment_id) if enrolment_id else None
        number = enrolment.customer_number if enrolment else customer_number
        now = self.clock.now()
        tx.challenges.put(
            Challenge(
                id=challenge_id,
                purpose=purpose,
                subject=f"customer:{number}" if number else f"phone:{phone}",
                enrolment_id=enrolment_id,
                phone=phone,
                binding=binding,
                sms=sms,
                created_at=now,
                expires_at=now + _CHALLENGE_LIFE,
            )
        )

    def verify[T](
        self,
        challenge_id: str,
        code: str,
        binding: str,
        then: Callable[[Tx], T],
    ) -> T:
        """Spend one try; a right code burns the challenge and runs `then` with it.

        A wrong try is committed before this raises WrongCode, CodePaused,
        CodeClosed, CodeExpired, SimChanged or ConfirmationChanged. CodeUnreadable
        costs none. Whatever `then` raises undoes what it did; the code stays spent.
        """
        read = read_code(code)
        if read is None:
            raise CodeUnreadable
        sim_steady = self.sending.sim_steady(challenge_id)
        right = kept = False
        try:
            with self.uow() as tx:
                challenge = lock(tx, challenge_id)
                found = self._try(tx, challenge, read, binding, sim_steady=sim_steady)
                right = found.verdict is Verdict.RIGHT
                if right:
                    tx.attempts.code_answered(challenge_id)
                result = then(tx) if right else None
                tx.commit()  # a wrong try counts, whatever comes next
                kept = True
        finally:
            if right and not kept:
                self._spend(challenge_id, read)
        if not right:
            self._refuse(found, challenge, sim_steady=sim_steady)
        return cast(T, result)

    def _try(
        self,
        tx: Tx,
        challenge: Challenge,
        code: str,
        binding: str,
        *,
        sim_steady: bool,
    ) -> _Try:
        now = self.clock.now()
        tries = tx.attempts.lock(challenge.subject, FACTOR)
        if tries.blocked(now):
            return _Try(Verdict.CLOSED if tries.closed else Verdict.BLOCKED, tries)
        if not challenge.open(now):
            return _Try(Verdict.EXPIRED, tries)
        if not hmac.compare_digest(challenge.binding.encode(), binding.encode()):
            tx.challenges.save(challenge.burnt())
            log(tx, "confirmation_changed", challenge)
            return _Try(Verdict.CHANGED, tries)
        sent = (
            sim_steady and challenge.code_live(now) and self._was_sent(challenge, code)
        )
        if sent or self._authenticated(tx, challenge, code, now):
            tries = tries.cleared()
            tx.attempts.save(tries)
            tx.challenges.save(challenge.passed())
            log(tx, "code_passed", challenge)
            return _Try(Verdict.RIGHT, tries)
        return self._wrong(tx, challenge, tries, now)

    def _wrong(self, tx: Tx, challenge: Challenge, tries: Tries, now: datetime) -> _Try:
        tries = tries.failed(now, self.rules.code_tries)
        tx.attempts.save(tries)
        log(tx, "code_wrong", challenge)
        if not tries.blocked(now):
            expired = challenge.code_mac is not None and not challenge.code_live(now)
            return _Try(Verdict.EXPIRED if expired else Verdict.WRONG, tries)
        tx.challenges.save(challenge.burnt())
        log(tx, "code_closed" if tries.closed else "code_blocked", challenge)
        if challenge.enrolment_id is not None:
            tell(tx, self.words, challenge.enrolment_id, self._notice(tries))
        return _Try(Verdict.CLOSED if tries.closed else Verdict.BLOCKED, tries)

    def _notice(self, tries: Tries) -> str:
        if tries.closed:
            return "utter_notice_codes_closed"
        if tries.last_warning(self.rules.code_tries):
            return "utter_notice_codes_last_warning"
        return "utter_notice_codes_paused"

    def _refuse(self, found: _Try, challenge: Challenge, *, sim_steady: bool) -> None:
        match found.verdict:
            case Verdict.BLOCKED:
                raise CodePaused(found.tries.blocked_until or self.clock.now())
            case Verdict.CLOSED:
                raise CodeClosed
            case Verdict.CHANGED:
                raise ConfirmationChanged
            case _ if not sim_steady:
                raise SimChanged(self.sending.has_authenticator(challenge))
            case Verdict.WRONG:
                raise WrongCode(found.tries.left(self.rules.code_tries))
            case _:
                raise CodeExpired

    def _spend(self, challenge_id: str, code: str) -> None:
        """The code was right, what it was for was refused: it is used all the same."""
        with self.uow() as tx:
            challenge = lock(tx, challenge_id)
            tx.challenges.save(challenge.burnt())
            # An authenticator would show the same code to another challenge.
            self._authenticated(tx, challenge, code, self.clock.now())
            tx.commit()

    def _was_sent(self, challenge: Challenge, code: str) -> bool:
        mac = self.hasher.code_mac(challenge.id, code)
        return hmac.compare_digest(mac, challenge.code_mac or "")

    def _authenticated(
        self, tx: Tx, challenge: Challenge, code: str, now: datetime
    ) -> bool:
        if challenge.enrolment_id is None:
            return False
        secret = tx.enrolments.totp_secret(challenge.enrolment_id)
        step = secret and self.authenticator.step(secret, code, now)
        return isinstance(step, int) and tx.enrolments.spend_totp_step(
            challenge.enrolment_id, step
        )
