"""A conversation that took place, as a test of the dialogue engine's decisions.

Steps are those of Rasa's test stories: what the customer wrote and meant, then every
action, form and question that followed.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from banking.domain.examples import Lesson, Span, markup, trimmed
from banking.domain.inbox import FORM, Heard

# What the engine does at every turn by itself, and no story names.
_UNNAMED: Final = frozenset(
    {"action_listen", "action_session_start", "action_extract_slots"}
)
_ASKING: Final = "requested_slot"
# What the bank's forms set it to (actions/talk.py).
_AN_ANSWER: Final = "answer"

type Event = Mapping[str, Any]
# Makes of what was written what may be kept of it.
type Keeping = Callable[[Lesson], Lesson]


class TurnsForgotten(Exception):
    """The engine no longer knows all of these turns."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step: ``kind`` is user, intent, action, active_loop or slot_was_set.

    ``value`` is the text with its markup, or a name; None ends a loop or a question.
    """

    kind: str
    value: str | None = field(repr=False)
    intent: str = ""


def steps_between(
    events: Sequence[Event], first: str, last: str, keeping: Keeping
) -> tuple[list[Step], bool]:
    """The steps from one message to another, by their ids.

    A story begins where its form begins; the flag says that it had to begin earlier.
    Raises TurnsForgotten.
    """
    heard = [n for n, event in enumerate(events) if event["event"] == "user"]
    begin = _place(events, heard, first)
    end = next((n for n in heard if n > _place(events, heard, last)), len(events))
    start = _before_the_form(events, heard, begin)
    steps = list(_steps(events[start:end], keeping))
    return steps, start < begin


def _place(events: Sequence[Event], heard: list[int], message_id: str) -> int:
    for place in heard:
        if events[place].get("message_id") == message_id:
            return place
    raise TurnsForgotten


def _before_the_form(events: Sequence[Event], heard: list[int], begin: int) -> int:
    """The turn in which the form that is open at this place was opened."""
    start = begin
    for place in range(begin):
        event = events[place]
        if event["event"] == "active_loop":
            turns = [n for n in heard if n < place]
            if event["name"] is not None and not turns:
                # Folded away: where the form began is not known.
                start = -1
            else:
                start = begin if event["name"] is None else turns[-1]
    if start < 0:
        raise TurnsForgotten
    return start


def _steps(events: Sequence[Event], keeping: Keeping) -> Iterator[Step]:
    loop: str | None = None
    asking: str | None = None
    for turn in _turns(events):
        for event in _in_story_order(turn):
            match event["event"]:
                case "user":
                    yield _said(event, keeping)
                case "action" if event["name"] not in _UNNAMED:
                    yield Step("action", event["name"])
                case "active_loop" if event["name"] != loop:
                    loop = event["name"]
                    yield Step("active_loop", loop)
                case "slot" if event["name"] == _ASKING and event["value"] != asking:
                    asking = event["value"]
                    yield Step("slot_was_set", asking)


def _turns(events: Sequence[Event]) -> Iterator[list[Event]]:
    turn: list[Event] = []
    for event in events:
        if event["event"] == "user" and turn:
            yield turn
            turn = []
        turn.append(event)
    if turn:
        yield turn


def _in_story_order(turn: Sequence[Event]) -> list[Event]:
    """A form that gave way names no action: what it left is told after the next."""
    given_way = [
        n for n, e in enumerate(turn) if e["event"] == "action_execution_rejected"
    ]
    if not given_way:
        return list(turn)
    cut = given_way[-1]
    name = turn[cut]["name"]
    before = [e for e in turn[:cut] if (e["event"], e.get("name")) != ("action", name)]
    user = [event for event in before if event["event"] == "user"]
    left = [event for event in before if event["event"] != "user"]
    after = list(turn[cut + 1 :])
    done = next((n for n, e in enumerate(after) if e["event"] == "action"), -1) + 1
    return [*user, *after[:done], *left, *after[done:]]


def _said(event: Event, keeping: Keeping) -> Step:
    parsed = event.get("parse_data") or {}
    intent = str((parsed.get("intent") or {}).get("name") or "")
    said = str(event.get("text") or "")
    spans = [
        Span(entity["start"], entity["end"], str(entity["entity"]))
        for entity in parsed.get("entities") or ()
        if isinstance(entity.get("start"), int) and isinstance(entity.get("end"), int)
    ]
    return _text_step(keeping(Lesson(intent, said, trimmed(said, spans))))


def _text_step(lesson: Lesson) -> Step:
    """What was written; the engine's tests would obey a text that begins with "/"."""
    if lesson.text.startswith("/"):
        return Step("intent", lesson.intent)
    return Step("user", markup(lesson), lesson.intent)


# --- from what the bank itself kept -----------------------------------------------


def steps_of(
    turns: Sequence[Heard], first: int, then: Heard | None, keeping: Keeping
) -> tuple[list[Step], bool]:
    """The steps of stored turns, where the engine has forgotten them.

    ``turns`` may begin before turn number ``first``, since a story begins where its
    form begins; ``then`` is the turn that came after them. An open form answers every
    message, so it ended before the first one that it did not answer.
    """
    begin = next(n for n, turn in enumerate(turns) if turn.number >= first)
    start = begin
    while (
        start and _form(turns[start]) and _form(turns[start]) == _form(turns[start - 1])
    ):
        start -= 1
    steps: list[Step] = []
    loop = ""
    for turn, following in zip(turns[start:], [*turns[start + 1 :], then], strict=True):
        steps += _written(turn, keeping)
        if _form(turn) and _form(turn) != loop:
            loop = _form(turn)
            steps.append(Step("active_loop", loop))
            steps.append(Step("slot_was_set", _AN_ANSWER))
        if loop and following is not None and _form(following) != loop:
            loop = ""
            steps += [Step("slot_was_set", None), Step("active_loop", None)]
    return steps, start < begin


def _form(turn: Heard) -> str:
    return next((name for name in turn.actions if name.endswith(FORM)), "")


def _written(turn: Heard, keeping: Keeping) -> list[Step]:
    """What was said in a turn, and the actions that answered it."""
    step = Step("intent", turn.intent)
    if turn.kind == "text":
        step = _text_step(keeping(Lesson(turn.intent, turn.text, turn.spans)))
    return [step, *(Step("action", name) for name in turn.actions)]


# --- writing ----------------------------------------------------------------------


def story_text(title: str, steps: Sequence[Step]) -> str:
    """A story as Rasa reads it, in a list of stories that is not indented."""
    lines = [f"- story: {quoted(title)}", "  steps:"]
    for step in steps:
        lines += _lines(step)
    return "\n".join(lines) + "\n"


def _lines(step: Step) -> list[str]:
    named = "null" if step.value is None else step.value
    match step.kind:
        case "user":
            said = ["  - user: |-", f"      {step.value}"]
            return [*said, f"    intent: {step.intent}"]
        case "slot_was_set":
            return ["  - slot_was_set:", f"    - {_ASKING}: {named}"]
        case kind:
            return [f"  - {kind}: {named}"]


def quoted(text: str) -> str:
    """A text of one line as YAML takes it, whatever signs are in it."""
    return json.dumps(text, ensure_ascii=False)
