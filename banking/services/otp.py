"""One-time codes: sent by SMS or read off an authenticator, used once.

Counting and blocking happen under the customer's lock and are committed whatever
comes next; text messages leave after the commit, so no lock waits for a network.
"""

import contextlib
import hmac
import re
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import cast

from banking.domain.challenge import (
    Challenge,
    SmsWords,
    Tries,
    Verdict,
    new_code,
    read_code,
)
from banking.domain.page_refusals import (
    CodeClosed,
    CodeExpired,
    CodePaused,
    CodeTooOften,
    CodeTooSoon,
    CodeUnreadable,
    ConfirmationChanged,
    SimChanged,
    SmsDown,
    WrongCode,
)
from banking.ports.gateway import Words
from banking.ports.identity import (
    Authenticator,
    Clock,
    Hasher,
    SimChange,
    SimChangeUnknown,
    SmsSender,
    SmsUnavailable,
)
from banking.ports.unit_of_work import Tx, UnitOfWork
from banking.services.identity_rules import IdentityRules
from banking.services.notices import tell

FACTOR = "code"
# A challenge outlives its code: another one may be asked for.
_CHALLENGE_LIFE = timedelta(minutes=15)
_SECONDS = timedelta(seconds=1)
_TEN_MINUTES = timedelta(minutes=10)


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
    sms: SmsSender
    sim_change: SimChange
    words: Words
    texts: Mapping[str, str]
    bank_name: str
    # Places whose codes are not counted by address (a demo on one machine).
    uncounted_places: frozenset[str] = field(default=frozenset())

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

    def send(self, challenge_id: str, ip: str) -> None:
        """Send a fresh code by SMS; the one before it is dead.

        Raises CodeExpired, CodePaused, CodeClosed, CodeTooSoon, CodeTooOften,
        SimChanged or SmsDown.
        """
        with self.uow() as tx:
            challenge = tx.challenges.get(challenge_id)
        if challenge is None:
            raise CodeExpired
        self._require_steady_sim(challenge)
        code, send_id = new_code(), uuid.uuid4().hex
        with self.uow() as tx:
            challenge = self._lock(tx, challenge_id)
            self._require_sendable(tx, challenge, ip)
            now = self.clock.now()
            tx.challenges.save(
                challenge.with_code(
                    self.hasher.code_mac(challenge_id, code),
                    now + self.rules.codes.life,
                )
            )
            tx.attempts.code_sent(
                send_id, challenge.subject, self.hasher.place(ip), challenge_id, now
            )
            tx.audit.record(
                "code_sent",
                enrolment_id=challenge.enrolment_id,
                purpose=challenge.purpose,
                challenge=challenge_id,
            )
            self._watch_budget(tx, now)
            tx.commit()
        try:
            self.sms.send(send_id, challenge.phone, self._text(challenge, code))
        except SmsUnavailable:
            raise SmsDown(self._has_authenticator(challenge)) from None

    def notify(self, phone: str, kind: str) -> None:
        """Tell a customer by text message, too; a silent gateway is no obstacle."""
        text = fill(self.texts[kind], {"bank": self.bank_name})
        with contextlib.suppress(SmsUnavailable):
            self.sms.send(uuid.uuid4().hex, phone, text)

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
        sim_steady = self._sim_steady(challenge_id)
        right = kept = False
        try:
            with self.uow() as tx:
                challenge = self._lock(tx, challenge_id)
                found = self._try(tx, challenge, read, binding, sim_steady=sim_steady)
                right = found.verdict is Verdict.RIGHT
                if right:
                    tx.attempts.code_answered(challenge_id)
                result = then(tx) if right else None
                tx.commit()  # a wrong try counts, whatever comes next
                kept = True
        finally:
            if right and not kept:
                self._spend(challenge_id)
        if not right:
            self._refuse(found, challenge, sim_steady=sim_steady)
        return cast(T, result)

    def _lock(self, tx: Tx, challenge_id: str) -> Challenge:
        """Lock the customer, then the challenge: everybody in this order."""
        challenge = tx.challenges.get(challenge_id)
        if challenge is None:
            raise CodeExpired
        if challenge.enrolment_id is not None:
            tx.enrolments.lock(challenge.enrolment_id)
        locked = tx.challenges.get(challenge_id, lock=True)
        if locked is None:
            raise CodeExpired
        return locked

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
            self._log(tx, "confirmation_changed", challenge)
            return _Try(Verdict.CHANGED, tries)
        sent = (
            sim_steady and challenge.code_live(now) and self._was_sent(challenge, code)
        )
        if sent or self._authenticated(tx, challenge, code, now):
            tries = tries.cleared()
            tx.attempts.save(tries)
            tx.challenges.save(challenge.passed())
            self._log(tx, "code_passed", challenge)
            return _Try(Verdict.RIGHT, tries)
        return self._wrong(tx, challenge, tries, now)

    def _wrong(self, tx: Tx, challenge: Challenge, tries: Tries, now: datetime) -> _Try:
        tries = tries.failed(now, self.rules.code_tries)
        tx.attempts.save(tries)
        self._log(tx, "code_wrong", challenge)
        if not tries.blocked(now):
            expired = challenge.code_mac is not None and not challenge.code_live(now)
            return _Try(Verdict.EXPIRED if expired else Verdict.WRONG, tries)
        tx.challenges.save(challenge.burnt())
        self._log(tx, "code_closed" if tries.closed else "code_blocked", challenge)
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
                raise SimChanged(self._has_authenticator(challenge))
            case Verdict.WRONG:
                raise WrongCode(found.tries.left(self.rules.code_tries))
            case _:
                raise CodeExpired

    def _spend(self, challenge_id: str) -> None:
        """The code was right, what it was for was refused: it is used all the same."""
        with self.uow() as tx:
            challenge = self._lock(tx, challenge_id)
            tx.challenges.save(challenge.burnt())
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

    def _require_sendable(self, tx: Tx, challenge: Challenge, ip: str) -> None:
        now, rule = self.clock.now(), self.rules.codes
        # The place is counted across customers, so its callers wait for each other.
        place = self.hasher.place(ip)
        tries = tx.attempts.lock(challenge.subject, FACTOR)
        if tries.closed:
            raise CodeClosed
        if tries.blocked_until is not None and tries.blocked(now):
            raise CodePaused(tries.blocked_until)
        if not challenge.open(now):
            raise CodeExpired
        sent = tx.attempts.codes_since(
            now - timedelta(days=1), subject=challenge.subject
        )
        if sent and now - sent[-1] < rule.gap:
            wait = rule.gap - (now - sent[-1])
            raise CodeTooSoon(-(-wait // _SECONDS))
        recent = [moment for moment in sent if now - moment < _TEN_MINUTES]
        if len(recent) >= rule.per_ten_minutes or len(sent) >= rule.per_day:
            raise CodeTooOften
        if ip in self.uncounted_places:
            return
        tx.attempts.lock_bucket(f"codes:{place}")
        hour = tx.attempts.codes_since(now - timedelta(hours=1), place=place)
        if len(hour) >= rule.per_ip_hour:
            raise CodeTooOften

    def _watch_budget(self, tx: Tx, now: datetime) -> None:
        """Somebody may be pumping text messages: staff should look."""
        hour = len(tx.attempts.codes_since(now - timedelta(hours=1)))
        if hour == self.rules.codes.hourly_alarm:
            tx.audit.record("codes_many_this_hour", codes=hour)

    def _require_steady_sim(self, challenge: Challenge) -> None:
        if self._steady(challenge.phone):
            return
        with self.uow() as tx:
            self._log(tx, "code_refused_after_sim_change", challenge)
            tx.commit()
        raise SimChanged(self._has_authenticator(challenge))

    def _sim_steady(self, challenge_id: str) -> bool:
        """Whether a code sent to this number may still count."""
        with self.uow() as tx:
            challenge = tx.challenges.get(challenge_id)
        if challenge is None or challenge.code_mac is None:
            return True
        return self._steady(challenge.phone)

    def _steady(self, phone: str) -> bool:
        try:
            changed = self.sim_change.changed_at(phone)
        except SimChangeUnknown:
            return False  # what cannot be told is not safe
        if changed is None:
            return True
        return self.clock.now() - changed >= self.rules.codes.sim_change_wait

    def _has_authenticator(self, challenge: Challenge) -> bool:
        if challenge.enrolment_id is None:
            return False
        with self.uow() as tx:
            enrolment = tx.enrolments.get(challenge.enrolment_id)
        return enrolment is not None and enrolment.has_totp

    def _text(self, challenge: Challenge, code: str) -> str:
        facts = {
            **challenge.sms.facts,
            "bank": self.bank_name,
            "code": code,
            "minutes": str(self.rules.codes.life // timedelta(minutes=1)),
        }
        return fill(self.texts[challenge.sms.kind], facts)

    def _log(self, tx: Tx, event: str, challenge: Challenge) -> None:
        tx.audit.record(
            event,
            enrolment_id=challenge.enrolment_id,
            purpose=challenge.purpose,
            challenge=challenge.id,
        )


def fill(text: str, facts: Mapping[str, str]) -> str:
    """Put facts in for names in braces; a fact is never read as a template."""
    return re.sub(r"\{(\w+)\}", lambda name: facts[name[1]], text)
