"""Word and letter n-grams of a sentence, weighted by how telling they are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Dict, List, Sequence

import numpy as np
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import TfidfVectorizer

KINDS: Dict[str, Dict[str, Any]] = {
    "words": {
        "analyzer": "word",
        "ngram_range": (1, 2),
        "token_pattern": r"\w+|[^\w\s]",
    },
    "letters": {"analyzer": "char_wb", "ngram_range": (2, 4)},
}
# What was seen once says little and makes most of the vocabulary; among many texts so
# does what was seen twice: without it 10,000 are fitted in three quarters of the time,
# and as many held-out sentences are understood (92.3 and 92.4 %).
SEEN_AT_LEAST = ((100, 1), (5_000, 2))
SEEN_AMONG_MANY = 3


@dataclass(frozen=True)
class Wordings:
    """A learned vocabulary; ``weight`` is the length of each kind's part."""

    kinds: Dict[str, TfidfVectorizer]
    weight: float

    @classmethod
    def learned(cls, texts: Sequence[str], *, weight: float) -> "Wordings":
        """Learn the vocabulary of these texts."""
        few = (least for most, least in SEEN_AT_LEAST if len(texts) <= most)
        least = next(few, SEEN_AMONG_MANY)
        kinds = {name: _vectorizer(name, min_df=least) for name in KINDS}
        for vectorizer in kinds.values():
            vectorizer.fit(texts)
        return cls(kinds, weight)

    def of(self, texts: Sequence[str]) -> csr_matrix:
        """One sparse row a text."""
        parts = [vectorizer.transform(texts) for vectorizer in self.kinds.values()]
        return hstack(parts, format="csr", dtype=np.float32) * np.float32(self.weight)

    def as_json(self) -> Dict[str, Any]:
        """Vocabulary and weights as plain data."""
        return {
            "weight": self.weight,
            "kinds": {
                name: {
                    "terms": list(vectorizer.get_feature_names_out()),
                    "idf": [float(number) for number in vectorizer.idf_],
                }
                for name, vectorizer in self.kinds.items()
            },
        }

    @classmethod
    def from_json(cls, data: Dict[str, Any]) -> "Wordings":
        """The inverse of ``as_json``."""
        kinds = {}
        for name, learned in data["kinds"].items():
            terms: List[str] = learned["terms"]
            vectorizer = _vectorizer(name, vocabulary=terms)
            vectorizer.idf_ = np.array(learned["idf"], dtype=np.float32)
            kinds[name] = vectorizer
        return cls(kinds, data["weight"])


def _vectorizer(name: str, **more: Any) -> TfidfVectorizer:
    return TfidfVectorizer(
        sublinear_tf=True,
        strip_accents="unicode",
        dtype=np.float32,
        **KINDS[name],
        **more,
    )
