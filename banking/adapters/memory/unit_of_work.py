"""The unit of work in memory: one after the other, and forgotten without a commit."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from banking.adapters.memory.enrolments import MemoryEnrolments, MemorySessions
from banking.adapters.memory.gateway import (
    MemoryConversations,
    MemoryHandles,
    MemoryMessages,
    MemoryOutbox,
    MemoryTurns,
    MemoryVault,
)
from banking.adapters.memory.inbox import MemoryInbox
from banking.adapters.memory.lessons import MemoryLessons
from banking.adapters.memory.links import MemoryChallenges, MemoryLinks
from banking.adapters.memory.money import (
    MemoryDocuments,
    MemoryParked,
    MemoryPayees,
    MemoryTransfers,
)
from banking.adapters.memory.security import MemoryAttempts, MemoryAudit
from banking.adapters.memory.staff import MemoryStaff
from banking.adapters.memory.turns_heard import MemoryHeard
from banking.domain.inbound import ChatRules
from banking.ports.unit_of_work import Json


@dataclass(frozen=True, slots=True)
class Deferred:
    """A job that a committed unit of work has queued."""

    job: str
    lock: str | None
    at: datetime | None
    args: dict[str, Any]


@dataclass
class MemoryTx:
    """Every store; see ``banking.ports.unit_of_work.Tx`` for the promise."""

    now: Callable[[], datetime]
    rules: ChatRules
    jobs: list[Deferred] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.challenges = MemoryChallenges()
        self.conversations = MemoryConversations(challenges=self.challenges)
        self.messages = MemoryMessages(self._queue)
        self.handles = MemoryHandles(self.now, self.rules.handle_for)
        self.outbox = MemoryOutbox(self._queue, self.handles, self.now)
        self.vault = MemoryVault(self.rules.card_for)
        self.turns = MemoryTurns()
        self.enrolments = MemoryEnrolments()
        self.sessions = MemorySessions()
        self.links = MemoryLinks()
        self.attempts = MemoryAttempts()
        self.audit = MemoryAudit(self.now)
        self.transfers = MemoryTransfers(self.now)
        self.payees = MemoryPayees()
        self.parked = MemoryParked()
        self.documents = MemoryDocuments()
        self.staff = MemoryStaff()
        said = MemoryHeard(
            self.turns,
            self.messages,
            self.outbox,
            self.conversations,
            self.enrolments,
        )
        self.inbox = MemoryInbox(said)
        self.lessons = MemoryLessons(self.inbox)
        self._stores = [v for v in vars(self).values() if hasattr(v, "__dict__")]
        self.keep()

    def defer(
        self,
        job: str,
        *,
        lock: str | None = None,
        at: datetime | None = None,
        **args: Json,
    ) -> None:
        self.jobs.append(Deferred(job, lock, at, args))

    def commit(self) -> None:
        self.audit.commit()
        self.keep()

    def keep(self) -> None:
        """Remember everything as it is now."""
        self._kept = [
            (part, name, deepcopy(value)) for part, name, value in self._state()
        ]
        self._jobs_kept = len(self.jobs)

    def forget(self) -> None:
        """Go back to what was kept last."""
        for part, name, value in self._kept:
            setattr(part, name, deepcopy(value))
        del self.jobs[self._jobs_kept :]

    def _state(self) -> Iterator[tuple[object, str, Any]]:
        """What every store keeps: its dicts, lists and sets."""
        for part in self._stores:
            for name, value in vars(part).items():
                if isinstance(value, dict | list | set):
                    yield part, name, value

    def _queue(
        self, job: str, lock: str, at: datetime | None, args: dict[str, Any]
    ) -> None:
        self.defer(job, lock=lock, at=at, **args)


class MemoryUnitOfWork:
    """Opens units of work, one at a time: what they lock is everything."""

    def __init__(
        self, now: Callable[[], datetime], rules: ChatRules | None = None
    ) -> None:
        self._tx = MemoryTx(now, rules or ChatRules())
        self._turn = threading.Lock()

    @contextmanager
    def __call__(self) -> Iterator[MemoryTx]:
        """Begin one; whatever ``commit`` did not keep is forgotten at the end."""
        with self._turn:
            try:
                yield self._tx
            finally:
                self._tx.forget()
