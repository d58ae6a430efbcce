"""What a message may be taught as, also while the training data cannot be read."""

from dataclasses import dataclass
from typing import Self

from banking.ports.lessons import IntentCard
from banking.ports.teaching import TeachingDesk
from banking.ports.teaching_refusals import DataBroken


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """Intents and kinds of value; none, and why, while a file is ``broken``."""

    intents: tuple[IntentCard, ...] = ()
    entities: tuple[str, ...] = ()
    broken: str = ""

    @classmethod
    def of(cls, teaching: TeachingDesk) -> Self:
        """Read the data as they are now: somebody may be mending them."""
        try:
            return cls(intents=teaching.intents(), entities=teaching.entities())
        except DataBroken as found:
            return cls(broken=found.about)
