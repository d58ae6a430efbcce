"""Rasa's CRF for names, stored as it was trained.

Rasa 3.6.21 stores the training sentences instead and trains again at every start, which
takes longer than all the rest of loading the model. And it learns the names it has read
by heart. Here a word that is rare outside names is shown to the CRF as a rare word and
no more, so that it learns where names stand: "to Kirin Engelhart" as "to my mum".
"""

from __future__ import annotations

import json
import string
from collections import Counter, OrderedDict
from pathlib import Path
from typing import Any, Dict, FrozenSet, Iterable, List, Text

import pycrfsuite
from rasa.engine.graph import ExecutionContext
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.constants import TOKENS_NAMES
from rasa.nlu.extractors.crf_entity_extractor import CRFEntityExtractor, CRFToken
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

SUFFIX = ".crfsuite"
VOCABULARY = "vocabulary.json"
# Of these kinds there are more than any training data can name.
OPEN_ENDED = frozenset({"person", "company"})
COMMON_FROM = 3
PUNCTUATION = string.punctuation + "…’“”"
# The order in which one tagger builds on another.
TAGS = ("entity", "role", "group")


class StoredTagger:
    """A trained CRF, read from its own binary form."""

    def __init__(self, file: Path) -> None:
        # Reads the whole file. Its in-memory sister keeps a pointer to bytes that
        # Python may free.
        self._tagger = pycrfsuite.Tagger()
        self._tagger.open(str(file))

    def predict_marginals_single(
        self, sentence: List[Dict[Text, Any]]
    ) -> List[Dict[Text, float]]:
        """For each token, how likely each tag is (as scikit-learn's wrapper says)."""
        self._tagger.set(sentence)
        labels = self._tagger.labels()
        return [
            {label: self._tagger.marginal(label, i) for label in labels}
            for i in range(len(sentence))
        ]


@DefaultV1Recipe.register(
    DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=True
)
class NameTagger(CRFEntityExtractor):
    """Finds names of people and companies, as the annotated examples show them."""

    _common: FrozenSet[str] = frozenset()

    def train(self, training_data: TrainingData) -> Resource:
        """Learn which words are common, then where names stand."""
        self._common = common_words(training_data.nlu_examples)
        return super().train(training_data)

    def extract_entities(self, message: Message) -> List[Dict[Text, Any]]:
        """Names alone: it learns the other kinds only to tell them from names."""
        found = super().extract_entities(message)
        return [entity for entity in found if entity["entity"] in OPEN_ENDED]

    def _convert_to_crf_tokens(self, message: Message) -> List[CRFToken]:
        tokens: List[CRFToken] = super()._convert_to_crf_tokens(message)
        for token in tokens:
            token.text = self._shown(token.text)
        return tokens

    def _shown(self, word: str) -> str:
        """The word, or its outline if it is rare: only its letters' case is kept."""
        bare = word.strip(PUNCTUATION)
        if not bare.isalpha() or bare.lower() in self._common:
            return word
        if bare.istitle():
            return "Rareword"
        return "RAREWORD" if bare.isupper() else "rareword"

    def persist(self, dataset: List[List[CRFToken]]) -> None:
        """Store the trained taggers."""
        with self._model_storage.write_to(self._resource) as folder:
            for tag, tagger in (self.entity_taggers or {}).items():
                with open(tagger.modelfile.name, "rb") as trained:
                    (folder / f"{tag}{SUFFIX}").write_bytes(trained.read())
            words = json.dumps(sorted(self._common))
            (folder / VOCABULARY).write_text(words)

    @classmethod
    def load(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> "NameTagger":
        """Read the trained taggers; without any, no name is found."""
        try:
            with model_storage.read_from(resource) as folder:
                taggers = OrderedDict(
                    (tag, StoredTagger(folder / f"{tag}{SUFFIX}"))
                    for tag in TAGS
                    if (folder / f"{tag}{SUFFIX}").is_file()
                )
                words = json.loads((folder / VOCABULARY).read_text())
        except ValueError:  # what Rasa raises for a component that stored nothing
            return cls(config, model_storage, resource)
        loaded = cls(config, model_storage, resource, taggers)
        loaded.crf_order = list(taggers)
        loaded._common = frozenset(words)
        return loaded


def common_words(examples: Iterable[Message]) -> FrozenSet[str]:
    """Words that stand often enough outside names to be known for themselves."""
    seen: Counter[str] = Counter()
    for example in examples:
        names = [
            (e["start"], e["end"])
            for e in example.get(ENTITIES, [])
            if e["entity"] in OPEN_ENDED
        ]
        for token in example.get(TOKENS_NAMES[TEXT], []):
            inside = any(start <= token.start < end for start, end in names)
            bare = token.text.strip(PUNCTUATION)
            if not inside and bare.isalpha():
                seen[bare.lower()] += 1
    return frozenset(word for word, times in seen.items() if times >= COMMON_FROM)
