"""A choice that is typed instead of tapped: "the second one", "Peter O", "savings"."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

LAST: Final = -1
ORDINALS: Final = {
    word: place
    for place, words in enumerate(
        (
            ("first", "1st"),
            ("second", "2nd"),
            ("third", "3rd"),
            ("fourth", "4th"),
            ("fifth", "5th"),
            ("sixth", "6th"),
            ("seventh", "7th"),
            ("eighth", "8th"),
            ("ninth", "9th"),
            ("tenth", "10th"),
        )
    )
    for word in words
} | {"last": LAST}
NUMBERS: Final = {
    word: place
    for place, word in enumerate(
        ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
    )
}
# "option 2", "number two please", "from the first one"
AROUND: Final = frozenset(
    "account choice from i mean meant my no number one option please pls take thanks"
    " that the to use with".split()
)
WORD: Final = re.compile(r"\w+(?:[.,]\w+)*")


@dataclass(frozen=True, slots=True)
class Offered:
    """A choice as it was shown; ``fields`` are what a tap on it fills."""

    title: str
    fields: Mapping[str, str] = field(default_factory=dict)


def typed_choice(
    typed: str, offered: Sequence[Offered], *, figures: bool = True
) -> Mapping[str, str]:
    """Return the fields of the one choice that the words name, or nothing.

    ``figures``: "2" and "two" may stand for the second choice.
    """
    words = WORD.findall(typed.casefold())
    exact = [c for c in offered if WORD.findall(c.title.casefold()) == words]
    if len(exact) == 1:
        return exact[0].fields
    amounts = any("amount" in choice.fields for choice in offered)
    place = _place(words, figures=figures and not amounts)
    if place is not None:
        answers = [c for c in offered if c.fields] if place == LAST else offered
        return answers[place].fields if place < len(answers) else {}
    named = [word for word in words if word not in AROUND]
    fitting = [c for c in offered if c.fields and _names(named, c)]
    return fitting[0].fields if len(fitting) == 1 else {}


def _place(words: Sequence[str], *, figures: bool) -> int | None:
    """Which of the choices is meant by its place."""
    telling = [word for word in words if word not in AROUND]
    if len(telling) == 1 and telling[0] in ORDINALS:
        return ORDINALS[telling[0]]
    if not figures:
        return None
    counted = telling or [word for word in words if word == "one"]
    if len(counted) != 1:
        return None
    if re.fullmatch(r"[1-9][0-9]?", counted[0]):
        return int(counted[0]) - 1
    return NUMBERS.get(counted[0])


def _names(words: Sequence[str], choice: Offered) -> bool:
    """Whether every word begins one of the title, and each another one."""
    # "USD 15" is no short way to write USD 15.50.
    if not words or "amount" in choice.fields:
        return False
    left = WORD.findall(choice.title.casefold())
    for word in words:
        found = next((part for part in left if part.startswith(word)), None)
        if found is None:
            return False
        left.remove(found)
    return True
