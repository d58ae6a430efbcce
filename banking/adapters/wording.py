"""The bank's words outside a turn of the dialogue: notices, receipts, refusals.

They stand in `domain.yml` beside all others, so that a bank edits one file.
"""

import logging
import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, Self

from ruamel.yaml import YAML

from banking.domain.bubbles import Bubble, Text, from_reply, literal

MARKUP: Final = frozenset("*_~`")
_FACT: Final = re.compile(r"\{([a-z_]+)\}")

logger = logging.getLogger(__name__)


class DomainWords:
    """Words read once from a Rasa domain file.

    A word that is missing must not stop what it was to tell of: it is logged, and the
    test of `domain.yml` sees to it that none is.
    """

    def __init__(self, responses: Mapping[str, Any], *, bank: str) -> None:
        self._responses = responses
        self._bank = bank

    @classmethod
    def of(cls, domain: Path, *, bank: str) -> Self:
        """Read a domain file; ``bank`` is the name to print for {bank}.

        Raises OSError when the file is not there.
        """
        return cls(_responses(domain.read_text(encoding="utf-8")), bank=bank)

    def text(self, response: str, /, **facts: str) -> str:
        """Return the words of a response that is nothing but words."""
        said = self.say(response, **facts)
        return "".join(bubble.body for bubble in said if isinstance(bubble, Text))

    def say(self, response: str, /, **facts: str) -> list[Bubble]:
        """Return the first variant, its facts printed as they are."""
        variants = self._responses.get(response)
        if not variants:
            logger.error("domain.yml has no words for %s", response)
            return []
        words = _filled(variants[0], response, {"bank": self._bank, **facts})
        return from_reply(
            words.get("text"),
            words.get("buttons") or (),
            words.get("custom"),
            response,
        )


@lru_cache(maxsize=1)
def _responses(domain: str) -> Mapping[str, Any]:
    """Read the text of a domain file. Half a second of work, so done once a text."""
    read: Mapping[str, Mapping[str, Any]] = YAML(typ="safe", pure=True).load(domain)
    return read["responses"]


def _filled(words: Any, response: str, facts: Mapping[str, str]) -> Any:
    """Fill every text in a response. What a fact contains is never a mark itself."""
    match words:
        case str():
            return _FACT.sub(lambda mark: _fact(mark[1], response, facts), words)
        case list():
            return [_filled(part, response, facts) for part in words]
        case dict():
            return {k: _filled(part, response, facts) for k, part in words.items()}
        case _:
            return words


def _fact(name: str, response: str, facts: Mapping[str, str]) -> str:
    # Rasa has names of its own for parts of a message, hence {fact_text}.
    value = facts.get(name, facts.get(name.removeprefix("fact_")))
    if value is None:
        logger.error("%s needs the fact %s", response, name)
        return ""
    return literal(value) if MARKUP & set(value) else value
