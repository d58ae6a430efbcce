"""How far a training is, told as it goes: one JSON object a line.

Rasa runs a training as a graph of components and says little of it. Each component is
a step here, and weighs as many seconds as it took the last time.
"""

from __future__ import annotations

import json
import time
from typing import Any, Callable, Dict, Iterable, Optional, TextIO

DATA, ENCODING, FITTING, PACKING = (
    "reading the data",
    "encoding the sentences",
    "fitting",
    "packing",
)
STEPS = 1000
# Seconds of a step that has never been timed.
UNKNOWN_SECONDS = 0.3
# Where a first training spends its time.
FIRST_GUESS = {
    "run_rasa_addons.sentence_encoder.SentenceEncoder": 30.0,
    "train_rasa_addons.linear_classifier.LinearClassifier": 15.0,
    "train_rasa_addons.name_tagger.NameTagger": 10.0,
    PACKING: 2.0,
}

Tell = Callable[[str, int, int], None]


def silent(stage: str, done: int, of: int) -> None:
    """Progress that nobody listens to."""


class Lines:
    """Writes progress, and what came of it, for the program that asked."""

    def __init__(self, out: TextIO) -> None:
        self._out = out

    def progress(self, stage: str, done: int, of: int) -> None:
        """One step of so many."""
        self.write({"stage": stage, "done": done, "of": of})

    def write(self, line: Dict[str, Any]) -> None:
        """One line, at once."""
        self._out.write(json.dumps(line) + "\n")
        self._out.flush()


class Timed:
    """Counts the steps of one training by how long each took the last time.

    ``seconds`` is afterwards what each took this time.
    """

    def __init__(self, tell: Tell, before: Dict[str, float]) -> None:
        self.seconds: Dict[str, float] = {}
        self._tell = tell
        self._before = before
        self._weighs = 0.0
        self._expected = 0.0
        self._passed = 0.0
        self._current: Optional[str] = None
        self._began = time.monotonic()

    def expect(self, steps: Iterable[str]) -> None:
        """The names of the steps to come."""
        self._expected = sum(self._weight(name) for name in (*steps, PACKING))

    def step(self, name: str, component: str) -> None:
        """The next step begins, and the one before has ended."""
        self._end()
        self._current = name
        self._weighs = self._weight(name)
        if self._expected:
            done = round(STEPS * min(1.0, self._passed / self._expected))
            self._tell(stage_of(name, component), done, STEPS)

    def finish(self) -> None:
        """All is done."""
        self._end()
        self._tell(PACKING, STEPS, STEPS)

    def _end(self) -> None:
        now = time.monotonic()
        if self._current is not None:
            self.seconds[self._current] = round(now - self._began, 2)
            self._passed += self._weighs
        self._current = None
        self._began = now

    def _weight(self, name: str) -> float:
        if name in self._before:
            return self._before[name]
        return FIRST_GUESS.get(name.rstrip("0123456789"), UNKNOWN_SECONDS)


def stage_of(name: str, component: str) -> str:
    """What a step is for, in words."""
    if component == PACKING:
        return PACKING
    if component.endswith(("Tokenizer", "Provider", "Importer", "Validator")):
        return DATA
    if component.endswith(("Featurizer", "Encoder")):
        return ENCODING
    return f"{FITTING} {component}" if name.startswith("train_") else FITTING


def watched(timed: Timed) -> None:
    """Make Rasa tell the steps of the next training of this process."""
    from rasa.engine.training import graph_trainer, hooks

    stock = hooks.LoggingHook

    class Watching(stock):  # type: ignore[misc,valid-type]
        def __init__(self, pruned_schema: Any) -> None:
            super().__init__(pruned_schema=pruned_schema)
            timed.expect(pruned_schema.nodes)

        def on_before_node(
            self, node_name: str, *context: Any, **more: Any
        ) -> Dict[str, Any]:
            uses = self._pruned_schema.nodes[node_name].uses
            timed.step(node_name, uses.__name__)
            told: Dict[str, Any] = super().on_before_node(node_name, *context, **more)
            return told

    graph_trainer.LoggingHook = Watching
