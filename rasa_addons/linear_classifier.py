"""The intent classifier of the pipeline: ``IntentModel`` among Rasa's components."""

from __future__ import annotations

import re
from typing import Any, Dict, List, Optional, Text, Type

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

from rasa_addons.intent_model import (
    FEWEST_TO_CHOOSE_FROM,
    Examples,
    Features,
    IntentModel,
    Settings,
)
from rasa_addons.manifest import code_behind
from rasa_addons.two_requests import Guess, Rules, two_requests

# A text whose first visible character is a slash, of whatever kind: a command that a
# person typed. The gateway's channel has put U+200B before it.
TYPED_COMMAND = re.compile(
    r"[\s\x00-\x1f\u00ad\u180e\u200b-\u200f\u2060-\u2064\ufeff]*"
    r"[/\u2044\u2215\uff0f]"
)
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

        ``tuned``: from how many to how many examples the end of the sentence encoder
        is tuned to them; ``apart``: intents whose examples have nothing in common.
        ``topic_threshold``: below it no fixed answer is good enough.
        ``two_requests``: when a text holds two of them (``surely`` over 1: never),
        which intents are ``never`` one of two, and which are answered ``last``.
        """
        return {
            "C": 2.0,
            "wordings": 2.0,
            "neighbours": 0.3,
            "tuned": [300, 2_000],
            "apart": [],
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
        model: Optional[IntentModel] = None,
    ) -> None:
        self._config = config
        self._storage = model_storage
        self._resource = resource
        self._model = model
        two = {**self.get_default_config()["two_requests"], **config["two_requests"]}
        self._rules = Rules(
            float(two["surely"]), frozenset(two["never"]), frozenset(two["last"])
        )

    @classmethod
    def fingerprint_addon(cls, config: Dict[Text, Any]) -> Optional[Text]:
        """Rasa sees a change of this class, but not of what it is made of."""
        return code_behind(__name__)

    def train(self, training_data: TrainingData) -> Resource:
        """Learn from every example that has a text and an intent."""
        messages = [
            m for m in training_data.intent_examples if m.get(TEXT) and m.get(INTENT)
        ]
        labels = [m.get(INTENT) for m in messages]
        if len(set(labels)) < FEWEST_TO_CHOOSE_FROM:
            return self._resource
        examples = Examples(
            [m.get(TEXT) for m in messages],
            np.concatenate([_sentence_vector(m) for m in messages]),
            labels,
            [m.get(INTENT_RESPONSE_KEY) for m in messages],
        )
        fewest, most = self._config["tuned"]
        self._model = IntentModel.learned(
            examples,
            Settings(
                self._config["C"],
                self._config["wordings"],
                self._config["neighbours"],
                (fewest, most),
                frozenset(self._config["apart"]),
            ),
        )
        with self._storage.write_to(self._resource) as folder:
            self._model.save(folder)
        return self._resource

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
        if self._model is None or intent not in self._model.topics:
            return {}
        found = self._model.topic(intent, self._features(self._model, message))
        if found is None or found[1] < self._config["topic_threshold"]:
            return {}
        chosen = {"intent_response_key": found[0], "confidence": found[1]}
        return {intent: {"response": chosen}}

    def _ranking(self, message: Message) -> List[Dict[Text, Any]]:
        if self._model is None or not _is_visible(message.get(TEXT) or ""):
            return []
        chances = self._model.chances(self._features(self._model, message))[0]
        best = np.argsort(-chances)[: self._config["ranking_length"]]
        return [
            {"name": self._model.intents[i], "confidence": float(chances[i])}
            for i in best
        ]

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
        if self._model is None:
            return []
        chances = self._model.chances(self._model.features(texts))
        best = chances.argmax(1)
        return [
            (self._model.intents[i], float(row[i]))
            for i, row in zip(best, chances, strict=True)
        ]

    @staticmethod
    def _features(model: IntentModel, message: Message) -> Features:
        return model.features([message.get(TEXT)], _sentence_vector(message))

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
                model = IntentModel.read(folder, config["neighbours"])
        except ValueError:  # what Rasa raises for a component that stored nothing
            return cls(config, model_storage, resource)
        return cls(config, model_storage, resource, model)


def _is_visible(text: Text) -> bool:
    return any(sign.isprintable() and not sign.isspace() for sign in text)


def _sentence_vector(message: Message) -> np.ndarray:
    features = message.get_dense_features(TEXT)[1]
    if features is None:
        raise ValueError("LinearClassifier needs SentenceEncoder before it")
    return features.features.astype(np.float32)
