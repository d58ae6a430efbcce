"""Which messages of customers need a trainer, and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from banking.domain.examples import Span

NOT_UNDERSTOOD: Final = frozenset({"nlu_fallback", "out_of_scope"})
FALLBACKS: Final = frozenset({"action_fallback", "action_default_fallback"})
# What is said around a request and corrects none.
MOVES: Final = frozenset(
    "greet goodbye thank affirm deny repeat cancel help bot_challenge human_handoff"
    " change_language voice_reply inform resume".split()
)
PLEASANTRIES: Final = frozenset({"greet", "goodbye", "thank"})
TAKES_BACK: Final = frozenset({"deny", "cancel"})
WANTS_A_PERSON: Final = "human_handoff"
VALUE: Final = "inform"
FORM: Final = "_form"
# A form's question is answered in few words; those are values, not wishes.
BARE_WORDS: Final = 2
# What a customer says anew, a moment later, is one correction of all before it.
LONGEST_ROW: Final = 3
# Shorter words are in every sentence.
TELLING: Final = 4


class Reason(StrEnum):
    """Why a message is shown to a trainer."""

    # The assistant said that it did not understand.
    REFUSED = "refused"
    # It answered, and was not sure.
    UNCERTAIN = "uncertain"
    # The customer then chose or wrote what had been meant.
    CORRECTED = "corrected"
    # The customer said "no" or "cancel" to the answer.
    TAKEN_BACK = "taken_back"
    # The customer then asked for a person.
    AGENT = "agent"
    # A trainer took it from the search.
    PICKED = "picked"


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxRules:
    """When an answer counts as uncertain, and what "right after" means."""

    # Confidence from 0 to 1; below it the assistant was not sure.
    uncertain_below: float = 0.55
    # The two likeliest readings are this close, and it may have been the other.
    close: float = 0.15
    at_once: timedelta = timedelta(minutes=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """One turn as stored. ``kind`` is "text", "tap", or "" for the bank's own."""

    number: int
    conversation_id: str
    at: datetime
    kind: str
    text: str = field(repr=False)
    intent: str
    confidence: float
    ranking: tuple[tuple[str, float], ...]
    spans: tuple[Span, ...] = field(repr=False)
    actions: tuple[str, ...]
    responses: tuple[str, ...] = ()
    message_id: str = ""
    # What stood on the button or row that was tapped.
    title: str = ""

    @property
    def typed(self) -> bool:
        """Whether these are the customer's own words, and no attempt at a command."""
        text = self.text.strip()
        return self.kind == "text" and bool(text) and not text.startswith("/")

    @property
    def in_form(self) -> bool:
        return any(name.endswith(FORM) for name in self.actions)

    @property
    def bare(self) -> bool:
        """Whether this is an answer to a question of a form and nothing more."""
        if not self.in_form:
            return False
        covered = sum(span.end - span.start for span in self.spans)
        return len(self.text.split()) <= BARE_WORDS or covered >= len(self.text.strip())

    @property
    def refused(self) -> bool:
        """Whether the customer was told, or might as well have been."""
        if FALLBACKS & set(self.actions):
            return True
        return self.intent in NOT_UNDERSTOOD and not self.bare

    def uncertain(self, rules: InboxRules) -> bool:
        """Whether it was answered with little confidence, or with a close rival."""
        if self.refused or self.bare or (self.intent == VALUE and self.in_form):
            return False
        if self.confidence < rules.uncertain_below:
            return True
        scores = [score for _, score in self.ranking[:2]]
        return len(scores) > 1 and scores[0] - scores[1] < rules.close


@dataclass(frozen=True, slots=True)
class Found:
    """A message for the inbox, and the intent it seems to have had, "" if none."""

    turn: Heard
    reasons: frozenset[Reason]
    suggested: str = ""

    @property
    def reading(self) -> str:
        """The best guess at what was meant, "" for none."""
        if self.suggested:
            return self.suggested
        names = (self.turn.intent, *(name for name, _ in self.turn.ranking))
        known = (name for name in names if name not in NOT_UNDERSTOOD and name != VALUE)
        return next(known, "out_of_scope" if "out_of_scope" in names else "")


def find(turns: Sequence[Heard], rules: InboxRules) -> Iterator[Found]:
    """Yield what of one conversation, oldest first, needs a trainer."""
    said = [turn for turn in turns if turn.kind]
    suggested = _suggestions(said, rules)
    for place, turn in enumerate(said):
        if not turn.typed:
            continue
        reasons = set(_own(turn, rules))
        if place + 1 < len(said):
            reasons |= set(_afterwards(turn, said[place + 1], rules))
        if turn.number in suggested:
            reasons.add(Reason.CORRECTED)
        if reasons:
            yield Found(turn, frozenset(reasons), suggested.get(turn.number, ""))


def _own(turn: Heard, rules: InboxRules) -> Iterator[Reason]:
    if turn.refused:
        yield Reason.REFUSED
    elif turn.uncertain(rules):
        yield Reason.UNCERTAIN


def _afterwards(turn: Heard, then: Heard, rules: InboxRules) -> Iterator[Reason]:
    """Yield what the customer's next words say of the answer to these."""
    if then.at - turn.at > rules.at_once or turn.intent in PLEASANTRIES:
        return
    if then.intent == WANTS_A_PERSON and turn.intent != WANTS_A_PERSON:
        yield Reason.AGENT
    understood = turn.intent not in MOVES and not turn.refused and not turn.bare
    if understood and then.typed and then.intent in TAKES_BACK and not then.refused:
        yield Reason.TAKEN_BACK


def _suggestions(said: Sequence[Heard], rules: InboxRules) -> Mapping[int, str]:
    """Number of a refused turn → what the customer then tapped or wrote instead."""
    found: dict[int, str] = {}
    for place, meant in enumerate(said):
        if not _says_what_was_meant(meant, rules):
            continue
        later = meant
        for turn in reversed(said[max(0, place - LONGEST_ROW) : place]):
            if not turn.refused or later.at - turn.at > rules.at_once:
                break
            if meant.kind == "tap" or _related(turn, meant):
                found.setdefault(turn.number, meant.intent)
            later = turn
    return found


def _related(turn: Heard, then: Heard) -> bool:
    """Whether what was said next may be the same wish in other words."""
    words = {word for word in turn.text.casefold().split() if len(word) >= TELLING}
    kept = words & set(then.text.casefold().split())
    return bool(kept) or then.intent in (name for name, _ in turn.ranking)


def _says_what_was_meant(turn: Heard, rules: InboxRules) -> bool:
    if turn.intent in MOVES or turn.refused or not turn.intent:
        return False
    return turn.kind == "tap" or (turn.typed and not turn.uncertain(rules))
