"""Misspelt words, read as the word they were meant to be, for the intent's classifier.

The sentence encoder takes "cancl my trnsfer" for bits of unknown words. A word that is
neither English nor stands in any example is taken for the nearest word of the examples:
one with the same consonants ("trnsfer"), or a slip or two away ("tranzaction").
Entities are found in the text as it was typed, so no name and no sum is ever changed by
this. It comes after ``shorthand``, which knows what is short on purpose.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache
from importlib.resources import files
from itertools import pairwise
from typing import Any, Dict, FrozenSet, List, Mapping, Optional, Sequence

from symspellpy import SymSpell, Verbosity

from rasa_addons.minilm import model_folder

ENGLISH = "frequency_dictionary_en_82_765.txt"
# What stands in fewer examples may itself be misspelt, or a name.
SEEN_AT_LEAST = 3
SHORTEST = 4
# Letters of a word of which one slip leaves more than another word.
ONE_SLIP, TWO_SLIPS = 5, 6
FEWEST_CONSONANTS = 4
MOST_DROPPED = 4
VOWELS = frozenset("aeiou")
# Whole words of plain letters: "activ8", "N5000" and "don't" are something else.
WORD = re.compile(rf"(?<![\w'’@.])[A-Za-z]{{{SHORTEST},24}}(?![\w'’@])")
# The encoder reads about as many.
MOST_WORDS = 120


@lru_cache(maxsize=1)
def english() -> FrozenSet[str]:
    """Words that are spelt right: a dictionary's, and those the encoder has whole."""
    listed = files("symspellpy").joinpath(ENGLISH).read_text(encoding="utf-8-sig")
    pieces = (model_folder() / "vocab.txt").read_text(encoding="utf-8").split()
    whole = (piece for piece in pieces if piece.isascii() and piece.isalpha())
    return frozenset(line.split()[0] for line in listed.splitlines() if line).union(
        whole
    )


class Spelling:
    """The words of the examples, and what others are taken for. Thread-safe."""

    def __init__(self, seen: Mapping[str, int]) -> None:
        """``seen``: in how many places of the examples each word stands."""
        self._seen = dict(seen)
        self._near = SymSpell(max_dictionary_edit_distance=2, prefix_length=7)
        self._alike: Dict[str, List[str]] = {}
        known = english()
        often = [w for w, times in self._seen.items() if times >= SEEN_AT_LEAST]
        for word in sorted(often):
            if len(word) >= SHORTEST and word in known:
                self._near.create_dictionary_entry(word, self._seen[word])
                self._alike.setdefault(_consonants(word), []).append(word)
        self._meant = lru_cache(maxsize=8_192)(self._nearest)

    @classmethod
    def learned(cls, texts: Sequence[str]) -> "Spelling":
        """Learn the words of examples."""
        words = (w.lower() for text in texts for w in WORD.findall(text))
        return cls(Counter(words))

    def of(self, text: str) -> str:
        """The text with misspelt words as they were meant, everything else as typed."""
        shouted = text.isupper()

        def meant(found: "re.Match[str]") -> str:
            word = found[0]
            # A capital within a sentence begins a name.
            named = word[0].isupper() and text[: found.start()].strip()
            return word if named and not shouted else self._meant(word.lower()) or word

        return WORD.sub(meant, text, count=MOST_WORDS)

    def as_json(self) -> Dict[str, Any]:
        """The learned words as plain data."""
        return {"seen": self._seen}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Spelling":
        """The inverse of ``as_json``."""
        return cls(data["seen"])

    def _nearest(self, word: str) -> Optional[str]:
        """The word that is meant; None for one that is spelt right, or like none."""
        if word in self._seen or word in english():
            return None
        return self._vowels_dropped(word) or self._mistyped(word)

    def _vowels_dropped(self, word: str) -> Optional[str]:
        consonants = _consonants(word)
        if len(consonants) < FEWEST_CONSONANTS:
            return None
        longer = range(len(word), len(word) + MOST_DROPPED + 1)
        alike = [w for w in self._alike.get(consonants, ()) if len(w) in longer]
        return max(alike, key=lambda w: self._seen[w], default=None)

    def _mistyped(self, word: str) -> Optional[str]:
        slips = 2 if len(word) >= TWO_SLIPS else 1
        for near in self._near.lookup(word, Verbosity.ALL, max_edit_distance=slips):
            # The first letter is right, or has changed places with the second.
            if near.term[0] in word[:2] and _likely(word, near.term):
                return str(near.term)
        return None


def _likely(word: str, meant: str) -> bool:
    """Whether somebody who meant the one may have typed the other."""
    if len(word) < ONE_SLIP:
        # Of four letters a wrong one makes another word; a lost or late one does not.
        return len(meant) > len(word) or sorted(meant) == sorted(word)
    return abs(len(meant) - len(word)) <= 1


def _consonants(word: str) -> str:
    """The first letter and the consonants behind it, doubled ones once."""
    kept = [word[0]]
    for before, letter in pairwise(word):
        if letter not in VOWELS and letter != before:
            kept.append(letter)
    return "".join(kept)
