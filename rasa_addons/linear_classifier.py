"""The intent classifier: softmax regression on meaning, words and letters.

The sentence vector knows that "stop my plastic" is about a card; word and letter
n-grams know "IBAN" from "PIN" and survive typing errors. One convex fit over both takes
seconds, so trainers may retrain as often as they like.

A trained classifier is arrays and JSON: nothing in it can run.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Dict, List, Optional, Text, Tuple, Type

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.nlu.featurizers.featurizer import Featurizer
from rasa.shared.nlu.constants import INTENT, INTENT_RANKING_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from scipy.sparse import csr_matrix

from rasa_addons import softmax, wordings
from rasa_addons.manifest import digest_of
from rasa_addons.softmax import Softmax, fit
from rasa_addons.wordings import Wordings

MODEL_FILE = "linear.npz"
WORDINGS_FILE = "wordings.json"
FEWEST_INTENTS = 2


@DefaultV1Recipe.register(
    DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True
)
class LinearClassifier(IntentClassifier, GraphComponent):
    """Predicts the intent and a ranking with probabilities that sum to one."""

    @classmethod
    def required_components(cls) -> List[Type]:
        """The sentence encoder comes first."""
        return [Featurizer]

    @staticmethod
    def get_default_config() -> Dict[Text, Any]:
        """``C``: trust in the data against simplicity; ``wordings``: their weight."""
        return {"C": 2.0, "wordings": 2.0, "ranking_length": 10}

    @classmethod
    def create(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "LinearClassifier":
        """An untrained classifier."""
        return cls(config, model_storage, resource)

    def __init__(
        self,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        vocabulary: Optional[Wordings] = None,
        model: Optional[Softmax] = None,
    ) -> None:
        self._config = config
        self._storage = model_storage
        self._resource = resource
        self._wordings = vocabulary
        self._model = model

    @classmethod
    def fingerprint_addon(cls, config: Dict[Text, Any]) -> Optional[Text]:
        """Rasa sees a change of this class, but not of what it is made of."""
        return digest_of([Path(softmax.__file__), Path(wordings.__file__)])

    def train(self, training_data: TrainingData) -> Resource:
        """Fit on every example that has a text and an intent."""
        examples = [
            m for m in training_data.intent_examples if m.get(TEXT) and m.get(INTENT)
        ]
        labels = [m.get(INTENT) for m in examples]
        if len(set(labels)) < FEWEST_INTENTS:
            return self._resource
        self._wordings = Wordings.learned(
            [m.get(TEXT) for m in examples], weight=self._config["wordings"]
        )
        features = self._features(examples, self._wordings)
        self._model = fit(*features, labels, c=self._config["C"])
        with self._storage.write_to(self._resource) as folder:
            self._model.save(folder / MODEL_FILE)
            (folder / WORDINGS_FILE).write_text(json.dumps(self._wordings.as_json()))
        return self._resource

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Nothing after this component learns from its guesses."""
        return training_data

    def process(self, messages: List[Message]) -> List[Message]:
        """Set intent and ranking."""
        for message in messages:
            ranking = self._ranking(message)
            best = ranking[0] if ranking else {"name": None, "confidence": 0.0}
            message.set(INTENT, best, add_to_output=True)
            message.set(INTENT_RANKING_KEY, ranking, add_to_output=True)
        return messages

    def _ranking(self, message: Message) -> List[Dict[Text, Any]]:
        if self._model is None or self._wordings is None or not message.get(TEXT):
            return []
        chances = self._model.chances(*self._features([message], self._wordings))[0]
        best = np.argsort(-chances)[: self._config["ranking_length"]]
        return [
            {"name": self._model.classes[i], "confidence": float(chances[i])}
            for i in best
        ]

    def _features(
        self, messages: List[Message], vocabulary: Wordings
    ) -> Tuple[np.ndarray, csr_matrix]:
        """Dense sentence vectors, and sparse word and letter n-grams."""
        dense = np.concatenate([_sentence_vector(m) for m in messages])
        return dense, vocabulary.of([m.get(TEXT) for m in messages])

    @classmethod
    def load(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> "LinearClassifier":
        """Read a trained classifier; without one, every message has no intent."""
        try:
            with model_storage.read_from(resource) as folder:
                model = Softmax.read(folder / MODEL_FILE)
                vocabulary = json.loads((folder / WORDINGS_FILE).read_text())
        except ValueError:  # what Rasa raises for a component that stored nothing
            return cls(config, model_storage, resource)
        return cls(
            config, model_storage, resource, Wordings.from_json(vocabulary), model
        )


def _sentence_vector(message: Message) -> np.ndarray:
    features = message.get_dense_features(TEXT)[1]
    if features is None:
        raise ValueError("LinearClassifier needs SentenceEncoder before it")
    return features.features.astype(np.float32)
