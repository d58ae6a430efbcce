"""Ask the model in service what texts mean: ``python -m rasa_addons.predict``.

``--in`` holds one JSON object with ``text`` a line; ``--out`` gets, in the same order,
``text``, ``intent``, ``confidence``, ``ranking`` and ``entities``.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Any, Dict, List, Optional

from rasa_addons.manifest import Manifest, WrongModel
from rasa_addons.surroundings import prepare
from rasa_addons.tensorflow_left_out import components_of_model, leave_out

ENTITY_FIELDS = ("entity", "value", "start", "end")


async def predict(model: Path, texts: List[str]) -> List[Dict[str, Any]]:
    """One prediction a text, by the NLU part of the model."""
    from rasa.core.agent import Agent

    from rasa_addons.gateway_channel import harmless

    agent = Agent.load(str(model))
    return [_line(t, await agent.parse_message(harmless(t))) for t in texts]


def _line(text: str, parsed: Dict[str, Any]) -> Dict[str, Any]:
    return {
        "text": text,
        "intent": parsed["intent"]["name"],
        "confidence": parsed["intent"]["confidence"],
        "ranking": [
            [guess["name"], guess["confidence"]]
            for guess in parsed.get("intent_ranking", [])[:3]
        ],
        "entities": [
            {field: entity.get(field) for field in ENTITY_FIELDS}
            for entity in parsed["entities"]
        ],
    }


def main(arguments: Optional[List[str]] = None) -> int:
    """Read, predict, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--in", dest="source", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    home = Path(os.environ.get("LANGUAGE_HOME") or ".").resolve()
    parser.add_argument("--models", type=Path, default=home / "models")
    chosen = parser.parse_args(arguments)
    prepare(serving=True)
    try:
        model = Manifest.read(chosen.models).checked(chosen.models)
    except WrongModel as error:
        sys.stderr.write(f"{error}\n")
        return 2
    leave_out(components_of_model(model))
    lines = chosen.source.read_text(encoding="utf-8").splitlines()
    texts = [json.loads(line)["text"] for line in lines if line.strip()]
    predictions = asyncio.run(predict(model, texts))
    with chosen.out.open("w", encoding="utf-8") as out:
        for prediction in predictions:
            out.write(json.dumps(prediction, ensure_ascii=False) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
