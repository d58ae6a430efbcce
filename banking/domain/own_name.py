"""A customer's own name in what they wrote: nothing to learn from, and theirs alone.

Hiding keeps the length of a text, so that places in it stay where they are.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

HIDDEN: Final = "○"
_WORD: Final = re.compile(r"[^\W\d_]+")
_SHORT: Final = 2
# Names that are words as well: hidden beside another part of the name only.
_WORDS_TOO: Final = frozenset(
    """
    amber april art august autumn banks bank best bill bishop black blue bond brook
    brown bush buck cash chance charity chase clay coin cook cool cross dale dawn day
    dean dick dollar drew earl east faith fish fox frank gay gold good grace grant gray
    green grey guy hall happy harry hill hope house hunter iris ivory jack jade jay joy
    june king lane law lee little long love low luck lucky major mark market may mercy
    mike miles miller money moon more new nice noble north old page park patience pay
    pearl penny piece pound precious price pride prince prosper queen ray rich river rob
    rock rose ruby rush sale sally sharp short sky small smart sol star stone storm
    street strong sue summer sun sunny swift tiger time tom trinity trust violet walker
    ward water waters way welcome well wells west white will win winter wise wood woods
    wright young
    """.split()
)


def without_own_name(text: str, name: str) -> str:
    """Put a ring for every letter of the writer's registered name.

    A part of it that is a usual word, or has two letters, is hidden only beside
    another part: "will you pay" stays, whoever asks.
    """
    parts = frozenset(_folded(part) for part in _WORD.findall(name))
    if not parts:
        return text
    words = list(_WORD.finditer(text))
    theirs = [_folded(word[0]) in parts for word in words]
    for place, word in enumerate(words):
        if theirs[place] and (_telling(word[0]) or _beside(theirs, place)):
            rings = HIDDEN * (word.end() - word.start())
            text = text[: word.start()] + rings + text[word.end() :]
    return text


def _folded(word: str) -> str:
    """The word as people type it: without case and accents."""
    apart = unicodedata.normalize("NFKD", word.casefold())
    return "".join(char for char in apart if not unicodedata.combining(char))


def _telling(word: str) -> bool:
    return len(word) > _SHORT and _folded(word) not in _WORDS_TOO


def _beside(theirs: list[bool], place: int) -> bool:
    """Whether the word before or after is a part of the name as well."""
    return any(theirs[max(0, place - 1) : place] + theirs[place + 1 : place + 2])
