"""Adding an authenticator after registration, or putting a new one in place of it.

The page has asked for id, PIN and a code by what the customer has now; the new one's
first code proves that it shows the right ones. Then everything that is open ends.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from banking.domain.link import Link, LinkPurpose
from banking.domain.page_refusals import LinkDead, NewCodeWrong
from banking.ports.gateway import Words
from banking.ports.identity import Authenticator, Clock, Enrolment, SecretSealer
from banking.ports.unit_of_work import UnitOfWork
from banking.services.code_sending import CodeSending
from banking.services.links import Links
from banking.services.notices import tell
from banking.services.token_validity import Ended, Sessions


@dataclass(frozen=True, slots=True)
class NewAuthenticator:
    """What the app is to be told. A secret, for this one page only."""

    secret: str = field(repr=False)
    uri: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Authenticators:
    uow: UnitOfWork
    clock: Clock
    sealer: SecretSealer
    authenticator: Authenticator
    sending: CodeSending
    sessions: Sessions
    links: Links
    words: Words
    bank_name: str

    def pending(self, link: Link) -> Mapping[str, str]:
        """What the visit must remember of the new one: its secret, sealed."""
        if link.purpose is not LinkPurpose.AUTHENTICATOR:
            return {}
        secret = self.authenticator.new_secret()
        return {"totp": self.sealer.seal(secret, _owner(link))}

    def show(self, link: Link, enrolment: Enrolment) -> NewAuthenticator:
        """What the page shows; the same until the visit is over."""
        secret = self._secret(link)
        uri = self.authenticator.uri(secret, enrolment.chat_id, self.bank_name)
        return NewAuthenticator(secret, uri)

    def use(self, link: Link, enrolment: Enrolment, code: str) -> None:
        """Take the new one into use, once its own code is right.

        Its code is spent with that. Sessions, links and open confirmations end.
        Raises NewCodeWrong or LinkDead, and then everything stays as it was.
        """
        secret = self._secret(link)
        bare = code.strip().replace(" ", "")
        step = self.authenticator.step(secret, bare, self.clock.now())
        if step is None:
            raise NewCodeWrong
        with self.uow() as tx:
            before = tx.enrolments.lock(enrolment.id)
            if before is None or not before.active:
                raise LinkDead
            tx.enrolments.set_totp(enrolment.id, secret, last_step=step)
            tx.audit.record(
                "totp_replaced" if before.has_totp else "totp_enrolled",
                enrolment_id=enrolment.id,
            )
            self.sessions.kill(
                tx,
                enrolment.id,
                Ended.AUTHENTICATOR_CHANGED,
                but_link=link.token_sha256,
            )
            self.links.use_up(tx, link)
            tell(tx, self.words, enrolment.id, "utter_notice_authenticator_changed")
            tx.commit()
        self.sending.notify(enrolment.phone, "authenticator_changed")

    def _secret(self, link: Link) -> str:
        return self.sealer.unseal(link.progress["totp"], _owner(link))


def _owner(link: Link) -> str:
    """Sealed for this very visit, so that no other can bring it."""
    return f"pending:{link.token_sha256}"
