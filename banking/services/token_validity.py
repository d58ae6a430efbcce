"""Token validity: whether the bank knows, right now, who is writing."""

import hashlib
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from banking.domain.link import new_token
from banking.domain.session import Session, TokenStatus, token_status
from banking.ports.gateway import Conversation
from banking.ports.identity import Clock, Enrolment, EnrolmentStatus
from banking.ports.unit_of_work import Tx
from banking.services.identity_rules import IdentityRules


class Ended(Enum):
    """Why sessions ended; the audit log has it by these names."""

    LOGOUT = "logout"
    PIN_CHANGED = "pin_changed"
    AUTHENTICATOR_CHANGED = "authenticator_changed"
    LOCKED = "locked"
    NUMBER_CHANGED = "number_changed"
    REVOKED = "revoked"
    LEFT = "left"


@dataclass(frozen=True, slots=True)
class Validity:
    """What is known; `expires_at` (UTC) only for a valid token."""

    status: TokenStatus
    enrolment_id: str | None = None
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenValidity:
    clock: Clock
    rules: IdentityRules

    def check(self, tx: Tx, conversation: Conversation, *, extend: bool) -> Validity:
        """Say whether the token is missing, expired or valid.

        `extend` slides a valid one; only a customer's own act may ask for that.
        """
        enrolment = self._enrolled(tx, conversation)
        if enrolment is None:
            return Validity(TokenStatus.MISSING)
        now = self.clock.now()
        session = tx.sessions.current(enrolment.id, conversation.channel, lock=extend)
        if not enrolment.active or (
            session is not None and session.conversation_id != conversation.id
        ):
            session = None
        status = token_status(enrolled=True, session=session, now=now)
        if session is None or status is not TokenStatus.VALID:
            return Validity(status, enrolment.id)
        if extend:
            session = session.extended(now, self.rules.session)
            tx.sessions.extend(session.id, session.expires_at)
        return Validity(status, enrolment.id, session.expires_at)

    @staticmethod
    def _enrolled(tx: Tx, conversation: Conversation) -> Enrolment | None:
        if conversation.enrolment_id is None:
            return None
        enrolment = tx.enrolments.get(conversation.enrolment_id)
        if enrolment is None or enrolment.status is EnrolmentStatus.CLOSED:
            return None
        # A chat that moved to another number is another person's until proven.
        if conversation.phone is not None and conversation.phone != enrolment.phone:
            return None
        return enrolment


@dataclass(frozen=True, slots=True, kw_only=True)
class Sessions:
    """Opens and ends sessions; the raw token is seen by the browser alone."""

    clock: Clock
    rules: IdentityRules

    def open(self, tx: Tx, enrolment: Enrolment, conversation: Conversation) -> str:
        """Begin a session and return its token, for a cookie and nothing else."""
        token = new_token()
        session = Session.opened(
            uuid.uuid4().hex,
            enrolment.id,
            conversation.channel,
            conversation.id,
            self.clock.now(),
            self.rules.session,
        )
        tx.sessions.open(session, sha256(token))
        tx.audit.record(
            "session_opened",
            enrolment_id=enrolment.id,
            conversation_id=conversation.id,
            channel=conversation.channel,
        )
        return token

    def of_browser(
        self, tx: Tx, token: str | None, *, extend: bool = False
    ) -> Session | None:
        """The live session of a browser, if its customer may still use it."""
        if not token:
            return None
        now = self.clock.now()
        session = tx.sessions.by_token(sha256(token), lock=extend)
        if session is None or not session.live(now):
            return None
        enrolment = tx.enrolments.get(session.enrolment_id)
        if enrolment is None or not enrolment.active:
            return None
        if extend:
            session = session.extended(now, self.rules.session)
            tx.sessions.extend(session.id, session.expires_at)
        return session

    def leave_browser(self, tx: Tx, token: str | None) -> None:
        """A browser signs out: its cookie opens nothing any more, also a copy of it.

        In the chat, which the cookie says nothing about, the customer stays signed in.
        """
        session = self.of_browser(tx, token)
        if token is None or session is None:
            return
        tx.sessions.replace_token(sha256(token), sha256(new_token()))
        tx.audit.record("browser_signed_out", enrolment_id=session.enrolment_id)

    def open_ones(self, tx: Tx, enrolment_id: str) -> Sequence[Session]:
        """Where the customer is signed in now."""
        now = self.clock.now()
        return [s for s in tx.sessions.open_ones(enrolment_id) if s.live(now)]

    def kill(
        self,
        tx: Tx,
        enrolment_id: str,
        why: Ended | str,
        *,
        but_link: str | None = None,
    ) -> int:
        """End everything that is open for a customer; return how many sessions.

        Sessions, links (but the one whose hash is `but_link`), challenges and
        transfers that wait for their confirmation.
        """
        tx.enrolments.lock(enrolment_id)
        now, reason = self.clock.now(), Ended(why).value
        ended = tx.sessions.end(enrolment_id, now, reason)
        for conversation in tx.conversations.of_enrolment(enrolment_id):
            tx.links.kill(now, conversation_id=conversation.id, but=but_link)
        links = tx.links.kill(now, enrolment_id=enrolment_id, but=but_link)
        challenges = tx.challenges.burn(enrolment_id)
        tx.transfers.cancel_open(enrolment_id)
        tx.audit.record(
            "sessions_ended",
            enrolment_id=enrolment_id,
            why=reason,
            sessions=ended,
            links=links,
            challenges=challenges,
        )
        return ended

    def freeze(self, tx: Tx, enrolment_id: str, *, by: str) -> None:
        """Stop all chat banking of a customer; only a person opens it again."""
        tx.enrolments.lock(enrolment_id)
        tx.enrolments.set_status(enrolment_id, EnrolmentStatus.FROZEN)
        tx.audit.record("enrolment_frozen", enrolment_id=enrolment_id, by=by)
        self.kill(tx, enrolment_id, Ended.LOCKED)

    def number_changed(self, tx: Tx, conversation: Conversation) -> None:
        """The messenger says that another person or number is behind this chat."""
        # Also of somebody who was only about to register here.
        tx.links.kill(self.clock.now(), conversation_id=conversation.id)
        if conversation.enrolment_id is None:
            return
        self.kill(tx, conversation.enrolment_id, Ended.NUMBER_CHANGED)
        tx.conversations.unbind(conversation.id)


def sha256(token: str) -> str:
    """The only form in which a token is kept."""
    return hashlib.sha256(token.encode()).hexdigest()
