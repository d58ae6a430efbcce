"""Transfers, payees, parked requests and documents in memory."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from banking.domain.limits import Interval
from banking.domain.money import Money
from banking.domain.transfer import COUNTED, Transfer, TransferState
from banking.ports.money import Document, ParkedRequest, Payee, StatementRequest

_SHOWN = {*COUNTED, TransferState.AWAITING, TransferState.FAILED}
_UNSETTLED = COUNTED - {TransferState.POSTED}
# What `save` writes; whatever else a transfer says was confirmed and stays.
_MOVES = ("state", "authorised_at", "settled_at", "core_reference", "failure")


@dataclass
class MemoryTransfers:
    now: Callable[[], datetime]
    rows: dict[str, Transfer] = field(default_factory=dict)

    def add(self, transfer: Transfer) -> None:
        if transfer.id in self.rows:
            raise ValueError("a transfer is added once")
        self.rows[transfer.id] = transfer

    def get(self, transfer_id: str) -> Transfer | None:
        return self.rows.get(transfer_id)

    # Units of work in memory come one after the other: reading is holding.
    lock = get

    def save(self, transfer: Transfer) -> None:
        if transfer.id in self.rows:
            moved = {name: getattr(transfer, name) for name in _MOVES}
            self.rows[transfer.id] = replace(self.rows[transfer.id], **moved)

    def open_of(self, enrolment_id: str) -> list[Transfer]:
        waiting = self._those(
            lambda t: (
                t.enrolment_id == enrolment_id and t.state is TransferState.AWAITING
            )
        )
        return sorted(waiting, key=lambda t: (t.created_at, t.id))

    def cancel_open(self, enrolment_id: str, now: datetime | None = None) -> list[str]:
        cancelled = self.open_of(enrolment_id)
        for transfer in cancelled:
            self.rows[transfer.id] = replace(
                transfer,
                state=TransferState.CANCELLED,
                settled_at=now if now is not None else self.now(),
            )
        return [transfer.id for transfer in cancelled]

    def latest_of(self, enrolment_id: str, limit: int = 5) -> list[Transfer]:
        shown = self._those(
            lambda t: t.enrolment_id == enrolment_id and t.state in _SHOWN
        )
        by_id = sorted(shown, key=lambda t: t.id)
        return sorted(by_id, key=lambda t: t.created_at, reverse=True)[:limit]

    def spent(self, customer_number: str, service: str, when: Interval) -> Money | None:
        since, until = when
        counted = [
            t.amount
            for t in self._confirmed(customer_number, since)
            if t.service == service and t.authorised_at and t.authorised_at < until
        ]
        if not counted:
            return None
        return Money(sum(amount.minor for amount in counted), counted[0].currency)

    def paid_to(
        self, customer_number: str, account: str, since: datetime
    ) -> list[Transfer]:
        return [
            t
            for t in self._confirmed(customer_number, since)
            if t.payee_account == account
        ]

    def first_paid(self, customer_number: str, account: str) -> datetime | None:
        posted = self._those(
            lambda t: (
                (t.customer_number, t.payee_account) == (customer_number, account)
                and t.state is TransferState.POSTED
            )
        )
        return min((t.settled_at for t in posted if t.settled_at), default=None)

    def expired(self, now: datetime) -> list[str]:
        over = self._those(
            lambda t: t.state is TransferState.AWAITING and t.expires_at <= now
        )
        return [transfer.id for transfer in over]

    def unsettled(self, before: datetime) -> list[Transfer]:
        left = self._those(
            lambda t: t.state in _UNSETTLED and t.authorised_at is not None
        )
        return [t for t in _by_confirmation(left) if _moment(t) <= before]

    def states(self, ids: Iterable[str]) -> Mapping[str, TransferState]:
        return {key: self.rows[key].state for key in ids if key in self.rows}

    def _confirmed(self, customer_number: str, since: datetime) -> list[Transfer]:
        """The newest first."""
        counted = self._those(
            lambda t: t.customer_number == customer_number and t.state in COUNTED
        )
        return [t for t in reversed(_by_confirmation(counted)) if _moment(t) >= since]

    def _those(self, fits: Callable[[Transfer], bool]) -> list[Transfer]:
        return [transfer for transfer in self.rows.values() if fits(transfer)]


def _moment(transfer: Transfer) -> datetime:
    """When it was confirmed; a transfer in such a state has been."""
    if transfer.authorised_at is None:
        raise ValueError(f"{transfer.state} without a confirmation")
    return transfer.authorised_at


def _by_confirmation(transfers: list[Transfer]) -> list[Transfer]:
    return sorted(transfers, key=_moment)


@dataclass
class MemoryPayees:
    rows: dict[str, Payee] = field(default_factory=dict)
    imports: dict[str, datetime] = field(default_factory=dict)

    def of(self, enrolment_id: str) -> list[Payee]:
        mine = [p for p in self.rows.values() if p.enrolment_id == enrolment_id]
        return sorted(mine, key=lambda payee: (payee.alias, payee.id))

    def get(self, enrolment_id: str, payee_id: str) -> Payee | None:
        payee = self.rows.get(payee_id)
        return payee if payee and payee.enrolment_id == enrolment_id else None

    def add(self, payee: Payee) -> bool:
        if payee.id in self.rows or any(
            saved.account == payee.account for saved in self.of(payee.enrolment_id)
        ):
            return False
        self.rows[payee.id] = payee
        return True

    def remove(self, enrolment_id: str, payee_id: str) -> None:
        if self.get(enrolment_id, payee_id) is not None:
            del self.rows[payee_id]

    def imported(self, enrolment_id: str) -> bool:
        return enrolment_id in self.imports

    def mark_imported(self, enrolment_id: str, now: datetime) -> bool:
        if self.imported(enrolment_id):
            return False
        self.imports[enrolment_id] = now
        return True


@dataclass
class MemoryParked:
    rows: dict[str, ParkedRequest] = field(default_factory=dict)

    def put(self, request: ParkedRequest) -> None:
        self.rows[request.conversation_id] = request

    def take(self, conversation_id: str) -> ParkedRequest | None:
        return self.rows.pop(conversation_id, None)

    def purge(self, before: datetime) -> int:
        old = [key for key, row in self.rows.items() if row.parked_at < before]
        for key in old:
            del self.rows[key]
        return len(old)


@dataclass
class MemoryDocuments:
    rows: dict[str, Document] = field(default_factory=dict)
    requests: dict[str, StatementRequest] = field(default_factory=dict)

    def add(self, document: Document) -> bool:
        transfer_id = document.transfer_id
        if transfer_id is not None and self.of_transfer(transfer_id) is not None:
            return False
        self.rows[document.id] = document
        return True

    def get(self, document_id: str) -> Document | None:
        return self.rows.get(document_id)

    def of_transfer(self, transfer_id: str) -> Document | None:
        return next(
            (d for d in self.rows.values() if d.transfer_id == transfer_id), None
        )

    def request(self, request: StatementRequest) -> None:
        self.requests[request.id] = request

    def lock_request(self, request_id: str) -> StatementRequest | None:
        return self.requests.get(request_id)

    def answer_request(self, request_id: str, document_id: str) -> None:
        if request_id in self.requests:
            answered = replace(self.requests[request_id], document_id=document_id)
            self.requests[request_id] = answered
