"""The nearest sentences vote, and come back from disk."""

import numpy as np
import pytest

from rasa_addons.neighbours import Neighbours

CLASSES = ("fruit", "stone")


@pytest.fixture
def neighbours():
    rng = np.random.default_rng(3)
    centres = np.eye(2, 200, dtype=np.float32) * 8
    dense = np.repeat(centres, 20, axis=0) + rng.standard_normal((40, 200)) * 0.1
    # One odd fruit, far from the others and nearer to the stones.
    dense[0] = centres[1] * 0.6 + np.eye(1, 200, 2) * 8
    labels = ["fruit"] * 20 + ["stone"] * 20
    return dense.astype(np.float32), Neighbours.learned(
        dense.astype(np.float32), labels, CLASSES
    )


def test_the_nearest_win(neighbours):
    dense, learned = neighbours

    chances = learned.chances(dense)

    assert np.allclose(chances.sum(1), 1.0, atol=1e-5)
    assert (chances[1:20].argmax(1) == 0).all()
    assert (chances[20:].argmax(1) == 1).all()


def test_the_odd_one_is_remembered(neighbours):
    dense, learned = neighbours

    assert learned.chances(dense[:1])[0, 0] > 0.5


def test_they_come_back_from_disk(neighbours, tmp_path):
    dense, learned = neighbours
    learned.save(tmp_path / "n.npz")

    again = Neighbours.read(tmp_path / "n.npz")

    assert again.classes == CLASSES
    assert np.array_equal(again.chances(dense), learned.chances(dense))


def test_nothing_said_is_no_vote_too_many(neighbours):
    _, learned = neighbours

    assert np.allclose(learned.chances(np.zeros((1, 200), np.float32)).sum(), 1.0)
