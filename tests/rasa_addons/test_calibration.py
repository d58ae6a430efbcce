"""A training with five lessons more reads other sentences as before."""

import numpy as np
from scipy.sparse import csr_matrix

from rasa_addons.calibration import as_sure_as_right
from rasa_addons.drawing import lot_of


def sentences(many: int):
    """Points around eight centres that overlap, each with a text of its own."""
    rng = np.random.default_rng(3)
    centres = rng.standard_normal((8, 12))
    target = rng.integers(0, 8, many)
    dense = centres[target] * 1.2 + rng.standard_normal((many, 12))
    texts = [f"sentence {n}" for n in range(many)]
    return texts, dense.astype(np.float32), [f"intent{t}" for t in target]


def fitted(texts, dense, labels):
    none = csr_matrix((len(texts), 1), dtype=np.float32)
    return as_sure_as_right(texts, dense, none, labels, c=2.0, vote=0.3)


def test_five_more_examples_at_the_front_hardly_move_a_chance():
    texts, dense, labels = sentences(2_005)
    unseen = sentences(3_000)[1][2_005:]
    none = csr_matrix((len(unseen), 1), dtype=np.float32)
    before = fitted(texts[5:], dense[5:], labels[5:]).chances(unseen, none)
    after = fitted(texts, dense, labels).chances(unseen, none)

    assert np.abs(before - after).max() < 0.02
    assert (before.argmax(1) != after.argmax(1)).mean() <= 0.002


def test_a_lot_depends_on_text_and_purpose_only():
    texts = [f"text {n}" for n in range(1_000)]
    for_one = [lot_of(text, 5, "one") for text in texts]
    for_other = [lot_of(text, 5, "other") for text in texts]

    assert for_one == [lot_of(text, 5, "one") for text in texts]
    both = sum(a == b for a, b in zip(for_one, for_other, strict=True))
    assert 150 < both < 250
