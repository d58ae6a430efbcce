"""The words, figures and signs of a typed amount, in one spelling.

The vocabulary is closed: what is not listed here makes the whole text unreadable.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from banking.domain.currency_words import WHOSE
from banking.domain.written_numbers import APOSTROPHE, SPACES

_ZEROS: Final = (
    "0",
    "\N{ARABIC-INDIC DIGIT ZERO}",
    "\N{EXTENDED ARABIC-INDIC DIGIT ZERO}",
    "\N{DEVANAGARI DIGIT ZERO}",
    "\N{BENGALI DIGIT ZERO}",
    "\N{GURMUKHI DIGIT ZERO}",
    "\N{GUJARATI DIGIT ZERO}",
    "\N{TAMIL DIGIT ZERO}",
    "\N{TELUGU DIGIT ZERO}",
    "\N{KANNADA DIGIT ZERO}",
    "\N{MALAYALAM DIGIT ZERO}",
    "\N{THAI DIGIT ZERO}",
    "\N{FULLWIDTH DIGIT ZERO}",
)
_DIGITS: Final = {
    chr(ord(zero) + value): (str(value), script)
    for script, zero in enumerate(_ZEROS)
    for value in range(10)
}

# Words that may stand around an amount and cannot change it.
FILLERS: Final = frozenset(
    """
    please pls plz just only exactly actually ok okay yes yeah sure send make pay
    transfer give it its to be the lets let's do want wanna i would like i'd amount
    change instead thanks sorry total in
    """.split()
)

_TOKEN: Final = re.compile(
    r"[0-9](?:[0-9.,' ]*[0-9])?|(?:us|u|a|au|c|ca|hk|nz|s|r|j|mx)\$|e£|gh[₵¢]"
    r"|(?:rs|k?shs?)\.|/[=-]|[^\W\d_]+(?:'[^\W\d_]+)*|[^\w\s]"
)
# "no, fifty" corrects; "no one" is not an amount.
_NO_BUT: Final = re.compile(r"^no(?:[,.!] *| (?=[0-9$£€]))")
_HYPHEN: Final = re.compile(r"(?<=[a-z])-(?=[a-z])")
_KEYCAP: Final = re.compile("([0-9])\ufe0f?\u20e3")
_MARKS: Final = frozenset(",.!?")
_SIGNS: Final = "$£€¥₹₦₵₱₺₽₴₩₫¢=-"
_STRAY_MARK: Final = re.compile(
    rf"(?<![^\W_])(?<![{_SIGNS}])[.,]|(?<=[{_SIGNS}])[.,](?=[^\W_])|[.,](?![^\W_]|\s|$)"
    r"|(?<!\S)[!?]|[!?](?=[^\s!?])"
)


def tokens_of(text: str) -> list[str] | None:
    """Words, numbers and symbols; None where anything else is in the text."""
    cleaned = _cleaned(text)
    if cleaned is None:
        return None
    joined = _NO_BUT.sub("", _HYPHEN.sub(" ", cleaned))
    joined = WHOSE.sub(lambda found: found.lastgroup or "", joined)
    # A mark that ends a word or the sentence says nothing; ".50" and "50.." might.
    if _STRAY_MARK.search(joined):
        return None
    tokens: list[str] = []
    position = 0
    for found in _TOKEN.finditer(joined):
        if joined[position : found.start()].strip(" "):
            return None
        tokens.append(found.group())
        position = found.end()
    if joined[position:].strip(" "):
        return None
    return [token for token in tokens if token not in _MARKS]


def without_fillers(tokens: list[str]) -> list[str]:
    """Fillers count at the ends only: in the middle they may carry meaning."""
    start, end = 0, len(tokens)
    while start < end and tokens[start] in FILLERS:
        start += 1
    while end > start and tokens[end - 1] in FILLERS:
        end -= 1
    return tokens[start:end]


def _cleaned(text: str) -> str | None:
    """Lower case, one script of digits made ASCII; None where a trap is inside."""
    scripts: set[int] = set()
    kept: list[str] = []
    plain = _KEYCAP.sub(r"\1", text.strip(" \t\r\n"))
    for char in plain.translate(SPACES).translate(APOSTROPHE):
        if char in _DIGITS:
            digit, script = _DIGITS[char]
            scripts.add(script)
            kept.append(digit)
        elif char == "\N{ARABIC DECIMAL SEPARATOR}":
            kept.append(".")
        elif char == "\N{ARABIC THOUSANDS SEPARATOR}":
            kept.append(",")
        elif unicodedata.category(char) in {"Nd", "Nl", "No", "Cc", "Cf", "Co", "Cn"}:
            return None
        else:
            kept.append(char)
    return "".join(kept).lower() if len(scripts) <= 1 else None
