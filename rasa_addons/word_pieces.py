"""BERT's uncased tokenizer: a text becomes the numbers of its word pieces."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import Iterable, Iterator, List, Tuple

# Longer than any sentence a customer means; what follows is not read.
MOST_TOKENS = 128
LONGEST_WORD = 100


class WordPieces:
    """Words, then the longest known pieces of each."""

    def __init__(self, vocabulary: Iterable[str]) -> None:
        self._ids = {piece: number for number, piece in enumerate(vocabulary)}
        self._unknown = self._ids["[UNK]"]
        self._pieces_of = lru_cache(maxsize=20_000)(self._split)

    def ids(self, text: str) -> List[int]:
        """Token numbers between [CLS] and [SEP], at most ``MOST_TOKENS``."""
        found: List[int] = []
        for word in _words(text):
            found.extend(self._pieces_of(word))
            if len(found) > MOST_TOKENS:
                break
        kept = found[: MOST_TOKENS - 2]
        return [self._ids["[CLS]"], *kept, self._ids["[SEP]"]]

    def _split(self, word: str) -> Tuple[int, ...]:
        if len(word) > LONGEST_WORD:
            return (self._unknown,)
        pieces: List[int] = []
        start = 0
        while start < len(word):
            end, number = self._longest(word, start)
            if number is None:
                return (self._unknown,)
            pieces.append(number)
            start = end
        return tuple(pieces)

    def _longest(self, word: str, start: int) -> Tuple[int, "int | None"]:
        prefix = "##" if start else ""
        for end in range(len(word), start, -1):
            number = self._ids.get(prefix + word[start:end])
            if number is not None:
                return end, number
        return start, None


def _words(text: str) -> Iterator[str]:
    """Lower-case words and single signs, without accents and control characters."""
    word: List[str] = []
    for sign in unicodedata.normalize("NFD", text.lower()):
        category = unicodedata.category(sign)
        if category == "Mn" or sign == "\ufffd":
            continue
        if category[0] == "C" and sign not in "\t\n\r":
            continue
        alone = _stands_alone(sign, category)
        if alone or sign.isspace():
            if word:
                yield "".join(word)
                word = []
            if alone:
                yield sign
        else:
            word.append(sign)
    if word:
        yield "".join(word)


def _stands_alone(sign: str, category: str) -> bool:
    """Punctuation, ASCII symbols and ideographs are words of their own."""
    symbol = "!" <= sign <= "~" and not sign.isalnum()
    ideograph = "\u4e00" <= sign <= "\u9fff" or "\u3400" <= sign <= "\u4dbf"
    return symbol or ideograph or category[0] == "P"
