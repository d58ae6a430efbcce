"""Deciding what messages meant, many at a time."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from secrets import token_hex
from typing import Final

from banking.domain.examples import Lesson, Span, well_placed
from banking.ports.inbox import InboxItem, State
from banking.ports.language_files import Corpus
from banking.ports.lessons import Decision, Done
from banking.ports.teaching_refusals import (
    NoSuchItem,
    SpansUnreadable,
    UnknownEntity,
    UnknownIntent,
)
from banking.ports.unit_of_work import Tx
from banking.services.teaching_room import Room, storable

MISSING: Final = NoSuchItem.code
WRITTEN: Final = "written_already"
UNDECIDED: Final = "not_decided"

# What a lesson would be, or the code of why there is none.
type Deciding = Callable[[InboxItem], tuple[State, Lesson | None] | str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lessons(Room):
    """Accepts, corrects, annotates and rejects; every act can be undone."""

    def accept(self, ids: Collection[int], by: str) -> Done:
        """See ``TeachingDesk.accept``."""
        corpus = self.files.read()

        def accepted(item: InboxItem) -> tuple[State, Lesson] | str:
            if item.reading not in corpus.intents:
                return UnknownIntent.code
            return State.ACCEPTED, _lesson(item, item.reading, corpus)

        return self._decide("teaching_accepted", ids, by, accepted)

    def correct(self, ids: Collection[int], intent: str, by: str) -> Done:
        """See ``TeachingDesk.correct``."""
        corpus = self.files.read()
        _check_intent(corpus, intent)

        def corrected(item: InboxItem) -> tuple[State, Lesson]:
            lesson = _lesson(item, intent, corpus)
            return _state(item, lesson, corpus), lesson

        return self._decide("teaching_corrected", ids, by, corrected, intent=intent)

    def annotate(
        self, item_id: int, spans: Sequence[Span], by: str, intent: str = ""
    ) -> Done:
        """See ``TeachingDesk.annotate``."""
        corpus = self.files.read()
        unknown = sorted({span.entity for span in spans} - corpus.entities)
        if unknown:
            raise UnknownEntity(", ".join(unknown))
        with self.uow() as tx:
            item = tx.inbox.get(item_id)
        if item is None:
            raise NoSuchItem(str(item_id))
        if not well_placed(item.text, spans):
            raise SpansUnreadable
        meant = intent or (item.lesson.intent if item.lesson else item.reading)
        _check_intent(corpus, meant)
        lesson = Lesson(meant, item.text, tuple(sorted(spans)))
        return self._decide(
            "teaching_annotated",
            [item_id],
            by,
            lambda item: (_state(item, lesson, corpus), lesson),
            intent=meant,
        )

    def reject(self, ids: Collection[int], by: str) -> Done:
        """See ``TeachingDesk.reject``."""
        return self._decide(
            "teaching_rejected", ids, by, lambda _: (State.REJECTED, None)
        )

    def reopen(self, ids: Collection[int], by: str) -> Done:
        """See ``TeachingDesk.reopen``."""
        with self.uow() as tx:
            done = self._reopened(tx, ids, "", by)
            tx.commit()
        return done

    def undo(self, act: str, by: str) -> Done:
        """See ``TeachingDesk.undo``."""
        with self.uow() as tx:
            done = self._reopened(tx, tx.lessons.of_act(storable(act)), act, by)
            tx.commit()
        return done

    def _decide(
        self,
        event: str,
        ids: Collection[int],
        by: str,
        deciding: Deciding,
        **facts: str,
    ) -> Done:
        act, now = token_hex(8), self.clock.now()
        decisions: dict[int, Decision] = {}
        with self.uow() as tx:
            items = {item.id: item for item in tx.lessons.lock(ids)}
            refused = dict.fromkeys(set(ids) - items.keys(), MISSING)
            for item in items.values():
                decided = WRITTEN if item.change is not None else deciding(item)
                if isinstance(decided, str):
                    refused[item.id] = decided
                    continue
                decisions[item.id] = Decision(*decided, by=by, at=now, act=act)
            tx.lessons.decide(decisions)
            if decisions:
                changed = _listed(decisions)
                tx.audit.record(event, by=by, items=changed, **facts)
            tx.commit()
        return Done(act, tuple(decisions), refused, _others(items, decisions, by))

    def _reopened(self, tx: Tx, ids: Collection[int], act: str, by: str) -> Done:
        items = {item.id: item for item in tx.lessons.lock(ids)}
        refused = dict.fromkeys(set(ids) - items.keys(), MISSING)
        for item in items.values():
            if item.change is not None:
                refused[item.id] = WRITTEN
            elif item.state is State.OPEN:
                refused[item.id] = UNDECIDED
        changed = [item_id for item_id in items if item_id not in refused]
        tx.lessons.reopen(changed)
        if changed:
            tx.audit.record("teaching_undone", by=by, items=_listed(changed))
        return Done(act, tuple(changed), refused)


def _others(
    items: Mapping[int, InboxItem], decisions: Mapping[int, Decision], by: str
) -> tuple[str, ...]:
    """Who had decided about these before: two may have the same list open."""
    before = {items[item_id].decided_by for item_id in decisions}
    return tuple(sorted(name for name in before if name and name != by))


def _lesson(item: InboxItem, intent: str, corpus: Corpus) -> Lesson:
    """The message with this meaning, and the values already found in it."""
    spans = item.lesson.spans if item.lesson else item.spans
    known = tuple(span for span in spans if span.entity in corpus.entities)
    return Lesson(intent, item.text, known)


def _state(item: InboxItem, lesson: Lesson, corpus: Corpus) -> State:
    """Whether a lesson says what was understood, or something else."""
    understood = Lesson(
        item.reading,
        item.text,
        tuple(span for span in item.spans if span.entity in corpus.entities),
    )
    return State.ACCEPTED if lesson == understood else State.CORRECTED


def _check_intent(corpus: Corpus, intent: str) -> None:
    if intent not in corpus.intents:
        raise UnknownIntent(intent)


def _listed(ids: Collection[int]) -> str:
    return " ".join(str(item_id) for item_id in sorted(ids))
