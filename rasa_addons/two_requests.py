"""Two requests in one message: "what's my balance and send 50 to mum".

A text is cut where sentences and clauses meet; it holds two requests when both sides
of one cut are surely different things that a customer may ask for. One of them is the
message's intent and is answered now; the other is told beside it, to be offered.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Callable, Dict, FrozenSet, Iterator, List, Optional, Tuple

# Words that join two requests, and signs that end one.
AND = r"(?:and|n|&|\+|then|also|plus)"
JOINT = re.compile(
    rf"\s*[,;.!?…]*\s+(?P<joined>(?:{AND}\s+)+(?:(?:please|pls)\s+)?)"
    r"|\s*[.!?;…]+\s+|\s*\n+\s*|\s*,\s+",
    re.IGNORECASE,
)
# A letter to the bank is no list of requests; nor is one to keep the encoder busy.
LONGEST_TEXT = 160
MOST_CUTS = 4
FEWEST_LETTERS = 3
VERY_SURELY = 0.95
LETTER = re.compile(r"[^\W\d_]")

# What a text means and how sure that is.
Guess = Tuple[str, float]
Guesser = Callable[[List[str]], List[Guess]]


@dataclass(frozen=True)
class Part:
    """A stretch of a message; ``text`` is ``message[start:end]``."""

    text: str
    start: int
    end: int


@dataclass(frozen=True)
class Cut:
    """Two parts of a message; ``joined`` by a word such as "and", or by a sign."""

    before: Part
    after: Part
    joined: bool


@dataclass(frozen=True)
class Request:
    """What one part of a message asks for."""

    part: Part
    intent: str
    confidence: float


@dataclass(frozen=True)
class TwoRequests:
    """The request that is answered now, and the one that is offered."""

    now: Request
    later: Request

    def as_json(self) -> Dict[str, Any]:
        """The form in which the parsed message holds it."""
        first = self.now.part
        return {
            "name": self.later.intent,
            "confidence": self.later.confidence,
            "text": self.later.part.text,
            "start": self.later.part.start,
            "end": self.later.part.end,
            "first": {"text": first.text, "start": first.start, "end": first.end},
        }


@dataclass(frozen=True)
class Rules:
    """``surely``: the least confidence in either part.

    ``never`` are moves of a conversation, no requests; ``last`` are requests that move
    money: the other one is answered first, and they are offered.
    """

    surely: float
    never: FrozenSet[str]
    last: FrozenSet[str]


def two_requests(
    text: str, whole: Guess, guess: Guesser, rules: Rules
) -> Optional[TwoRequests]:
    """The two requests of a text that means ``whole`` when it is read as one."""
    found = list(cuts(text))
    if not found:
        return None
    guesses = guess([part.text for cut in found for part in (cut.before, cut.after)])
    best: Optional[Tuple[Request, Request]] = None
    for cut, one, other in zip(found, guesses[::2], guesses[1::2], strict=True):
        pair = Request(cut.before, *one), Request(cut.after, *other)
        if _are_two(*pair, whole, rules, cut.joined) and _surer(pair, best):
            best = pair
    return None if best is None else _in_order(*best, whole, rules)


def cuts(text: str) -> Iterator[Cut]:
    """The places where a text may be cut."""
    if len(text) > LONGEST_TEXT:
        return
    for joint in list(JOINT.finditer(text))[:MOST_CUTS]:
        before = Part(text[: joint.start()], 0, joint.start())
        after = Part(text[joint.end() :], joint.end(), len(text))
        if _says_something(before) and _says_something(after):
            yield Cut(before, after, joint["joined"] is not None)


def _says_something(part: Part) -> bool:
    return len(LETTER.findall(part.text)) >= FEWEST_LETTERS


def _are_two(
    one: Request, other: Request, whole: Guess, rules: Rules, joined: bool
) -> bool:
    """Whether these are two requests, and not one with its reason."""
    intents = {one.intent, other.intent}
    least = min(one.confidence, other.confidence)
    if one.intent == other.intent or intents & rules.never or least < rules.surely:
        return False
    # A text about two things often reads like a third; then "and" must join them.
    return whole[0] in intents or (joined and least >= VERY_SURELY)


def _surer(pair: Tuple[Request, Request], best: Optional[Tuple[Request, ...]]) -> bool:
    def least(of: Tuple[Request, ...]) -> float:
        return min(request.confidence for request in of)

    return best is None or least(pair) > least(best)


def _in_order(one: Request, other: Request, whole: Guess, rules: Rules) -> TwoRequests:
    """What moves money last; else what the whole text leans to first."""
    if (one.intent in rules.last) != (other.intent in rules.last):
        swapped = one.intent in rules.last
    else:
        swapped = whole[0] == other.intent
    return TwoRequests(other, one) if swapped else TwoRequests(one, other)
