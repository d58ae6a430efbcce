"""What moving money keeps: transfers, payees, parked requests and documents."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from banking.domain.limits import Interval
from banking.domain.money import Money
from banking.domain.transfer import Transfer, TransferState


@dataclass(frozen=True, slots=True)
class Payee:
    """A saved payee. `alias` is what the customer calls them: "mum"."""

    id: str
    enrolment_id: str
    alias: str
    name: str = field(repr=False)
    account: str = field(repr=False)
    added_at: datetime


@dataclass(frozen=True, slots=True)
class ParkedRequest:
    """A request that waits for the customer to register or sign in."""

    conversation_id: str
    kind: str
    body: Mapping[str, Any] = field(repr=False)
    parked_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A finished document: its content is encrypted already."""

    id: str
    enrolment_id: str
    kind: str
    filename: str
    content: bytes = field(repr=False)
    created_at: datetime
    transfer_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementRequest:
    """A statement to be made: the account's lines of [since, until), both UTC."""

    id: str
    enrolment_id: str
    conversation_id: str
    customer_number: str
    account: str = field(repr=False)
    since: datetime
    until: datetime
    requested_at: datetime
    document_id: str | None = None


class Transfers(Protocol):
    def add(self, transfer: Transfer) -> None: ...

    def get(self, transfer_id: str) -> Transfer | None: ...

    def lock(self, transfer_id: str) -> Transfer | None:
        """The transfer, locked until the unit of work ends."""

    def save(self, transfer: Transfer) -> None:
        """Write state, times, core reference and failure; nothing else changes."""

    def open_of(self, enrolment_id: str) -> list[Transfer]:
        """Transfers that wait for confirmation, locked, oldest first."""

    def cancel_open(self, enrolment_id: str, now: datetime | None = None) -> list[str]:
        """Cancel all that wait for confirmation; returns their ids."""

    def latest_of(self, enrolment_id: str, limit: int = 5) -> list[Transfer]:
        """The newest transfers that were confirmed or wait to be."""

    def spent(self, customer_number: str, service: str, when: Interval) -> Money | None:
        """What was confirmed in that time and not refused; None when nothing was.

        Exact only while the caller holds the enrolment's lock.
        """

    def paid_to(
        self, customer_number: str, account: str, since: datetime
    ) -> list[Transfer]:
        """Confirmed payments to an account since then that were not refused."""

    def first_paid(self, customer_number: str, account: str) -> datetime | None:
        """When the account was first paid by this customer through this bank."""

    def expired(self, now: datetime) -> list[str]:
        """Ids that still wait for a confirmation that can no longer come."""

    def unsettled(self, before: datetime) -> list[Transfer]:
        """Confirmed before then and not finished."""

    def states(self, ids: Iterable[str]) -> Mapping[str, TransferState]: ...


class Payees(Protocol):
    def of(self, enrolment_id: str) -> list[Payee]:
        """All saved payees, by name."""

    def get(self, enrolment_id: str, payee_id: str) -> Payee | None: ...

    def add(self, payee: Payee) -> bool:
        """False when that account is saved already."""

    def remove(self, enrolment_id: str, payee_id: str) -> None: ...

    def imported(self, enrolment_id: str) -> bool:
        """Whether the core's beneficiaries have been taken over."""

    def mark_imported(self, enrolment_id: str, now: datetime) -> bool:
        """False when somebody else was first."""


class Parked(Protocol):
    def put(self, request: ParkedRequest) -> None:
        """Park a request; one is kept for each conversation, the latest."""

    def take(self, conversation_id: str) -> ParkedRequest | None:
        """Remove and return what is parked."""

    def purge(self, before: datetime) -> int: ...


class Documents(Protocol):
    def add(self, document: Document) -> bool:
        """False when the transfer has its document already."""

    def get(self, document_id: str) -> Document | None: ...

    def of_transfer(self, transfer_id: str) -> Document | None: ...

    def request(self, request: StatementRequest) -> None: ...

    def lock_request(self, request_id: str) -> StatementRequest | None: ...

    def answer_request(self, request_id: str, document_id: str) -> None: ...
