"""Takes card numbers, PINs, codes and national ids out of what a customer typed.

Runs before anything is stored. What cannot be told from a secret is treated as one:
an amount is asked again in a moment, a card number in a log stays there.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import NamedTuple

from banking.domain import card_numbers, spelt_digits, spoken_secrets
from banking.domain.card_numbers import GAP, UNSEEN
from banking.domain.spoken_secrets import CODE, CVV, PASSWORD, PIN

__all__ = [
    "CARD",
    "CODE",
    "CVV",
    "NATIONAL_ID",
    "NATIONAL_IDS",
    "PASSWORD",
    "PIN",
    "Redacted",
    "digits_at_end",
    "forget_tail",
    "is_bare_code",
    "redact",
    "says_more",
]

CARD, NATIONAL_ID = "card", "id"
LONGEST_TAIL = card_numbers.LONGEST - 1

_EXPIRY = re.compile(
    r"[\s,;|]{0,3}(?:exp(?:iry|ires|iration)?(?:\s+date)?\.?[\s:]{0,3})?"
    r"(?P<expiry>(?:0?[1-9]|1[0-2])\s?[/\-.]\s?(?:20)?[0-9]{2})(?![0-9])",
    re.IGNORECASE,
)
_CVV_AFTER_EXPIRY = re.compile(r"[\s,;|/\-]{0,3}(?P<cvv>[0-9]{3,4})(?![0-9])")
# Without an expiry date between them, three digits may be an amount in a sentence.
_CVV_AFTER_CARD = re.compile(r"[\s,;|/\-]{1,3}(?P<cvv>[0-9]{3,4})(?=\s*(?:$|[^\w\s]))")
_BARE_CODE = re.compile(r"\W*[0-9](?:[\W_]{0,2}[0-9]){5}\W*")
LONGEST_BARE = 32
# Letters of other alphabets that a keyboard puts into "pin" and "code".
_LOOK_ALIKES = str.maketrans(
    "\u0430\u0435\u043e\u0440\u0441\u0455\u0456\u0420\u0406\u041e\u0421\u03bf",
    "aeopcsiPIOCo",
)
_END = re.compile(rf"[0-9](?:{GAP}[0-9]){{0,{LONGEST_TAIL}}}[\s.\-]{{0,3}}$")

# Shapes of national ids, by country (ISO 3166); a bank names those it wants removed.
NATIONAL_IDS = {
    name: re.compile(shape, re.IGNORECASE)
    for name, shape in {
        "US": r"(?<![0-9\-])(?<![0-9] )(?!000|666|9[0-9]{2})[0-9]{3}([ -])[0-9]{2}"
        r"\1[0-9]{4}(?![0-9\-])",
        "GB": r"(?<![A-Z0-9])[A-CEGHJ-PR-TW-Z]{2} ?[0-9]{2} ?[0-9]{2} ?[0-9]{2} ?[A-D]"
        r"(?![A-Z0-9])",
        "GH": r"(?<![A-Z0-9])GHA-?[0-9]{9}-?[0-9](?![0-9])",
        "IN": r"(?<![A-Z0-9])[A-Z]{5}[0-9]{4}[A-Z](?![A-Z0-9])",
        "ES": r"(?<![A-Z0-9])[0-9]{8}-?[A-HJ-NP-TV-Z](?![A-Z0-9])",
        "BR": r"(?<![0-9])[0-9]{3}\.[0-9]{3}\.[0-9]{3}-[0-9]{2}(?![0-9])",
        "ZA": r"(?<![0-9])[0-9]{2}(?:0[1-9]|1[0-2])[0-3][0-9] ?[0-9]{4} ?[01][0-9]{2}"
        r"(?![0-9])",
        "FR": r"(?<![0-9])[12] ?[0-9]{2} ?(?:0[1-9]|1[0-2]) ?[0-9]{2} ?[0-9]{3}"
        r" ?[0-9]{3} ?[0-9]{2}(?![0-9])",
    }.items()
}

# Words that say nothing beside the secret they came with.
_IDLE = frozenset(
    "my the is it its it's was pin pins code codes otp cvv cvc passcode password and"
    " number card here this that for so me your you got sent new old please ok okay hi"
    " hello hey be of as to use one time security expiry exp thanks thank".split()
)


@dataclass(frozen=True, slots=True)
class Redacted:
    """What is left of a text. ``removed`` names the kinds of secrets, in no order.

    ``tail`` holds the digits that the text ends with: with those of the next
    message they might be a card number. ``completes`` says how many of the digits
    remembered from before became part of one here.
    """

    text: str = field(repr=False)
    removed: frozenset[str] = frozenset()
    tail: str = field(default="", repr=False)
    completes: int = 0


class _Cut(NamedTuple):
    """One stretch of the text to replace."""

    start: int
    end: int
    kind: str
    instead: str = "[removed]"


def redact(
    text: str,
    name_card: Callable[[str], str],
    *,
    before: str = "",
    national_ids: Iterable[str] = ("US", "GB", "GH", "BR"),
) -> Redacted:
    """Take every secret out of a text.

    ``name_card`` is given the digits of each card number found and returns the words
    to write in its place. ``before`` holds the digits at the end of the message
    before, when that came a moment ago.
    """
    # Same length as the text, so that places in one are places in the other.
    plain = _plain(text)
    cuts: list[_Cut] = []
    joined = card_numbers.completing(plain, before)
    if joined is not None:
        cuts.append(_card(joined[1], name_card))
    taken = cuts[0].end if cuts else 0
    hidden = " " * taken + plain[taken:]
    read_out = spelt_digits.read_out(hidden)
    cuts += [_card(found, name_card) for found in _cards(hidden, read_out)]
    for card in list(cuts):
        cuts += _beside(plain, card)
    cuts += [
        _Cut(found.start(), found.end(), NATIONAL_ID)
        for country in national_ids
        if country in NATIONAL_IDS
        for found in NATIONAL_IDS[country].finditer(plain)
    ]
    free = [(cut.start, cut.end) for cut in cuts]
    cuts += [
        _Cut(*said)
        for said in _spoken(plain, read_out)
        if not free
        or all(said.end <= start or end <= said.start for start, end in free)
    ]
    left = _applied(text, cuts)
    removed = frozenset(cut.kind for cut in cuts)
    return Redacted(
        left, removed, _tail(plain, before, cuts), joined[0] if joined else 0
    )


def is_bare_code(text: str) -> bool:
    """Whether a text is six digits and nothing else, as one-time codes are."""
    return len(text) <= LONGEST_BARE and bool(_BARE_CODE.fullmatch(_plain(text)))


def says_more(text: str) -> bool:
    """Whether a redacted text holds a wish beside what was taken out of it."""
    words = re.findall(r"[^\W\d_]+", re.sub(r"\[[^\]]*\]", " ", text.lower()))
    if "[card " in text:
        return bool(words)
    return any(word not in _IDLE for word in words if len(word) > 1)


def forget_tail(text: str, digits: int) -> str:
    """Take the last so many digits out of a text stored a moment ago."""
    plain = _plain(text)
    at = len(plain)
    while digits and at:
        at -= 1
        if "0" <= plain[at] <= "9":
            digits -= 1
    return f"{text[:at].rstrip()} [card]".strip()


def digits_at_end(text: str) -> str:
    """The digits that a text ends with, when they could begin a card number."""
    found = _END.search(_plain(text[-80:]))
    return re.sub(r"[^0-9]", "", found[0])[-LONGEST_TAIL:] if found else ""


def _plain(text: str) -> str:
    """The text as it is read: digits of every script as 0 to 9, letters in disguise
    as a to z, marks that nobody sees as one of them; all at the same places."""
    return text if text.isascii() else text.translate(_as_read())


@cache
def _as_read() -> dict[int, str | int]:
    """Every character beyond ASCII that is read as another."""
    found = ((n, _read_as(chr(n))) for n in range(0x80, 0x20000))
    return {n: read for n, read in found if read is not None} | _LOOK_ALIKES


def _read_as(character: str) -> str | None:
    """Of ① and ² the digit, of full-width and mathematical letters the letter."""
    value = unicodedata.digit(character, None)
    if value is not None:
        return str(value)
    if unicodedata.category(character) == "Cf" or character == "\u034f":
        return UNSEEN
    letter = unicodedata.normalize("NFKC", character)
    return letter if len(letter) == 1 and letter.isascii() else None


def _card(found: card_numbers.Found, name_card: Callable[[str], str]) -> _Cut:
    instead = name_card(found.digits) if found.digits else "[digits]"
    return _Cut(found.start, found.end, CARD, instead)


def _cards(
    plain: str, read_out: spelt_digits.ReadOut | None
) -> Iterator[card_numbers.Found]:
    """Card numbers in digits, in words, or in both."""
    if read_out is None:
        yield from card_numbers.find(plain)
        return
    for card in card_numbers.find(read_out.text):
        start, end = read_out.span(card.start, card.end)
        yield card_numbers.Found(start, end, card.digits)


def _spoken(
    plain: str, read_out: spelt_digits.ReadOut | None
) -> Iterator[spoken_secrets.Spoken]:
    """What is named as a secret, in digits or in words."""
    if read_out is None:
        yield from spoken_secrets.find(plain)
        return
    for said in spoken_secrets.find(read_out.text):
        yield spoken_secrets.Spoken(*read_out.span(said.start, said.end), said.kind)


def _beside(plain: str, card: _Cut) -> list[_Cut]:
    """The expiry date and verification number that stand behind a card number."""
    cuts, at, pattern = [], card.end, _CVV_AFTER_CARD
    expiry = _EXPIRY.match(plain, at, at + 40)
    if expiry:
        cuts.append(_Cut(*expiry.span("expiry"), CARD, "[expiry]"))
        at, pattern = expiry.end(), _CVV_AFTER_EXPIRY
    cvv = pattern.match(plain, at, at + 40)
    if cvv:
        cuts.append(_Cut(*cvv.span("cvv"), CVV))
    return cuts


def _applied(text: str, cuts: list[_Cut]) -> str:
    parts, at = [], 0
    for start, end, _, instead in sorted(cuts, key=lambda cut: (cut[0], -cut[1])):
        if start >= at:
            parts += [text[at:start], instead]
        at = max(at, end)
    return "".join([*parts, text[at:]])


def _tail(plain: str, before: str, cuts: list[_Cut]) -> str:
    """What to remember for the next message."""
    if cuts and max(cut.end for cut in cuts) >= len(plain.rstrip()):
        return ""
    tail = digits_at_end(plain)
    if tail and not re.search(r"[^\W\d_]", plain):
        # Digits alone: a card number may come in more than two pieces.
        tail = (before + tail)[-LONGEST_TAIL:]
    return tail
