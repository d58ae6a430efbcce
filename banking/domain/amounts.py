"""Reading an amount of money as a customer typed it: exact, or a question.

The vocabulary is closed. A character, word or arrangement that is not listed here
makes the whole text unreadable, so that no amount is ever guessed.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from fractions import Fraction
from typing import Final, Literal

from banking.domain.currency_words import SMALL_UNITS, UNITS
from banking.domain.money import Money, exponent
from banking.domain.written_numbers import (
    APOSTROPHE,
    ENGLISH,
    SPACES,
    Number,
    NumberStyle,
    read_number,
)

__all__ = [
    "Ambiguous",
    "Exactly",
    "Foreign",
    "NumberStyle",
    "Reading",
    "Relative",
    "Unreadable",
    "read_amount",
]

LONGEST_TEXT: Final = 64
LARGEST_MINOR: Final = 10**15

RelativeKind = Literal["all", "half", "same_as_last"]


@dataclass(frozen=True, slots=True)
class Exactly:
    """The text says this amount and can say no other."""

    amount: Money


@dataclass(frozen=True, slots=True)
class Ambiguous:
    """The text may say one of these amounts; the customer has to choose."""

    options: tuple[Money, ...]


@dataclass(frozen=True, slots=True)
class Relative:
    """The amount depends on a balance or on an earlier payment."""

    kind: RelativeKind


@dataclass(frozen=True, slots=True)
class Foreign:
    """The amount is in a currency that the account is not kept in."""

    currency: str


@dataclass(frozen=True, slots=True)
class Unreadable:
    """No amount, or not one that can be read without guessing."""


Reading = Exactly | Ambiguous | Relative | Foreign | Unreadable


_ZEROS: Final = (
    "0",
    "\N{ARABIC-INDIC DIGIT ZERO}",
    "\N{EXTENDED ARABIC-INDIC DIGIT ZERO}",
    "\N{DEVANAGARI DIGIT ZERO}",
    "\N{BENGALI DIGIT ZERO}",
    "\N{GURMUKHI DIGIT ZERO}",
    "\N{GUJARATI DIGIT ZERO}",
    "\N{TAMIL DIGIT ZERO}",
    "\N{TELUGU DIGIT ZERO}",
    "\N{KANNADA DIGIT ZERO}",
    "\N{MALAYALAM DIGIT ZERO}",
    "\N{THAI DIGIT ZERO}",
    "\N{FULLWIDTH DIGIT ZERO}",
)
_DIGITS: Final = {
    chr(ord(zero) + value): (str(value), script)
    for script, zero in enumerate(_ZEROS)
    for value in range(10)
}

# Words that may stand around an amount and cannot change it.
_FILLERS: Final = frozenset(
    """
    please pls plz just only exactly actually ok okay yes yeah sure send make pay
    transfer give it its to be the lets let's do want wanna i would like i'd amount
    change instead thanks sorry total in
    """.split()
)
_WHOLE: Final = frozenset("all everything whole entire full max maximum lot".split())
_OF_WHAT: Final = frozenset(
    """
    of my it the that money balance account savings cash what i have have ive i've got
    """.split()
)
_SAME: Final = frozenset("same".split())
_AS_WHAT: Final = frozenset(
    "the as last time before again amount previous previously one that".split()
)

_TOKEN: Final = re.compile(
    r"[0-9](?:[0-9.,' ]*[0-9])?|us\$|a\$|c\$|gh₵|rs\.|[^\W\d_]+(?:'[^\W\d_]+)*|[^\w\s]"
)
# "no, fifty" corrects; "no one" is not an amount.
_NO_BUT: Final = re.compile(r"^no(?:[,.!] *| (?=[0-9$£€]))")
_MARKS: Final = frozenset(",.!?")
_STRAY_MARK: Final = re.compile(
    r"(?<![^\W_])[.,]|[.,](?![^\W_]|\s|$)|(?<!\S)[!?]|[!?](?=[^\s!?])"
)


def read_amount(text: str, currency: str, style: NumberStyle = ENGLISH) -> Reading:
    """Read what a customer typed as an amount in the account's currency.

    Never rounds and never guesses: an amount that is not exact comes back as a
    question (Ambiguous, Relative, Foreign) or as Unreadable.
    """
    if len(text) > LONGEST_TEXT:
        return Unreadable()
    cleaned = _cleaned(text)
    if cleaned is None:
        return Unreadable()
    tokens = _tokens(cleaned)
    if tokens is None:
        return Unreadable()
    relative = _relative(tokens)
    if relative is not None:
        return relative
    return _amount(tokens, currency, style)


def _cleaned(text: str) -> str | None:
    """Lower case, one script of digits made ASCII; None where a trap is inside."""
    scripts: set[int] = set()
    kept: list[str] = []
    for char in text.strip(" \t\r\n").translate(SPACES).translate(APOSTROPHE):
        if char in _DIGITS:
            digit, script = _DIGITS[char]
            scripts.add(script)
            kept.append(digit)
        elif char == "\N{ARABIC DECIMAL SEPARATOR}":
            kept.append(".")
        elif char == "\N{ARABIC THOUSANDS SEPARATOR}":
            kept.append(",")
        elif unicodedata.category(char) in {"Nd", "Nl", "No", "Cc", "Cf", "Co", "Cn"}:
            return None
        else:
            kept.append(char)
    return "".join(kept).lower() if len(scripts) <= 1 else None


def _tokens(cleaned: str) -> list[str] | None:
    """Words, numbers and symbols; None where anything is left over."""
    joined = _NO_BUT.sub("", re.sub(r"(?<=[a-z])-(?=[a-z])", " ", cleaned))
    # A mark that ends a word or the sentence says nothing; ".50" and "50.." might.
    if _STRAY_MARK.search(joined):
        return None
    tokens: list[str] = []
    position = 0
    for found in _TOKEN.finditer(joined):
        if joined[position : found.start()].strip(" "):
            return None
        tokens.append(found.group())
        position = found.end()
    if joined[position:].strip(" "):
        return None
    return [token for token in tokens if token not in _MARKS]


def _relative(tokens: list[str]) -> Relative | None:
    words = [word for word in tokens if word not in _FILLERS]
    if not words:
        return None
    if set(words) & _WHOLE and set(words) <= _WHOLE | _OF_WHAT:
        return Relative("all")
    if words[0] == "half" and set(words[1:]) <= _OF_WHAT:
        return Relative("half")
    rest = set(tokens) - _FILLERS
    if rest & _SAME and rest <= _SAME | _AS_WHAT:
        return Relative("same_as_last")
    return None


def _amount(tokens: list[str], currency: str, style: NumberStyle) -> Reading:
    core = _without_fillers(tokens)
    named = {token for token in core if token in UNITS}
    possible = [set(UNITS[token]) for token in named]
    if possible and not set.intersection(*possible):
        return Unreadable()
    foreign = possible and currency not in set.intersection(*possible)
    split = _split_units(core)
    if split is None:
        return Unreadable()
    major, minor, minor_unit = split
    decimals = exponent(currency)
    nothing = Number((Fraction(0),), certain=True)
    number = read_number(major, style, decimals) if major else nothing
    if number is None:
        return Unreadable()
    if foreign:
        return Foreign(UNITS[min(named)][0])
    if minor_unit is not None:
        return _with_small_units(number, minor, minor_unit, currency)
    return _reading(number, currency)


def _without_fillers(tokens: list[str]) -> list[str]:
    """Fillers count at the ends only: in the middle they may carry meaning."""
    start, end = 0, len(tokens)
    while start < end and tokens[start] in _FILLERS:
        start += 1
    while end > start and tokens[end - 1] in _FILLERS:
        end -= 1
    return tokens[start:end]


def _split_units(tokens: list[str]) -> tuple[list[str], list[str], str | None] | None:
    """Tokens of the major amount, of the minor amount, and the minor unit's name.

    The currency may stand before or after its number, not inside it.
    """
    small = [token for token in tokens if token in SMALL_UNITS]
    if len(small) > 1 or (small and tokens[-1] != small[0]):
        return None
    body = tokens[:-1] if small else tokens
    places = [index for index, token in enumerate(body) if token in UNITS]
    if not small:
        inner = [i for i in places if 0 < i < len(body) - 1]
        # "us dollars" and "$50 usd" name the currency twice, at the ends.
        if any(
            not _all_units(body[i + 1 :]) and not _all_units(body[:i]) for i in inner
        ):
            return None
        return [token for token in body if token not in UNITS], [], None
    if not places:
        return [], body, small[0]
    if len(places) != 1 or not 0 < places[0] < len(body) - 1:
        return None
    after = body[places[0] + 1 :]
    return body[: places[0]], after[1:] if after[0] == "and" else after, small[0]


def _all_units(tokens: list[str]) -> bool:
    return all(token in UNITS for token in tokens)


def _with_small_units(
    major: Number, minor: list[str], unit: str, currency: str
) -> Reading:
    decimals = exponent(currency)
    number = read_number(minor, NumberStyle(), decimals)
    if number is None or not number.certain or not major.certain or not decimals:
        return Unreadable()
    if currency not in SMALL_UNITS[unit]:
        return Foreign(SMALL_UNITS[unit][0])
    part = number.values[0]
    if part.denominator != 1 or (major.values[0] and part >= 10**decimals):
        return Unreadable()
    total = major.values[0] + part / 10**decimals
    return _reading(Number((total,), certain=True), currency)


def _reading(number: Number, currency: str) -> Reading:
    amounts = [Money.exact(value, currency) for value in number.values]
    real = tuple(a for a in amounts if a is not None and 0 < a.minor <= LARGEST_MINOR)
    if not real:
        return Unreadable()
    if number.certain:
        return Exactly(real[0])
    return Ambiguous(real)
