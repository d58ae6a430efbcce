"""Ask a model what texts mean, and how well its data stands up to itself.

``python -m rasa_addons.measure`` writes predictions as JSON lines: of ``--model`` for
the texts of ``--in`` to ``--out``, each asked alone and timed; and to ``--folds-out``
of every training example, by a classifier that was trained without its fifth of them.
Prints ``{"stage", "done", "of"}`` as it goes, and at last what it has measured.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import time
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, Dict, Iterable, Iterator, List, Optional, Tuple

from rasa_addons.manifest import digest_of
from rasa_addons.progress import Steps, say
from rasa_addons.surroundings import prepare
from rasa_addons.tensorflow_left_out import components_of_model, leave_out

FALLBACK = "nlu_fallback"
KEPT_GUESSES = 3
FOLDS = 5
SEED = 20


def line_of(text: str, parsed: Dict[str, Any], moved: int = 0) -> Dict[str, Any]:
    """One prediction as data; a general question's intent carries its topic.

    ``moved``: by how many characters entities stand further on in the text.
    """
    intent = parsed.get("intent") or {}
    name = intent.get("name") or ""
    selected = (parsed.get("response_selector") or {}).get(name) or {}
    topic = (selected.get("response") or {}).get("intent_response_key")
    guesses = [
        [guess["name"], guess["confidence"]]
        for guess in parsed.get("intent_ranking") or []
        if guess["name"] and guess["name"] != FALLBACK
    ]
    return {
        "text": text,
        "intent": topic or name,
        "confidence": intent.get("confidence") or 0.0,
        "ranking": guesses[:KEPT_GUESSES],
        "entities": [
            {
                "entity": entity["entity"],
                "start": entity["start"] + moved,
                "end": entity["end"] + moved,
            }
            for entity in parsed.get("entities") or []
        ],
    }


async def asked(agent: Any, texts: List[str]) -> List[Dict[str, Any]]:
    """Ask an agent for each text alone, with the milliseconds it took."""
    from rasa_addons.gateway_channel import harmless

    # What happens once only is not the price of a message.
    await agent.parse_message("how are you today")
    steps = Steps("Asking the assistant", len(texts))
    lines = []
    for text in texts:
        sent = harmless(text)
        started = time.perf_counter()
        parsed = await agent.parse_message(sent)
        ms = (time.perf_counter() - started) * 1000
        # Where the sent text begins in the given one.
        moved = text.find(sent) if sent in text else -1
        lines.append({**line_of(text, parsed, moved), "ms": round(ms, 3)})
        steps.one()
    return lines


def cross_validated(config: Path, data: Path) -> Iterator[Dict[str, Any]]:
    """Predict every example by a classifier that has not seen its fold."""
    from rasa.shared.nlu.constants import INTENT, INTENT_RESPONSE_KEY, TEXT

    from rasa_addons.intent_pipeline import IntentPipeline

    say("Reading the training data", 0, 1)
    messages = [m for m in _examples(data) if m.get(TEXT) and m.get(INTENT)]
    wanted = [m.get(INTENT_RESPONSE_KEY) or m.get(INTENT) for m in messages]
    pipeline = IntentPipeline.of(config)
    pipeline.prepare(messages)
    steps = Steps("Cross-validating", len(messages))
    folds = folds_of(wanted, FOLDS)
    for fold in range(FOLDS):
        pairs = list(zip(messages, folds, strict=True))
        pipeline.learn([m for m, own in pairs if own != fold])
        for message, own, name in zip(messages, folds, wanted, strict=True):
            if own == fold:
                read = line_of(message.get(TEXT), pipeline.read(message).data)
                yield {**read, "wanted": name}
                steps.one()
    pipeline.close()


def folds_of(labels: List[str], folds: int) -> List[int]:
    """A fold for each example, so that every label is spread evenly over them."""
    import numpy as np

    chance = np.random.RandomState(SEED)
    given = [0] * len(labels)
    dealt = 0
    for label in sorted(set(labels)):
        own = [i for i, each in enumerate(labels) if each == label]
        for i in chance.permutation(own):
            given[i] = dealt % folds
            dealt += 1
    return given


def _examples(data: Path) -> List[Any]:
    from rasa.shared.data import get_data_files, is_nlu_file
    from rasa.shared.importers.utils import training_data_from_paths

    files = get_data_files([str(data)], is_nlu_file)
    return training_data_from_paths(files, language="en").training_examples


def _threshold(agent: Any) -> float:
    """Below which the model asks back; 0 where it never does."""
    nodes = agent.processor.model_metadata.predict_schema.nodes
    for node in nodes.values():
        if node.uses.__name__ == "FallbackClassifier":
            return float(node.config["threshold"])
    return 0.0


def _measured(model: Path, source: Path, out: Path) -> Dict[str, Any]:
    from rasa.core.agent import Agent

    say("Loading the model", 0, 1)
    agent = Agent.load(str(model))
    texts = [json.loads(line)["text"] for line in source.read_text().splitlines()]
    _write(out, asyncio.run(asked(agent, texts)))
    return {
        "threshold": _threshold(agent),
        "intents": sorted(agent.domain.intents),
        "entities": sorted(agent.domain.entities),
    }


def _write(out: Path, lines: Iterable[Dict[str, Any]]) -> None:
    with out.open("w", encoding="utf-8") as opened:
        for line in lines:
            opened.write(json.dumps(line) + "\n")


def _places(arguments: Optional[List[str]]) -> Tuple[argparse.Namespace, bool]:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--in", dest="source", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--folds-out", type=Path, help="cross-validate the data")
    parser.add_argument("--config", type=Path, default=Path("config.yml"))
    parser.add_argument("--data", type=Path, default=Path("data"))
    chosen = parser.parse_args(arguments)
    return chosen, chosen.folds_out is not None


def main(arguments: Optional[List[str]] = None) -> int:
    """Measure what is asked for and print what was measured."""
    chosen, cross_validates = _places(arguments)
    prepare(serving=True)
    leave_out(components_of_model(chosen.model))
    measured = _measured(chosen.model, chosen.source, chosen.out)
    if cross_validates:
        _write(chosen.folds_out, cross_validated(chosen.config, chosen.data))
    now = datetime.now(timezone.utc).isoformat(timespec="seconds")
    sha256 = digest_of([chosen.model])
    told = {**measured, "measured_at": now, "model_sha256": sha256}
    sys.stdout.write(json.dumps({"measured": told}) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
