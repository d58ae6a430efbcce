"""Identifiers as they may be shown: enough to recognise, too little to use."""

from __future__ import annotations

from typing import Final

DOTS: Final = "••••"
# The dots and their digits are one word: no screen breaks a line between them.
TIE: Final = "\N{NO-BREAK SPACE}"


def account(number: str) -> str:
    """ "•••• 4321"; a card number looks the same."""
    return f"{DOTS}{TIE}{_tail(number, 4)}"


def account_in_sms(number: str) -> str:
    """ "••4321": the shorter form, for a text message."""
    return f"••{_tail(number, 4)}"


def phone(number: str) -> str:
    """ "567": the last three digits, for "phone ending 567"."""
    return _tail(number, 3)


def name(full: str) -> str:
    """ "Ama M.": the first name, and the first letter of the last."""
    words = full.split()
    if not words:
        return ""
    if len(words) == 1:
        return words[0]
    return f"{words[0]} {words[-1][0].upper()}."


def first_name(full: str) -> str:
    """ "Ama", to speak to somebody."""
    return next(iter(full.split()), "")


def _tail(number: str, length: int) -> str:
    digits = [char for char in number if char.isalnum()]
    # What is hardly longer than its tail would be shown whole.
    return "".join(digits[-length:]) if len(digits) > length + 2 else ""
