"""Amounts that depend on a balance or an earlier payment: "half of my savings"."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from banking.domain.amount_text import FILLERS

WHOLE: Final = Fraction(1)


@dataclass(frozen=True, slots=True)
class Relative:
    """A share of what an account holds, or without one the same as last time.

    ``account`` is the customer's word for the account, where one was named.
    """

    share: Fraction | None = None
    account: str | None = None


_WHOLE: Final = frozenset(
    "all everything whole entire full max maximum lot rest remaining remainder".split()
)
_ACCOUNTS: Final = {
    "savings": "savings",
    "saving": "savings",
    "current": "current",
    "checking": "checking",
    "wallet": "wallet",
}
_OF_WHAT: Final = frozenset(
    """
    of my it the that money balance balances account cash funds what i have have ive
    i've got left is in there
    """.split()
) | frozenset(_ACCOUNTS)
_SAME: Final = frozenset("same usual".split())
_AS_WHAT: Final = frozenset(
    "the as last time before again amount previous previously one that".split()
)
_ALONE: Final = {"half": Fraction(1, 2), "quarter": Fraction(1, 4)}
_PARTS: Final = {
    ("a", "third"): Fraction(1, 3),
    ("one", "third"): Fraction(1, 3),
    ("a", "fifth"): Fraction(1, 5),
    ("a", "tenth"): Fraction(1, 10),
    ("two", "thirds"): Fraction(2, 3),
    ("2", "thirds"): Fraction(2, 3),
    ("three", "quarters"): Fraction(3, 4),
    ("3", "quarters"): Fraction(3, 4),
}
_PER_CENT: Final = frozenset({"%", "percent", "pct"})
_WHOLE_PER_CENT: Final = re.compile(r"[1-9][0-9]?|100")
_TENS: Final = dict(
    zip(
        "ten twenty thirty forty fifty sixty seventy eighty ninety".split(),
        range(10, 100, 10),
        strict=True,
    )
)


def read_share(tokens: list[str]) -> Relative | None:
    """The share that the words name; None where they name none, or two accounts."""
    words = [word for word in tokens if word not in FILLERS]
    if not words:
        return None
    if set(words) & _WHOLE and set(words) <= _WHOLE | _OF_WHAT:
        return _of(WHOLE, words)
    rest = set(tokens) - FILLERS
    if rest & _SAME and rest <= _SAME | _AS_WHAT:
        return Relative()
    share, of_what = _part(words)
    return _of(share, of_what) if share and set(of_what) <= _OF_WHAT else None


def _part(words: list[str]) -> tuple[Fraction | None, list[str]]:
    """The share that the first words say, and the words behind them."""
    match words:
        case [number, sign, "of", *what] if sign in _PER_CENT:
            return _per_cent(number), what
        case [number, "per", "cent", "of", *what]:
            return _per_cent(number), what
        case ["a" | "one", part, *what] | [part, *what] if part in _ALONE:
            return _ALONE[part], what
        case [count, parts, *what] if (count, parts) in _PARTS:
            return _PARTS[count, parts], what
    return None, []


def _per_cent(number: str) -> Fraction | None:
    whole = int(number) if _WHOLE_PER_CENT.fullmatch(number) else _TENS.get(number)
    return Fraction(whole, 100) if whole else None


def _of(share: Fraction, words: list[str]) -> Relative | None:
    named = {_ACCOUNTS[word] for word in words if word in _ACCOUNTS}
    if len(named) > 1:
        return None
    return Relative(share, named.pop() if named else None)
