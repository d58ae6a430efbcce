"""What was left open: confirmations that never came, transfers nobody heard back of."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from banking.domain.transfer import Transfer, TransferEvent, TransferState, step
from banking.ports.core_banking import (
    CoreBanking,
    CoreRefused,
    CoreState,
    CoreUnreachable,
)
from banking.ports.gateway import Words
from banking.ports.identity import Clock
from banking.ports.unit_of_work import UnitOfWork
from banking.services.links import Links
from banking.services.notices import tell_owner
from banking.services.settlement import Settlement
from banking.services.transfer_facts import facts_of

# A job that is merely slow is left alone for this long.
_LEFT_ALONE: Final = timedelta(seconds=30)
# After this the customer no longer expects the payment to go out.
_GIVEN_UP_AFTER: Final = timedelta(minutes=15)
_PARKED_FOR: Final = timedelta(minutes=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciliation:
    uow: UnitOfWork
    clock: Clock
    core: CoreBanking
    settlement: Settlement
    links: Links
    words: Words

    def reconcile(self) -> int:
        """Settle what is confirmed and not finished; returns how many were looked at.

        The core's own answer decides. What it does not know is sent again with the
        same key, or given up for good once it is too old.
        """
        with self.uow() as tx:
            open_ones = tx.transfers.unsettled(self.clock.now() - _LEFT_ALONE)
        for transfer in open_ones:
            try:
                self._settle(transfer)
            except CoreUnreachable:
                continue  # asked again in a minute
        return len(open_ones)

    def expire(self) -> int:
        """End transfers whose confirmation can no longer come, and say so."""
        now = self.clock.now()
        with self.uow() as tx:
            ids = tx.transfers.expired(now)
            tx.parked.purge(now - _PARKED_FOR)
            tx.commit()
        ended = sum(self._expire(transfer_id, now) for transfer_id in ids)
        with suppress(CoreUnreachable):
            self.core.expire_holds()
        return ended

    def _settle(self, transfer: Transfer) -> None:
        outcome = self.core.outcome(transfer.id)
        match outcome.state:
            case CoreState.POSTED if outcome.reference is not None:
                self._seen_sent(transfer)
                self.settlement.posted(transfer.id, outcome.reference)
            case CoreState.VOID:
                self._seen_sent(transfer)
                self.settlement.refused(transfer.id, outcome.reason or "void")
            case _ if self._too_old(transfer):
                self._give_up(transfer)
            case _:
                self.settlement.execute(transfer.id)

    def _give_up(self, transfer: Transfer) -> None:
        try:
            self.core.void(transfer.id)
        except CoreRefused:
            return  # it was posted a moment ago: the next round sees that
        self._seen_sent(transfer)
        self.settlement.refused(transfer.id, "given_up")

    def _seen_sent(self, transfer: Transfer) -> None:
        """A transfer that the core knows was sent, whatever our row says."""
        if transfer.state is not TransferState.AUTHORISED:
            return
        with self.uow() as tx:
            locked = tx.transfers.lock(transfer.id)
            if locked is not None and locked.state is TransferState.AUTHORISED:
                sent = step(locked.state, TransferEvent.SEND)
                tx.transfers.save(replace(locked, state=sent))
                tx.commit()

    def _too_old(self, transfer: Transfer) -> bool:
        confirmed = transfer.authorised_at or transfer.created_at
        return self.clock.now() - confirmed > _GIVEN_UP_AFTER

    def _expire(self, transfer_id: str, now: datetime) -> bool:
        with self.uow() as tx:
            transfer = tx.transfers.lock(transfer_id)
            if transfer is None or transfer.state is not TransferState.AWAITING:
                return False
            expired = replace(
                transfer,
                state=step(transfer.state, TransferEvent.EXPIRE),
                settled_at=now,
            )
            tx.transfers.save(expired)
            self.links.kill(tx, subject=transfer_id)
            words = self.words.say("utter_transfer_expired", **facts_of(expired))
            tell_owner(tx, expired.enrolment_id, expired.conversation_id, words)
            tx.commit()
        return True
