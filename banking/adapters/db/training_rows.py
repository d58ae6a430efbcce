"""Rows of turns, items and changes, read and written."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from sqlalchemy import RowMapping

from banking.domain.examples import Lesson, Span, trimmed
from banking.domain.inbox import Heard, Reason
from banking.domain.own_name import without_own_name
from banking.ports.inbox import InboxItem, State
from banking.ports.language_files import Taught
from banking.ports.lessons import ExampleChange


def heard(row: Any) -> Heard:
    """A turn, without the writer's own name, whoever reads it for teaching.

    Rasa counts an entity's places in the text that it was given.
    """
    text = without_own_name(row.text.strip(), row.writer)
    # The channel puts one unseen character before a slash.
    shift = -1 if text.startswith("/") else 0
    return Heard(
        number=row.number,
        conversation_id=row.conversation_id,
        at=row.at,
        kind=row.kind or "",
        text=text,
        intent=row.intent,
        confidence=row.confidence,
        ranking=ranking(row.ranking),
        spans=trimmed(
            text,
            (
                Span(e["start"] + shift, e["end"] + shift, str(e["entity"]))
                for e in row.entities
                if isinstance(e.get("start"), int) and isinstance(e.get("end"), int)
            ),
        ),
        actions=tuple(row.actions),
        responses=tuple(row.responses),
        message_id=row.message_id,
        title=row.title,
    )


def ranking(stored: Any) -> tuple[tuple[str, float], ...]:
    return tuple((str(name), float(confidence)) for name, confidence in stored)


def spans_kept(spans: tuple[Span, ...]) -> list[list[Any]]:
    return [[span.start, span.end, span.entity] for span in spans]


def spans(stored: Any) -> tuple[Span, ...]:
    return tuple(Span(*one) for one in stored)


def lesson_kept(lesson: Lesson | None) -> dict[str, Any] | None:
    if lesson is None:
        return None
    kept = spans_kept(lesson.spans)
    return {"intent": lesson.intent, "text": lesson.text, "spans": kept}


def item(row: RowMapping) -> InboxItem:
    stored = row["lesson"]
    lesson = stored and Lesson(stored["intent"], stored["text"], spans(stored["spans"]))
    return InboxItem(
        id=row["id"],
        turn=row["turn"],
        conversation_id=row["conversation_id"],
        at=row["at"],
        text=row["text"],
        intent=row["intent"],
        confidence=row["confidence"],
        ranking=ranking(row["ranking"]),
        spans=spans(row["spans"]),
        reasons=tuple(sorted(Reason(name) for name in row["reasons"])),
        suggested=row["suggested"],
        reading=row["reading"],
        group=row["group"],
        state=State(row["state"]),
        decided_by=row["decided_by"],
        decided_at=row["decided_at"],
        lesson=lesson or None,
        change=row["change_id"],
    )


def taught_kept(taught: Taught) -> dict[str, Any]:
    return asdict(taught)


def change(row: RowMapping) -> ExampleChange:
    return ExampleChange(
        id=row["id"],
        at=row["at"],
        by=row["by"],
        taught=tuple(Taught(**line) for line in row["taught"]),
        diff=row["diff"],
        reverted_at=row["reverted_at"],
        reverted_by=row["reverted_by"],
    )
