"""Two wishes in one message: one has been answered, the other is a button away."""

from typing import Final

from banking.domain.bubbles import Bubble, Choices, Option, Text
from banking.ports.gateway import Words

_ALL_CHOICES: Final = "utter_choices"
_NOW: Final = "utter_second_wish"
_LATER: Final = "utter_second_wish_later"


def offer(words: Words, intent: str, text: str, *, asking: bool) -> list[Bubble]:
    """Offer what else was asked for, in the customer's own ``text``.

    A tap says that text again, alone, as if it had been typed. ``asking``: the answer
    ends in a question, which comes first.
    """
    title = _title(words, intent)
    if title is None or text.startswith("/"):
        # A payload with a slash would be a command of the bank's own.
        return []
    return [
        Choices(said.body, (Option(title, text),), said.response)
        for said in words.say(_LATER if asking else _NOW, fact_text=text)
        if isinstance(said, Text)
    ]


def _title(words: Words, intent: str) -> str | None:
    """What the button for this intent is called."""
    for bubble in words.say(_ALL_CHOICES):
        if isinstance(bubble, Choices):
            for option in bubble.options:
                if option.payload == f"/{intent}":
                    return option.title
    return None
