"""The end of the encoder, tuned to few examples, tells apart what they tell apart."""

import numpy as np
import pytest
from published_minilm import PublishedMiniLM
from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from rasa_addons import contrast
from rasa_addons import sentence_encoder as published_encoder
from rasa_addons.contrast import tuned
from rasa_addons.eight_bits import LAYERS, MIDDLE_LAYER
from rasa_addons.linear_classifier import LinearClassifier
from rasa_addons.minilm import checked_weights, model_folder
from rasa_addons.sentence_encoder import SentenceEncoder, shared_model
from rasa_addons.tuned_encoder import TunedEncoder

# Two things that a bank tells apart and the web's language hardly does.
THINGS = ["card", "app", "account", "line", "phone", "wallet", "number", "profile"]
STOPPED = [f"my {thing} was stopped" for thing in THINGS]
STOP = [f"stop my {thing} now" for thing in THINGS]
NOISE = ["is it raining", "who won the cup", "a poem please", "boil an egg how long"]
NEW = ["my sim was stopped", "stop my sim now"]


@pytest.fixture(scope="module")
def weights():
    return checked_weights(model_folder())


@pytest.fixture(scope="module")
def encoder():
    return TunedEncoder.learned(*labelled(4), apart=("noise",))


def labelled(times):
    """Texts and labels; ``times``: how long to tune on them."""
    texts = (STOPPED + STOP + NOISE) * times
    labels = ["stopped"] * 8 + ["stop"] * 8 + ["noise"] * 4
    return texts, labels * times


def likeness(model, one, other):
    a, b = (model.vectors_of([text])[0][:384] for text in (one, other))
    return float(a @ b / np.linalg.norm(a) / np.linalg.norm(b))


def test_it_begins_with_what_was_published(weights):
    texts = ["someone snatched my handset!!", "bal", "pay 40 to my sister please"]
    packed = contrast._packed(shared_model().halfway(texts))
    published = PublishedMiniLM(model_folder())

    rows = np.asarray(contrast._encoded(weights, *packed))

    for text, row in zip(texts, rows, strict=True):
        assert row @ published.states(text)[-1] > 0.99


def test_alike_come_together_and_others_go_apart(encoder):
    before = likeness(published_encoder, *NEW)
    after = likeness(encoder, *NEW)

    assert after < before - 0.1
    assert likeness(encoder, NEW[0], STOPPED[0]) > after + 0.2


def test_what_has_nothing_in_common_is_not_drawn_together(encoder):
    drawn = TunedEncoder.learned(*labelled(4), apart=())

    assert likeness(encoder, *NOISE[:2]) < likeness(drawn, *NOISE[:2]) - 0.1


def test_the_layers_after_the_middle_and_always_the_same(weights, encoder):
    first = tuple(f"encoder.layer.{n}." for n in range(MIDDLE_LAYER, LAYERS))
    states = shared_model().halfway(STOP + STOPPED)
    labels = ["stop"] * 8 + ["stopped"] * 8
    layers, again = (tuned(states, labels, weights) for _ in range(2))
    middle = encoder.vectors_of(NEW)[:, 384:]

    assert {name: w.shape for name, w in layers.items()} == {
        name: w.shape for name, w in weights.items() if name.startswith(first)
    }
    assert all(np.allclose(layers[name], again[name], atol=1e-7) for name in layers)
    assert np.allclose(middle, published_encoder.vectors_of(NEW)[:, 384:], atol=1e-5)


def test_it_comes_back_from_disk(encoder, tmp_path):
    encoder.save(tmp_path / "e.npz")

    again = TunedEncoder.read(tmp_path / "e.npz")

    assert np.array_equal(again.vectors_of(NEW), encoder.vectors_of(NEW))


def test_a_pickle_is_refused(tmp_path):
    np.savez(tmp_path / "e.npz", weights=np.array([{"runs": "code"}]))

    with pytest.raises(ValueError, match="allow_pickle"):
        TunedEncoder.read(tmp_path / "e.npz")


@pytest.mark.parametrize(("most", "is_tuned"), [(20, True), (19, False)])
def test_a_classifier_of_few_examples_is_served_as_it_was_trained(
    tmp_path, most, is_tuned
):
    config = {**LinearClassifier.get_default_config(), "tuned": [10, most]}
    context = ExecutionContext(GraphSchema({}), node_name="linear")
    storage, resource = LocalModelStorage(tmp_path), Resource("linear")
    trained = LinearClassifier.create(config, storage, resource, context)
    trained.train(TrainingData(read_by_encoder(*labelled(1), tmp_path)))
    loaded = LinearClassifier.load(config, storage, resource, context)

    one, other = (
        each.process(read_by_encoder(NEW, NEW, tmp_path)) for each in (trained, loaded)
    )

    assert (tmp_path / "linear" / "encoder.npz").is_file() == is_tuned
    assert [m.get("intent_ranking") for m in one] == [
        m.get("intent_ranking") for m in other
    ]
    assert [m.get(INTENT)["name"] for m in one] == ["stopped", "stop"]
    # Parts of a text are read by the same encoder as the whole.
    assert loaded._guesses(NEW[:1])[0][1] == pytest.approx(
        one[0].get(INTENT)["confidence"]
    )


def read_by_encoder(texts, labels, folder):
    config = {
        **SentenceEncoder.get_default_config(),
        "cache": str(folder / "cache.npz"),
    }
    messages = [
        Message({TEXT: t, INTENT: i}) for t, i in zip(texts, labels, strict=True)
    ]
    return SentenceEncoder("encoder", config).process(messages)
