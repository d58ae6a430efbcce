"""Numbers in digits, with whatever marks they came with, and words like "2 lakh"."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from banking.domain.number_words import (
    ARTICLES,
    NUMBER_WORDS,
    SCALES,
    SHORT_SCALES,
    spoken_number,
)

SPACES: Final = str.maketrans(dict.fromkeys("\u00a0\u2007\u2009\u200a\u202f\t", " "))
APOSTROPHE: Final = str.maketrans({"’": "'", "\u2010": "-", "\u2011": "-"})
_GROUPED: Final = r"[1-9][0-9]{0,2}(?:\%s[0-9]{3})+"
_INDIAN: Final = r"[1-9][0-9]?(?:\%s[0-9]{2})+\%s[0-9]{3}"
_PLAIN: Final = re.compile(r"0|[1-9][0-9]*")
_GROUP_SIZE: Final = 3
_MIL: Final = (1_000_000, 1_000)  # a million to some, a thousand to others
_ALL_SCALES: Final = {**SCALES, **SHORT_SCALES}


@dataclass(frozen=True, slots=True)
class NumberStyle:
    """How the bank's locale writes numbers: "1,250.50" or "1.250,50"."""

    decimal: str = "."
    group: str = ","

    def __post_init__(self) -> None:
        # Locales have spaces and apostrophes of several kinds; the reader has one.
        plain = self.group.translate(SPACES).translate(APOSTROPHE)
        object.__setattr__(self, "group", plain)


ENGLISH: Final = NumberStyle()


@dataclass(frozen=True, slots=True)
class Number:
    """What a written number may be; certain when it can be nothing else."""

    values: tuple[Fraction, ...]
    certain: bool


def read_number(tokens: list[str], style: NumberStyle, decimals: int) -> Number | None:
    """Every value that the tokens may have; None where they are no number."""
    match tokens:
        case [literal] if literal[0].isdigit():
            return _literal(literal, style, decimals)
        case [literal, scale] if literal[0].isdigit() and scale in _ALL_SCALES:
            # "1,250k" may be 1.25 thousand: any number of decimals makes sense.
            number = _literal(literal, style, decimals=9)
            return number and _times(number, _ALL_SCALES[scale])
        case [literal, "mil" | "mill"] if literal[0].isdigit():
            number = _literal(literal, style, decimals=9)
            return number and _times(number, *_MIL)
        case [article, short] if article in ARTICLES and short in SHORT_SCALES:
            return Number((Fraction(SHORT_SCALES[short]),), certain=True)
    closed = bool(tokens) and all(
        t in NUMBER_WORDS or _PLAIN.fullmatch(t) for t in tokens
    )
    values = spoken_number(tokens) if closed else ()
    return Number(values, certain=len(values) == 1) if values else None


def _times(number: Number, *scales: int) -> Number:
    values = tuple(value * scale for value in number.values for scale in scales)
    return Number(values, number.certain and len(scales) == 1)


def _literal(written: str, style: NumberStyle, decimals: int) -> Number | None:
    """A number in digits, with whatever separators it came with."""
    if _PLAIN.fullmatch(written):
        return Number((Fraction(int(written)),), certain=True)
    marks = [char for char in written if not char.isdigit()]
    if not marks:
        return None  # a leading zero: half typed, or a code rather than an amount
    if len(set(marks)) == 1:
        return _one_mark(written, marks, style, decimals)
    # Two kinds: the last one is the decimal mark, the other one groups.
    whole, _, part = written.rpartition(marks[-1])
    plain = _ungrouped(whole, marks[0])
    if plain is None or marks[-1] not in ".," or len(part) > decimals:
        return None
    certain = marks[0] in ".," or marks[0] == style.group
    return Number((plain + Fraction(int(part), 10 ** len(part)),), certain)


def _one_mark(
    written: str, marks: list[str], style: NumberStyle, decimals: int
) -> Number | None:
    """One kind of mark only: it groups, is the decimal mark, or may be either."""
    mark = marks[0]
    grouped = _ungrouped(written, mark)
    if mark in ".," and len(marks) == 1:
        return _point_or_comma(written, mark, grouped, style, decimals)
    if grouped is None:
        return None
    return Number((Fraction(grouped),), certain=mark in ".," or mark == style.group)


def _point_or_comma(
    written: str, mark: str, grouped: int | None, style: NumberStyle, decimals: int
) -> Number | None:
    whole, _, part = written.partition(mark)
    if not _PLAIN.fullmatch(whole):
        return None
    decimal = int(whole) + Fraction(int(part), 10 ** len(part))
    if grouped is None:
        fits = len(part) <= decimals
        return Number((decimal,), certain=mark == style.decimal) if fits else None
    if mark == style.group and decimals < _GROUP_SIZE:
        # "1,250": the locale's own grouping, and no such currency has three decimals.
        return Number((Fraction(grouped),), certain=True)
    return Number((Fraction(grouped), decimal), certain=False)


def _ungrouped(written: str, mark: str) -> int | None:
    for pattern in (_GROUPED.replace("%s", mark), _INDIAN.replace("%s", mark)):
        if re.fullmatch(pattern, written):
            return int(written.replace(mark, ""))
    return None
