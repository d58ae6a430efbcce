"""How well customers are understood, as figures that can be kept and compared.

Counts are kept and rates follow from them, so that sets add up and nothing is rounded
twice. A rate of nothing is ``None``. `nlu_scoring` makes these from predictions.
"""

from dataclasses import dataclass

from banking.domain.kept import Kept

OUT_OF_SCOPE = "out_of_scope"
FALLBACK = "nlu_fallback"
# What the assistant answers with a question instead of a guess.
REFUSALS = frozenset({OUT_OF_SCOPE, FALLBACK})


@dataclass(frozen=True, slots=True)
class IntentScore(Kept):
    """One intent: ``n`` texts mean it, ``predicted`` were taken for it."""

    derived = ("precision", "recall", "f1")

    intent: str
    n: int
    right: int
    predicted: int

    @property
    def precision(self) -> float | None:
        """How many of those taken for it mean it."""
        return rate(self.right, self.predicted)

    @property
    def recall(self) -> float | None:
        """How many of those that mean it were taken for it."""
        return rate(self.right, self.n)

    @property
    def f1(self) -> float | None:
        """The harmonic mean of precision and recall."""
        return rate(2 * self.right, self.n + self.predicted)


@dataclass(frozen=True, slots=True)
class Confusion(Kept):
    """``n`` texts that mean ``wanted`` were taken for ``got``."""

    wanted: str
    got: str
    n: int


@dataclass(frozen=True, slots=True)
class Bin(Kept):
    """Guesses with a confidence in [low, high): their mean, and how many were right."""

    low: float
    high: float
    n: int
    right: int
    confidence: float


@dataclass(frozen=True, slots=True)
class TradeOff(Kept):
    """What a threshold would do: out-of-scope texts caught, in-scope texts lost."""

    threshold: float
    caught: int
    lost: int


@dataclass(frozen=True, slots=True)
class EntityScore(Kept):
    """One kind of entity; a span is found when a predicted one overlaps it."""

    derived = ("precision", "recall", "f1")

    kind: str
    found: int
    missed: int
    spurious: int

    @property
    def precision(self) -> float | None:
        """How many of the predicted spans are there."""
        return rate(self.found, self.found + self.spurious)

    @property
    def recall(self) -> float | None:
        """How many of the spans that are there were predicted."""
        return rate(self.found, self.found + self.missed)

    @property
    def f1(self) -> float | None:
        """The harmonic mean of precision and recall."""
        return rate(2 * self.found, 2 * self.found + self.missed + self.spurious)


@dataclass(frozen=True, slots=True)
class Mistake(Kept):
    """A text that was not taken for what it means.

    ``got`` is what the customer met, a refusal maybe; ``guess`` with its
    ``confidence`` is what the classifier believed. ``short``: by how much less
    confidence what was meant had than the guess or, where it was the guess, than the
    threshold. ``lead``: by how much more the guess had than the next, and than the
    threshold.
    """

    text: str
    wanted: str
    got: str
    guess: str
    confidence: float
    short: float
    lead: float

    @property
    def refused(self) -> bool:
        """Whether the customer was asked rather than misunderstood."""
        return self.got in REFUSALS


@dataclass(frozen=True, slots=True)
class EntityMistake(Kept):
    """Words of one kind that were missed in a text, or seen where there are none."""

    text: str
    kind: str
    missed: tuple[str, ...]
    spurious: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Scores(Kept):
    """One set of texts, or all of them together.

    ``texts`` are in scope, ``foreign`` out of it; ``caught`` and ``lost`` are how many
    of each were refused at the threshold. ``topics`` of them name a fixed answer
    (faq/...), found for ``topics_right``. Mistakes stand with the surest first.
    Milliseconds are of one message alone; ``None`` where they were not measured.
    """

    derived = (
        "accuracy",
        "macro_recall",
        "macro_f1",
        "guess_accuracy",
        "caught_rate",
        "lost_rate",
        "topic_accuracy",
        "calibration_error",
    )

    name: str
    texts: int
    right: int
    guessed_right: int
    foreign: int
    caught: int
    lost: int
    topics: int
    topics_right: int
    intents: tuple[IntentScore, ...]
    confusions: tuple[Confusion, ...]
    bins: tuple[Bin, ...]
    trade_off: tuple[TradeOff, ...]
    entities: tuple[EntityScore, ...]
    mistakes: tuple[Mistake, ...]
    entity_mistakes: tuple[EntityMistake, ...]
    p50_ms: float | None
    p95_ms: float | None

    @property
    def accuracy(self) -> float | None:
        """How many texts in scope were understood; asking back does not count."""
        return rate(self.right, self.texts)

    @property
    def guess_accuracy(self) -> float | None:
        """How many would be if the likeliest intent were taken without a threshold."""
        return rate(self.guessed_right, self.texts)

    @property
    def macro_recall(self) -> float | None:
        """The mean recall of the intents, each weighing alike."""
        recalls = [score.recall or 0.0 for score in self.intents]
        return sum(recalls) / len(recalls) if recalls else None

    @property
    def macro_f1(self) -> float | None:
        """The mean F1 of the intents, each weighing alike."""
        found = [score.f1 or 0.0 for score in self.intents]
        return sum(found) / len(found) if found else None

    @property
    def caught_rate(self) -> float | None:
        """How many of the texts out of scope were refused."""
        return rate(self.caught, self.foreign)

    @property
    def lost_rate(self) -> float | None:
        """How many of the texts in scope were refused."""
        return rate(self.lost, self.texts)

    @property
    def topic_accuracy(self) -> float | None:
        """How many general questions got their own answer."""
        return rate(self.topics_right, self.topics)

    @property
    def calibration_error(self) -> float | None:
        """By how much confidence differs from truth, on average (ECE)."""
        total = sum(each.n for each in self.bins)
        off = sum(abs(each.right - each.n * each.confidence) for each in self.bins)
        return off / total if total else None

    def intent(self, name: str) -> IntentScore | None:
        """The score of one intent, if a text of the set means it."""
        return next((s for s in self.intents if s.intent == name), None)

    def entity(self, kind: str) -> EntityScore | None:
        """The score of one kind of entity, if the set annotates it."""
        return next((s for s in self.entities if s.kind == kind), None)


@dataclass(frozen=True, slots=True)
class Evaluation(Kept):
    """One model on some sets: each set, all together, and its cross-validation.

    ``measured_at`` is an ISO time in UTC.
    """

    model: str
    model_sha256: str
    measured_at: str
    threshold: float
    sets: tuple[Scores, ...]
    overall: Scores
    cross_validation: Scores | None
    remarks: tuple[str, ...] = ()

    def of_set(self, name: str) -> Scores | None:
        """The scores of one set by its name."""
        return next((scores for scores in self.sets if scores.name == name), None)


def rate(part: int, whole: int) -> float | None:
    """A share, or ``None`` where there is nothing to share."""
    return part / whole if whole else None
