"""Signing in with chat-banking id and PIN, through a link sent to that chat."""

import hmac
from collections.abc import Callable
from dataclasses import dataclass

from banking.domain.challenge import Tries
from banking.domain.credential import normalised
from banking.domain.link import Link, LinkPurpose
from banking.domain.page_refusals import LinkDead, SignInWrong, TooManyFromHere
from banking.ports.gateway import Conversation, Words
from banking.ports.identity import Clock, Enrolment, Hasher
from banking.ports.unit_of_work import Tx, UnitOfWork
from banking.services.identity_rules import IdentityRules
from banking.services.links import Links
from banking.services.notices import tell
from banking.services.token_validity import Sessions

FACTOR = "pin"
_LONGEST = 256


@dataclass(frozen=True, slots=True)
class _Reserved:
    """A try that was counted before it is made."""

    hit: int
    tries: Tries
    pin_hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn:
    uow: UnitOfWork
    clock: Clock
    rules: IdentityRules
    hasher: Hasher
    sessions: Sessions
    links: Links
    words: Words

    def sign_in(
        self,
        link: Link,
        chat_id: str,
        pin: str,
        ip: str,
        *,
        then: Callable[[Tx, Enrolment], None] | None = None,
    ) -> str:
        """Check id and PIN and open a session; return its token for the cookie.

        `then` runs in the same commit. Raises SignInWrong for everything that does
        not fit, alike and in like time, TooManyFromHere, or LinkDead.
        """
        reserved = self._reserve(link, ip)
        right = self.hasher.pin_matches(
            reserved.pin_hash if reserved else None, pin[:_LONGEST]
        )
        if reserved is None:
            raise SignInWrong
        with self.uow() as tx:
            enrolment = tx.enrolments.lock(link.enrolment_id or "")
            conversation = tx.conversations.get(link.conversation_id)
            if enrolment is None or conversation is None:
                raise LinkDead
            fits = right and _same(enrolment.chat_id, chat_id) and enrolment.active
            # The PIN may have been changed while it was being checked.
            if not fits or tx.enrolments.pin_hash(enrolment.id) != reserved.pin_hash:
                self._wrong(tx, enrolment, reserved.tries)
                tx.commit()
                raise SignInWrong
            token = self._right(tx, enrolment, conversation, reserved)
            if then is not None:
                then(tx, enrolment)
            tx.commit()
            return token

    def forgot(self, link: Link) -> None:
        """Send the link for a new PIN where only the customer can read it."""
        with self.uow() as tx:
            url = self.links.issue(
                tx,
                LinkPurpose.RESET_PIN,
                link.conversation_id,
                enrolment_id=link.enrolment_id,
            )
            self.links.use_up(tx, link)
            tx.audit.record(
                "reset_pin_asked",
                enrolment_id=link.enrolment_id,
                conversation_id=link.conversation_id,
            )
            tx.outbox.say(
                link.conversation_id, self.words.say("utter_reset_pin_link", url=url)
            )
            tx.commit()

    def _reserve(self, link: Link, ip: str) -> _Reserved | None:
        """Count the try before it is made: a hundred at once are still five.

        None when the customer may not try now.
        """
        now = self.clock.now()
        bucket = f"pin:{self.hasher.place(ip)}"
        with self.uow() as tx:
            enrolment = tx.enrolments.lock(link.enrolment_id or "")
            name = f"enrolment:{enrolment.id if enrolment else ''}"
            tries = tx.attempts.lock(name, FACTOR) if enrolment else None
            tx.attempts.lock_bucket(bucket)
            since = now - self.rules.wrong_pins_window
            if tx.attempts.hits_since(bucket, since) >= self.rules.wrong_pins_per_ip:
                tx.audit.record("pins_many_from_one_place", place=bucket)
                tx.commit()
                raise TooManyFromHere
            # Also the tries of those who may not try now: each costs a hash.
            hit = tx.attempts.hit(bucket, now)
            if enrolment is None or tries is None or tries.blocked(now):
                tx.commit()
                return None
            tries = tries.failed(now, self.rules.pin_tries)
            tx.attempts.save(tries)
            pin_hash = tx.enrolments.pin_hash(enrolment.id)
            tx.commit()
        return _Reserved(hit, tries, pin_hash)

    def _right(
        self,
        tx: Tx,
        enrolment: Enrolment,
        conversation: Conversation,
        reserved: _Reserved,
    ) -> str:
        tries = tx.attempts.lock(f"enrolment:{enrolment.id}", FACTOR)
        tx.attempts.save(tries.cleared())
        tx.attempts.unhit(reserved.hit)
        tx.audit.record(
            "pin_right", enrolment_id=enrolment.id, conversation_id=conversation.id
        )
        return self.sessions.open(tx, enrolment, conversation)

    def _wrong(self, tx: Tx, enrolment: Enrolment, tries: Tries) -> None:
        tx.audit.record("pin_wrong", enrolment_id=enrolment.id)
        if not tries.blocked(self.clock.now()):
            return
        tx.audit.record(
            "pin_blocked", enrolment_id=enrolment.id, closed=str(tries.closed)
        )
        notice = (
            "utter_notice_sign_in_closed"
            if tries.closed
            else "utter_notice_sign_in_paused"
        )
        tell(tx, self.words, enrolment.id, notice)


def _same(kept: str, typed: str) -> bool:
    folded = normalised(typed[:_LONGEST]).strip().casefold()
    return hmac.compare_digest(kept.encode(), folded.encode())
