"""What a training learns about intents, without Rasa: arrays and JSON, nothing runs.

The sentence vector knows that "stop my plastic" is about a card; word and letter
n-grams know "IBAN" from "PIN" and survive typing errors. One convex fit over both takes
seconds, so trainers may retrain as often as they like; the vote of the most similar
examples is mixed into its chances.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Dict, FrozenSet, List, Optional, Sequence, Text, Tuple

import numpy as np
from scipy.sparse import csr_matrix

from rasa_addons.calibration import as_sure_as_right
from rasa_addons.neighbours import Neighbours
from rasa_addons.sentence_encoder import vectors_of
from rasa_addons.shorthand import written_out
from rasa_addons.softmax import Softmax, fit
from rasa_addons.spelling import Spelling
from rasa_addons.tuned_encoder import TunedEncoder
from rasa_addons.wordings import Wordings

MODEL_FILE = "linear.npz"
WORDINGS_FILE = "wordings.json"
SPELLING_FILE = "spelling.json"
NEIGHBOURS_FILE = "neighbours.npz"
ENCODER_FILE = "encoder.npz"
TOPICS_FILE = "topics-{}.npz"
FEWEST_TO_CHOOSE_FROM = 2

Features = Tuple[np.ndarray, csr_matrix]


@dataclass(frozen=True)
class Settings:
    """How to learn: see ``LinearClassifier.get_default_config``."""

    trust: float
    wordings: float
    vote: float
    tuned: Tuple[int, int]
    apart: FrozenSet[Text]


@dataclass(frozen=True)
class Examples:
    """Texts, the published encoder's vectors of them, what each means, and the fixed
    answer that it wants ("faq/age_limit"), where it wants one."""

    texts: List[Text]
    rows: np.ndarray
    labels: List[Text]
    topics: List[Optional[Text]]


@dataclass(frozen=True)
class IntentModel:
    """``topics`` are the fits of intents that have fixed answers; ``encoder`` is there
    when the sentence encoder was tuned to the examples."""

    spelling: Spelling
    wordings: Wordings
    fitted: Softmax
    neighbours: Neighbours
    vote: float
    topics: Dict[Text, Softmax]
    encoder: Optional[TunedEncoder]

    @classmethod
    def learned(cls, examples: Examples, settings: Settings) -> "IntentModel":
        """Learn from examples of at least two intents."""
        texts, labels = examples.texts, examples.labels
        fewest, most = settings.tuned
        encoder = None
        if fewest <= len(texts) <= most:
            encoder = TunedEncoder.learned(texts, labels, settings.apart)
        written = [written_out(text) for text in texts]
        wordings = Wordings.learned(written, weight=settings.wordings)
        dense = examples.rows if encoder is None else encoder.vectors_of(texts)
        sparse = wordings.of(written)
        fitted = as_sure_as_right(
            texts, dense, sparse, labels, c=settings.trust, vote=settings.vote
        )
        return cls(
            Spelling.learned(written),
            wordings,
            fitted,
            Neighbours.learned(dense, labels, fitted.classes),
            settings.vote,
            _topics(examples, dense, sparse, settings.trust),
            encoder,
        )

    @property
    def intents(self) -> Tuple[Text, ...]:
        """In the order of the columns of ``chances``."""
        return self.fitted.classes

    def features(
        self, texts: Sequence[Text], rows: Optional[np.ndarray] = None
    ) -> Features:
        """Dense and sparse rows; ``rows``: the published encoder's, where known."""
        written = [written_out(text) for text in texts]
        spelt = [self.spelling.of(text) for text in written]
        if self.encoder is not None:
            rows = self.encoder.vectors_of(spelt)
        elif rows is None:
            rows = vectors_of(spelt)
        else:
            other = [i for i, text in enumerate(written) if spelt[i] != text]
            if other:
                rows = rows.copy()
                rows[other] = vectors_of([spelt[i] for i in other])
        return rows, self.wordings.of(spelt)

    def chances(self, features: Features) -> np.ndarray:
        """What the fit says, and the vote of the nearest sentences; a row a text."""
        vote = np.float32(self.vote)
        own = self.fitted.chances(*features)
        return (1 - vote) * own + vote * self.neighbours.chances(features[0])

    def topic(self, intent: Text, features: Features) -> Optional[Tuple[Text, float]]:
        """The likeliest fixed answer of an intent, and its chance, for one text."""
        fitted = self.topics.get(intent)
        if fitted is None:
            return None
        chances = fitted.chances(*features)[0]
        best = int(np.argmax(chances))
        return fitted.classes[best], float(chances[best])

    def save(self, folder: Path) -> None:
        """Write arrays and JSON."""
        self.fitted.save(folder / MODEL_FILE)
        self.neighbours.save(folder / NEIGHBOURS_FILE)
        for intent, fitted in self.topics.items():
            fitted.save(folder / TOPICS_FILE.format(intent))
        if self.encoder is not None:
            self.encoder.save(folder / ENCODER_FILE)
        (folder / WORDINGS_FILE).write_text(json.dumps(self.wordings.as_json()))
        (folder / SPELLING_FILE).write_text(json.dumps(self.spelling.as_json()))

    @classmethod
    def read(cls, folder: Path, vote: float) -> "IntentModel":
        """The inverse of ``save``; a pickle in a file is refused."""
        encoder = folder / ENCODER_FILE
        return cls(
            Spelling.from_json(json.loads((folder / SPELLING_FILE).read_text())),
            Wordings.from_json(json.loads((folder / WORDINGS_FILE).read_text())),
            Softmax.read(folder / MODEL_FILE),
            Neighbours.read(folder / NEIGHBOURS_FILE),
            vote,
            {
                file.stem.split("-", 1)[1]: Softmax.read(file)
                for file in folder.glob(TOPICS_FILE.format("*"))
            },
            TunedEncoder.read(encoder) if encoder.is_file() else None,
        )


def _topics(
    examples: Examples, dense: np.ndarray, sparse: csr_matrix, trust: float
) -> Dict[Text, Softmax]:
    """One small fit for each intent with fixed answers."""
    rows: Dict[Text, List[int]] = {}
    for row, topic in enumerate(examples.topics):
        if topic:
            rows.setdefault(examples.labels[row], []).append(row)
    fitted = {}
    for intent, own in rows.items():
        keys = [str(examples.topics[row]) for row in own]
        if len(set(keys)) >= FEWEST_TO_CHOOSE_FROM:
            fitted[intent] = fit(dense[own], sparse[own], keys, c=trust)
    return fitted
