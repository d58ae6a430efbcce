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
import tarfile
import time
import zlib
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, Dict, Iterable, List, Optional

from rasa_addons.manifest import digest_of
from rasa_addons.predicted import line_of
from rasa_addons.progress import Steps, end_with_parent, give_up, say
from rasa_addons.surroundings import prepare
from rasa_addons.tensorflow_left_out import components_of_model, leave_out


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
        moved = text.index(text.strip()) + len(text.strip()) - len(sent)
        lines.append({**line_of(text, parsed, moved), "ms": round(ms, 3)})
        steps.one()
    return lines


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


def _places(arguments: Optional[List[str]]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--in", dest="source", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--folds-out", type=Path, help="cross-validate the data")
    parser.add_argument("--config", type=Path, default=Path("config.yml"))
    parser.add_argument("--with-parent", action="store_true", help="end with its stdin")
    parser.add_argument("--data", type=Path, default=Path("data"))
    return parser.parse_args(arguments)


def main(arguments: Optional[List[str]] = None) -> int:
    """Measure what is asked for and print what was measured."""
    chosen = _places(arguments)
    if chosen.with_parent:
        end_with_parent()
    prepare(serving=True)
    try:
        leave_out(components_of_model(chosen.model))
    except (OSError, EOFError, LookupError, ValueError, tarfile.TarError, zlib.error):
        return give_up(f"{chosen.model} is not a trained model")
    from rasa.shared.exceptions import RasaException

    try:
        measured = _measured(chosen.model, chosen.source, chosen.out)
        if chosen.folds_out is not None:
            from rasa_addons.cross_validation import cross_validated

            _write(chosen.folds_out, cross_validated(chosen.config, chosen.data))
    except (RasaException, OSError) as error:
        return give_up(error)
    now = datetime.now(timezone.utc).isoformat(timespec="seconds")
    sha256 = digest_of([chosen.model])
    told = {**measured, "measured_at": now, "model_sha256": sha256}
    sys.stdout.write(json.dumps({"measured": told}) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
