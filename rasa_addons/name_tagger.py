"""Rasa's CRF for names, stored as it was trained.

Rasa 3.6.21 stores the training sentences instead and trains again at every start, which
takes longer than all the rest of loading the model.
"""

from __future__ import annotations

from collections import OrderedDict
from pathlib import Path
from typing import Any, Dict, List, Text

import pycrfsuite
from rasa.engine.graph import ExecutionContext
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.extractors.crf_entity_extractor import CRFEntityExtractor, CRFToken

SUFFIX = ".crfsuite"
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

    def persist(self, dataset: List[List[CRFToken]]) -> None:
        """Store the trained taggers."""
        with self._model_storage.write_to(self._resource) as folder:
            for tag, tagger in (self.entity_taggers or {}).items():
                with open(tagger.modelfile.name, "rb") as trained:
                    (folder / f"{tag}{SUFFIX}").write_bytes(trained.read())

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
        except ValueError:  # what Rasa raises for a component that stored nothing
            return cls(config, model_storage, resource)
        loaded = cls(config, model_storage, resource, taggers)
        loaded.crf_order = list(taggers)
        return loaded
