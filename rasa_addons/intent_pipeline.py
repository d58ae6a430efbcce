"""The part of ``config.yml`` that decides the intent, run outside a training.

Each component is made, trained and asked as Rasa's graph does it, so that what is
measured on other data, or on parts of the data, is what a training makes. Components
that find entities and the rules of dialogue take no part.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Dict, FrozenSet, List, Sequence, Type

import yaml
from rasa.engine.graph import ExecutionContext, GraphComponent, GraphSchema
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.exceptions import InvalidConfigException
from rasa.shared.nlu.constants import (
    ENTITIES,
    INTENT,
    INTENT_RESPONSE_KEY,
    RESPONSE,
)
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

KIND = DefaultV1Recipe.ComponentType
TAKES_PART = {KIND.MESSAGE_TOKENIZER, KIND.MESSAGE_FEATURIZER, KIND.INTENT_CLASSIFIER}

# A labelled text has one meaning: there is no second request to look for in it.
ONE_REQUEST = {"two_requests": {"surely": 2.0}}
LABELS = frozenset({INTENT, INTENT_RESPONSE_KEY, RESPONSE, ENTITIES})


class NoPipeline(InvalidConfigException):
    """``config.yml`` names no component that could tell an intent."""


@dataclass(frozen=True)
class Part:
    """One component of the configuration."""

    name: str
    component: Type[GraphComponent]
    config: Dict[str, Any]
    kinds: FrozenSet[Any]
    trainable: bool

    @property
    def takes_part(self) -> bool:
        """Whether it has a say in the intent."""
        return bool(self.kinds & TAKES_PART)

    @property
    def is_fixed(self) -> bool:
        """Whether it does the same whatever was learned."""
        return not self.trainable and KIND.INTENT_CLASSIFIER not in self.kinds


@dataclass
class IntentPipeline:
    """Learns from messages and reads others.

    Features that need no learning are computed once for each message, by ``prepare``.
    """

    fixed: List[Part]
    learning: List[Part]
    _folder: Any = field(default_factory=tempfile.TemporaryDirectory, repr=False)
    _made: Dict[str, Any] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, config: Path, **overrides: Dict[str, Any]) -> "IntentPipeline":
        """Read the configuration; ``overrides`` are settings by a class's name."""
        listed = enumerate(_listed(config))
        parts = [_part(number, dict(item), overrides) for number, item in listed]
        fixed = [part for part in parts if part.takes_part and part.is_fixed]
        learning = [part for part in parts if part.takes_part and not part.is_fixed]
        if not any(part.trainable for part in learning):
            raise NoPipeline(f"{config} names nothing that learns intents")
        return cls(fixed, learning)

    def prepare(self, messages: List[Message]) -> None:
        """Add the features that do not depend on what is learned."""
        data = _data(messages)
        for part in self.fixed:
            component = self._component(part)
            if hasattr(component, "process_training_data"):
                component.process_training_data(data)
            else:
                component.process(messages)

    def learn(self, messages: Sequence[Message]) -> None:
        """Train on prepared messages that have an intent."""
        data = _data([_copy(message) for message in messages])
        for part in self.learning:
            component = self._made[part.name] = self._new(part)
            if part.trainable:
                component.train(data)
            if hasattr(component, "process_training_data"):
                component.process_training_data(data)

    def read(self, messages: Sequence[Message]) -> List[Message]:
        """Understand prepared messages; the given ones stay as they are.

        What a message is labelled with is not shown to the components.
        """
        read = [_copy(message, without=LABELS) for message in messages]
        for part in self.learning:
            self._made[part.name].process(read)
        return read

    def hear(self, text: str) -> Message:
        """Understand a text alone, as it would come from a customer."""
        message = Message.build(text)
        for part in self.fixed:
            self._component(part).process([message])
        return self.read([message])[0]

    def close(self) -> None:
        """Remove what the components have stored."""
        self._folder.cleanup()

    def _component(self, part: Part) -> Any:
        if part.name not in self._made:
            self._made[part.name] = self._new(part)
        return self._made[part.name]

    def _new(self, part: Part) -> Any:
        # Each in a folder of its own: another process may train the same part.
        storage = LocalModelStorage(Path(tempfile.mkdtemp(dir=self._folder.name)))
        context = ExecutionContext(GraphSchema({}), node_name=part.name)
        config = {**part.component.get_default_config(), **part.config}
        return part.component.create(config, storage, Resource(part.name), context)


def _listed(config: Path) -> List[Dict[str, Any]]:
    read = yaml.safe_load(config.read_text(encoding="utf-8"))
    return list((read or {}).get("pipeline") or [])


def _part(
    number: int, item: Dict[str, Any], overrides: Dict[str, Dict[str, Any]]
) -> Part:
    # As Rasa's own recipe looks it up.
    registered = DefaultV1Recipe._from_registry(item.pop("name"))
    name = registered.clazz.__name__
    config = {**item, **overrides.get(name, {})}
    return Part(
        f"{name}{number}",
        registered.clazz,
        config,
        frozenset(registered.types),
        registered.is_trainable,
    )


def _data(messages: List[Message]) -> TrainingData:
    data = TrainingData()
    # Given to its constructor, each message would be fingerprinted to find doubles.
    data.training_examples = messages
    return data


def _copy(message: Message, without: FrozenSet[str] = frozenset()) -> Message:
    """The message as it is now, to be added to without changing the first."""
    return Message(
        data={key: kept for key, kept in message.data.items() if key not in without},
        output_properties=set(message.output_properties),
        time=message.time,
        features=list(message.features),
    )
