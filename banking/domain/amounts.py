"""Reading an amount of money as a customer typed it: exact, or a question.

The vocabulary is closed. A character, word or arrangement that is not listed makes
the whole text unreadable, so that no amount is ever guessed.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from banking.domain.amount_text import tokens_of, without_fillers
from banking.domain.currency_words import NOTE_CURRENCIES, NOTES, SMALL_UNITS, UNITS
from banking.domain.money import Money, exponent
from banking.domain.shares import Relative, read_share
from banking.domain.written_numbers import ENGLISH, Number, NumberStyle, read_number

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
_MOST_OFFERED: Final = 3
_FEW: Final = range(1, 100)
_CENTS: Final = 2
_TWO_DIGITS: Final = range(10, 100)


@dataclass(frozen=True, slots=True)
class Exactly:
    """The text says this amount and can say no other."""

    amount: Money


@dataclass(frozen=True, slots=True)
class Ambiguous:
    """The text may say one of these amounts; the customer has to choose."""

    options: tuple[Money, ...]


@dataclass(frozen=True, slots=True)
class Foreign:
    """The amount is in a currency that the account is not kept in."""

    currency: str


@dataclass(frozen=True, slots=True)
class Unreadable:
    """No amount, or not one that can be read without guessing."""


Reading = Exactly | Ambiguous | Relative | Foreign | Unreadable


def read_amount(text: str, currency: str, style: NumberStyle = ENGLISH) -> Reading:
    """Read what a customer typed as an amount in the account's currency.

    Never rounds and never guesses: an amount that is not exact comes back as a
    question (Ambiguous, Relative, Foreign) or as Unreadable.
    """
    if len(text) > LONGEST_TEXT:
        return Unreadable()
    tokens = tokens_of(text)
    if tokens is None:
        return Unreadable()
    relative = read_share(tokens)
    if relative is not None:
        return relative
    if "or" in tokens:
        return _either(tokens, currency, style)
    return _amount(without_fillers(tokens), currency, style)


def _amount(tokens: list[str], currency: str, style: NumberStyle) -> Reading:
    note = _note(tokens, currency)
    if note is not None:
        return note
    named = {token for token in tokens if token in UNITS}
    possible = set.intersection(*(set(UNITS[token]) for token in named or {"$"}))
    split = _split_units(tokens)
    if split is None and currency in possible:
        return _pence_unsaid(tokens, currency)
    major, minor, minor_unit = split or ([], [], None)
    number = _major(major, style, currency, named=bool(named))
    if number is None or split is None or not possible:
        return Unreadable()
    if named and currency not in possible:
        return Foreign(UNITS[min(named)][0])
    if minor_unit is not None:
        return _with_small_units(number, minor, minor_unit, currency)
    return _reading(number, currency)


def _either(tokens: list[str], currency: str, style: NumberStyle) -> Reading:
    """ "50 or 60": both are offered where both are exact."""
    said = " ".join(tokens).split(" or ")
    readings = [_amount(without_fillers(s.split()), currency, style) for s in said]
    exact = [r.amount for r in readings if isinstance(r, Exactly)]
    if len(exact) != len(readings) or len(exact) > _MOST_OFFERED:
        return Unreadable()
    options = tuple(dict.fromkeys(exact))
    return Ambiguous(options) if len(options) > 1 else Exactly(options[0])


def _note(tokens: list[str], currency: str) -> Reading | None:
    """ "a fiver": five of the currencies that have such a note."""
    match tokens:
        case [note] | ["a" | "one", note] if note in NOTES:
            if currency in NOTE_CURRENCIES:
                return Exactly(Money(NOTES[note] * 10 ** exponent(currency), currency))
            return Unreadable()
    return None


def _major(
    tokens: list[str], style: NumberStyle, currency: str, *, named: bool
) -> Number | None:
    """The number that goes with the currency; nothing before a small unit is 0."""
    match tokens:
        case []:
            return Number((Fraction(0),), certain=True)
        case [*whole, "and", "a", "half"] if named and whole:
            # "two and a half dollars"; without the currency it may be thousands.
            count = read_number(whole, style, 0)
            if count is None or not count.certain or count.values[0] not in _FEW:
                return None
            return Number((count.values[0] + Fraction(1, 2),), certain=True)
    return read_number(tokens, style, exponent(currency))


def _split_units(tokens: list[str]) -> tuple[list[str], list[str], str | None] | None:
    """Tokens of the major amount, of the minor amount, and the minor unit's name.

    The currency may stand before or after its number, not inside it.
    """
    small = [token for token in tokens if token in SMALL_UNITS]
    if small:
        alone = len(small) == 1 and tokens[-1] == small[0]
        split = _before_small(tokens[:-1]) if alone else None
        return split and (*split, small[0])
    places = [index for index, token in enumerate(tokens) if token in UNITS]
    inner = [i for i in places if 0 < i < len(tokens) - 1]
    # "us dollars" and "$50 usd" name the currency twice, at the ends.
    if any(
        not _all_units(tokens[i + 1 :]) and not _all_units(tokens[:i]) for i in inner
    ):
        return None
    return [token for token in tokens if token not in UNITS], [], None


def _before_small(body: list[str]) -> tuple[list[str], list[str]] | None:
    """The tokens of both numbers of "5 dollars and 20 cents" and "£5 and 20p"."""
    match [index for index, token in enumerate(body) if token in UNITS]:
        case []:
            return [], body
        case [0] if body[2:3] == ["and"] and body[1][0].isdigit():
            return body[1:2], body[3:]
        case [place] if 0 < place < len(body) - 1:
            after = body[place + 1 :]
            return body[:place], after[1:] if after[0] == "and" else after
    return None


def _pence_unsaid(tokens: list[str], currency: str) -> Reading:
    """ "ten pounds fifty": offered as 10.50, not taken."""
    places = [index for index, token in enumerate(tokens) if token in UNITS]
    major, minor = tokens[: places[0]] if places else [], tokens[len(tokens) - 1 :]
    if len(places) != 1 or not major or tokens[places[0] + 1 :] != minor:
        return Unreadable()
    whole, part = (read_number(t, ENGLISH, 0) for t in (major, minor))
    if whole is None or part is None or not whole.certain:
        return Unreadable()
    if exponent(currency) != _CENTS or part.values[0] not in _TWO_DIGITS:
        return Unreadable()
    total = whole.values[0] + part.values[0] / 100
    return _reading(Number((total,), certain=False), currency)


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
