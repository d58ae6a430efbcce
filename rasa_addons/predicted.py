"""What the assistant made of a text, as one line of JSON."""

from __future__ import annotations

from typing import Any, Dict

FALLBACK = "nlu_fallback"
KEPT_GUESSES = 3


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
