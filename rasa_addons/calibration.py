"""A fit whose chances are those of being right."""

from __future__ import annotations

import logging
from typing import Sequence

import numpy as np
from scipy.sparse import csr_matrix

from rasa_addons.drawing import lot_of
from rasa_addons.neighbours import Neighbours
from rasa_addons.softmax import Softmax, fit, honest_factor

# With fewer, what a fifth of them says about certainty is chance.
FEWEST_TO_SPARE = 300
SPARED = 5

logger = logging.getLogger(__name__)


def as_sure_as_right(
    texts: Sequence[str],
    dense: np.ndarray,
    sparse: csr_matrix,
    labels: Sequence[str],
    *,
    c: float,
    vote: float,
) -> Softmax:
    """A fit to all examples, as sure as one without a fifth of them may be of those.

    ``texts`` decide which fifth, and nothing else. ``c``: trust in the data;
    ``vote``: the nearest sentences' share in a decision.
    """
    if len(labels) < FEWEST_TO_SPARE:
        return fit(dense, sparse, labels, c=c)
    lots = np.array([lot_of(text, SPARED, "certainty") for text in texts])
    spared, kept = np.flatnonzero(lots == 0), np.flatnonzero(lots)
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
    logger.info("sharpened by %.3f", factor)
    return fit(dense, sparse, labels, c=c, start=without).sharpened(factor)
