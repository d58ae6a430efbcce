"""Counters and the security log in memory."""

import hashlib
import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from banking.domain.audit_body import audit_body
from banking.domain.challenge import Tries
from banking.ports.identity import AuditRow


@dataclass(frozen=True, slots=True)
class _CodeSent:
    subject: str
    place: str
    challenge_id: str
    at: datetime
    answered: bool = False


@dataclass
class MemoryAttempts:
    tries: dict[tuple[str, str], Tries] = field(default_factory=dict)
    codes: dict[str, _CodeSent] = field(default_factory=dict)
    hits: dict[int, tuple[str, datetime]] = field(default_factory=dict)
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def lock(self, subject: str, factor: str) -> Tries:
        return self.tries.get((subject, factor), Tries(subject, factor))

    def save(self, tries: Tries) -> None:
        self.tries[tries.subject, tries.factor] = tries

    def code_sent(
        self, send_id: str, subject: str, place: str, challenge_id: str, now: datetime
    ) -> None:
        self.codes[send_id] = _CodeSent(subject, place, challenge_id, now)

    def code_unsent(self, send_id: str) -> None:
        self.codes.pop(send_id, None)

    def codes_since(
        self, since: datetime, *, subject: str | None = None, place: str | None = None
    ) -> list[datetime]:
        narrow = subject is not None or place is not None
        return sorted(
            code.at
            for code in self.codes.values()
            if code.at > since
            and not (narrow and code.answered)
            and subject in (None, code.subject)
            and place in (None, code.place)
        )

    def code_answered(self, challenge_id: str) -> None:
        for send_id, code in self.codes.items():
            if code.challenge_id == challenge_id:
                self.codes[send_id] = replace(code, answered=True)

    def hit(self, bucket: str, now: datetime) -> int:
        number = next(self.numbers)
        self.hits[number] = bucket, now
        return number

    def unhit(self, hit_id: int) -> None:
        self.hits.pop(hit_id, None)

    def hits_since(self, bucket: str, since: datetime) -> int:
        return sum(name == bucket and at > since for name, at in self.hits.values())

    def hit_before(self, bucket: str, since: datetime, most: int) -> datetime | None:
        moments = sorted(
            (at for name, at in self.hits.values() if name == bucket and at > since),
            reverse=True,
        )
        return moments[most - 1] if len(moments) >= most else None

    def lock_bucket(self, bucket: str) -> None:
        """Nobody else is counting: units of work come one after the other."""

    def purge(self, before: datetime) -> int:
        hits = [number for number, (_, at) in self.hits.items() if at < before]
        codes = [send_id for send_id, code in self.codes.items() if code.at < before]
        for number in hits:
            del self.hits[number]
        for send_id in codes:
            del self.codes[send_id]
        return len(hits) + len(codes)


@dataclass(frozen=True, slots=True)
class _Event:
    at: datetime
    event: str
    enrolment_id: str | None
    conversation_id: str | None
    body: str


@dataclass
class MemoryAudit:
    """A row joins the chain at the commit, as in PostgreSQL."""

    now: Callable[[], datetime]
    waiting: list[_Event] = field(default_factory=list)
    chain: list[AuditRow] = field(default_factory=list)

    def record(
        self,
        event: str,
        /,
        *,
        enrolment_id: str | None = None,
        conversation_id: str | None = None,
        **facts: Any,
    ) -> None:
        at = self.now()
        body = audit_body(at, event, enrolment_id, conversation_id, facts)
        self.waiting.append(_Event(at, event, enrolment_id, conversation_id, body))

    def rows(self, after: int = 0, limit: int = 1000) -> list[AuditRow]:
        return [row for row in self.chain if row.chain > after][:limit]

    def head(self) -> tuple[int, str]:
        return (self.chain[-1].chain, self.chain[-1].hash) if self.chain else (0, "")

    def commit(self) -> None:
        """Link what was recorded into the chain."""
        for one in self.waiting:
            number, before = self.head()
            linked = hashlib.sha256(f"{before}|{number + 1}|{one.body}".encode())
            self.chain.append(
                AuditRow(
                    number + 1,
                    one.at,
                    one.event,
                    one.enrolment_id,
                    one.conversation_id,
                    one.body,
                    before,
                    linked.hexdigest(),
                )
            )
        self.waiting.clear()
