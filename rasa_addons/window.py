"""How much of a conversation is kept: its latest turns and what they rest on."""

from __future__ import annotations

from typing import Any, Dict, List, Optional

from rasa.shared.core.constants import ACTION_LISTEN_NAME
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import (
    ActionExecuted,
    ActiveLoop,
    Event,
    SessionStarted,
    SlotSet,
    UserUttered,
)
from rasa.shared.core.trackers import DialogueStateTracker

# Fold only now and then, down to KEPT_TURNS once there are more than MOST_TURNS.
KEPT_TURNS = 6
MOST_TURNS = 12
# A form keeps the turns since it began, as long as it is not endless.
MOST_TURNS_OF_A_FORM = 30

Events = List[Dict[str, Any]]


def latest_turns(tracker: DialogueStateTracker, domain: Domain) -> Events:
    """The events to keep: those since the session began, the oldest of them folded."""
    events = _since_session(list(tracker.events))
    heard = [i for i, event in enumerate(events) if isinstance(event, UserUttered)]
    if len(heard) > MOST_TURNS:
        cut = _cut(events, heard)
        if cut:
            events = [*_folded(tracker.sender_id, events[:cut], domain), *events[cut:]]
    return _without_old_links([event.as_dict() for event in events])


def _without_old_links(events: Events) -> Events:
    """Links of former turns left out: a link that opens a page is a secret.

    The latest turn keeps its own, to be answered again in the same words.
    """
    heard = [i for i, event in enumerate(events) if event["event"] == "user"]
    for event in events[: heard[-1]] if heard else []:
        if event["event"] != "bot":
            continue
        # Rasa notes the facts of a response beside the response itself.
        event["metadata"] = _without_url(event.get("metadata"))
        if event.get("data"):
            custom = _without_url(event["data"].get("custom"))
            event["data"] = {**event["data"], "custom": custom}
    return events


def _without_url(facts: Optional[Dict[str, Any]]) -> Optional[Dict[str, Any]]:
    return {**facts, "url": ""} if facts and facts.get("url") else facts


def _since_session(events: List[Event]) -> List[Event]:
    for i in range(len(events) - 1, 0, -1):
        if isinstance(events[i], SessionStarted):
            return events[i:]
    return events


def _cut(events: List[Event], heard: List[int]) -> int:
    """Where the kept turns begin: not inside a form, unless it goes on for ever."""
    forced = heard[-MOST_TURNS_OF_A_FORM] if len(heard) > MOST_TURNS_OF_A_FORM else 0
    active = False
    best = 0
    for i, event in enumerate(events):
        if i > heard[-KEPT_TURNS]:
            break
        if isinstance(event, ActiveLoop):
            active = event.name is not None
        if isinstance(event, UserUttered) and not active:
            best = i
    return max(best, forced)


def _folded(sender_id: str, before: List[Event], domain: Domain) -> List[Event]:
    """Slots and active form after these events, as a few events of the same effect."""
    state = DialogueStateTracker.from_events(sender_id, before, domain.slots)
    at = before[-1].timestamp
    folded: List[Event] = [SessionStarted(timestamp=at)]
    for name, slot in state.slots.items():
        if slot.value != slot.initial_value:
            folded.append(SlotSet(name, slot.value, timestamp=at))
    if state.active_loop_name:
        folded.append(ActiveLoop(state.active_loop_name, timestamp=at))
    folded.append(ActionExecuted(ACTION_LISTEN_NAME, timestamp=at))
    return folded
