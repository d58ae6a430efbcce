"""The encoder means what was published, and reads the published weights only."""

import shutil
import statistics
import time

import numpy as np
import pytest
from published_minilm import PublishedMiniLM

from rasa_addons.eight_bits import MIDDLE_LAYER
from rasa_addons.minilm import (
    MiniLM,
    WrongWeights,
    checked_weights,
    model_folder,
)
from rasa_addons.sentence_encoder import shared_model
from rasa_addons.word_pieces import MOST_TOKENS, WordPieces

# As sentence-transformers prints them for this model.
PUBLISHED = {
    "This is an example sentence": [0.06765689, 0.06349590, 0.04871314, 0.07930496],
}
SENTENCES = [
    "This is an example sentence",
    "hi",
    "bal",
    "snd 40 2 bro",
    "what did I pay Netflix in October",
    "someone snatched my handset!!",
    "please transfer 1,250.50 to my landlord on the 1st of every month",
    "🙂",
    "word " * 300,
]


@pytest.fixture(scope="module")
def model():
    return shared_model()


@pytest.fixture(scope="module")
def published():
    return PublishedMiniLM(model_folder())


@pytest.mark.parametrize("sentence", PUBLISHED)
def test_what_it_is_measured_against_gives_the_published_numbers(published, sentence):
    vector = published.states(sentence)[-1]

    assert np.allclose(vector[:4], PUBLISHED[sentence], atol=1e-5)
    assert vector.shape == (384,)


@pytest.mark.parametrize("sentence", SENTENCES)
def test_eight_bits_mean_what_32_mean(model, published, sentence):
    end, middle = model.encode_twice([sentence])[0]
    states = published.states(sentence)

    assert end @ states[-1] > 0.98
    assert middle @ states[MIDDLE_LAYER - 1] > 0.98


def test_meaning_is_near_meaning(model):
    freeze, stop, rain = model.encode(
        ["How do I freeze my card?", "please block my card", "will it rain tomorrow"]
    )

    assert freeze @ stop > 0.4
    assert abs(freeze @ rain) < 0.2


def test_a_batch_is_as_one_by_one(model):
    texts = ["hi", "", "send 50 to Bob", "word " * 300, "🙂", "naïve café", "a"]
    batch = model.encode(texts)

    for text, row in zip(texts, batch, strict=True):
        # On some processors padding changes the last bit, and that a rounding.
        assert np.allclose(row, model.encode([text])[0], atol=2e-3)
        assert np.isclose(np.linalg.norm(row), 1.0, atol=1e-5)


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("Hello, WORLD!", ["hello", ",", "world", "!"]),
        ("café\u200b\u0000 naïve", ["cafe", "naive"]),
        ("embeddings", ["em", "##bed", "##ding", "##s"]),
        ("$50.20", ["$", "50", ".", "20"]),
        ("日本", ["日", "本"]),
        ("x" * 101, ["[UNK]"]),
        ("\t \n", []),
    ],
)
def test_words_are_cut_as_bert_cuts_them(text, pieces):
    vocabulary = (model_folder() / "vocab.txt").read_text("utf-8").splitlines()
    tokenizer = WordPieces(vocabulary)

    assert [vocabulary[i] for i in tokenizer.ids(text)] == ["[CLS]", *pieces, "[SEP]"]


def test_a_long_text_is_cut(model):
    vocabulary = (model_folder() / "vocab.txt").read_text("utf-8").splitlines()

    assert len(WordPieces(vocabulary).ids("money " * 5_000)) == MOST_TOKENS


def test_other_weights_are_refused(tmp_path):
    folder = shutil.copytree(model_folder(), tmp_path / "model")
    with (folder / "model.safetensors").open("r+b") as file:
        file.seek(-1, 2)
        last = file.read(1)
        file.seek(-1, 2)
        file.write(bytes([last[0] ^ 1]))

    with pytest.raises(WrongWeights):
        MiniLM(folder)
    (folder / "model.safetensors").unlink()
    with pytest.raises(WrongWeights):
        checked_weights(folder)


def test_it_is_quick(model):
    took = []
    for i in range(40):
        began = time.perf_counter()
        model.encode([f"could you send {i} dollars to my sister please"])
        took.append(time.perf_counter() - began)
    middle = statistics.median(took) * 1e3
    print(f"one sentence: {middle:.1f} ms")  # noqa: T201

    assert middle < 50  # 2 ms on a quiet machine, 13 without the eight bits
