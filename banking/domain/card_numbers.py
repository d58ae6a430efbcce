"""Finds payment card numbers in digits, however they are written."""

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

SHORTEST, LONGEST = 13, 19
# Digits that are more than this many in one run mean nothing to a bank.
LONGEST_RUN = 40
LONGEST_PHONE = 15
SHORTEST_IBAN, LONGEST_IBAN = 15, 34

# What may stand between two digits of one number: spaces of every width, dashes,
# dots, brackets, marks that nobody sees, and the box around a keycap emoji.
UNSEEN = "\u200b"  # stands for all of them
GAP = (
    r"[\s\-_.*/,|:;~()'\u2019\u00b7\u2010-\u2015\u2022\u2212"
    rf"{UNSEEN}\ufe0f\u20e3]{{0,4}}"
)
_RUN = re.compile(rf"[0-9](?:{GAP}[0-9])*")
_LONG_RUN = re.compile(rf"[0-9](?:{GAP}[0-9]){{{SHORTEST - 1},}}")
_IBAN = re.compile(r"(?<![A-Za-z0-9])[A-Za-z]{2}[0-9]{2}(?: ?[A-Za-z0-9]{2,4}){3,8}")

# The lengths that card numbers of each beginning have (ISO/IEC 7812, ranges in use).
_COMMON: dict[str, tuple[int, ...]] = {
    **{str(n): (16, 13, 19) for n in range(40, 50)},
    **{str(n): (16,) for n in range(51, 56)},
    **{str(n): (16,) for n in range(22, 28)},
    **{str(n): (16, 19) for n in (35, 60, 62, 64, 65)},
    **{str(n): (15,) for n in (34, 37)},
    **{str(n): (14, 16) for n in (30, 36, 38, 39)},
}
_RARE: dict[str, tuple[int, ...]] = {
    **{str(n): (19, 18, 17, 16, 15, 13) for n in (50, 56, 57, 58, 59)},
    **{str(n): (19, 18, 17, 16, 15, 13) for n in range(60, 70)},
    **{str(n): (16,) for n in (81, 82, 97)},
    **{str(n): (15,) for n in (18, 20, 21)},
}
# No card number begins with 0 (ISO/IEC 7812 keeps it for others).
_DIALLED = re.compile("00(?=[1-9])")
_DOUBLED = str.maketrans("0123456789", "0246813579")
_EVEN_GROUPS = frozenset((3, 4, 5, 6))
_FOUR = 4


class Found(NamedTuple):
    """A card number and where it stands; ``digits`` is empty for a senseless run."""

    start: int
    end: int
    digits: str


def find(plain: str) -> Iterator[Found]:
    """Yield every card number of a text whose digits are 0 to 9."""
    ibans = [found.span() for found in _IBAN.finditer(plain) if is_iban(found[0])]
    for run in _LONG_RUN.finditer(plain):
        places, digits = digits_of(run)
        if ibans and any(a <= run.start() < b for a, b in ibans):
            continue
        if len(digits) > LONGEST_RUN:
            yield Found(places[0], places[-1] + 1, "")
        elif not _is_phone(plain, run.start(), len(digits)):
            for start, end in sorted(_spans(plain, digits, places)):
                yield Found(places[start], places[end - 1] + 1, digits[start:end])


def completing(plain: str, before: str) -> tuple[int, Found] | None:
    """The card number that ``before`` begins and this text's first digits end.

    Returns how many digits of ``before`` belong to it, and where its rest stands
    here; the digits are those of the whole number.
    """
    run = _RUN.search(plain)
    if run is None or not before or plain[: run.start()].strip(" \n-.,…"):
        return None
    places, digits = digits_of(run)
    found = [
        # All that was typed here, and as much as possible of what was typed before.
        (here != len(digits), -used, used, here)
        for used in range(1, len(before) + 1)
        for length in _lengths((before[-used:] + digits)[:2])
        if 0 < (here := length - used) <= len(digits)
        and luhn(before[-used:] + digits[:here])
    ]
    if not found:
        return None
    *_, used, here = min(found)
    number = before[-used:] + digits[:here]
    return used, Found(places[0], places[here - 1] + 1, number)


def digits_of(run: re.Match[str]) -> tuple[Sequence[int], str]:
    """The places of a run's digits in the text, and the digits."""
    if run[0].isdigit():
        return range(*run.span()), run[0]
    start = run.start()
    places = [start + i for i, c in enumerate(run[0]) if "0" <= c <= "9"]
    return places, "".join(c for c in run[0] if "0" <= c <= "9")


def luhn(digits: str) -> bool:
    """Whether the last digit is the check digit of the others."""
    odd, even = digits[::-2], digits[-2::-2].translate(_DOUBLED)
    total = sum(odd.encode()) + sum(even.encode()) - 48 * len(digits)
    return total % 10 == 0 and digits.strip("0") != ""


def is_iban(text: str) -> bool:
    """Whether a text is a bank account number with its two check digits right."""
    packed = text.replace(" ", "").upper()
    if not SHORTEST_IBAN <= len(packed) <= LONGEST_IBAN:
        return False
    moved = packed[4:] + packed[:4]
    return int("".join(str(int(c, 36)) for c in moved)) % 97 == 1


def _is_phone(plain: str, start: int, count: int) -> bool:
    """Whether a run is an international number, by its plus sign or its "00"."""
    if start > 0 and plain[start - 1] == "+":
        return count <= LONGEST_PHONE
    dialled = _DIALLED.match(plain, start)
    return dialled is not None and count <= len(dialled[0]) + LONGEST_PHONE


def _lengths(beginning: str) -> tuple[int, ...]:
    return _COMMON.get(beginning, ()) + _RARE.get(beginning, ())


def _edges(places: Sequence[int]) -> list[int]:
    """The indices at which a new group of adjacent digits begins, and the end."""
    if isinstance(places, range):
        return [0, len(places)]
    inner = [i + 1 for i, (a, b) in enumerate(pairwise(places)) if b != a + 1]
    return [0, *inner, len(places)]


def _spans(plain: str, digits: str, places: Sequence[int]) -> list[tuple[int, int]]:
    """Where in a run of digits card numbers stand.

    What is written in one way from end to end is preferred to a part of it, one in
    groups of its own to one across groups, and a common kind of card to a rare one;
    so "50 4111 1111 1111 1111" keeps its 50.
    """
    edges = _edges(places)
    groups = set(edges)
    stretches = [(0, len(digits))]
    if len(edges) > 2:  # noqa: PLR2004 - an unbroken run has a beginning and an end
        stretches += _stretches(plain, places, edges)
    for kinds in (_COMMON, _RARE):
        for start, end in stretches:
            lengths = kinds.get(digits[start : start + 2], ())
            if end - start in lengths and luhn(digits[start:end]):
                return [(start, end)]
        if len(edges) > 2:  # noqa: PLR2004
            spans = _windows(digits, kinds, lambda a, b: a in groups and b in groups)
            if spans and not (min(spans)[0] and _is_rare_in_fours(digits, edges)):
                return spans
    if len(digits) <= LONGEST and luhn(digits) and _written_as_one(edges):
        return [(0, len(digits))]
    return _windows(digits, _COMMON, lambda _a, _b: True)


def _is_rare_in_fours(digits: str, edges: list[int]) -> bool:
    sizes = [b - a for a, b in pairwise(edges)]
    in_fours = set(sizes[:-1]) == {_FOUR} and sizes[-1] <= _FOUR
    return in_fours and len(digits) in _RARE.get(digits[:2], ()) and luhn(digits)


def _stretches(
    plain: str, places: Sequence[int], edges: list[int]
) -> list[tuple[int, int]]:
    """The parts of a run whose groups are all kept apart by the same characters."""
    inner = edges[1:-1]
    gaps = [plain[places[at - 1] + 1 : places[at]] for at in inner]
    stretches, first = [], 0
    for number, gap in enumerate(gaps):
        if number and gap != gaps[number - 1]:
            stretches.append((edges[first], edges[number + 1]))
            first = number
    return [*stretches, (edges[first], len(places))]


def _windows(
    digits: str,
    kinds: dict[str, tuple[int, ...]],
    allowed: Callable[[int, int], bool],
) -> list[tuple[int, int]]:
    found = [
        (rank, start, start + length)
        for start in range(len(digits) - SHORTEST + 1)
        for rank, length in enumerate(kinds.get(digits[start : start + 2], ()))
        if start + length <= len(digits)
        and allowed(start, start + length)
        and luhn(digits[start : start + length])
    ]
    # The most usual length of each kind first: the others are there by chance.
    spans: list[tuple[int, int]] = []
    for _, start, end in sorted(found):
        if all(end <= a or b <= start for a, b in spans):
            spans.append((start, end))
    return spans


def _written_as_one(edges: list[int]) -> bool:
    """Unbroken, or in even groups: not a date beside a phone number."""
    sizes = {b - a for a, b in pairwise(edges)}
    return len(edges) == 2 or sizes <= _EVEN_GROUPS or sizes == {1}  # noqa: PLR2004 - one group
