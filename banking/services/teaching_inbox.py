"""The inbox: what customers said that needs a trainer, and all else they said."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import groupby
from typing import Final

from banking.domain.examples import Example
from banking.domain.inbox import Found, Heard, Reason, find
from banking.domain.pseudonyms import masked
from banking.ports.inbox import (
    Around,
    InboxItem,
    InboxPage,
    InboxQuery,
    SaidPage,
    State,
)
from banking.ports.lessons import IntentCard
from banking.ports.teaching_refusals import NoSuchItem, UnknownIntent
from banking.ports.unit_of_work import Tx
from banking.services.teaching_room import Room, storable, told

AT_ONCE: Final = 5_000
# What was said before belongs to what is said now.
LEAD: Final = 3
# Turns are numbered before they are committed: one may still come in between.
SETTLED: Final = timedelta(seconds=20)
# Whoever opens the inbox does not wait for a backlog of days.
ROUNDS: Final = 5
LARGEST_PAGE: Final = 200
SEARCH_ROUNDS: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading(Room):
    """Looks through turns, and shows what was found."""

    def collect(self, rounds: int = ROUNDS) -> int:
        """Look through turns that nobody has looked at; return how many items came."""
        after, new, settled = 0, 0, True
        for _ in range(rounds):
            with self.uow() as tx:
                if not tx.inbox.begin_collecting():
                    return new
                start = max(after, tx.inbox.collected_to())
                turns = tx.inbox.heard(start, AT_ONCE, LEAD)
                fresh = [turn for turn in turns if turn.number > start]
                if not fresh:
                    return new
                new += tx.inbox.put(self._found(turns))
                settled = settled and self._settle(tx, fresh)
                tx.commit()
            after = max(turn.number for turn in fresh)
            if len(fresh) < AT_ONCE:
                break
        return new

    def _found(self, turns: list[Heard]) -> list[Found]:
        chats = groupby(turns, key=lambda turn: turn.conversation_id)
        return [found for _, chat in chats for found in find(list(chat), self.rules)]

    def _settle(self, tx: Tx, fresh: list[Heard]) -> bool:
        """Remember how far nothing can be missing; False if that is not all of it."""
        recent = self.clock.now() - SETTLED
        moving = min((t.number for t in fresh if t.at > recent), default=None)
        still = [t.number for t in fresh if moving is None or t.number < moving]
        if still:
            tx.inbox.collected(max(still))
        return moving is None

    def tidy(self) -> int:
        """Forget items as old as messages may become; return how many.

        The dialogue engine's memory of silent conversations goes with them.
        """
        before = self.clock.now() - self.keep
        self.trackers.forget(before)
        with self.uow() as tx:
            gone = tx.inbox.purge(before)
            tx.commit()
        return gone

    # --- showing ----------------------------------------------------------------

    def inbox(self, query: InboxQuery) -> InboxPage:
        """See ``TeachingDesk.inbox``."""
        self.collect()
        asked = replace(
            query,
            words=storable(query.words),
            reading=storable(query.reading),
            limit=min(query.limit, LARGEST_PAGE),
        )
        with self.uow() as tx:
            return tx.inbox.page(asked)

    def item(self, item_id: int) -> InboxItem:
        """See ``TeachingDesk.item``."""
        with self.uow() as tx:
            return _there(tx.inbox.get(item_id), item_id)

    def items(
        self, group: int, state: State = State.OPEN, limit: int = LARGEST_PAGE
    ) -> list[InboxItem]:
        """See ``TeachingDesk.items``."""
        with self.uow() as tx:
            return tx.inbox.of_group(group, state, min(limit, LARGEST_PAGE))

    def around(self, item_id: int, before: int = 4, after: int = 4) -> Around:
        """See ``TeachingDesk.around``."""
        with self.uow() as tx:
            item = _there(tx.inbox.get(item_id), item_id)
            near = [told(t) for t in tx.inbox.around(item.turn, before, after)]
        return Around(
            item,
            tuple(said for said in near if said.turn < item.turn),
            next((said for said in near if said.turn == item.turn), None),
            tuple(said for said in near if said.turn > item.turn),
        )

    def search(
        self, words: str, intent: str = "", below: int = 0, limit: int = 50
    ) -> SaidPage:
        """See ``TeachingDesk.search``. What is masked cannot be searched for."""
        wanted, limit = storable(words).split(), min(limit, LARGEST_PAGE)
        found: list[Heard] = []
        with self.uow() as tx:
            for _ in range(SEARCH_ROUNDS):
                turns = tx.inbox.search(wanted, storable(intent), below, limit)
                found += [turn for turn in turns if _shows(turn, wanted)]
                below = turns[-1].number if len(turns) == limit else 0
                if not below or len(found) >= limit:
                    break
        if len(found) > limit:
            below = found[limit - 1].number
        return SaidPage(tuple(told(turn) for turn in found[:limit]), below)

    def pick(self, turn: int, by: str) -> InboxItem:
        """See ``TeachingDesk.pick``."""
        with self.uow() as tx:
            tx.inbox.begin_collecting(wait=True)
            said = tx.inbox.turn(turn)
            if said is None or not said.typed:
                raise NoSuchItem(str(turn))
            tx.inbox.put([Found(said, frozenset({Reason.PICKED}))])
            item = _there(tx.inbox.of_turn(turn), turn)
            tx.audit.record("teaching_picked", by=by, item=item.id)
            tx.commit()
        return item

    # --- what is there to teach -------------------------------------------------

    def intents(self) -> tuple[IntentCard, ...]:
        """See ``TeachingDesk.intents``."""
        corpus = self.files.read()
        many: dict[str, int] = {}
        for example in corpus.examples:
            many[example.lesson.intent] = many.get(example.lesson.intent, 0) + 1
        return tuple(
            IntentCard(name, many.get(name, 0), file)
            for name, file in corpus.intents.items()
        )

    def entities(self) -> tuple[str, ...]:
        """See ``TeachingDesk.entities``."""
        return tuple(sorted(self.files.read().entities))

    def examples(self, intent: str) -> tuple[Example, ...]:
        """See ``TeachingDesk.examples``."""
        corpus = self.files.read()
        if intent not in corpus.intents:
            raise UnknownIntent(intent)
        return tuple(e for e in corpus.examples if e.lesson.intent == intent)


def _there(item: InboxItem | None, number: int) -> InboxItem:
    if item is None:
        raise NoSuchItem(str(number))
    return item


def _shows(turn: Heard, words: list[str]) -> bool:
    """Whether the words stand where a trainer can see them."""
    shown = masked(turn.text).casefold()
    return all(word.casefold() in shown for word in words)
