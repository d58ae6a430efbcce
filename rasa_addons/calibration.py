"""A fit whose chances are those of being right."""

from __future__ import annotations

import logging
from typing import List

import numpy as np
from scipy.sparse import csr_matrix

from rasa_addons.neighbours import Neighbours
from rasa_addons.softmax import Softmax, fit, honest_factor

# With fewer, what a fifth of them says about certainty is chance.
FEWEST_TO_SPARE = 300
SPARED = 5
SEED = 7

logger = logging.getLogger(__name__)


def as_sure_as_right(
    dense: np.ndarray, sparse: csr_matrix, labels: List[str], *, c: float, vote: float
) -> Softmax:
    """A fit to all examples, as sure as one without every fifth may be of those.

    ``c``: trust in the data; ``vote``: the nearest sentences' share in a decision.
    """
    if len(labels) < FEWEST_TO_SPARE:
        return fit(dense, sparse, labels, c=c)
    order = np.random.RandomState(SEED).permutation(len(labels))
    spared = order[::SPARED]
    kept = np.setdiff1d(order, spared)
    known = [labels[i] for i in kept]
    without = fit(dense[kept], sparse[kept], known, c=c)
    nearest = Neighbours.learned(dense[kept], known, without.classes)
    factor = honest_factor(
        without,
        dense[spared],
        sparse[spared],
        [labels[i] for i in spared],
        beside=nearest.chances(dense[spared]),
        weight=vote,
    )
    logger.info("sharpened by %.2f", factor)
    return fit(dense, sparse, labels, c=c, start=without).sharpened(factor)
