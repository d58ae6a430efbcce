"""The fit and its features, and how they come back from disk."""

import json

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from rasa_addons import softmax
from rasa_addons.wordings import Wordings


def test_softmax_finds_the_classes_and_comes_back_from_disk(tmp_path):
    rng = np.random.default_rng(0)
    centres = rng.standard_normal((3, 8)) * 3
    target = np.repeat(np.arange(3), 30)
    dense = (centres[target] + rng.standard_normal((90, 8))).astype(np.float32)
    sparse = csr_matrix((90, 2), dtype=np.float32)
    model = softmax.fit(dense, sparse, [f"class{t}" for t in target], c=1.0)
    chances = model.chances(dense, sparse)
    model.save(tmp_path / "m.npz")

    assert (chances.argmax(1) == target).mean() > 0.95
    assert np.allclose(chances.sum(1), 1.0, atol=1e-5)
    again = softmax.Softmax.read(tmp_path / "m.npz")
    assert again.classes == ("class0", "class1", "class2")
    assert np.array_equal(again.chances(dense, sparse), chances)


@pytest.mark.parametrize("surer", [1.9, 0.55])
def test_a_wrong_certainty_is_found_out(surer):
    rng = np.random.default_rng(1)
    centres = rng.standard_normal((3, 8))
    target = np.repeat(np.arange(3), 400)
    dense = (centres[target] + rng.standard_normal((1200, 8))).astype(np.float32)
    sparse = csr_matrix((1200, 1), dtype=np.float32)
    labels = np.array([f"class{t}" for t in target])
    seen, unseen = np.arange(0, 1200, 2), np.arange(1, 1200, 2)
    honest = softmax.fit(dense[seen], sparse[seen], list(labels[seen]), c=1.0)
    wrong = honest.sharpened(surer)
    factor = softmax.honest_factor(wrong, dense[unseen], sparse[unseen], labels[unseen])
    mended = wrong.sharpened(factor)

    def gap(model):
        chances = model.chances(dense[unseen], sparse[unseen])
        return abs(chances.max(1).mean() - (chances.argmax(1) == target[unseen]).mean())

    assert gap(wrong) > 0.04
    assert gap(mended) < 0.02


def test_a_fit_goes_on_from_another():
    rng = np.random.default_rng(2)
    dense = rng.standard_normal((200, 6)).astype(np.float32)
    labels = ["up" if row[0] > 0 else "down" for row in dense]
    sparse = csr_matrix((200, 1), dtype=np.float32)
    start = softmax.fit(dense[:150], sparse[:150], labels[:150], c=1.0)
    cold = softmax.fit(dense, sparse, labels, c=1.0)
    warm = softmax.fit(dense, sparse, labels, c=1.0, start=start)

    apart = warm.chances(dense, sparse) - cold.chances(dense, sparse)
    assert np.abs(apart).max() < 0.02


def test_a_pickle_in_the_place_of_arrays_is_refused(tmp_path):
    file = tmp_path / "m.npz"
    np.savez(file, classes=np.array([{"a": 1}], dtype=object))

    with pytest.raises(ValueError, match="allow_pickle"):
        softmax.Softmax.read(file)


def test_wordings_come_back_from_json():
    texts = ["show my balance", "naïve café", "block my card"]
    wordings = Wordings.learned(texts, weight=2.0)
    again = Wordings.from_json(json.loads(json.dumps(wordings.as_json())))

    assert np.allclose(wordings.of(texts).toarray(), again.of(texts).toarray())
    assert np.allclose(wordings.of(["unseen zzz"]).toarray().shape[0], 1)
