"""What may be left out when registering: passphrase, authenticator, safe phrase."""

from collections.abc import Mapping
from dataclasses import dataclass

from banking.domain.credential import passphrase_fits
from banking.domain.link import Link
from banking.domain.page_refusals import (
    AuthenticatorWrong,
    LinkDead,
    PassphraseRefused,
)
from banking.ports.identity import Authenticator, Clock, Enrolment, SecretSealer
from banking.ports.unit_of_work import Tx, UnitOfWork
from banking.services.choosing import resume
from banking.services.links import Links

_SAFE_PHRASE_LONGEST = 40


@dataclass(frozen=True, slots=True)
class Offered:
    """What the last, optional page offers. Secrets for this one page only."""

    passphrase: str
    totp_secret: str
    totp_uri: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Extras:
    uow: UnitOfWork
    clock: Clock
    sealer: SecretSealer
    authenticator: Authenticator
    links: Links
    bank_name: str

    def offer(self, tx: Tx, link: Link, enrolment: Enrolment) -> None:
        """Open the optional page of this visit."""
        sealed = self.sealer.seal(
            self.authenticator.new_secret(), f"pending:{enrolment.id}"
        )
        progress = {"step": "extras", "enrolment": enrolment.id, "totp": sealed}
        self.links.keep(tx, link, progress)

    def show(self, tx: Tx, link: Link) -> Offered:
        """What the optional page shows this one time."""
        enrolment = tx.enrolments.get(link.progress["enrolment"])
        if enrolment is None:
            raise LinkDead
        secret = self._pending_totp(link)
        uri = self.authenticator.uri(secret, enrolment.chat_id, self.bank_name)
        return Offered(tx.enrolments.passphrase(enrolment.id), secret, uri)

    def choose(self, link: Link, typed: Mapping[str, str]) -> None:
        """Keep what was chosen and finish; every field may be empty.

        Raises PassphraseRefused, AuthenticatorWrong or LinkDead, and then nothing
        is kept.
        """
        own = typed.get("passphrase", "")
        phrase = " ".join(typed.get("safe_phrase", "").split())[:_SAFE_PHRASE_LONGEST]
        code = typed.get("authenticator_code", "").strip().replace(" ", "")
        enrolment_id = link.progress["enrolment"]
        with self.uow() as tx:
            enrolment = tx.enrolments.get(enrolment_id)
        if enrolment is None:
            raise LinkDead
        if own and not passphrase_fits(own, (enrolment.name, enrolment.chat_id)):
            raise PassphraseRefused
        secret = self._pending_totp(link)
        step = self.authenticator.step(secret, code, self.clock.now()) if code else None
        if code and step is None:
            raise AuthenticatorWrong
        with self.uow() as tx:
            if own:
                tx.enrolments.set_passphrase(enrolment_id, own)
                tx.audit.record("passphrase_changed", enrolment_id=enrolment_id)
            if step is not None:
                tx.enrolments.set_totp(enrolment_id, secret, last_step=step)
                tx.audit.record("totp_enrolled", enrolment_id=enrolment_id)
            if phrase and phrase.isprintable():
                tx.enrolments.set_safe_phrase(enrolment_id, phrase)
                tx.audit.record("safe_phrase_set", enrolment_id=enrolment_id)
            self.links.use_up(tx, link)
            resume(tx, link.conversation_id)
            tx.commit()

    def _pending_totp(self, link: Link) -> str:
        owner = f"pending:{link.progress['enrolment']}"
        return self.sealer.unseal(link.progress["totp"], owner)
