"""The unit of work on PostgreSQL: one connection, one transaction, every store."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from sqlalchemy import Connection, Engine

from banking.adapters.credentials import Sealer
from banking.adapters.db import queue
from banking.adapters.db.gateway import GatewayStores, gateway_stores
from banking.adapters.db.identity import (
    SqlChallenges,
    SqlEnrolments,
    SqlLinks,
    SqlSessions,
)
from banking.adapters.db.inbox import SqlInbox
from banking.adapters.db.lessons import SqlLessons
from banking.adapters.db.money import (
    SqlDocuments,
    SqlParked,
    SqlPayees,
    SqlTransfers,
)
from banking.adapters.db.security import SqlAttempts, SqlAudit
from banking.adapters.db.staff import SqlStaff
from banking.domain.inbound import ChatRules
from banking.ports.gateway import (
    Conversations,
    Handles,
    Messages,
    Outbox,
    Turns,
    Vault,
    VaultCipher,
)
from banking.ports.unit_of_work import Json


@dataclass(frozen=True, slots=True)
class SqlUnitOfWork:
    """Opens units of work; keeps nothing of them."""

    engine: Engine
    now: Callable[[], datetime]
    cipher: VaultCipher
    sealer: Sealer
    chat_rules: ChatRules = field(default_factory=ChatRules)

    @contextmanager
    def __call__(self) -> Iterator["SqlTx"]:
        """Begin one; whatever ``commit`` did not keep is rolled back at the end."""
        with self.engine.connect() as connection:
            yield SqlTx(connection, self)


class SqlTx:
    """One unit of work; see ``banking.ports.unit_of_work.Tx`` for the promise."""

    def __init__(self, connection: Connection, of: SqlUnitOfWork) -> None:
        self.connection = connection
        self._of = of
        self.enrolments = SqlEnrolments(connection, of.sealer)
        self.sessions = SqlSessions(connection)
        self.links = SqlLinks(connection)
        self.challenges = SqlChallenges(connection)
        self.attempts = SqlAttempts(connection)
        self.audit = SqlAudit(connection, of.now)
        self.transfers = SqlTransfers(connection)
        self.payees = SqlPayees(connection)
        self.parked = SqlParked(connection)
        self.documents = SqlDocuments(connection)
        self.staff = SqlStaff(connection, of.sealer)
        self.inbox = SqlInbox(connection)
        self.lessons = SqlLessons(connection)

    @cached_property
    def _gateway(self) -> GatewayStores:
        return gateway_stores(
            self.connection,
            defer=self.defer,
            cipher=self._of.cipher,
            now=self._of.now,
            rules=self._of.chat_rules,
        )

    @property
    def conversations(self) -> Conversations:
        return self._gateway.conversations

    @property
    def messages(self) -> Messages:
        return self._gateway.messages

    @property
    def outbox(self) -> Outbox:
        return self._gateway.outbox

    @property
    def handles(self) -> Handles:
        return self._gateway.handles

    @property
    def vault(self) -> Vault:
        return self._gateway.vault

    @property
    def turns(self) -> Turns:
        return self._gateway.turns

    def defer(
        self,
        job: str,
        *,
        lock: str | None = None,
        at: datetime | None = None,
        **args: Json,
    ) -> None:
        queue.defer(self.connection, job, lock=lock, at=at, args=args)

    def commit(self) -> None:
        self.connection.commit()
