"""What the inbox of the trainers keeps and shows: messages, groups, what was said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from banking.domain.examples import Lesson, Span
from banking.domain.inbox import Found, Heard, Reason


class State(StrEnum):
    """Where an item of the inbox stands."""

    OPEN = "open"
    # As it was understood or suggested / as the trainer says instead.
    ACCEPTED = "accepted"
    CORRECTED = "corrected"
    REJECTED = "rejected"


TAUGHT = frozenset({State.ACCEPTED, State.CORRECTED})


class Order(StrEnum):
    """Which groups come first."""

    LARGEST = "largest"
    NEWEST = "newest"


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxItem:
    """One message that needs a trainer.

    ``text`` has every long number masked; spans count its characters. ``reading`` is
    the best guess: what was suggested, else the likeliest intent; "" for none.
    ``lesson`` is what the trainer decided; ``change`` the change that wrote it.
    """

    id: int
    turn: int
    conversation_id: str
    at: datetime
    text: str = field(repr=False)
    intent: str
    confidence: float
    ranking: tuple[tuple[str, float], ...]
    spans: tuple[Span, ...] = field(repr=False)
    reasons: tuple[Reason, ...]
    suggested: str
    reading: str
    group: int
    state: State
    decided_by: str = ""
    decided_at: datetime | None = None
    lesson: Lesson | None = field(default=None, repr=False)
    change: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxGroup:
    """Messages that are alike. ``text`` is the most typical of them.

    ``confidence`` is how sure the assistant was of ``reading``, also where it acted on
    another one. ``meaning`` is what a trainer said that the typical one means, or "".
    """

    id: int
    text: str = field(repr=False)
    spans: tuple[Span, ...] = field(repr=False)
    count: int
    reading: str
    suggested: str
    confidence: float
    reasons: Mapping[Reason, int]
    latest_at: datetime
    items: tuple[int, ...]
    meaning: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxQuery:
    """What of the inbox is wanted.

    ``reasons``: any of them; none means all. ``words``: every word must occur.
    ``after`` is ``InboxPage.next`` of the page before.
    """

    state: State = State.OPEN
    reasons: frozenset[Reason] = frozenset()
    reading: str = ""
    words: str = ""
    order: Order = Order.LARGEST
    after: str = ""
    limit: int = 50


@dataclass(frozen=True, slots=True)
class InboxPage:
    """Groups in order, and where the next page begins: "" at the end.

    ``counts`` and ``readings`` count items of the query's state, whatever else is
    asked for; ``states`` all items by state; ``pending`` lessons not yet written.
    """

    groups: tuple[InboxGroup, ...]
    next: str
    counts: Mapping[Reason, int]
    readings: Mapping[str, int]
    states: Mapping[State, int]
    pending: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One turn of a conversation as a trainer sees it: the bank's words are names.

    ``text`` is None for what was tapped or sent by the bank itself; ``tapped`` then
    names the intent. ``responses`` may be empty where they are no longer kept.
    """

    turn: int
    conversation_id: str
    at: datetime
    text: str | None = field(repr=False)
    tapped: str
    intent: str
    confidence: float
    spans: tuple[Span, ...] = field(repr=False)
    actions: tuple[str, ...]
    responses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Around:
    """A message with what was said before and after it, oldest first."""

    item: InboxItem
    before: tuple[Said, ...]
    said: Said | None
    after: tuple[Said, ...]


@dataclass(frozen=True, slots=True)
class SaidPage:
    """Turns that were searched for, newest first; ``next`` is 0 at the end."""

    turns: tuple[Said, ...]
    next: int


class InboxStore(Protocol):
    """The messages that need a trainer, and all that customers said."""

    def begin_collecting(self, *, wait: bool = False) -> bool:
        """Lock collecting until the commit; False if somebody else is at it."""

    def collected_to(self) -> int:
        """The number of the turn up to which everything was looked at."""

    def collected(self, number: int) -> None:
        """Everything up to this turn was looked at."""

    def heard(self, after: int, limit: int, lead: int) -> list[Heard]:
        """Turns after this number, at most ``limit`` of them, by conversation.

        Each conversation's begin with up to ``lead`` turns from before, in order.
        """

    def put(self, found: Sequence[Found]) -> int:
        """Add items, or reasons to open ones; return how many are new."""

    def page(self, query: InboxQuery) -> InboxPage: ...

    def get(self, item_id: int) -> InboxItem | None: ...

    def of_turn(self, number: int) -> InboxItem | None: ...

    def of_group(self, group: int, state: State, limit: int) -> list[InboxItem]:
        """The items of a group in this state, newest first."""

    def turn(self, number: int) -> Heard | None: ...

    def around(self, number: int, before: int, after: int) -> list[Heard]:
        """The turn and its neighbours in the same conversation, oldest first."""

    def between(self, first: int, last: int) -> list[Heard]:
        """The turns of the first one's conversation from first to last, in order."""

    def search(
        self, words: Sequence[str], intent: str, below: int, limit: int
    ) -> list[Heard]:
        """Turns of people that hold all these words, newest first; 0 for all."""

    def purge(self, before: datetime) -> int:
        """Forget items of messages older than that, but no lesson still to write."""
