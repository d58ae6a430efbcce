"""What the customer said last, as the dialogue engine understood it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Self

from rasa_sdk import Tracker

from banking.domain.number_words import NUMBER_WORDS

# Rasa's channel puts this before a typed slash; it is no part of what was said.
ZERO_WIDTH_SPACE = "\u200b"
# A slash of any kind as the first visible character: a command that somebody typed.
TYPED_COMMAND = re.compile(
    r"[\s\x00-\x1f\u00ad\u180e\u200b-\u200f\u2060-\u2064\ufeff]*[/\u2044\u2215\uff0f]"
)
LONGEST_VALUE = 120
NAMES = ("person", "company", "biller", "category")
# The reader of names is fond of these.
PRONOUNS = frozenset({"i", "me", "my", "mine", "you", "your", "it", "we", "us", "he"})
# "-50", "1e5" and "5.000,0x" hold a smaller figure that was not meant.
FIGURES = ("amount", "number")
# The gateway's name for a card number that it has locked away.
CARD_HANDLE = re.compile(r"\[card [0-9]{4} #[0-9a-f]{4,32}\]")
LONG_NUMBER = re.compile(
    r"\+?[0-9](?:[ ().-]?[0-9]){7,24}|\b[A-Z]{2}[0-9]{2}(?: ?[A-Z0-9]){10,30}\b"
)
FEWEST_DIGITS = 6
NAME = r"(?P<name>[^\W\d_][^\d,;:?!\n]{0,40}?)"
AFTER_NAME = (
    r"(?=\s+(?:abeg|again|also|as|asap|for|from|instead|note|now|please|pls|ref|"
    r"reference|thanks|to|today|tomorrow|tonight|too|via|with)\b"
    r"|\s*[,.;:?!]|\s+[+\d]|\s*$)"
)
# Words that stand where a name belongs without naming anybody.
NOBODY = frozenset(
    [
        "a",
        "am",
        "an",
        "another",
        "any",
        "anyone",
        "be",
        "beneficiary",
        "cash",
        "check",
        "confirm",
        "contact",
        "do",
        "friend",
        "funds",
        "give",
        "her",
        "him",
        "it",
        "know",
        "list",
        "make",
        "me",
        "money",
        "move",
        "new",
        "pay",
        "payee",
        "payees",
        "payment",
        "person",
        "recipient",
        "see",
        "send",
        "show",
        "some",
        "somebody",
        "someone",
        "start",
        "the",
        "them",
        "top",
        "transfer",
        "wire",
    ]
)
# "peter o", but not "peter a fiver"
INITIAL = re.compile(
    r"\s+[^\W\d_]\.?(?=\s*$|\s*[,;!?]|\s+(?:for|from|instead|please|pls|today)\b)"
)


@dataclass(frozen=True, slots=True)
class Found:
    """One value in a message. ``start`` and ``end`` are places in its text."""

    kind: str
    text: str
    start: int
    end: int

    def overlaps(self, other: "Found") -> bool:
        return self.start < other.end and other.start < self.end


@dataclass(frozen=True, slots=True)
class Heard:
    """One message.

    ``tapped`` says that it is a choice which the bank itself had offered: its values
    are named after slots, and its text is not the customer's.
    """

    token: str
    text: str
    intent: str
    confidence: float
    found: tuple[Found, ...]
    tapped: bool
    # Which of the fixed answers fits: "faq/age_limit".
    topic: str | None = None

    @classmethod
    def of(cls, tracker: Tracker) -> Self:
        """The latest message; of two requests in it the one to answer now.

        The other is offered by the gateway. A form that is open hears everything.
        """
        message = tracker.latest_message
        second = message.get("second_intent")
        if second and not (tracker.active_loop or {}).get("name"):
            message = _first_of_two(message, second["first"])
        text = str(message.get("text") or "")
        tapped = text.startswith("/")
        # Nothing in a typed command is an answer to anything.
        forged = not tapped and TYPED_COMMAND.match(text) is not None
        intent = message.get("intent") or {}
        metadata = message.get("metadata") or {}
        token = metadata.get("envelope")
        return cls(
            token=token if isinstance(token, str) else "",
            text="" if forged else text.strip(ZERO_WIDTH_SPACE + " "),
            intent=str(intent.get("name") or ""),
            confidence=float(intent.get("confidence") or 0.0),
            found=()
            if forged
            else tuple(_found(message.get("entities") or [], text, tapped)),
            tapped=tapped,
            topic=_topic(message) if intent.get("name") == "faq" else None,
        )

    def all(self, *kinds: str) -> list[Found]:
        """The values of these kinds, in the order of the text."""
        return [value for value in self.found if value.kind in kinds]

    def first(self, *kinds: str) -> Found | None:
        """The first value of the first of these kinds that occurs at all."""
        for kind in kinds:
            for value in self.found:
                if value.kind == kind:
                    return value
        return None

    def before(self, value: Found) -> str:
        """The word in front of a value, in lower case."""
        words = re.findall(r"[\w']+", self.text[: value.start].lower())
        return words[-1] if words else ""

    def typed(self) -> str | None:
        """The whole message as an answer; None for a tapped choice or nothing."""
        if self.tapped:
            return None
        return " ".join(self.text.split())[:LONGEST_VALUE] or None


def _first_of_two(message: dict[str, Any], part: dict[str, Any]) -> dict[str, Any]:
    """The message as if the other request were not in it."""
    start, end = int(part["start"]), int(part["end"])
    entities = [
        {**entity, "start": entity["start"] - start, "end": entity["end"] - start}
        for entity in message.get("entities") or []
        if start <= entity["start"] < end
    ]
    return {**message, "text": str(part["text"]), "entities": entities}


def person_meant(heard: Heard) -> str | None:
    """Somebody by name; of "my brother Tom" the name."""
    named = heard.all("person") or heard.all("company")
    if not named:
        return None
    first, *others = named
    for other in others:
        if other.start - first.end > 1:
            break
        first = other
    initial = INITIAL.match(heard.text, first.end) if first.end else None
    return first.text + initial[0] if initial else first.text


def payment_meant(heard: Heard) -> str | None:
    """The payee or the amount by which the customer names a payment."""
    amount = heard.first("amount")
    return person_meant(heard) or (amount.text if amount else None)


def named_after(heard: Heard, *words: str) -> str | None:
    """What stands where a name belongs: "pay peter 20", "to mum for the pizza"."""
    if heard.tapped:
        return None
    lead = "|".join(words)
    for found in re.finditer(rf"\b(?:{lead})\s+{NAME}{AFTER_NAME}", heard.text, re.I):
        name = found["name"].strip()
        if not NOBODY & set(name.lower().split()):
            return name
    return None


def account_meant(heard: Heard) -> str | None:
    """One of the customer's own accounts, by kind, name or last digits."""
    account = heard.first("source", "account")
    return account.text if account else None


def period_meant(heard: Heard) -> tuple[str | None, str | None]:
    """The first and the last date of a message; one alone may name a whole period."""
    dates = [found.text for found in heard.all("period", "date")]
    return (*dates[:2], None, None)[0], (*dates[:2], None, None)[1]


def subject_meant(heard: Heard) -> str | None:
    """Whom or what a search is about."""
    subject = heard.first("company", "person", "biller", "category")
    return subject.text if subject else None


def number_meant(heard: Heard) -> str | None:
    """A card handle, phone number or account number."""
    if card := CARD_HANDLE.search(heard.text):
        return card[0]
    for value in heard.all("phone", "card", "account"):
        if sum(char.isdigit() for char in value.text) >= FEWEST_DIGITS:
            return value.text
    for found in LONG_NUMBER.finditer(heard.text):
        place = Found("account", found[0], *found.span())
        if not any(place.overlaps(a) for a in heard.all("amount")):
            return found[0]
    return None


def _found(entities: list[dict[str, Any]], text: str, tapped: bool) -> Iterator[Found]:
    """The values of a message, each place read once and as it was written.

    Anything but text is left out: numbers and lists can only come from a payload
    that the bank does not write.
    """
    shift = 0 if tapped else len(text) - len(text.lstrip(ZERO_WIDTH_SPACE + " "))
    kept: list[Found] = []
    for entity in entities:
        kind, value = entity.get("entity"), entity.get("value")
        start, end = entity.get("start"), entity.get("end")
        if not isinstance(kind, str) or not isinstance(value, str):
            continue
        if kind in NAMES and value.lower() in PRONOUNS:
            continue
        if kind == "person" and NUMBER_WORDS.issuperset(value.lower().split()):
            kind = "number"
        if tapped or not isinstance(start, int) or not isinstance(end, int):
            kept.append(Found(kind, value[:LONGEST_VALUE], 0, 0))
            continue
        if kind in FIGURES:
            start, end = _whole_word(text, start, end)
        written = text[start:end].strip()[:LONGEST_VALUE]
        candidate = Found(kind, written or value, start - shift, end - shift)
        # Two extractors may see the same place; the longer reading is the better.
        rivals = [k for k in kept if k.kind == kind and k.overlaps(candidate)]
        if any(r.end - r.start >= candidate.end - candidate.start for r in rivals):
            continue
        kept = [k for k in kept if k not in rivals]
        kept.append(candidate)
    yield from sorted(kept, key=lambda value: value.start)


def _whole_word(text: str, start: int, end: int) -> tuple[int, int]:
    """Widen a figure to everything it is written together with, but a full stop."""
    while start > 0 and not text[start - 1].isspace():
        start -= 1
    while end < len(text) and not text[end].isspace():
        end += 1
    while end > start and text[end - 1] in ".,;:!?":
        end -= 1
    return start, end


def _topic(message: dict[str, Any]) -> str | None:
    """The answer that Rasa's response selector has chosen."""
    selectors = message.get("response_selector") or {}
    selected = selectors.get("faq") or selectors.get("default") or {}
    key = (selected.get("response") or {}).get("intent_response_key")
    return key if isinstance(key, str) and key.startswith("faq/") else None
