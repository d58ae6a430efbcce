"""MiniLM as it was published: 32 bits, and one sentence at a time.

What the encoder is measured against. Plain, for it need not be quick.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from scipy.special import erf

from rasa_addons.minilm import checked_weights
from rasa_addons.word_pieces import WordPieces

HEADS, LAYERS, EPSILON = 12, 6, 1e-12


class PublishedMiniLM:
    """Gives the numbers that sentence-transformers prints."""

    def __init__(self, folder: Path) -> None:
        self._weights = checked_weights(folder)
        self._pieces = WordPieces((folder / "vocab.txt").read_text("utf-8").split("\n"))

    def states(self, text: str) -> list[np.ndarray]:
        """The mean over the tokens after each layer, each of length 1."""
        ids = self._pieces.ids(text)
        at = "embeddings."
        state = (
            self._weights[f"{at}word_embeddings.weight"][ids]
            + self._weights[f"{at}position_embeddings.weight"][: len(ids)]
            + self._weights[f"{at}token_type_embeddings.weight"][0]
        )
        state = self._norm(state, f"{at}LayerNorm")
        means = []
        for number in range(LAYERS):
            state = self._layer(state, f"encoder.layer.{number}.")
            mean = state.mean(0)
            means.append(mean / np.linalg.norm(mean))
        return means

    def _layer(self, state: np.ndarray, at: str) -> np.ndarray:
        query, key, value = (
            self._dense(state, f"{at}attention.self.{part}")
            .reshape(len(state), HEADS, -1)
            .swapaxes(0, 1)
            for part in ("query", "key", "value")
        )
        scores = query @ key.swapaxes(1, 2) / np.sqrt(query.shape[2])
        shares = np.exp(scores - scores.max(-1, keepdims=True))
        shares /= shares.sum(-1, keepdims=True)
        seen = (shares @ value).swapaxes(0, 1).reshape(state.shape)
        state = self._norm(
            self._dense(seen, f"{at}attention.output.dense") + state,
            f"{at}attention.output.LayerNorm",
        )
        wide = self._dense(state, f"{at}intermediate.dense")
        wide *= (1 + erf(wide / np.sqrt(2))) / 2
        return self._norm(
            self._dense(wide, f"{at}output.dense") + state, f"{at}output.LayerNorm"
        )

    def _dense(self, x: np.ndarray, name: str) -> np.ndarray:
        return x @ self._weights[f"{name}.weight"].T + self._weights[f"{name}.bias"]

    def _norm(self, x: np.ndarray, name: str) -> np.ndarray:
        centred = x - x.mean(-1, keepdims=True)
        spread = np.sqrt((centred * centred).mean(-1, keepdims=True) + EPSILON)
        scale, shift = (self._weights[f"{name}.{part}"] for part in ("weight", "bias"))
        return centred / spread * scale + shift
