"""Who banks by chat and who is signed in, in memory."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from banking.domain.session import Session
from banking.ports.identity import Enrolment, EnrolmentStatus


@dataclass(frozen=True, slots=True)
class _Kept:
    """An enrolment and what it keeps to itself."""

    enrolment: Enrolment
    pin_hash: str = field(repr=False)
    passphrase: str = field(repr=False)
    totp: str | None = field(default=None, repr=False)
    last_step: int = 0


@dataclass
class MemoryEnrolments:
    rows: dict[str, _Kept] = field(default_factory=dict)

    def get(self, enrolment_id: str) -> Enrolment | None:
        kept = self.rows.get(enrolment_id)
        return None if kept is None else kept.enrolment

    # Units of work in memory come one after the other: reading is holding.
    lock = get

    def by_customer(self, customer_number: str) -> Enrolment | None:
        return self._first(customer_number=customer_number)

    def add(self, enrolment: Enrolment, *, pin_hash: str, passphrase: str) -> None:
        if enrolment.id in self.rows or self.by_customer(enrolment.customer_number):
            raise ValueError("this customer is enrolled")
        enrolment = replace(enrolment, has_totp=False)
        self.rows[enrolment.id] = _Kept(enrolment, pin_hash, passphrase)

    def renew(self, enrolment: Enrolment, *, pin_hash: str) -> None:
        kept = self.rows.get(enrolment.id)
        if kept is None:
            return
        as_before = {
            name: getattr(kept.enrolment, name)
            for name in ("created_at", "safe_phrase", "has_totp")
        }
        renewed = replace(enrolment, **as_before)
        self.rows[enrolment.id] = replace(kept, enrolment=renewed, pin_hash=pin_hash)

    def pin_hash(self, enrolment_id: str) -> str:
        return self.rows[enrolment_id].pin_hash

    def set_pin_hash(self, enrolment_id: str, pin_hash: str) -> None:
        self._keep(enrolment_id, pin_hash=pin_hash)

    def passphrase(self, enrolment_id: str) -> str:
        return self.rows[enrolment_id].passphrase

    def set_passphrase(self, enrolment_id: str, passphrase: str) -> None:
        self._keep(enrolment_id, passphrase=passphrase)

    def set_safe_phrase(self, enrolment_id: str, phrase: str | None) -> None:
        self._set(enrolment_id, safe_phrase=phrase)

    def totp_secret(self, enrolment_id: str) -> str | None:
        kept = self.rows.get(enrolment_id)
        return None if kept is None else kept.totp

    def set_totp(
        self, enrolment_id: str, secret: str | None, *, last_step: int = 0
    ) -> None:
        self._keep(enrolment_id, totp=secret, last_step=last_step)
        self._set(enrolment_id, has_totp=secret is not None)

    def spend_totp_step(self, enrolment_id: str, step: int) -> bool:
        kept = self.rows.get(enrolment_id)
        if kept is None or kept.last_step >= step:
            return False
        self._keep(enrolment_id, last_step=step)
        return True

    def set_status(self, enrolment_id: str, status: EnrolmentStatus) -> None:
        self._set(enrolment_id, status=status)

    def set_kyc_level(self, enrolment_id: str, level: str) -> None:
        self._set(enrolment_id, kyc_level=level)

    def _first(self, **wanted: str) -> Enrolment | None:
        return next(
            (
                kept.enrolment
                for kept in self.rows.values()
                if all(getattr(kept.enrolment, k) == v for k, v in wanted.items())
            ),
            None,
        )

    def _keep(self, enrolment_id: str, **values: Any) -> None:
        if enrolment_id in self.rows:
            self.rows[enrolment_id] = replace(self.rows[enrolment_id], **values)

    def _set(self, enrolment_id: str, **values: Any) -> None:
        if enrolment_id in self.rows:
            kept = self.rows[enrolment_id]
            changed = replace(kept.enrolment, **values)
            self.rows[enrolment_id] = replace(kept, enrolment=changed)


@dataclass
class MemorySessions:
    # By id; tokens lead there.
    rows: dict[str, Session] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)

    def open(self, session: Session, token_sha256: str) -> None:
        before = self.current(session.enrolment_id, session.channel)
        if before is not None:
            self._end(before, session.started_at, "replaced")
        self.rows[session.id] = session
        self.tokens[token_sha256] = session.id

    def current(
        self,
        enrolment_id: str,
        channel: str,
        *,
        lock: bool = False,  # noqa: ARG002 - see MemoryEnrolments.lock
    ) -> Session | None:
        return next(
            (s for s in self.open_ones(enrolment_id) if s.channel == channel), None
        )

    def by_token(
        self,
        token_sha256: str,
        *,
        lock: bool = False,  # noqa: ARG002 - likewise
    ) -> Session | None:
        return self.rows.get(self.tokens.get(token_sha256, ""))

    def replace_token(self, token_sha256: str, instead: str) -> None:
        if token_sha256 in self.tokens:
            self.tokens[instead] = self.tokens.pop(token_sha256)

    def extend(self, session_id: str, expires_at: datetime) -> None:
        session = self.rows.get(session_id)
        if session and session.ended_at is None and session.expires_at < expires_at:
            self.rows[session_id] = replace(session, expires_at=expires_at)

    def end(self, enrolment_id: str, now: datetime, reason: str) -> int:
        ending = self.open_ones(enrolment_id)
        for session in ending:
            self._end(session, now, reason)
        return len(ending)

    def open_ones(self, enrolment_id: str) -> list[Session]:
        mine = [
            session
            for session in self.rows.values()
            if session.enrolment_id == enrolment_id and session.ended_at is None
        ]
        return sorted(mine, key=lambda session: session.started_at)

    def _end(self, session: Session, now: datetime, reason: str) -> None:
        self.rows[session.id] = replace(session, ended_at=now, end_reason=reason)
