"""How well the training data stands up to itself: k-fold cross-validation.

Every example is predicted by a classifier that was trained without it and a fifth of
the others. Sentence vectors come from the training's own cache.
"""

from __future__ import annotations

import multiprocessing
import os
from pathlib import Path
from typing import Any, Dict, Iterator, List, Tuple

from rasa.shared.data import get_data_files, is_nlu_file
from rasa.shared.importers.utils import training_data_from_paths
from rasa.shared.nlu.constants import INTENT, INTENT_RESPONSE_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message

from rasa_addons.drawing import lot_of
from rasa_addons.intent_pipeline import ONE_REQUEST, IntentPipeline
from rasa_addons.predicted import line_of
from rasa_addons.progress import say

FOLDS = 5
STAGE = "Cross-validating"
# A fold is learned, then read.
STEPS = 2 * FOLDS

Line = Dict[str, Any]
# What a process that works on one fold needs: the pipeline, the examples, the fold of
# each, and how many steps are done. Forked, not sent.
_shared: List[Tuple[IntentPipeline, List[Message], List[int], Any]] = []


def cross_validated(config: Path, data: Path) -> Iterator[Line]:
    """A prediction and what was ``wanted``, for every example of the data."""
    say("Reading the training data", 0, 1)
    files = get_data_files([str(data)], is_nlu_file)
    read = training_data_from_paths(files, language="en").training_examples
    messages = [m for m in read if m.get(TEXT) and m.get(INTENT)]
    pipeline = IntentPipeline.of(config, LinearClassifier=ONE_REQUEST)
    pipeline.prepare(messages)
    folds = [fold_of(message.get(TEXT)) for message in messages]
    context = multiprocessing.get_context("fork")
    say(STAGE, 0, STEPS)
    _shared.append((pipeline, messages, folds, context.Value("i", 0)))
    try:
        with context.Pool(min(FOLDS, os.cpu_count() or 1)) as pool:
            for lines in pool.imap_unordered(_one_fold, range(FOLDS)):
                yield from lines
    finally:
        _shared.pop()
        pipeline.close()


def fold_of(text: str) -> int:
    """Always the same for a text, so that trainings can be compared."""
    return lot_of(text, FOLDS, "fold")


def _one_fold(fold: int) -> List[Line]:
    pipeline, messages, folds, done = _shared[-1]
    pairs = list(zip(messages, folds, strict=True))
    pipeline.learn([message for message, own in pairs if own != fold])
    _tell(done)
    kept = [message for message, own in pairs if own == fold]
    read = pipeline.read(kept)
    _tell(done)
    return [
        {**line_of(given.get(TEXT), heard.data), "wanted": _wanted(given)}
        for given, heard in zip(kept, read, strict=True)
    ]


def _wanted(message: Message) -> str:
    return str(message.get(INTENT_RESPONSE_KEY) or message.get(INTENT))


def _tell(done: Any) -> None:
    with done.get_lock():
        done.value += 1
        say(STAGE, done.value, STEPS)
