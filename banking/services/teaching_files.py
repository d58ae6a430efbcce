"""Writing lessons into the training data, and taking changes back."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from secrets import token_hex
from typing import Final

from banking.domain.examples import Concern, markup
from banking.ports.inbox import State
from banking.ports.language_files import ChangedFiles, Corpus, Taught
from banking.ports.lessons import (
    Decision,
    ExampleChange,
    Preview,
    Proposal,
    Reverted,
    Written,
)
from banking.ports.teaching_refusals import FilesChanged, NoSuchChange, NoSuchItem
from banking.ports.unit_of_work import Tx
from banking.services.teaching_proposals import proposals
from banking.services.teaching_room import Room, kept

MOST_CHANGES: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Writing(Room):
    """Shows what would be written, writes it, and takes it back."""

    def preview(self, *, pseudonyms: bool = True) -> Preview:
        """See ``TeachingDesk.preview``."""
        corpus = self.files.read()
        with self.uow() as tx:
            found = proposals(corpus, tx.lessons.pending(), names=pseudonyms)
        certain = [one for one in found if not one.blocked and not one.asks]
        return Preview(
            found,
            self.files.planned(_taught(certain)),
            _fingerprint(corpus, found),
        )

    def write(
        self,
        by: str,
        fingerprint: str,
        *,
        despite: Collection[int] = (),
        pseudonyms: bool = True,
    ) -> Written:
        """See ``TeachingDesk.write``."""
        corpus = self.files.read()
        with self.uow() as tx:
            found = _as_shown(tx, corpus, fingerprint, pseudonyms=pseudonyms)
            wanted = [one for one in found if _goes(one, frozenset(despite))]
            self._let_go(tx, found, by)
            change = self._write(tx, corpus, wanted, by) if wanted else None
            if change is None:
                tx.commit()
        left_out = tuple(one for one in found if one not in wanted)
        return Written(change, left_out)

    def move(
        self, items: Collection[int], by: str, fingerprint: str, *, pseudonyms: bool
    ) -> Written:
        """See ``TeachingDesk.move``."""
        corpus = self.files.read()
        with self.uow() as tx:
            found = _as_shown(tx, corpus, fingerprint, pseudonyms=pseudonyms)
            wanted = [p for p in found if p.instead_of and set(items) & set(p.items)]
            if not wanted:
                raise NoSuchItem
            change = self._write(tx, corpus, wanted, by)
        return Written(change, tuple(one for one in found if one not in wanted))

    def _write(
        self, tx: Tx, corpus: Corpus, wanted: Sequence[Proposal], by: str
    ) -> ExampleChange:
        lines = [*_taught(wanted), *_in_the_way(wanted)]
        files = self.files.add(lines, corpus.fingerprint)
        with kept(self.files, files):
            now = self.clock.now()
            change = tx.lessons.add_change(by, now, files.done, files.diff)
            items = [item for one in wanted for item in one.items]
            tx.lessons.written(items, change.id)
            tx.audit.record(
                "teaching_written", by=by, change=change.id, lines=len(files.done)
            )
            tx.commit()
        return change

    def _let_go(self, tx: Tx, found: Sequence[Proposal], by: str) -> None:
        """What is taught already needs no trainer any more."""
        nothing_new = Decision(State.REJECTED, None, by, self.clock.now(), token_hex(8))
        tx.lessons.decide(
            {
                item: nothing_new
                for one in found
                if Concern.TAUGHT_ALREADY in {w.concern for w in one.warnings}
                for item in one.items
            }
        )

    # --- changes ----------------------------------------------------------------

    def changes(self, before: int = 0, limit: int = 20) -> list[ExampleChange]:
        """See ``TeachingDesk.changes``."""
        with self.uow() as tx:
            return tx.lessons.changes(before, min(limit, MOST_CHANGES))

    def change(self, change: int) -> ExampleChange:
        """See ``TeachingDesk.change``."""
        with self.uow() as tx:
            return _there(tx.lessons.change(change), change)

    def revert(self, change: int, by: str) -> Reverted:
        """See ``TeachingDesk.revert``."""
        with self.uow() as tx:
            made = _there(tx.lessons.change(change, lock=True), change)
            if made.reverted_at is not None:
                raise NoSuchChange(f"{change} was reverted by {made.reverted_by}")
            where: ChangedFiles = self.stories if made.story else self.files
            files = where.remove(made.taught)
            with kept(where, files):
                tx.lessons.reopen(tx.lessons.of_change(change))
                tx.lessons.reverted(change, by, self.clock.now())
                tx.audit.record(
                    "teaching_reverted",
                    by=by,
                    change=change,
                    lines=len(files.done),
                    missing=len(files.missing),
                )
                made = _there(tx.lessons.change(change), change)
                tx.commit()
        return Reverted(made, files.done, files.missing)


def _goes(proposal: Proposal, despite: frozenset[int]) -> bool:
    agreed = not proposal.asks or bool(despite & set(proposal.items))
    return agreed and not proposal.blocked


def _taught(wanted: Sequence[Proposal]) -> list[Taught]:
    return [Taught(one.file, one.lesson.intent, one.markup) for one in wanted]


def _in_the_way(wanted: Sequence[Proposal]) -> list[Taught]:
    """The lines that have the same words and another meaning."""
    return [
        Taught(old.file, old.lesson.intent, markup(old.lesson), old.line)
        for one in wanted
        for old in one.instead_of
    ]


def _as_shown(
    tx: Tx, corpus: Corpus, fingerprint: str, *, pseudonyms: bool
) -> tuple[Proposal, ...]:
    """What waits to be written; raise FilesChanged unless it is what was shown."""
    pending = tx.lessons.pending(lock=True)
    found = proposals(corpus, pending, names=pseudonyms)
    if _fingerprint(corpus, found) != fingerprint:
        raise FilesChanged
    return found


def _fingerprint(corpus: Corpus, found: Sequence[Proposal]) -> str:
    """The same as long as the same would be written into the same files."""
    digest = hashlib.sha256(corpus.fingerprint.encode())
    for one in found:
        digest.update(f"\0{one.items}\0{one.lesson.intent}\0{one.markup}".encode())
    return digest.hexdigest()


def _there(change: ExampleChange | None, number: int) -> ExampleChange:
    if change is None:
        raise NoSuchChange(str(number))
    return change
