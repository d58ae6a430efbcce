"""The intent classifier: softmax regression on meaning, words and letters.

The sentence vector knows that "stop my plastic" is about a card; word and letter
n-grams know "IBAN" from "PIN" and survive typing errors. One convex fit over both takes
seconds, so trainers may retrain as often as they like.

A trained classifier is arrays and JSON: nothing in it can run.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, Dict, List, Optional, Text, Tuple, Type

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.nlu.constants import RESPONSE_SELECTOR_PROPERTY_NAME
from rasa.nlu.featurizers.featurizer import Featurizer
from rasa.shared.nlu.constants import (
    INTENT,
    INTENT_RANKING_KEY,
    INTENT_RESPONSE_KEY,
    TEXT,
)
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from scipy.sparse import csr_matrix

from rasa_addons import calibration, drawing, shorthand, softmax, wordings
from rasa_addons import neighbours as nearest
from rasa_addons.calibration import as_sure_as_right
from rasa_addons.manifest import digest_of
from rasa_addons.neighbours import Neighbours
from rasa_addons.sentence_encoder import vectors_of
from rasa_addons.shorthand import written_out
from rasa_addons.softmax import Softmax, fit
from rasa_addons.two_requests import Guess, Rules, two_requests
from rasa_addons.wordings import Wordings

MODEL_FILE = "linear.npz"
WORDINGS_FILE = "wordings.json"
NEIGHBOURS_FILE = "neighbours.npz"
TOPICS_FILE = "topics-{}.npz"
# A text whose first visible character is a slash, of whatever kind: a command that a
# person typed. The gateway's channel has put U+200B before it.
TYPED_COMMAND = re.compile(
    r"[\s\x00-\x1f\u00ad\u180e\u200b-\u200f\u2060-\u2064\ufeff]*"
    r"[/\u2044\u2215\uff0f]"
)
FEWEST_INTENTS = 2
SECOND_INTENT = "second_intent"
EPS = 1e-9


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
        """``C``: trust in the data against simplicity; ``wordings``: their weight;
        ``neighbours``: how much of the decision is the nearest sentences' vote, 0 to 1.

        ``topic_threshold``: below it no fixed answer is good enough. ``two_requests``:
        when a text holds two of them (``surely`` over 1: never), which intents are
        ``never`` one of two, and which are answered ``last``.
        """
        return {
            "C": 2.0,
            "wordings": 2.0,
            "neighbours": 0.3,
            "ranking_length": 10,
            "topic_threshold": 0.25,
            "two_requests": {"surely": 0.7, "never": [], "last": []},
        }

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
        topics: Optional[Dict[Text, Softmax]] = None,
        neighbours: Optional[Neighbours] = None,
    ) -> None:
        self._config = config
        self._storage = model_storage
        self._resource = resource
        self._wordings = vocabulary
        self._model = model
        self._topics = topics or {}
        self._neighbours = neighbours
        two = {**self.get_default_config()["two_requests"], **config["two_requests"]}
        self._rules = Rules(
            float(two["surely"]), frozenset(two["never"]), frozenset(two["last"])
        )

    @classmethod
    def fingerprint_addon(cls, config: Dict[Text, Any]) -> Optional[Text]:
        """Rasa sees a change of this class, but not of what it is made of."""
        parts = (calibration, drawing, nearest, shorthand, softmax, wordings)
        return digest_of([Path(part.__file__) for part in parts])

    def train(self, training_data: TrainingData) -> Resource:
        """Fit on every example that has a text and an intent."""
        examples = [
            m for m in training_data.intent_examples if m.get(TEXT) and m.get(INTENT)
        ]
        labels = [m.get(INTENT) for m in examples]
        if len(set(labels)) < FEWEST_INTENTS:
            return self._resource
        self._wordings = Wordings.learned(
            [written_out(m.get(TEXT)) for m in examples],
            weight=self._config["wordings"],
        )
        features = self._features(examples, self._wordings)
        texts = [m.get(TEXT) for m in examples]
        trust, vote = self._config["C"], self._config["neighbours"]
        self._model = as_sure_as_right(texts, *features, labels, c=trust, vote=vote)
        self._neighbours = Neighbours.learned(features[0], labels, self._model.classes)
        self._topics = self._fitted_topics(examples, *features)
        with self._storage.write_to(self._resource) as folder:
            self._model.save(folder / MODEL_FILE)
            self._neighbours.save(folder / NEIGHBOURS_FILE)
            for intent, topics in self._topics.items():
                topics.save(folder / TOPICS_FILE.format(intent))
            (folder / WORDINGS_FILE).write_text(json.dumps(self._wordings.as_json()))
        return self._resource

    def _fitted_topics(
        self, examples: List[Message], dense: np.ndarray, sparse: csr_matrix
    ) -> Dict[Text, Softmax]:
        """One small fit for each intent with fixed answers: "faq/age_limit"."""
        rows: Dict[Text, List[int]] = {}
        for row, message in enumerate(examples):
            if message.get(INTENT_RESPONSE_KEY):
                rows.setdefault(message.get(INTENT), []).append(row)
        fitted = {}
        for intent, own in rows.items():
            keys = [examples[row].get(INTENT_RESPONSE_KEY) for row in own]
            if len(set(keys)) >= FEWEST_INTENTS:
                fitted[intent] = fit(dense[own], sparse[own], keys, c=self._config["C"])
        return fitted

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Nothing after this component learns from its guesses."""
        return training_data

    def process(self, messages: List[Message]) -> List[Message]:
        """Set intent and ranking, and which fixed answer a general question wants.

        A command that somebody typed means nothing; its ranking is a guess to offer.
        """
        for message in messages:
            ranking = self._ranking(message)
            none = not ranking or TYPED_COMMAND.match(message.get(TEXT)) is not None
            if not none:
                ranking = self._divided(message, ranking)
            best = {"name": None, "confidence": 0.0} if none else ranking[0]
            message.set(INTENT, best, add_to_output=True)
            message.set(INTENT_RANKING_KEY, ranking, add_to_output=True)
            for name, selected in self._selected(best["name"], message).items():
                chosen = message.get(RESPONSE_SELECTOR_PROPERTY_NAME) or {}
                message.set(
                    RESPONSE_SELECTOR_PROPERTY_NAME,
                    {**chosen, name: selected},
                    add_to_output=True,
                )
        return messages

    def _selected(self, intent: Optional[Text], message: Message) -> Dict[Text, Any]:
        """The topic of a retrieval intent, in the form of Rasa's own selector."""
        topics = self._topics.get(intent or "")
        if topics is None or self._wordings is None:
            return {}
        chances = topics.chances(*self._features([message], self._wordings))[0]
        best = int(np.argmax(chances))
        if chances[best] < self._config["topic_threshold"]:
            return {}
        chosen = {
            "intent_response_key": topics.classes[best],
            "confidence": float(chances[best]),
        }
        return {intent: {"response": chosen}}

    def _ranking(self, message: Message) -> List[Dict[Text, Any]]:
        seen = _is_visible(message.get(TEXT) or "")
        if self._model is None or self._wordings is None or not seen:
            return []
        chances = self._chances(*self._features([message], self._wordings))[0]
        best = np.argsort(-chances)[: self._config["ranking_length"]]
        return [
            {"name": self._model.classes[i], "confidence": float(chances[i])}
            for i in best
        ]

    def _chances(self, dense: np.ndarray, sparse: csr_matrix) -> np.ndarray:
        """What the fit says, and the vote of the nearest sentences."""
        if self._model is None:
            return np.zeros((len(dense), 0), dtype=np.float32)
        chances = self._model.chances(dense, sparse)
        if self._neighbours is None:
            return chances
        vote = np.float32(self._config["neighbours"])
        return (1 - vote) * chances + vote * self._neighbours.chances(dense)

    def _divided(
        self, message: Message, ranking: List[Dict[Text, Any]]
    ) -> List[Dict[Text, Any]]:
        """The ranking of the request to answer now; the other is set beside it."""
        whole = ranking[0]["name"], ranking[0]["confidence"]
        found = two_requests(message.get(TEXT), whole, self._guesses, self._rules)
        if found is None:
            return ranking
        message.set(SECOND_INTENT, found.as_json(), add_to_output=True)
        now = {"name": found.now.intent, "confidence": found.now.confidence}
        others = [guess for guess in ranking if guess["name"] != now["name"]]
        # What is not the first request shares what certainty that one leaves.
        left = (1 - now["confidence"]) / max(sum(o["confidence"] for o in others), EPS)
        shared = [{**o, "confidence": o["confidence"] * left} for o in others]
        return [now, *shared][: self._config["ranking_length"]]

    def _guesses(self, texts: List[Text]) -> List[Guess]:
        if self._model is None or self._wordings is None:
            return []
        sparse = self._wordings.of([written_out(text) for text in texts])
        chances = self._chances(vectors_of(texts), sparse)
        best = chances.argmax(1)
        return [
            (self._model.classes[i], float(row[i]))
            for i, row in zip(best, chances, strict=True)
        ]

    def _features(
        self, messages: List[Message], vocabulary: Wordings
    ) -> Tuple[np.ndarray, csr_matrix]:
        """Dense sentence vectors, and sparse word and letter n-grams."""
        dense = np.concatenate([_sentence_vector(m) for m in messages])
        return dense, vocabulary.of([written_out(m.get(TEXT)) for m in messages])

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
                file = folder / NEIGHBOURS_FILE
                neighbours = Neighbours.read(file) if file.is_file() else None
                topics = {
                    file.stem.split("-", 1)[1]: Softmax.read(file)
                    for file in folder.glob(TOPICS_FILE.format("*"))
                }
        except ValueError:  # what Rasa raises for a component that stored nothing
            return cls(config, model_storage, resource)
        learned = Wordings.from_json(vocabulary)
        return cls(config, model_storage, resource, learned, model, topics, neighbours)


def _is_visible(text: Text) -> bool:
    return any(sign.isprintable() and not sign.isspace() for sign in text)


def _sentence_vector(message: Message) -> np.ndarray:
    features = message.get_dense_features(TEXT)[1]
    if features is None:
        raise ValueError("LinearClassifier needs SentenceEncoder before it")
    return features.features.astype(np.float32)
