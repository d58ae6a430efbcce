"""What of an event the chain of the security log covers: all of it."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any


def audit_body(
    at: datetime,
    event: str,
    enrolment_id: str | None,
    conversation_id: str | None,
    facts: Mapping[str, Any],
) -> str:
    """The canonical JSON of an event: sorted keys, ASCII only.

    Line breaks and terminal codes in a fact cannot forge a line.
    """
    return json.dumps(
        {
            "at": at.isoformat(),
            "event": event,
            "enrolment": enrolment_id,
            "conversation": conversation_id,
            "facts": {name: str(fact) for name, fact in facts.items()},
        },
        sort_keys=True,
        separators=(",", ":"),
    )
