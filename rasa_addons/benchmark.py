"""Train the pipeline on any labelled texts: ``python -m rasa_addons.benchmark``.

``--train`` and ``--test`` hold one JSON object with ``text`` (and in the first
``label``) a line; ``--out`` gets what is predicted for each text of the test, asked
alone. Prints ``{"stage", "done", "of"}`` as it goes, and at last the time it took.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path
from typing import Any, Dict, List, Optional

from rasa_addons.predicted import line_of
from rasa_addons.progress import Steps, end_with_parent, give_up, say
from rasa_addons.surroundings import prepare
from rasa_addons.tensorflow_left_out import components_of_config, leave_out


def benchmark(config: Path, train: Path, test: Path, out: Path) -> Dict[str, float]:
    """Train and predict; return the seconds of training, encoding included."""
    from rasa.shared.nlu.constants import INTENT
    from rasa.shared.nlu.training_data.message import Message
    from threadpoolctl import threadpool_limits

    from rasa_addons.intent_pipeline import ONE_REQUEST, IntentPipeline

    # Vectors of the bank's own training are not to be replaced, nor to help.
    cache = {"cache": str(out.with_suffix(".npz"))}
    pipeline = IntentPipeline.of(
        config, SentenceEncoder=cache, LinearClassifier=ONE_REQUEST
    )
    messages = []
    for line in _lines(train):
        message = Message.build(line["text"])
        message.set(INTENT, line["label"])
        messages.append(message)
    started = time.monotonic()
    say("Encoding", 0, 1)
    pipeline.prepare(messages)
    say("Training", 0, 1)
    pipeline.learn(messages)
    seconds = time.monotonic() - started
    pipeline.hear("how are you today")
    lines = _lines(test)
    steps = Steps("Asking", len(lines))
    # A served assistant has one thread to think with.
    with threadpool_limits(1), out.open("w", encoding="utf-8") as opened:
        for line in lines:
            begun = time.perf_counter()
            heard = pipeline.hear(line["text"])
            ms = (time.perf_counter() - begun) * 1000
            said = {**line_of(line["text"], heard.data), "ms": round(ms, 3)}
            opened.write(json.dumps(said) + "\n")
            steps.one()
    pipeline.close()
    return {"seconds": round(seconds, 2)}


def _lines(file: Path) -> List[Dict[str, Any]]:
    return [json.loads(line) for line in file.read_text().splitlines()]


def main(arguments: Optional[List[str]] = None) -> int:
    """Benchmark and print what was measured."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--train", type=Path, required=True)
    parser.add_argument("--test", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--config", type=Path, default=Path("config.yml"))
    parser.add_argument("--with-parent", action="store_true", help="end with its stdin")
    chosen = parser.parse_args(arguments)
    if chosen.with_parent:
        end_with_parent()
    prepare(serving=False)
    if not chosen.config.is_file():
        return give_up(f"{chosen.config} is missing")
    leave_out(components_of_config(chosen.config))
    from rasa.shared.exceptions import RasaException

    try:
        measured = benchmark(chosen.config, chosen.train, chosen.test, chosen.out)
    except RasaException as error:
        return give_up(error)
    sys.stdout.write(json.dumps({"measured": measured}) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
