"""Links from the chat to the bank's pages."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from banking.domain.link import Link, LinkPurpose, looks_like_token, new_token
from banking.domain.page_refusals import (
    ConfirmedElsewhere,
    LinkDead,
    OpenElsewhere,
)
from banking.domain.session import TokenStatus
from banking.ports.gateway import Conversation
from banking.ports.identity import Clock
from banking.ports.unit_of_work import Tx
from banking.services.identity_rules import IdentityRules
from banking.services.token_validity import Validity, sha256


@dataclass(frozen=True, slots=True, kw_only=True)
class Links:
    clock: Clock
    rules: IdentityRules
    public_url: str

    def issue(
        self,
        tx: Tx,
        purpose: LinkPurpose | str,
        conversation_id: str,
        *,
        enrolment_id: str | None = None,
        subject: str | None = None,
    ) -> str:
        """Make a link for one chat and return its full address.

        A newer confirmation link ends the older ones of the chat: what they would
        have shown is no longer what would happen.
        """
        now, purpose = self.clock.now(), LinkPurpose(purpose)
        if purpose is LinkPurpose.CONFIRM:
            tx.links.kill(now, conversation_id=conversation_id, purpose=purpose)
        token = new_token()
        tx.links.add(
            Link(
                sha256(token),
                purpose,
                conversation_id,
                issued_at=now,
                expires_at=now + self.rules.link.life,
                enrolment_id=enrolment_id,
                subject=subject,
            )
        )
        tx.audit.record(
            "link_issued",
            enrolment_id=enrolment_id,
            conversation_id=conversation_id,
            purpose=purpose.value,
        )
        return f"{self.public_url.rstrip('/')}/s/{token}"

    def next_url(
        self, tx: Tx, conversation: Conversation, validity: Validity
    ) -> str | None:
        """Where a customer goes on whose token is not valid."""
        match validity.status:
            case TokenStatus.VALID:
                return None
            case TokenStatus.MISSING:
                return self.issue(tx, LinkPurpose.REGISTER, conversation.id)
            case TokenStatus.EXPIRED:
                return self.issue(
                    tx,
                    LinkPurpose.SIGN_IN,
                    conversation.id,
                    enrolment_id=validity.enrolment_id,
                )

    def kill(
        self,
        tx: Tx,
        *,
        enrolment_id: str | None = None,
        conversation_id: str | None = None,
        subject: str | None = None,
    ) -> int:
        """End every open link that matches; return how many."""
        return tx.links.kill(
            self.clock.now(),
            enrolment_id=enrolment_id,
            conversation_id=conversation_id,
            subject=subject,
        )

    def look(self, tx: Tx, token: str, visit: str | None) -> Link:
        """Read a link for showing a page; nothing changes. Raises LinkDead."""
        return self._open(tx, token, visit, lock=False)

    def claim(self, tx: Tx, token: str, visit: str) -> Link:
        """Make the link this browser's own, and lock it. Raises LinkDead."""
        link = self._open(tx, token, visit, lock=True)
        if link.claimed_by is not None:
            return link
        until = max(link.expires_at, self.clock.now() + self.rules.link.finish)
        tx.links.claim(link.token_sha256, sha256(visit), until)
        return replace(link, claimed_by=sha256(visit), expires_at=until)

    def keep(self, tx: Tx, link: Link, progress: Mapping[str, str]) -> Link:
        """Remember how far this visit has come."""
        tx.links.keep(link.token_sha256, progress)
        return replace(link, progress=progress)

    def use_up(self, tx: Tx, link: Link) -> None:
        """The last step is done. Raises LinkDead when another was first."""
        if not tx.links.use_up(link.token_sha256, self.clock.now()):
            raise LinkDead
        tx.audit.record(
            "link_used",
            enrolment_id=link.enrolment_id,
            conversation_id=link.conversation_id,
            purpose=link.purpose.value,
        )

    def _open(self, tx: Tx, token: str, visit: str | None, *, lock: bool) -> Link:
        if not looks_like_token(token):
            raise LinkDead
        link = tx.links.get(sha256(token), lock=lock)
        seen_by = sha256(visit) if visit else ""
        if link is None:
            raise LinkDead
        if not link.open_to(seen_by, self.clock.now()):
            raise self._no_more(link)
        return link

    def _no_more(self, link: Link) -> LinkDead:
        """Why not. Only of a payment more is said: was it sent, is it sent twice?

        All others look alike, so that nobody learns from a link what became of it.
        """
        if link.purpose is LinkPurpose.CONFIRM and link.killed_at is None:
            if link.used_at is not None:
                return ConfirmedElsewhere()
            if link.claimed_by and self.clock.now() < link.expires_at:
                return OpenElsewhere()
        return LinkDead()
