"""What a customer may choose: chat-banking id, PIN, document passphrase.

Two policies: `bank` (6 to 12 digits) and `nist` (8 to 64 characters of any
kind). Both refuse what others would guess first, and say why.
"""

from __future__ import annotations

import re
import secrets
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from itertools import pairwise

PASSPHRASE_LEAST = 12
PASSPHRASE_MOST = 64
_BASE32 = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
_CHAT_ID = re.compile(r"[a-z0-9][a-z0-9._-]{3,29}")
_YEAR = re.compile(r"(19|20)[0-9]{2}")
# Shorter pieces of a name or number say too little to refuse a PIN over them.
_PIECE = 4
_LONGEST_TYPED_ID = 100
_DIFFERENT_CHARACTERS = 5
_FEW_DIGITS = 2
_SHORT = 8
# Of a passphrase, beside what others know of its owner.
_LEAST_LETTERS = 6
_PARTS = re.compile(r"[^\W\d_]+")
_MONTHS = (
    "january february march april may june july august september october november"
    " december jan feb mar apr jun jul aug sep sept oct nov dec"
).split()


class PinProblem(Enum):
    """Why a PIN is refused; each has its own words on the page."""

    NOT_DIGITS = "not_digits"
    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    COMMON = "common"
    REPEATED = "repeated"
    RUN = "run"
    YEAR = "year"
    BIRTH_DATE = "birth_date"
    PHONE = "phone"
    CUSTOMER = "customer"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class PinPolicy:
    """`digits_only` is the bank's rule, everything else the standard's."""

    least: int
    most: int
    digits_only: bool
    blocklist: frozenset[str] = field(repr=False, default=frozenset())


@dataclass(frozen=True, slots=True)
class Known:
    """What others may know of a customer, and so must not be the PIN."""

    birth: date | None = None
    phone: str = ""
    customer_number: str = ""
    chat_id: str = ""
    account_numbers: tuple[str, ...] = ()
    names: tuple[str, ...] = ()


def normalised(secret: str) -> str:
    """One spelling per secret: compatibility forms folded, digits as 0 to 9."""
    folded = unicodedata.normalize("NFKC", secret)
    return "".join(
        str(unicodedata.decimal(c)) if unicodedata.decimal(c, None) is not None else c
        for c in folded
    )


def pin_problem(typed: str, policy: PinPolicy, known: Known) -> PinProblem | None:
    """The first reason to refuse it, or None."""
    if len(typed) > 4 * policy.most:
        return PinProblem.TOO_LONG
    pin = normalised(typed)
    if any(unicodedata.category(c).startswith("C") for c in pin):
        return PinProblem.UNREADABLE
    if policy.digits_only and not (pin.isascii() and pin.isdigit()):
        return PinProblem.NOT_DIGITS
    if len(pin) < policy.least:
        return PinProblem.TOO_SHORT
    if len(pin) > policy.most:
        return PinProblem.TOO_LONG
    return _guessable(pin.casefold(), policy, known)


def _guessable(pin: str, policy: PinPolicy, known: Known) -> PinProblem | None:
    phone = "".join(c for c in known.phone if c.isdigit())
    checks = (
        (PinProblem.REPEATED, _repeats(pin)),
        (PinProblem.RUN, _runs(pin)),
        (PinProblem.BIRTH_DATE, _is_birth(pin, known.birth)),
        (PinProblem.PHONE, bool(phone) and _shares(pin, phone)),
        (
            PinProblem.CUSTOMER,
            any(_shares(pin, own.casefold()) for own in _own_words(known)),
        ),
        (PinProblem.COMMON, pin in policy.blocklist),
        (PinProblem.YEAR, _YEAR.sub("", pin) == ""),
    )
    return next((problem for problem, found in checks if found), None)


def _is_birth(pin: str, birth: date | None) -> bool:
    return birth is not None and any(form in pin for form in _birth_forms(birth))


def _own_words(known: Known) -> Iterator[str]:
    for word in (known.customer_number, known.chat_id, *known.account_numbers):
        if len(word) >= _PIECE:
            yield word
    for name in known.names:
        yield from (part for part in name.split() if len(part) >= _PIECE)


def _shares(pin: str, own: str) -> bool:
    """One is inside the other, and the shared part is most of the PIN."""
    if pin in own:
        return True
    return len(own) >= _PIECE and own in pin and len(pin) - len(own) < _PIECE


def _repeats(pin: str) -> bool:
    """One to three characters said again and again, or nearly one digit only."""
    if len(set(pin)) <= _FEW_DIGITS and pin.isdigit() and len(pin) <= _SHORT:
        return True
    return any(pin == (pin[:size] * len(pin))[: len(pin)] for size in (1, 2, 3))


def _runs(pin: str) -> bool:
    """Steps of the same size all the way: 123456, 987654, 246802."""
    steps = [ord(b) - ord(a) for a, b in pairwise(pin)]
    if pin.isdigit():
        return len({step % 10 for step in steps}) == 1
    return len(set(steps)) == 1


def _birth_forms(birth: date) -> Iterator[str]:
    for form in ("%d%m%y", "%m%d%y", "%y%m%d", "%d%m%Y", "%m%d%Y", "%Y%m%d"):
        yield birth.strftime(form)
    yield birth.strftime("%Y%d%m")
    yield birth.strftime("%y%d%m")
    yield f"{birth.day}{birth.month}{birth.year}"
    yield f"{birth.month}{birth.day}{birth.year}"
    yield f"{birth.year}{birth.month}{birth.day}"
    yield f"{birth.month:02d}{birth.year}"
    yield f"{birth.year}{birth.month:02d}"


def read_chat_id(typed: str) -> str | None:
    """A chat-banking id in its one spelling, or None where it is not one."""
    if len(typed) > _LONGEST_TYPED_ID:
        return None
    folded = normalised(typed).strip().casefold()
    return folded if _CHAT_ID.fullmatch(folded) else None


def new_passphrase() -> str:
    """Ten characters of 32 each, 50 bits; no letter that looks like a digit."""
    return "".join(secrets.choice(_BASE32) for _ in range(10))


def passphrase_fits(chosen: str, own: Iterable[str] = ()) -> bool:
    """A document passphrase of one's own: 12 to 64 printable characters.

    What others know or can count through says nothing: digits, dates, and ``own``,
    the customer's names and ids.
    """
    return (
        PASSPHRASE_LEAST <= len(chosen) <= PASSPHRASE_MOST
        and chosen.isprintable()
        and len(set(chosen)) >= _DIFFERENT_CHARACTERS
        and chosen == chosen.strip()
        and _says_something(normalised(chosen).casefold(), own)
    )


def _says_something(chosen: str, own: Iterable[str]) -> bool:
    known = {part for word in own for part in _PARTS.findall(word.casefold())}
    for part in sorted(known | set(_MONTHS), key=len, reverse=True):
        if len(part) > _FEW_DIGITS:
            chosen = chosen.replace(part, " ")
    left = [char for char in chosen if char.isalpha()]
    return len(left) >= _LEAST_LETTERS and len(set(left)) >= _PIECE
