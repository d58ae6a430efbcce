"""Texts whose meaning is known, and what the assistant made of them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from banking.domain.nlu_scores import REFUSALS


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a text, end exclusive, of one kind."""

    kind: str
    start: int
    end: int

    def overlaps(self, other: "Span") -> bool:
        """Whether both have a character in common."""
        return self.start < other.end and other.start < self.end


@dataclass(frozen=True, slots=True)
class Example:
    """A text and the intent it has, with its topic (`faq/fees`) where known."""

    text: str
    intent: str


@dataclass(frozen=True, slots=True)
class Annotated:
    """A text and every entity in it."""

    text: str
    spans: tuple[Span, ...]

    def of_kind(self, kind: str) -> set[Span]:
        """The entities of one kind."""
        return {span for span in self.spans if span.kind == kind}


@dataclass(frozen=True, slots=True)
class EvaluationSet:
    """Examples in scope, texts out of it, and texts with their entities."""

    name: str
    examples: tuple[Example, ...] = ()
    foreign: tuple[str, ...] = ()
    annotated: tuple[Annotated, ...] = ()

    @property
    def texts(self) -> tuple[str, ...]:
        """Every text once, in order."""
        spoken = [*(e.text for e in self.examples), *self.foreign]
        return tuple(dict.fromkeys([*spoken, *(a.text for a in self.annotated)]))

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of entity that are annotated, sorted."""
        return tuple(sorted({s.kind for a in self.annotated for s in a.spans}))


@dataclass(frozen=True, slots=True)
class Prediction:
    """What the assistant made of a text.

    ``intent`` is what it acts on, ``guess`` what it held for likeliest before a
    fallback took its place; ``others`` are what came next, as far as known, with their
    confidence. ``ms`` is how long it took.
    """

    text: str
    intent: str
    confidence: float
    guess: str
    guess_confidence: float
    spans: tuple[Span, ...] = ()
    ms: float | None = None
    others: tuple[tuple[str, float], ...] = ()

    def chance_of(self, intent: str) -> float:
        """How likely it held an intent for, 0 where it was not among the likeliest."""
        known = ((self.guess, self.guess_confidence), *self.others)
        return next((sure for name, sure in known if label(name) == label(intent)), 0.0)

    def refused(self, threshold: float) -> bool:
        """Whether the customer is asked rather than taken at this word."""
        return label(self.intent) in REFUSALS or self.confidence < threshold

    def of_kind(self, kind: str) -> set[Span]:
        """The entities of one kind."""
        return {span for span in self.spans if span.kind == kind}


def label(intent: str) -> str:
    """The intent without its topic."""
    return intent.partition("/")[0]


def together(name: str, sets: Sequence[EvaluationSet]) -> EvaluationSet:
    """All sets as one; a text that stands in two of them counts in both."""
    return EvaluationSet(
        name,
        tuple(example for each in sets for example in each.examples),
        tuple(text for each in sets for text in each.foreign),
        tuple(annotated for each in sets for annotated in each.annotated),
    )


def alone(these: Iterable[Span], those: Iterable[Span]) -> list[Span]:
    """Those of ``these``, in order, that overlap none of ``those``."""
    others = list(those)
    left = [one for one in these if not any(one.overlaps(other) for other in others)]
    return sorted(left, key=lambda span: (span.start, span.end))
