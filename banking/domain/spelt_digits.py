"""Reads digits that were typed as words: "four one one one", "double five", "oh six".

A card number may be spelt from its first digit to its last, also in pairs ("forty
one") and mixed with digits; what is shorter counts when at least three single digits
follow each other, so that "one or two" and "twenty five" stay words.
"""

import re
from bisect import bisect_right
from itertools import groupby
from typing import NamedTuple

from banking.domain.card_numbers import LONGEST_RUN, SHORTEST

_UNITS = {
    **{word: "0" for word in ("zero", "oh", "o", "nought", "naught")},
    **{
        word: str(value)
        for value, word in enumerate(
            "one two three four five six seven eight nine".split(), start=1
        )
    },
}
_PAIRS = {
    word: str(value)
    for value, word in enumerate(
        "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen"
        " nineteen".split(),
        start=10,
    )
}
_TENS = {
    word: str(value)
    for value, word in enumerate(
        "twenty thirty forty fifty sixty seventy eighty ninety".split(), start=2
    )
}
_TIMES = {"double": 2, "triple": 3, "treble": 3}
# Every run has one of these; "o" alone would be found in every text, so it counts
# beside a digit.
_HINTS = tuple(word for word in (*_UNITS, *_PAIRS, *_TENS) if word != "o")

_GAP = r"[\s,.\-_:/|\u00b7\u2010-\u2015]{1,3}"
_O_FOR_ZERO = re.compile(rf"[0-9]{_GAP}o(?![^\W_])|(?<![^\W_])o{_GAP}[0-9]", re.I)
_UNIT = "|".join(sorted(_UNITS, key=len, reverse=True))
_WORD = (
    rf"(?:(?:{'|'.join(_TIMES)}){_GAP})?(?:{_UNIT})"
    rf"|(?:{'|'.join(_TENS)})(?:{_GAP}(?:{_UNIT}))?|(?:{'|'.join(_PAIRS)})"
)
_PART = rf"(?:(?:{_WORD})(?![^\W_])|[0-9]{{1,19}}(?![0-9]))"
_RUN = re.compile(rf"(?<![^\W_]){_PART}(?:{_GAP}{_PART})+", re.IGNORECASE)
_PIECE = re.compile(_PART, re.IGNORECASE)
_SPACE = re.compile(_GAP)
_DIGIT = re.compile(r"[0-9]")
_LEAST = 3
# "forty eight twenty nine", but not "twenty five".
_LEAST_IN_PAIRS = 4
_SHORTEST_RUN = len("one o six")
_SPELT_ALONE = re.compile(rf"[^0-9]{{{_SHORTEST_RUN},}}")
_SHORTEST_MIXED = SHORTEST + len(" o") - 1
# No digit takes more characters than "double seven" takes for one of its two.
_LONGEST_DIGIT = 12


class ReadOut(NamedTuple):
    """A text with its spelt digits as digits, and the way back to what was typed."""

    text: str
    # Where each stretch begins here and there, and how much longer it was there.
    here: list[int]
    there: list[int]
    words: list[bool]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where a place of this text stands in what was typed."""
        return self._typed(start, last=False), self._typed(end - 1, last=True)

    def _typed(self, at: int, *, last: bool) -> int:
        """A digit that was a word is all of its words."""
        index = bisect_right(self.here, at) - 1
        if not self.words[index]:
            return self.there[index] + at - self.here[index] + last
        return self.there[index + 1] if last else self.there[index]


class _Change(NamedTuple):
    start: int
    end: int
    digits: str


def read_out(plain: str) -> ReadOut | None:
    """The text as it would be read from digits; None where nothing is spelt."""
    lower = plain.lower()
    if not any(word in lower for word in _HINTS) and not _O_FOR_ZERO.search(plain):
        return None
    changes = [change for run in _RUN.finditer(plain) for change in _changes(run)]
    if not changes:
        return None
    parts: list[str] = []
    here, there, words = [], [], []
    at = size = 0
    for start, end, digits in changes:
        here += [size, size + start - at]
        there += [at, start]
        words += [False, True]
        parts += [plain[at:start], digits]
        size, at = size + start - at + len(digits), end
    here.append(size)
    there.append(at)
    words.append(False)
    return ReadOut("".join([*parts, plain[at:]]), here, there, words)


def _changes(run: re.Match[str]) -> list[_Change]:
    """Which stretches of a run become digits."""
    start, end = run.span()
    if end - start < _SHORTEST_RUN:
        return []
    if end - start > LONGEST_RUN * (_LONGEST_DIGIT + 1):
        # More digits than mean anything to a bank, however they are counted.
        return [_Change(start, end, "1" * (LONGEST_RUN + 1))]
    if _DIGIT.search(run[0]) is None:
        digits, single = _digits(run[0])
        enough = len(digits) >= (_LEAST if single else _LEAST_IN_PAIRS)
        return [_Change(start, end, digits)] if enough else []
    if end - start < _SHORTEST_MIXED and _SPELT_ALONE.search(run[0]) is None:
        return []
    return _mixed(run)


def _mixed(run: re.Match[str]) -> list[_Change]:
    """The same for a run with digits that were typed as digits."""
    typed, read, alone = 0, [], []
    for is_typed, group in groupby(
        _PIECE.finditer(run[0]), lambda piece: piece[0].isdigit()
    ):
        pieces = list(group)
        if is_typed:
            typed += sum(len(piece[0]) for piece in pieces)
            continue
        first, last = pieces[0].start(), pieces[-1].end()
        digits, single = _digits(run[0][first:last])
        change = _Change(run.start() + first, run.start() + last, digits)
        read.append(change)
        if single and len(digits) >= _LEAST:
            alone.append(change)
    whole = typed + sum(len(change.digits) for change in read)
    return read if whole >= SHORTEST else alone


def _digits(spelt: str) -> tuple[str, bool]:
    """The digits of words; and whether digits alone were said, "seven three"."""
    words = _SPACE.split(spelt.lower())
    parts: list[str] = []
    single, times = True, 1
    for at, word in enumerate(words):
        if word in _UNITS:
            if _UNITS[word] != "0" and at and words[at - 1] in _TENS:
                parts[-1] = parts[-1][0]
            parts.append(_UNITS[word] * times)
            times = 1
        elif word in _TIMES:
            times = _TIMES[word]
        else:
            parts.append(_PAIRS.get(word) or _TENS[word] + "0")
            single = False
    return "".join(parts), single
