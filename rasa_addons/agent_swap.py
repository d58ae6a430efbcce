"""Another model in the place of the one that runs, between two messages.

A turn that has begun keeps what it began with: its own processor, with the domain, the
responses and the tracker store's view of that domain. Connections, locks and the action
server stay the same ones.
"""

from __future__ import annotations

import asyncio
import copy
from pathlib import Path
from typing import Any

from rasa.core.agent import Agent
from rasa.core.channels.channel import UserMessage
from rasa.core.nlg import NaturalLanguageGenerator
from rasa.core.processor import MessageProcessor

from rasa_addons.model_puller import Refused
from rasa_addons.tensorflow_left_out import components_of_model, fits

FIRST_WORDS = "hello"


def processor_of(model: Path, agent: Agent) -> MessageProcessor:
    """Load a model beside the one that runs; raise whatever keeps it from running.

    Takes its time and changes nothing, so that it may run in a thread.
    """
    if not fits(components_of_model(model)):
        raise Refused("it needs TensorFlow, which this process left out: restart it")
    store = copy.copy(agent.tracker_store)
    processor = MessageProcessor(
        model_path=model,
        tracker_store=store,
        lock_store=agent.lock_store,
        generator=agent.nlg,
        action_endpoint=agent.action_endpoint,
    )
    store.domain = processor.domain
    processor.nlg = NaturalLanguageGenerator.create(None, processor.domain)
    # What breaks at the first message must not break at a customer's.
    parsing = processor.parse_message(UserMessage(FIRST_WORDS))
    asyncio.run(parsing)
    return processor


def take_over(agent: Agent, processor: Any) -> None:
    """Put a processor into service; no message is handled meanwhile."""
    agent.processor = processor
    agent.domain = processor.domain
    agent.nlg = processor.nlg
    agent.tracker_store = processor.tracker_store
