"""One piece of work, kept whole or not at all."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol

from banking.ports.gateway import (
    Conversations,
    Handles,
    Messages,
    Outbox,
    Turns,
    Vault,
)
from banking.ports.identity import (
    Attempts,
    AuditLog,
    Challenges,
    Enrolments,
    LinkStore,
    SessionStore,
)
from banking.ports.inbox import InboxStore
from banking.ports.lessons import LessonStore
from banking.ports.money import Documents, Parked, Payees, Transfers
from banking.ports.staff import StaffStore

type Json = str | int | float | bool | list[Json] | dict[str, Json] | None


class Tx(Protocol):
    """A unit of work: everything done through it lasts after ``commit`` only.

    Short by contract: no network call happens while one is open, since its row
    locks make other customers' messages wait.
    """

    @property
    def conversations(self) -> Conversations: ...
    @property
    def messages(self) -> Messages: ...
    @property
    def outbox(self) -> Outbox: ...
    @property
    def handles(self) -> Handles: ...
    @property
    def vault(self) -> Vault: ...
    @property
    def turns(self) -> Turns: ...
    @property
    def enrolments(self) -> Enrolments: ...
    @property
    def sessions(self) -> SessionStore: ...
    @property
    def links(self) -> LinkStore: ...
    @property
    def challenges(self) -> Challenges: ...
    @property
    def attempts(self) -> Attempts: ...
    @property
    def audit(self) -> AuditLog: ...
    @property
    def transfers(self) -> Transfers: ...
    @property
    def payees(self) -> Payees: ...
    @property
    def parked(self) -> Parked: ...
    @property
    def documents(self) -> Documents: ...
    @property
    def staff(self) -> StaffStore: ...
    @property
    def inbox(self) -> InboxStore: ...
    @property
    def lessons(self) -> LessonStore: ...

    def defer(
        self,
        job: str,
        *,
        lock: str | None = None,
        at: datetime | None = None,
        **args: Json,
    ) -> None:
        """Queue a job in the same commit: it exists exactly if the rest does.

        Jobs that share a ``lock`` run one at a time and in order. ``at`` (UTC) is
        the earliest moment to run.
        """

    def commit(self) -> None:
        """Keep everything; without it, leaving the block forgets everything."""


type UnitOfWork = Callable[[], AbstractContextManager[Tx]]
