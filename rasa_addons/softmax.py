"""Softmax regression over dense and sparse features at once.

scikit-learn would turn the dense part into a sparse matrix and take ten times as long.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Optional, Sequence, Tuple

import numpy as np
from scipy.optimize import minimize, minimize_scalar
from scipy.sparse import csr_matrix

# Within a thousandth of the least loss on 10,000 examples: enough that two trainings
# that differ by five of them answer one in 3,000 other sentences differently.
MOST_STEPS = 60
TOLERANCE = 1e-3
# What a fit may be sharpened by: from a third as sure to three times (logarithms).
FACTORS = (-1.1, 1.1)


@dataclass(frozen=True)
class Softmax:
    """Weights of shape (features, classes), dense features first."""

    classes: Tuple[str, ...]
    dense: np.ndarray
    sparse: np.ndarray
    bias: np.ndarray

    def scores(self, dense: np.ndarray, sparse: csr_matrix) -> np.ndarray:
        """Unnormalised log chances, one row a sentence."""
        return dense @ self.dense + sparse @ self.sparse + self.bias

    def chances(self, dense: np.ndarray, sparse: csr_matrix) -> np.ndarray:
        """Probabilities, one row a sentence."""
        return _softmax(self.scores(dense, sparse))

    def sharpened(self, factor: float) -> "Softmax":
        """The same answers, surer (factor over 1) or less sure of them."""
        by = np.float32(factor)
        return Softmax(self.classes, self.dense * by, self.sparse * by, self.bias * by)

    def save(self, file: Path) -> None:
        """Write arrays only."""
        np.savez(
            file,
            classes=np.array(self.classes),
            dense=self.dense,
            sparse=self.sparse,
            bias=self.bias,
        )

    @classmethod
    def read(cls, file: Path) -> "Softmax":
        """Read arrays only; a pickle in the file is refused."""
        with np.load(file, allow_pickle=False) as saved:
            return cls(
                classes=tuple(str(name) for name in saved["classes"]),
                dense=saved["dense"],
                sparse=saved["sparse"],
                bias=saved["bias"],
            )


def fit(
    dense: np.ndarray,
    sparse: csr_matrix,
    labels: Sequence[str],
    *,
    c: float,
    start: Optional[Softmax] = None,
) -> Softmax:
    """Minimise ``|weights|^2 / 2 + c * log loss``; every class weighs alike.

    ``start``, a fit to most of the same data, halves the way there.
    """
    classes, target = np.unique(labels, return_inverse=True)
    wide, many = dense.shape[1], len(classes)
    # What all sentences have in common is the bias's part: without it the same weights
    # are found in half the steps.
    middle = dense.mean(0)
    dense = dense - middle
    size = wide + sparse.shape[1] + 1
    truth = np.zeros((len(target), many), dtype=np.float32)
    truth[np.arange(len(target)), target] = 1.0
    weight = _class_weights(target, many) * np.float32(c)
    transposed = sparse.T.tocsr()

    def loss(flat: np.ndarray) -> Tuple[float, np.ndarray]:
        weights = flat.reshape(size, many).astype(np.float32)
        kept = weights[:-1]
        scores = dense @ kept[:wide] + sparse @ kept[wide:] + weights[-1]
        scores -= scores.max(1, keepdims=True)
        chances = _softmax(scores)
        right = np.log(np.maximum((chances * truth).sum(1), 1e-30))
        wrong = (chances - truth) * weight[:, None]
        slope = np.concatenate(
            [
                dense.T @ wrong + kept[:wide],
                transposed @ wrong + kept[wide:],
                wrong.sum(0, keepdims=True),
            ]
        )
        value = 0.5 * float((kept * kept).sum()) - float((weight * right).sum())
        return value, slope.astype(np.float64).ravel()

    begin = np.zeros(size * many)
    steps = MOST_STEPS
    if start is not None and start.classes == tuple(str(name) for name in classes):
        bias = start.bias + middle @ start.dense
        begin = np.concatenate([start.dense, start.sparse, bias[None]])
        begin = begin.astype(np.float64).ravel()
        steps = MOST_STEPS // 2
    found = minimize(
        loss,
        begin,
        jac=True,
        method="L-BFGS-B",
        options={"maxiter": steps, "ftol": 1e-6, "gtol": TOLERANCE, "maxcor": 8},
    )
    weights = found.x.reshape(size, many).astype(np.float32)
    return Softmax(
        tuple(str(name) for name in classes),
        weights[:wide],
        weights[wide:-1],
        weights[-1] - middle @ weights[:wide],
    )


def honest_factor(
    model: Softmax,
    dense: np.ndarray,
    sparse: csr_matrix,
    labels: Sequence[str],
    *,
    beside: Optional[np.ndarray] = None,
    weight: float = 0.0,
) -> float:
    """By what to sharpen a model so that its chances are those of being right.

    The sentences must not be those that it was fitted on. ``beside``: chances by
    another way, which are mixed in with ``weight``.
    """
    places = {name: place for place, name in enumerate(model.classes)}
    known = np.array([label in places for label in labels])
    right = np.array([places.get(label, 0) for label in labels])[known]
    scores = model.scores(dense[known], sparse[known])
    rows = np.arange(len(right))
    others = 0.0 if beside is None else weight * beside[known][rows, right]

    def surprise(logarithm: float) -> float:
        own = _softmax(scores * np.float32(np.exp(logarithm)))[rows, right]
        return float(-np.log(np.maximum((1 - weight) * own + others, 1e-30)).mean())

    if not len(right):
        return 1.0
    return float(np.exp(minimize_scalar(surprise, bounds=FACTORS, method="bounded").x))


def _class_weights(target: np.ndarray, many: int) -> np.ndarray:
    # The square root is between "all examples alike" and "all classes alike".
    counts = np.bincount(target, minlength=many).astype(np.float32)
    weights = np.sqrt(counts.mean() / counts)[target]
    return (weights / weights.mean()).astype(np.float32)


def _softmax(scores: np.ndarray) -> np.ndarray:
    raised = np.exp(scores - scores.max(1, keepdims=True))
    return raised / raised.sum(1, keepdims=True)
