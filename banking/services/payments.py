"""The life of a transfer: proposed, confirmed, sent once, and told about.

The transfer's id is the challenge's id and the core's idempotency key, so that one
confirmed code moves money once however often anything is repeated.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from banking.domain import masking
from banking.domain.limits import MoneyRules
from banking.domain.link import LinkPurpose
from banking.domain.money import Money
from banking.domain.refusals import (
    ConfirmationOver,
    CustomerBlocked,
    FeeChanged,
    NothingToCancel,
    TransferUnderWay,
    TransferUnknown,
)
from banking.domain.transfer import (
    IllegalStep,
    Transfer,
    TransferEvent,
    TransferState,
    step,
)
from banking.ports.core_banking import Account
from banking.ports.identity import Clock
from banking.ports.unit_of_work import Tx, UnitOfWork
from banking.services.kyc import OWN, Allowance, Caller
from banking.services.links import Links
from banking.services.new_payees import check_new_payee
from banking.services.outcomes import (
    CancelTransfer,
    ConfirmNeeded,
    Outcome,
    Say,
    TransferStatus,
)
from banking.services.payees import Target
from banking.services.transfer_facts import (
    STATUS,
    TransferView,
    facts_of,
    payee_of,
    those_meant,
    view_of,
)

_CANCELLABLE = frozenset({TransferState.AWAITING, TransferState.AUTHORISED})
_TIME_TO_FOLLOW = timedelta(minutes=1)
_UNDER_WAY = frozenset({TransferState.SENDING, TransferState.IN_DOUBT})


@dataclass(frozen=True, slots=True, kw_only=True)
class Payments:
    uow: UnitOfWork
    clock: Clock
    rules: MoneyRules
    allowance: Allowance
    links: Links

    def propose(
        self,
        caller: Caller,
        *,
        service: str,
        source: Account,
        target: Target,
        amount: Money,
        fee: Money,
        reference: str,
    ) -> Outcome:
        """Write the transfer down and hand out the link to confirm it.

        Whatever waited for this customer's confirmation before is cancelled, its
        link dead: only the latest can be confirmed. The very same payment asked for
        again goes on waiting, its link as good as before.
        """
        now = self.clock.now()
        transfer = Transfer(
            id=uuid.uuid4().hex,
            enrolment_id=caller.id,
            customer_number=caller.customer_number,
            conversation_id=caller.conversation_id,
            service=service,
            source_account=source.number,
            source_shown=f"{source.name} {masking.account(source.number)}",
            payee_account=target.account,
            payee_name=target.name,
            payee_shown=target.shown,
            amount=amount,
            fee=fee,
            reference=reference,
            state=TransferState.AWAITING,
            created_at=now,
            expires_at=now + self.rules.confirm_within,
        )
        with self.uow() as tx:
            tx.enrolments.lock(caller.id)
            waiting = self._waits_already(tx, transfer)
            if waiting is not None:
                # Said again, or its answer was lost: the button may have gone with it.
                self.links.kill(tx, subject=waiting.id)
                url = self._link(tx, caller, waiting.id)
                tx.commit()
                return ConfirmNeeded(url, "utter_confirm_transfer", facts_of(waiting))
            replaced = self._cancel_open(tx, caller.id, now)
            since = now - self.rules.duplicate_warning
            earlier = tx.transfers.paid_to(
                caller.customer_number, target.account, since
            )
            twice = any(paid.amount == amount for paid in earlier)
            tx.transfers.add(transfer)
            url = self._link(tx, caller, transfer.id)
            tx.commit()
        response = "utter_confirm_transfer"
        if twice:
            response = "utter_confirm_transfer_twice"
        elif replaced:
            response = "utter_confirm_transfer_changed"
        return ConfirmNeeded(url, response, facts_of(transfer))

    # --- the confirmation page ----------------------------------------------------

    def confirmation(self, transfer_id: str, enrolment_id: str) -> TransferView | None:
        """What there is to confirm; None for another customer's or an unknown one."""
        with self.uow() as tx:
            transfer = tx.transfers.get(transfer_id)
        if transfer is None or transfer.enrolment_id != enrolment_id:
            return None
        return view_of(transfer)

    def authorise(self, tx: Tx, transfer_id: str, enrolment_id: str) -> TransferView:
        """The customer has confirmed: check everything again, then queue the sending.

        Runs in the commit that spends the code, under the customer's lock. Raises
        ConfirmationOver, CustomerBlocked, FeeChanged, CoolingOff, KycTooLow or
        LimitExceeded; then nothing of it lasts.
        """
        enrolment = tx.enrolments.lock(enrolment_id)
        transfer = tx.transfers.lock(transfer_id)
        now = self.clock.now()
        if transfer is None or transfer.enrolment_id != enrolment_id:
            raise TransferUnknown
        if enrolment is None or not enrolment.active:
            raise CustomerBlocked
        if transfer.state is not TransferState.AWAITING or now >= transfer.expires_at:
            raise ConfirmationOver
        if self.rules.fee(transfer.service) != transfer.fee:
            raise FeeChanged
        self.allowance.check(tx, enrolment, transfer.service, transfer.amount)
        saved = {p.account: p for p in tx.payees.of(enrolment_id)}
        payee = saved.get(transfer.payee_account)
        target = Target(
            transfer.payee_account,
            transfer.payee_name,
            transfer.payee_shown,
            known_since=payee.added_at if payee else None,
            own=transfer.service == OWN,
        )
        check_new_payee(
            tx, self.rules, enrolment.customer_number, target, transfer.amount, now
        )
        transfer = replace(
            transfer,
            state=step(transfer.state, TransferEvent.AUTHORISE),
            authorised_at=now,
        )
        tx.transfers.save(transfer)
        queue_sending(tx, transfer.id)
        tx.audit.record(
            "transfer_authorised",
            enrolment_id=enrolment_id,
            conversation_id=transfer.conversation_id,
            transfer=transfer.id,
            binding=transfer.binding,
        )
        return view_of(transfer)

    def cancel(self, transfer_id: str, enrolment_id: str) -> TransferView:
        """Cancel one transfer that has not been sent.

        Raises TransferUnknown, or TransferUnderWay when the money may have moved.
        """
        with self.uow() as tx:
            tx.enrolments.lock(enrolment_id)
            transfer = tx.transfers.lock(transfer_id)
            if transfer is None or transfer.enrolment_id != enrolment_id:
                raise TransferUnknown
            cancelled = self._cancelled(tx, transfer)
            tx.commit()
        return view_of(cancelled)

    def cancel_by_customer(self, caller: Caller, asked: CancelTransfer) -> Outcome:
        """Cancel what is waiting or not sent yet, the latest first."""
        with self.uow() as tx:
            tx.enrolments.lock(caller.id)
            latest = tx.transfers.latest_of(caller.id, limit=20)
            which = asked.which
            meant = those_meant(tx, caller, latest, which) if which else []
            # A name that fits none was misheard; one that fits another is obeyed.
            among = meant or latest
            waiting = [t for t in among if t.state in _CANCELLABLE]
            if not waiting:
                gone = [t for t in among if t.state in _UNDER_WAY]
                gone += [t for t in meant if t.state is TransferState.POSTED]
                if gone:
                    raise TransferUnderWay(gone[0].amount, payee_of(gone[0]))
                raise NothingToCancel
            locked = tx.transfers.lock(waiting[0].id)
            if locked is None:
                raise NothingToCancel
            cancelled = self._cancelled(tx, locked)
            tx.commit()
        return Say("utter_transfer_cancelled", facts_of(cancelled))

    def status(self, caller: Caller, asked: TransferStatus) -> Outcome:
        """How far the latest transfer has come, or the latest to somebody."""
        with self.uow() as tx:
            found = tx.transfers.latest_of(caller.id, limit=20)
            if asked.which:
                found = those_meant(tx, caller, found, asked.which)
        if not found:
            return Say("utter_transfer_status_none")
        transfer = found[0]
        return Say(STATUS[transfer.state], facts_of(transfer))

    def _link(self, tx: Tx, caller: Caller, transfer_id: str) -> str:
        return self.links.issue(
            tx,
            LinkPurpose.CONFIRM,
            caller.conversation_id,
            enrolment_id=caller.id,
            subject=transfer_id,
        )

    def _waits_already(self, tx: Tx, new: Transfer) -> Transfer | None:
        """The one payment that waits, if it is this very one and can still be made."""
        waiting = tx.transfers.open_of(new.enrolment_id)
        if len(waiting) != 1:
            return None
        (old,) = waiting
        same = replace(
            new, id=old.id, created_at=old.created_at, expires_at=old.expires_at
        )
        in_time = new.created_at + _TIME_TO_FOLLOW <= old.expires_at
        return old if old == same and in_time else None

    def _cancel_open(self, tx: Tx, enrolment_id: str, now: datetime) -> bool:
        cancelled = tx.transfers.cancel_open(enrolment_id, now)
        for transfer_id in cancelled:
            self.links.kill(tx, subject=transfer_id)
        return bool(cancelled)

    def _cancelled(self, tx: Tx, transfer: Transfer) -> Transfer:
        try:
            state = step(transfer.state, TransferEvent.CANCEL)
        except IllegalStep:
            if transfer.state in _UNDER_WAY or transfer.state is TransferState.POSTED:
                raise TransferUnderWay(transfer.amount, payee_of(transfer)) from None
            raise NothingToCancel from None
        cancelled = replace(transfer, state=state, settled_at=self.clock.now())
        tx.transfers.save(cancelled)
        self.links.kill(tx, subject=transfer.id)
        tx.audit.record(
            "transfer_cancelled",
            enrolment_id=transfer.enrolment_id,
            conversation_id=transfer.conversation_id,
            transfer=transfer.id,
        )
        return cancelled


def queue_sending(tx: Tx, transfer_id: str) -> None:
    tx.defer("transfer", lock=f"transfer:{transfer_id}", transfer_id=transfer_id)
