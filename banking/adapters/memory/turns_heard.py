"""Turns as trainers need them, read from the chat's stores in memory."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from types import SimpleNamespace

from banking.adapters.db.inbox import MOST_OF_A_STORY
from banking.adapters.db.training_rows import heard
from banking.adapters.memory.enrolments import MemoryEnrolments
from banking.adapters.memory.gateway import (
    MemoryConversations,
    MemoryMessages,
    MemoryOutbox,
    MemoryTurns,
)
from banking.domain.inbox import Heard


@dataclass(frozen=True, slots=True)
class MemoryHeard:
    """What customers said, with its kind and the names of the bank's words."""

    turns: MemoryTurns
    messages: MemoryMessages
    outbox: MemoryOutbox
    conversations: MemoryConversations
    enrolments: MemoryEnrolments

    def new(self, after: int, limit: int, lead: int) -> list[Heard]:
        fresh = [number for number in self.turns.rows if number > after][:limit]
        by_chat: dict[str, list[int]] = defaultdict(list)
        for number in fresh:
            by_chat[self.turns.rows[number].conversation_id].append(number)
        told: list[Heard] = []
        for chat, numbers in sorted(by_chat.items()):
            known = list(self._numbers(chat))
            first, last = known.index(numbers[0]), known.index(numbers[-1])
            told += map(self._silent, known[max(0, first - lead) : last + 1])
        return told

    def one(self, number: int) -> Heard | None:
        return self._answered(number) if number in self.turns.rows else None

    def around(self, number: int, before: int, after: int) -> list[Heard]:
        known = self._chat_of(number)
        if not known:
            return []
        place = known.index(number)
        near = known[max(0, place - before) : place + after + 1]
        return [self._answered(one) for one in near]

    def between(self, first: int, last: int) -> list[Heard]:
        wanted = [one for one in self._chat_of(first) if first <= one <= last]
        return [self._answered(one) for one in wanted[:MOST_OF_A_STORY]]

    def search(
        self, words: Sequence[str], intent: str, below: int, limit: int
    ) -> list[Heard]:
        found = [
            number
            for number, turn in reversed(self.turns.rows.items())
            if (not below or number < below)
            and self._kind(number) == "text"
            and intent in ("", turn.intent)
            and holds(turn.text, words)
        ]
        return [self._silent(number) for number in found[:limit]]

    def _numbers(self, conversation_id: str) -> Iterator[int]:
        for number, turn in self.turns.rows.items():
            if turn.conversation_id == conversation_id:
                yield number

    def _chat_of(self, number: int) -> list[int]:
        turn = self.turns.rows.get(number)
        return [] if turn is None else list(self._numbers(turn.conversation_id))

    def _kind(self, number: int) -> str:
        return self._message(number)[0]

    def _message(self, number: int) -> tuple[str, str]:
        """Kind and text of what the customer sent; empty for the bank's own."""
        message = self.messages.get(self.turns.rows[number].message_id)
        return (message.kind, message.text) if message else ("", "")

    def _writer(self, conversation_id: str) -> str:
        """The name that a registered customer has at the bank."""
        chat = self.conversations.get(conversation_id)
        enrolled = self.enrolments.get(chat.enrolment_id or "") if chat else None
        return enrolled.name if enrolled else ""

    def _silent(self, number: int) -> Heard:
        """The turn without what the bank said."""
        return self._heard(number, ())

    def _answered(self, number: int) -> Heard:
        asked = self.turns.rows[number].message_id
        said = (
            row.message.bubble.response
            for row in self.outbox.rows.values()
            if row.message.reply_to == asked
        )
        return self._heard(number, tuple(filter(None, said)))

    def _heard(self, number: int, responses: tuple[str, ...]) -> Heard:
        turn = self.turns.rows[number]
        kind, text = self._message(number)
        return heard(
            SimpleNamespace(
                number=number,
                conversation_id=turn.conversation_id,
                message_id=turn.message_id,
                at=turn.at,
                text=turn.text,
                intent=turn.intent,
                confidence=turn.confidence,
                ranking=turn.ranking,
                entities=turn.entities,
                actions=turn.actions,
                kind=kind,
                title=text if kind == "tap" else "",
                responses=responses,
                writer=self._writer(turn.conversation_id),
            )
        )


def holds(text: str, words: Sequence[str]) -> bool:
    """Whether every one of these stands somewhere in the text, in any case."""
    return all(word.lower() in text.lower() for word in words)
