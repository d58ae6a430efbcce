"""What a trainer must not see or write: numbers, addresses and, if wished, names.

Masking keeps the length of a text, so that places in it stay where they are.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import Final, NamedTuple

from banking.domain.examples import (
    Lesson,
    Span,
    brackets,
    ends,
    reads_back,
    trimmed,
    unfit,
)
from banking.domain.own_name import HIDDEN

DOT: Final = "•"
# Digits of one number with a sign or space between them: phones and accounts; or an
# amount in groups, which is neither.
_NUMBER: Final = re.compile(
    r"(?<![\d.,])(?P<grouped>[1-9]\d{0,2}"
    r"(?:(?:,\d{2,3})+(?:\.\d+)?|(?:\.\d{3})+(?:,\d+)?))(?![.,]?\d)"
    r"|\+?\(?\d(?:(?:[ \-./()]{0,2}|,)\d)*"
)
_MOST_DIGITS: Final = 6
_ROUND: Final = re.compile(r"\d{1,6}000")
# Days are worth learning from; days in somebody's youth are how people prove who
# they are.
_DAY: Final = re.compile(
    r"\d{1,2}[/.\- ]\d{1,2}[/.\- ](?P<y>\d{4}|\d{2})"
    r"|(?P<z>\d{4})[/.\-]\d{1,2}[/.\-]\d{1,2}"
)
_YOUTH: Final = re.compile(r"19\d\d|200\d|[3-9]\d")
_MAIL: Final = re.compile(r"[^\s@<>()]+@[^\s@<>()]+\.[^\s@<>().,;!?]+")
_IBAN: Final = re.compile(
    r"(?<![A-Za-z0-9])[A-Za-z]{2}\d{2}(?: ?[A-Za-z0-9]){11,30}(?![A-Za-z0-9])"
)

_MASKED_MAIL: Final = re.compile(rf"{DOT}+@[{DOT}.]+")
_MASKED_IBAN: Final = re.compile(rf"(?<!\w)[A-Za-z]{{2}}{DOT}{{2}}[ {DOT}]{{11,}}")
_MASKED_NUMBER: Final = re.compile(rf"\+?{DOT}(?:[ \-./()]{{0,2}}{DOT})*")
_CARD: Final = re.compile(r"\[card [^\]]+\]")
_HIDDEN_NAME: Final = re.compile(rf"{HIDDEN}+")
_HIDDEN_NAMES: Final = re.compile(rf"{HIDDEN}+(?:[ .'’\-]{{1,2}}{HIDDEN}+)+")
# Kept free by the numbering plan, by RFC 2606 and by ISO 13616 for examples.
_MADE_UP_NUMBER: Final = "2025550142"
_STAND_INS: Final = (
    (_CARD, "card ending 4242"),
    (_MASKED_MAIL, "someone@example.com"),
    (_MASKED_IBAN, "DE89370400440532013000"),
    (_MASKED_NUMBER, ""),
    (_HIDDEN_NAMES, "Kofi Mensah"),
    (_HIDDEN_NAME, "Kofi"),
)

_GIVEN: Final = (
    "Ada Aisha Amara Ben Carlos Chidi Dana Elena Emeka Farid Fatima Grace Hana Ivan"
    " James Joseph Kofi Kwame Lena Lucia Maria Mei Mina Musa Nadia Ngozi Omar Paul"
    " Priya Ravi Rosa Samuel Sofia Tariq Tom Wanjiku Yaw Yusuf Zainab Zoe"
).split()
_FAMILY: Final = (
    "Adeyemi Ali Banda Boateng Chen Diaz Garcia Hassan Ivanova Jones Kamau Khan Lee"
    " Lopez Mensah Mwangi Nguyen Okafor Osei Patel Rossi Santos Silva Smith Tanaka"
).split()
# Who somebody is to the customer says nothing about who they are.
_RELATIONS: Final = frozenset(
    """
    a an and another aunt auntie aunty baby babe bae bestie boss boy bro brother buddy
    child children cousin dad daddy daughter driver employee family father flatmate
    folks friend gardener girl girlfriend boyfriend gran grandad granddad grandma
    grandmother grandpa granny guy her hers him his hubby husband in kid kids landlady
    landlord law love ma madam mama man mate maid me mom momma mother mr mrs ms mum
    mummy mumsy my neighbor neighbour nephew nanny niece our pa papa parents partner
    pastor plumber roommate self sir sis sister sista someone son spouse tailor teacher
    the their them tutor uncle us wife wifey woman worker you your myself
    """.split()
)
_WORD: Final = re.compile(r"[^\W\d_]+(?:['’\-][^\W\d_]+)*")


class Piece(NamedTuple):
    """Characters [start, end) of a text, and what is to stand there instead."""

    start: int
    end: int
    instead: str


def masked(text: str) -> str:
    """Put a dot for every character of a number, address or account.

    Amounts and days stay: what has seven digits or more, or is a birthday, does not.
    """
    for pattern, kept in ((_CARD, 6), (_MAIL, 0), (_IBAN, 2)):
        text = pattern.sub(partial(_dotted, kept), text)
    return _NUMBER.sub(_dotted_number, text)


def pseudonymous(lesson: Lesson, *, names: bool) -> Lesson:
    """Write made-up numbers and addresses for masked ones, and names if wished."""
    changed = edited(lesson, _made_up(lesson.text))
    return edited(changed, _other_names(changed)) if names else changed


def one_line(lesson: Lesson) -> Lesson:
    """The lesson as text of one line that means itself and nothing else."""
    for pieces in (unfit, ends):
        lesson = edited(lesson, [Piece(*piece) for piece in pieces(lesson.text)])
    lesson = replace(lesson, spans=trimmed(lesson.text, lesson.spans))
    if not reads_back(lesson):
        lesson = edited(lesson, [Piece(*piece) for piece in brackets(lesson.text)])
    return lesson


def edited(lesson: Lesson, pieces: Iterable[Piece]) -> Lesson:
    """Replace pieces, in order and apart from each other, and move the spans along."""
    text, moved, shift = lesson.text, list(lesson.spans), 0
    for piece in pieces:
        start, end = piece.start + shift, piece.end + shift
        text = text[:start] + piece.instead + text[end:]
        grown = len(piece.instead) - (end - start)
        moved = [_moved(span, start, end, grown) for span in moved]
        shift += grown
    kept = tuple(span for span in moved if span.end > span.start)
    return replace(lesson, text=text, spans=kept)


def _moved(span: Span, start: int, end: int, grown: int) -> Span:
    """Where a span stands after characters [start, end) grew by so many."""
    first = span.start if span.start <= start else max(span.start, end) + grown
    last = span.end if span.end <= start else max(span.end, end) + grown
    return Span(first, last, span.entity)


def _dotted(kept: int, found: re.Match[str]) -> str:
    said = found[0]
    return said[:kept] + "".join(c if c in "@. ]" else DOT for c in said[kept:])


def _dotted_number(found: re.Match[str]) -> str:
    said = found[0]
    day = _DAY.fullmatch(said)
    if day:
        keep = not _YOUTH.fullmatch(day["y"] or day["z"])
    else:
        few = sum(char.isdigit() for char in said) <= _MOST_DIGITS
        keep = few or bool(found["grouped"] or _ROUND.fullmatch(said))
    return said if keep else "".join(DOT if c.isdigit() else c for c in said)


def _made_up(text: str) -> Iterator[Piece]:
    """Yield what stands for masked things, in order."""
    at = 0
    while found := _first(text, at):
        match, instead = found
        yield Piece(match.start(), match.end(), instead or _digits(match[0]))
        at = match.end()


def _first(text: str, at: int) -> tuple[re.Match[str], str] | None:
    """The first masked thing from there on, and its fixed stand-in if it has one."""
    matches = [
        (match, instead)
        for pattern, instead in _STAND_INS
        if (match := pattern.search(text, at))
    ]
    return min(matches, key=lambda one: one[0].start(), default=None)


def _digits(said: str) -> str:
    """Made-up digits in the shape of masked ones."""
    many = said.count(DOT)
    digits = iter(_MADE_UP_NUMBER[-many:].rjust(many, "1"))
    return "".join(next(digits) if char == DOT else char for char in said)


def _other_names(lesson: Lesson) -> Iterator[Piece]:
    for span in lesson.spans:
        if span.entity == "person":
            value = lesson.text[span.start : span.end]
            if (other := _other_name(value)) != value:
                yield Piece(span.start, span.end, other)


def _other_name(value: str) -> str:
    words = list(_WORD.finditer(value))
    names = [word for word in words if word[0].casefold() not in _RELATIONS]
    said = value
    for place, word in reversed(list(enumerate(names))):
        choice = _FAMILY if place and len(word[0]) > 1 else _GIVEN
        other = _in_case_of(word[0], _chosen(choice, value, word[0]))
        said = said[: word.start()] + other + said[word.end() :]
    return said


def _chosen(names: Sequence[str], value: str, word: str) -> str:
    """Always the same name for the same value, and never the one it stands for."""
    if len(word) == 1:
        return "K" if word.casefold() != "k" else "M"
    number = hashlib.sha256(f"{value.casefold()}|{word.casefold()}".encode()).digest()
    place = int.from_bytes(number[:4], "big") % len(names)
    if names[place].casefold() == word.casefold():
        place = (place + 1) % len(names)
    return names[place]


def _in_case_of(word: str, name: str) -> str:
    if word.islower():
        return name.lower()
    return name.upper() if word.isupper() and len(word) > 1 else name
