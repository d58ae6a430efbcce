"""What people call their spending, and under which names a bank files it.

"food" stands on no statement: shops file it as groceries, restaurants as eating out.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

_FILED_UNDER: Final[Mapping[str, tuple[str, ...]]] = {
    "food": ("groceries", "eating out"),
    "groceries": ("groceries", "supermarket"),
    "eating out": ("eating out", "restaurant"),
    "transport": ("transport", "taxi", "fuel"),
    "fuel": ("fuel",),
    "utilities": ("utilities",),
    "bills": ("utilities", "phone"),
    "phone": ("phone", "airtime"),
    "entertainment": ("entertainment",),
    "subscriptions": ("entertainment", "membership", "premium", "monthly plan"),
    "health": ("health", "pharmacy"),
    "medicine": ("pharmacy",),
    "sport": ("gym", "membership"),
    "shopping": ("shopping",),
    "cash": ("cash",),
    "rent": ("rent",),
    "taxi": ("taxi", "cabs"),
    "travel": ("travel", "flight", "hotel", "transport"),
    "electricity": ("electricity", "power"),
    "savings": ("savings",),
}
_SAID: Final[Mapping[str, str]] = {
    word: name
    for name, words in {
        "food": "food meals eating lunch lunches dinner dinners snacks",
        "groceries": "groceries grocery supermarket supermarkets shops",
        "eating out": "restaurant restaurants takeaway takeaways takeout take-away"
        " dining cafes coffee-shops pubs bars drinks",
        "transport": "transport transportation travelling commuting bus buses train"
        " trains fare fares",
        "fuel": "fuel petrol gas gasoline diesel",
        "utilities": "utilities utility",
        "bills": "bills bill",
        "phone": "phone mobile airtime data",
        "entertainment": "entertainment fun movies cinema streaming games music",
        "subscriptions": "subscriptions subscription memberships",
        "health": "health healthcare medical doctor doctors dentist",
        "medicine": "medicine medicines medication pharmacy chemist drugs",
        "sport": "sport sports fitness gym",
        "shopping": "shopping clothes clothing fashion shoes gadgets electronics",
        "cash": "cash withdrawals atm",
        "rent": "rent housing",
        "taxi": "taxi taxis cab cabs rides",
        "travel": "travel holiday holidays vacation trips hotels flights",
        "electricity": "electricity power light",
        "savings": "savings saving",
    }.items()
    for word in words.split()
} | {"eating out": "eating out", "dining out": "eating out", "take out": "eating out"}


def looked_for(said: str) -> tuple[str, ...]:
    """What to look for in statements: the word itself, and what it is filed under."""
    word = " ".join(said.casefold().split())
    name = _SAID.get(word) or _SAID.get(word.removeprefix("my ").removeprefix("the "))
    return (said, *(w for w in _FILED_UNDER.get(name or "", ()) if w != word))
