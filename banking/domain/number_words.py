"""Numbers said in English words: "two hundred and fifty", "half a million"."""

from __future__ import annotations

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
_TENS: Final = {
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
SCALES: Final = {
    "hundred": 100,
    "thousand": 1_000,
    "grand": 1_000,
    "lakh": 100_000,
    "lakhs": 100_000,
    "lac": 100_000,
    "million": 1_000_000,
    "crore": 10_000_000,
    "crores": 10_000_000,
}
SHORT_SCALES: Final = {"k": 1_000, "m": 1_000_000, "mn": 1_000_000, "mln": 1_000_000}
ARTICLES: Final = frozenset({"a", "an", "one"})
NUMBER_WORDS: Final = frozenset(
    {*_UNITS, *_TEENS, *_TENS, *SCALES, "a", "an", "and", "half"}
)
_LARGE: Final = {word: size for word, size in SCALES.items() if size > 100}  # noqa: PLR2004


def spoken_number(words: list[str]) -> Fraction | None:
    """The number that the words say; None where they say none or more than one.

    Plain digits below a thousand may stand for their words: "2 hundred and 50".
    """
    if words[0] == "half":
        rest = words[2:] if words[1:2] in (["a"], ["an"]) else words[1:]
        whole = len(rest) == 1 and rest[0] in SCALES
        return Fraction(SCALES[rest[0]], 2) if whole else None
    if len(words) > 4 and words[-4:-1] == ["and", "a", "half"]:  # noqa: PLR2004
        scale = SCALES.get(words[-1])
        count = _below_hundred(words[:-4])
        if scale is None or count is None:
            return None
        return (count + Fraction(1, 2)) * scale
    value = _number(words, below=10**9)
    return None if value is None else Fraction(value)


def _number(words: list[str], below: int) -> int | None:
    """A number smaller than `below`, its scales in falling order."""
    for index, word in enumerate(words):
        if word not in _LARGE:
            continue
        scale = _LARGE[word]
        before = words[:index]
        count = 1 if before in ([], ["a"], ["an"]) else _below_thousand(before)
        if scale >= below or count is None:
            return None
        rest = words[index + 1 :]
        if not rest:
            return count * scale
        remainder = _number(rest[1:] if rest[0] == "and" else rest, below=scale)
        return None if remainder is None else count * scale + remainder
    value = _below_thousand(words)
    return value if value is not None and value < below else None


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
        case [word] if word in _UNITS:
            return _UNITS[word]
        case [word] if word in _TEENS:
            return _TEENS[word]
        case [word] if word in _TENS:
            return _TENS[word]
        case [tens, unit] if tens in _TENS and unit in _UNITS:
            return _TENS[tens] + _UNITS[unit]
        case [digits] if digits.isascii() and digits.isdigit() and len(digits) <= 3:  # noqa: PLR2004
            return int(digits) or None
    return None
