"""Codes on their way: how often, to which SIM, in which words."""

import contextlib
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from banking.domain.challenge import Challenge, new_code
from banking.domain.page_refusals import (
    CodeClosed,
    CodeExpired,
    CodePaused,
    CodeTooOften,
    CodeTooSoon,
    SimChanged,
    SmsDown,
)
from banking.ports.identity import (
    Clock,
    Hasher,
    SimChange,
    SimChangeUnknown,
    SmsSender,
    SmsUnavailable,
)
from banking.ports.unit_of_work import Tx, UnitOfWork
from banking.services.identity_rules import IdentityRules

FACTOR = "code"
_SECONDS = timedelta(seconds=1)
_TEN_MINUTES = timedelta(minutes=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeSending:
    """Sends codes by SMS; a text message leaves after the commit, never within."""

    uow: UnitOfWork
    clock: Clock
    rules: IdentityRules
    hasher: Hasher
    sms: SmsSender
    sim_change: SimChange
    texts: Mapping[str, str]
    bank_name: str
    # Places whose codes are not counted by address (a demo on one machine).
    uncounted_places: frozenset[str] = field(default=frozenset())

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
            before = challenge = lock(tx, challenge_id)
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
            log(tx, "code_sent", challenge)
            self._watch_budget(tx, now)
            tx.commit()
        try:
            self.sms.send(send_id, challenge.phone, self._text(challenge, code))
        except SmsUnavailable as down:
            if not down.perhaps_taken:
                self._take_back(before, code, send_id)
            raise SmsDown(self.has_authenticator(challenge)) from None

    def notify(self, phone: str, kind: str) -> None:
        """Tell a customer by text message, too; a silent gateway is no obstacle."""
        text = fill(self.texts[kind], {"bank": self.bank_name})
        with contextlib.suppress(SmsUnavailable):
            self.sms.send(uuid.uuid4().hex, phone, text)

    def sim_steady(self, challenge_id: str) -> bool:
        """Whether a code sent to this number may still count."""
        with self.uow() as tx:
            challenge = tx.challenges.get(challenge_id)
        if challenge is None or challenge.code_mac is None:
            return True
        return self._steady(challenge.phone)

    def has_authenticator(self, challenge: Challenge) -> bool:
        """Whether the customer can do without text messages."""
        if challenge.enrolment_id is None:
            return False
        with self.uow() as tx:
            enrolment = tx.enrolments.get(challenge.enrolment_id)
        return enrolment is not None and enrolment.has_totp

    def _take_back(self, before: Challenge, code: str, send_id: str) -> None:
        """The code never left: the one before it lives on, and nothing is counted."""
        with self.uow() as tx:
            challenge = lock(tx, before.id)
            tx.attempts.code_unsent(send_id)
            # Another code may have been sent meanwhile, or this one be used up.
            if challenge.code_mac == self.hasher.code_mac(before.id, code):
                tx.challenges.save(
                    replace(
                        challenge,
                        code_mac=before.code_mac,
                        code_expires_at=before.code_expires_at,
                    )
                )
            log(tx, "code_not_sent", challenge)
            tx.commit()

    def _require_sendable(self, tx: Tx, challenge: Challenge, ip: str) -> None:
        now, rule = self.clock.now(), self.rules.codes
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
        if ip not in self.uncounted_places:
            self._require_quiet_place(tx, ip, now)

    def _require_quiet_place(self, tx: Tx, ip: str, now: datetime) -> None:
        """A place is counted across customers, so its callers wait for each other."""
        place = self.hasher.place(ip)
        tx.attempts.lock_bucket(f"codes:{place}")
        hour = tx.attempts.codes_since(now - timedelta(hours=1), place=place)
        if len(hour) >= self.rules.codes.per_ip_hour:
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
            log(tx, "code_refused_after_sim_change", challenge)
            tx.commit()
        raise SimChanged(self.has_authenticator(challenge))

    def _steady(self, phone: str) -> bool:
        try:
            changed = self.sim_change.changed_at(phone)
        except SimChangeUnknown:
            return False  # what cannot be told is not safe
        if changed is None:
            return True
        return self.clock.now() - changed >= self.rules.codes.sim_change_wait

    def _text(self, challenge: Challenge, code: str) -> str:
        facts = {
            **challenge.sms.facts,
            "bank": self.bank_name,
            "code": code,
            "minutes": str(self.rules.codes.life // timedelta(minutes=1)),
        }
        return fill(self.texts[challenge.sms.kind], facts)


def lock(tx: Tx, challenge_id: str) -> Challenge:
    """Lock the customer, then the challenge: everybody in this order.

    Raises CodeExpired where there is none.
    """
    challenge = tx.challenges.get(challenge_id)
    if challenge is None:
        raise CodeExpired
    if challenge.enrolment_id is not None:
        tx.enrolments.lock(challenge.enrolment_id)
    locked = tx.challenges.get(challenge_id, lock=True)
    if locked is None:
        raise CodeExpired
    return locked


def log(tx: Tx, event: str, challenge: Challenge) -> None:
    """Write what happened to a challenge into the security log."""
    tx.audit.record(
        event,
        enrolment_id=challenge.enrolment_id,
        purpose=challenge.purpose,
        challenge=challenge.id,
    )


def fill(text: str, facts: Mapping[str, str]) -> str:
    """Put facts in for names in braces; a fact is never read as a template."""
    return re.sub(r"\{(\w+)\}", lambda name: facts[name[1]], text)
