"""Links to pages, and the challenges behind them, in memory."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from banking.domain.challenge import Challenge, ChallengeState
from banking.domain.link import Link, LinkPurpose


@dataclass
class MemoryLinks:
    rows: dict[str, Link] = field(default_factory=dict)

    def add(self, link: Link) -> None:
        self.rows[link.token_sha256] = link

    def get(
        self,
        token_sha256: str,
        *,
        lock: bool = False,  # noqa: ARG002 - units of work come one after the other
    ) -> Link | None:
        return self.rows.get(token_sha256)

    def claim(self, token_sha256: str, visit_sha256: str, expires_at: datetime) -> None:
        self._set(token_sha256, claimed_by=visit_sha256, expires_at=expires_at)

    def keep(self, token_sha256: str, progress: Mapping[str, str]) -> None:
        self._set(token_sha256, progress=dict(progress))

    def use_up(self, token_sha256: str, now: datetime) -> bool:
        if not _is_open(self.rows.get(token_sha256)):
            return False
        self._set(token_sha256, used_at=now, progress={})
        return True

    def kill(
        self,
        now: datetime,
        *,
        enrolment_id: str | None = None,
        conversation_id: str | None = None,
        subject: str | None = None,
        purpose: LinkPurpose | None = None,
        but: str | None = None,
    ) -> int:
        given = {
            "enrolment_id": enrolment_id,
            "conversation_id": conversation_id,
            "subject": subject,
            "purpose": purpose,
        }
        wanted = {name: value for name, value in given.items() if value}
        if not wanted:
            raise ValueError("say which links to end")
        dying = [
            link
            for link in self.rows.values()
            if _is_open(link)
            and link.token_sha256 != but
            and all(getattr(link, name) == value for name, value in wanted.items())
        ]
        for link in dying:
            self._set(link.token_sha256, killed_at=now, progress={})
        return len(dying)

    def purge(self, before: datetime) -> int:
        return _purged(self.rows, before)

    def _set(self, token_sha256: str, **values: Any) -> None:
        if token_sha256 in self.rows:
            self.rows[token_sha256] = replace(self.rows[token_sha256], **values)


@dataclass
class MemoryChallenges:
    rows: dict[str, Challenge] = field(default_factory=dict)

    def put(self, challenge: Challenge) -> None:
        before = self.rows.get(challenge.id)
        if before is None or before.state is not ChallengeState.PASSED:
            self.rows[challenge.id] = challenge

    def get(
        self,
        challenge_id: str,
        *,
        lock: bool = False,  # noqa: ARG002 - units of work come one after the other
    ) -> Challenge | None:
        return self.rows.get(challenge_id)

    def save(self, challenge: Challenge) -> None:
        if challenge.id in self.rows:
            self.rows[challenge.id] = challenge

    def burn(self, enrolment_id: str) -> int:
        burning = [
            challenge
            for challenge in self.rows.values()
            if challenge.enrolment_id == enrolment_id
            and challenge.state is ChallengeState.OPEN
        ]
        for challenge in burning:
            self.rows[challenge.id] = challenge.burnt()
        return len(burning)

    def purge(self, before: datetime) -> int:
        return _purged(self.rows, before)


def _is_open(link: Link | None) -> bool:
    return link is not None and link.used_at is None and link.killed_at is None


def _purged[Row: (Link, Challenge)](rows: dict[str, Row], before: datetime) -> int:
    old = [key for key, row in rows.items() if row.expires_at < before]
    for key in old:
        del rows[key]
    return len(old)
