"""The sentence encoder with its last layers tuned to the examples of one training.

Where examples are few, what the encoder learned from the whole web decides almost
alone; a minute of contrast among the few makes it tell apart what they tell apart.
"""

from __future__ import annotations

from pathlib import Path
from typing import Container, Sequence

import numpy as np

from rasa_addons.contrast import tuned
from rasa_addons.eight_bits import Weights
from rasa_addons.minilm import MiniLM, checked_weights, model_folder
from rasa_addons.sentence_encoder import shared_model, vectors_of
from rasa_addons.shorthand import written_out


class TunedEncoder:
    """Gives vectors in the form of ``SentenceEncoder``'s, the middle's part alike."""

    def __init__(self, layers: Weights) -> None:
        self._layers = layers
        self._model = MiniLM(model_folder(), instead=layers)

    @classmethod
    def learned(
        cls, texts: Sequence[str], labels: Sequence[str], apart: Container[str]
    ) -> "TunedEncoder":
        """Tune to examples: ten seconds to get ready, then two for each hundred.

        Texts with a label in ``apart`` have nothing in common but what they are not.
        """
        states = shared_model().halfway([written_out(text) for text in texts])
        layers = tuned(states, labels, checked_weights(model_folder()), apart)
        # Half precision, as it is stored: trained and served it means the same.
        return cls({name: _rounded(weights) for name, weights in layers.items()})

    def vectors_of(self, texts: Sequence[str]) -> np.ndarray:
        """A row a text."""
        return vectors_of(texts, self._model)

    def save(self, file: Path) -> None:
        """Write arrays only."""
        np.savez(file, **{n: w.astype(np.float16) for n, w in self._layers.items()})

    @classmethod
    def read(cls, file: Path) -> "TunedEncoder":
        """Read arrays only; a pickle in the file is refused."""
        with np.load(file, allow_pickle=False) as saved:
            return cls({name: saved[name].astype(np.float32) for name in saved.files})


def _rounded(weights: np.ndarray) -> np.ndarray:
    return weights.astype(np.float16).astype(np.float32)
