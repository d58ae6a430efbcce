"""Numbers said in English words: "two hundred and fifty", "half a million".

A reading is every value that the words may have. Some ways of speaking have two:
"one fifty" is 150 or 1.50, "two thousand five" is 2,005 or 2,500.
"""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Final

_UNITS: Final = {
    word: value
    for value, word in enumerate(
        "one two three four five six seven eight nine".split(),
        start=1,
    )
}
_TEENS: Final = {
    word: value
    for value, word in enumerate(
        """
        ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen
        """.split(),
        start=10,
    )
}
_ROUND: Final = {
    "twenty": 20,
    "thirty": 30,
    "forty": 40,
    "fourty": 40,
    "fifty": 50,
    "sixty": 60,
    "seventy": 70,
    "eighty": 80,
    "ninety": 90,
    "ninty": 90,
}
_JOINED: Final = {
    tens + unit: ten + one
    for tens, ten in _ROUND.items()
    for unit, one in _UNITS.items()
}
_SMALL: Final = {**_UNITS, **_TEENS, **_ROUND, **_JOINED}
_DIGITS: Final = {**_UNITS, "zero": 0, "oh": 0, "nought": 0}
SCALES: Final = {
    "hundred": 100,
    "thousand": 1_000,
    "grand": 1_000,
    "lakh": 100_000,
    "lakhs": 100_000,
    "lac": 100_000,
    "lacs": 100_000,
    "million": 1_000_000,
    "crore": 10_000_000,
    "crores": 10_000_000,
    "billion": 1_000_000_000,
}
SHORT_SCALES: Final = {
    "k": 1_000,
    "m": 1_000_000,
    "mn": 1_000_000,
    "mln": 1_000_000,
    "bn": 1_000_000_000,
}
ARTICLES: Final = frozenset({"a", "an", "one"})
_PARTS: Final = {"half": Fraction(1, 2), "quarter": Fraction(1, 4)}
NUMBER_WORDS: Final = frozenset(
    {*_SMALL, *_DIGITS, *SCALES, *_PARTS, "a", "an", "and", "of", "point", "quarters"}
)
"""Every word that a spoken number may hold."""

_LARGE: Final = {word: size for word, size in SCALES.items() if word != "hundred"}
# What is left out in speech: "two million five [hundred thousand]".
_LEFT_OUT: Final = {
    1_000: 100,
    100_000: 1_000,
    1_000_000: 1_000,
    10_000_000: 100_000,
    1_000_000_000: 1_000_000,
}
_PART_OF: Final = re.compile(
    r"(?:(?:an? )?(?P<part>half|quarter)|three quarters)(?: of)?(?: an?)?"
    rf" (?P<scale>{'|'.join(SCALES)})"
)
_MOST_DIGITS: Final = 3
_THOUSAND: Final = 1_000
_TWENTY: Final = 20
_TWO_DIGITS: Final = range(10, 100)


def spoken_number(words: list[str]) -> tuple[Fraction, ...]:
    """Every number that the words may say, the literal one first; empty for none.

    Plain digits below a thousand may stand for their words: "2 hundred and 50".
    """
    for reader in (_part_of_scale, _with_part, _with_point, _in_pairs):
        values = reader(words)
        if values:
            return values
    return tuple(map(Fraction, _number(words, below=10**12)))


def _part_of_scale(words: list[str]) -> tuple[Fraction, ...]:
    """ "half a million", "a quarter of a million", "three quarters of a million"."""
    found = _PART_OF.fullmatch(" ".join(words))
    if found is None:
        return ()
    share = _PARTS[found["part"]] if found["part"] else Fraction(3, 4)
    return (share * SCALES[found["scale"]],)


def _with_part(words: list[str]) -> tuple[Fraction, ...]:
    """ "two and a half thousand", "one and a quarter million"."""
    if len(words) < 4 or words[-1] not in _LARGE or words[-2] not in _PARTS:  # noqa: PLR2004
        return ()
    before = words[:-2]
    if before[-1] in {"a", "an"}:
        before = before[:-1]
    if not before or before[-1] != "and":
        return ()
    count = _below_hundred(before[:-1])
    return () if count is None else ((count + _PARTS[words[-2]]) * SCALES[words[-1]],)


def _with_point(words: list[str]) -> tuple[Fraction, ...]:
    """ "two point five million", "fifty point two five"."""
    if words.count("point") != 1:
        return ()
    scale = SCALES[words[-1]] if words[-1] in _LARGE else 1
    spoken = words[:-1] if scale > 1 else words
    place = spoken.index("point")
    whole, digits = _number(spoken[:place], below=1_000), spoken[place + 1 :]
    if len(whole) != 1 or not digits or not set(digits) <= set(_DIGITS):
        return ()
    part = Fraction(
        int("".join(str(_DIGITS[digit]) for digit in digits)), 10 ** len(digits)
    )
    return ((whole[0] + part) * scale,)


def _in_pairs(words: list[str]) -> tuple[Fraction, ...]:
    """ "one fifty", "nineteen ninety nine": hundreds, or a sum with its cents."""
    if not 2 <= len(words) <= 3 or not set(words) <= set(_SMALL):  # noqa: PLR2004
        return ()
    first, second = _SMALL[words[0]], _below_hundred(words[1:])
    if first >= _TWENTY or second is None or second not in _TWO_DIGITS:
        return ()
    return Fraction(first * 100 + second), first + Fraction(second, 100)


def _number(words: list[str], below: int) -> tuple[int, ...]:
    """The values smaller than `below` that the words may say, scales falling."""
    for index, word in enumerate(words):
        if word not in _LARGE:
            continue
        scale = _LARGE[word]
        before, rest = words[:index], words[index + 1 :]
        count = 1 if before in ([], ["a"], ["an"]) else _below_thousand(before)
        if scale >= below or count is None or count >= _THOUSAND:
            return ()
        if not rest:
            return (count * scale,)
        more_words = rest[1:] if rest[0] == "and" else rest
        if more_words and more_words[0] in SCALES:
            return ()  # how many of them?
        added = _number(more_words, below=scale)
        if rest[0] != "and" and not set(rest) & set(_LARGE):
            added += tuple(
                more * _LEFT_OUT[scale]
                for more in added
                if more * _LEFT_OUT[scale] < scale
            )
        return tuple(count * scale + more for more in added)
    value = _below_thousand(words)
    return (value,) if value is not None and value < below else ()


def _below_thousand(words: list[str]) -> int | None:
    if "hundred" not in words:
        return _below_hundred(words)
    index = words.index("hundred")
    before, rest = words[:index], words[index + 1 :]
    count = 1 if before in ([], ["a"]) else _below_hundred(before)
    if count is None:
        return None
    if not rest:
        return count * 100
    remainder = _below_hundred(rest[1:] if rest[0] == "and" else rest)
    return None if remainder is None else count * 100 + remainder


def _below_hundred(words: list[str]) -> int | None:
    match words:
        case [word] if word in _SMALL:
            return _SMALL[word]
        case [tens, unit] if tens in _ROUND and unit in _UNITS:
            return _ROUND[tens] + _UNITS[unit]
        case [digits] if digits.isascii() and digits.isdigit():
            return int(digits) or None if len(digits) <= _MOST_DIGITS else None
    return None
