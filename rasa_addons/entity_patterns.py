"""Entities by spaCy patterns that trainers edit: ``data/entities/*.jsonl``.

A line is one of::

    {"label": "biller", "pattern": "city power", "id": "electricity"}
    {"label": "date", "pattern": [{"LOWER": "next"}, {"LOWER": "month"}]}
    {"label": "phone", "regex": "\\\\+[0-9]{8,15}"}

``pattern`` is spaCy's (a phrase in any case, or a list of token descriptions).
``regex`` is looked for in the text itself, for shapes that no tokenizer keeps together;
a group in it narrows the entity. ``id``, if there is one, becomes the entity's value.
A regex with ``"weak": true`` is used only where nothing else, not even the tagger of
names, has found anything. The label ``nothing`` hides what would pass for a name.
Nothing is downloaded: the pipeline is a blank English one.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any, Dict, List, Optional, Text

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.extractors.extractor import EntityExtractorMixin
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from rasa_addons.pattern_finder import (
    MOST_CHARACTERS,
    Finder,
    Pattern,
    WrongPattern,
    read_patterns,
    settle,
)

__all__ = [
    "MOST_CHARACTERS",
    "EntityPatterns",
    "Finder",
    "WrongPattern",
    "read_patterns",
    "settle",
]

STORED = "patterns.jsonl"


@DefaultV1Recipe.register(
    DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=True
)
class EntityPatterns(GraphComponent, EntityExtractorMixin):
    """Finds entities by pattern; settles overlaps with those found before."""

    @staticmethod
    def get_default_config() -> Dict[Text, Any]:
        """``folder``: where the pattern files are."""
        return {"folder": "data/entities"}

    @staticmethod
    def required_packages() -> List[Text]:
        """Packages that must be there before training starts."""
        return ["spacy"]

    @classmethod
    def create(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "EntityPatterns":
        """A component without patterns; ``train`` reads them."""
        return cls(config, model_storage, resource, [])

    def __init__(
        self,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        patterns: List[Pattern],
    ) -> None:
        self._config = config
        self._storage = model_storage
        self._resource = resource
        self._finder = Finder(patterns)

    @classmethod
    def fingerprint_addon(cls, config: Dict[Text, Any]) -> Optional[Text]:
        """A changed pattern file means a new training."""
        files = _files(config.get("folder", cls.get_default_config()["folder"]))
        content = b"\0".join(file.read_bytes() for file in files)
        return hashlib.sha256(content).hexdigest()

    def train(self, training_data: TrainingData) -> Resource:
        """Check the patterns and keep them in the model."""
        patterns = read_patterns(_files(self._config["folder"]))
        self._finder = Finder(patterns)
        with self._storage.write_to(self._resource) as folder:
            lines = (json.dumps(pattern) for pattern in patterns)
            (folder / STORED).write_text("\n".join(lines))
        return self._resource

    @classmethod
    def load(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> "EntityPatterns":
        """Read the patterns of the model."""
        with model_storage.read_from(resource) as folder:
            patterns = read_patterns([folder / STORED])
        return cls(config, model_storage, resource, patterns)

    def process(self, messages: List[Message]) -> List[Message]:
        """Add the entities of each message."""
        for message in messages:
            text = message.get(TEXT)
            if not text:
                continue
            found = self.add_extractor_name(self._finder.entities(text))
            settled = settle(found, message.get(ENTITIES, []))
            message.set(ENTITIES, settled, add_to_output=True)
        return messages


def _files(folder: str) -> List[Path]:
    return sorted(Path(folder).glob("*.jsonl"))
