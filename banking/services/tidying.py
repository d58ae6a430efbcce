"""Forgets what the chat no longer needs."""

from dataclasses import dataclass, field
from datetime import timedelta

from banking.domain.inbound import ChatRules
from banking.ports.identity import Clock
from banking.ports.unit_of_work import UnitOfWork

# A handle that has run out still tells a late tap from a forged one for a while.
KEEP_HANDLES = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tidying:
    """Deletes by age; messages stay long enough to know a repeated delivery."""

    uow: UnitOfWork
    clock: Clock
    rules: ChatRules = field(default_factory=ChatRules)

    def run(self) -> None:
        """Delete everything that is past its time."""
        now = self.clock.now()
        with self.uow() as tx:
            tx.conversations.forget_tails(now - self.rules.split_card_within)
            tx.vault.purge(now)
            tx.handles.purge(now - KEEP_HANDLES)
            tx.messages.purge(now - self.rules.keep_messages)
            tx.outbox.purge(now - self.rules.keep_messages)
            tx.turns.purge(now - self.rules.keep_messages)
            tx.conversations.forget_strangers(now - self.rules.keep_messages)
            tx.commit()
