"""Identity as one value: everything that knows who a customer is, wired together."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Self

from banking.ports.core_banking import CoreBanking
from banking.ports.gateway import Words
from banking.ports.identity import (
    Authenticator,
    Clock,
    Hasher,
    SecretSealer,
    SimChange,
    SmsSender,
)
from banking.ports.unit_of_work import Tx, UnitOfWork
from banking.services.authenticators import Authenticators
from banking.services.code_sending import CodeSending
from banking.services.code_unlocking import CodeUnlocking
from banking.services.confirmation import Confirmation
from banking.services.extras import Extras
from banking.services.identity_rules import IdentityRules
from banking.services.leaving import Leaving
from banking.services.links import Links
from banking.services.otp import Otp
from banking.services.registration import Registration
from banking.services.self_service import SelfService
from banking.services.sign_in import SignIn
from banking.services.token_validity import Sessions, TokenValidity

# A payment's challenge is kept as long as a repeated message could ask about it.
_KEEP_SPENT = timedelta(days=8)
# The longest window in which codes are counted is a day.
_KEEP_COUNTED = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Identity:
    rules: IdentityRules
    token_validity: TokenValidity
    sessions: Sessions
    links: Links
    otp: Otp
    sign_in: SignIn
    registration: Registration
    self_service: SelfService
    confirmation: Confirmation
    code_unlocking: CodeUnlocking
    leaving: Leaving

    def tidy(self, tx: Tx) -> int:
        """Forget what is of no use any more; return how many rows. Keeps the log."""
        now = self.token_validity.clock.now()
        return (
            tx.links.purge(now - _KEEP_SPENT)
            + tx.challenges.purge(now - _KEEP_SPENT)
            + tx.attempts.purge(now - _KEEP_COUNTED)
        )

    @classmethod
    def of(  # noqa: PLR0913 - wiring names everything it wires
        cls,
        *,
        uow: UnitOfWork,
        clock: Clock,
        rules: IdentityRules,
        core: CoreBanking,
        hasher: Hasher,
        sealer: SecretSealer,
        authenticator: Authenticator,
        sms: SmsSender,
        sim_change: SimChange,
        words: Words,
        texts: Mapping[str, str],
        bank_name: str,
        public_url: str,
        uncounted_places: frozenset[str] = frozenset(),
    ) -> Self:
        """Wire the services of identity; `uncounted_places` as in CodeSending."""
        sessions = Sessions(clock=clock, rules=rules)
        links = Links(clock=clock, rules=rules, public_url=public_url)
        sending = CodeSending(
            uow=uow,
            clock=clock,
            rules=rules,
            hasher=hasher,
            sms=sms,
            sim_change=sim_change,
            texts=texts,
            bank_name=bank_name,
            uncounted_places=uncounted_places,
        )
        otp = Otp(
            uow=uow,
            clock=clock,
            rules=rules,
            hasher=hasher,
            authenticator=authenticator,
            words=words,
            sending=sending,
        )
        extras = Extras(
            uow=uow,
            clock=clock,
            sealer=sealer,
            authenticator=authenticator,
            links=links,
            bank_name=bank_name,
        )
        authenticators = Authenticators(
            uow=uow,
            clock=clock,
            sealer=sealer,
            authenticator=authenticator,
            sending=sending,
            sessions=sessions,
            links=links,
            words=words,
            bank_name=bank_name,
        )
        return cls(
            rules=rules,
            token_validity=TokenValidity(clock=clock, rules=rules),
            sessions=sessions,
            links=links,
            otp=otp,
            sign_in=SignIn(
                uow=uow,
                clock=clock,
                rules=rules,
                hasher=hasher,
                sessions=sessions,
                links=links,
                words=words,
            ),
            registration=Registration(
                uow=uow,
                clock=clock,
                rules=rules,
                core=core,
                hasher=hasher,
                otp=otp,
                sessions=sessions,
                links=links,
                extras=extras,
                words=words,
            ),
            confirmation=Confirmation(uow=uow, otp=otp, links=links, sessions=sessions),
            self_service=SelfService(
                uow=uow,
                rules=rules,
                core=core,
                hasher=hasher,
                otp=otp,
                sessions=sessions,
                links=links,
                authenticators=authenticators,
                words=words,
            ),
            code_unlocking=CodeUnlocking(uow=uow, words=words),
            leaving=Leaving(uow=uow, sessions=sessions),
        )
