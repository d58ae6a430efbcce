"""How values look on the desk: times, shares, marks in a text, changed lines."""

import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any
from zlib import crc32
from zoneinfo import ZoneInfo

from banking.domain.examples import Span
from banking.domain.nlu_scores import FALLBACK

_INTENTS = Path(__file__).with_name("intents.toml")
_WORD = re.compile(r"\S+")
# Each has a colour of its own in desk.css; others share what is left.
_TINTS = (
    "amount",
    "currency",
    "date",
    "person",
    "company",
    "phone",
    "card",
    "account",
    "biller",
    "category",
    "number",
    "percent",
)
_DAY = 86_400
_TURNING = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)], "⇄")


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a text: plain where ``entity`` is "". Ends are as in Span."""

    text: str = field(repr=False)
    start: int
    end: int
    entity: str = ""


@dataclass(frozen=True, slots=True)
class DiffLine:
    """A line of a change: ``kind`` is "file", "place", "added", "removed", "same"."""

    kind: str
    text: str = field(repr=False)


def pieces(text: str, spans: Iterable[Span]) -> list[Piece]:
    """Cut a text at its marks; what overlaps or lies outside is left unmarked."""
    made, at = [], 0
    for span in sorted(spans):
        if span.start < at or span.end > len(text) or span.start >= span.end:
            continue
        if at < span.start:
            made.append(Piece(text[at : span.start], at, span.start))
        made.append(
            Piece(text[span.start : span.end], span.start, span.end, span.entity)
        )
        at = span.end
    if at < len(text):
        made.append(Piece(text[at:], at, len(text)))
    return made


def plain(text: str) -> str:
    """The text with its marks that turn the direction seen, one for one.

    They make a trainer read another text than the one that would be written.
    """
    return text.translate(_TURNING)


def words(text: str) -> list[Piece]:
    """The words of a text, for choosing some without a mouse."""
    return [Piece(m[0], m.start(), m.end()) for m in _WORD.finditer(text)]


def tint(entity: str) -> int:
    """Which of the colours an entity has."""
    if entity in _TINTS:
        return _TINTS.index(entity)
    return crc32(entity.encode()) % len(_TINTS)


def in_order(entities: Iterable[str]) -> list[str]:
    """Entities as a trainer needs them: the most usual first."""
    known = {entity: place for place, entity in enumerate(_TINTS)}
    return sorted(entities, key=lambda name: (known.get(name, len(known)), name))


def diff_lines(diff: str) -> Iterator[DiffLine]:
    """Read a unified diff."""
    for line in diff.splitlines():
        if line.startswith("--- "):
            continue
        if line.startswith("+++ "):
            yield DiffLine("file", line[4:].split("\t")[0].removeprefix("b/"))
        elif line.startswith("@@"):
            yield DiffLine("place", _place(line))
        elif line.startswith("+"):
            yield DiffLine("added", line[1:])
        elif line.startswith("-"):
            yield DiffLine("removed", line[1:])
        else:
            yield DiffLine("same", line[1:])


def _place(line: str) -> str:
    found = re.match(r"@@ -\d+(?:,\d+)? \+(\d+)", line)
    return f"line {found[1]}" if found else line


@cache
def intent_words() -> Mapping[str, str]:
    """What a customer means by each intent, in one line."""
    told = tomllib.loads(_INTENTS.read_text(encoding="utf-8"))
    return {name: str(words) for name, words in told.items()}


def meaning(intent: str) -> str:
    """One line about an intent; "" where nobody wrote one."""
    return intent_words().get(intent) or intent_words().get(
        intent.partition("/")[0], ""
    )


def understood(intent: str) -> str:
    """What a message was taken for, as a trainer may read it."""
    return "not understood" if intent == FALLBACK else intent or "nothing"


def percent(share: float) -> str:
    """A share of 1 as "87 %"."""
    return f"{round(share * 100)} %"


def plural(count: int, one: str, many: str = "") -> str:
    """Write a count with its noun: 1 message, 2 messages."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def filters(
    timezone: ZoneInfo, now: Callable[[], datetime]
) -> dict[str, Callable[..., Any]]:
    """What templates may say of a value."""

    def moment(at: datetime) -> str:
        here, today = at.astimezone(timezone), now().astimezone(timezone)
        clock = here.strftime("%H:%M")
        if here.date() == today.date():
            return f"today {clock}"
        if (today.date() - here.date()).days == 1:
            return f"yesterday {clock}"
        day = f"{here.day} {here.strftime('%b')}"
        return f"{day} {clock}" if here.year == today.year else f"{day} {here.year}"

    def ago(at: datetime) -> str:
        seconds = int((now() - at).total_seconds())
        if seconds < 60:  # noqa: PLR2004 - a minute
            return "now"
        if seconds < 3600:  # noqa: PLR2004 - an hour
            return f"{seconds // 60} min"
        if seconds < _DAY:
            return f"{seconds // 3600} h"
        return plural(seconds // _DAY, "day")

    def parsed(at: str) -> datetime:
        return datetime.fromisoformat(at)

    return {
        "moment": moment,
        "ago": ago,
        "parsed": parsed,
        "percent": percent,
        "plural": plural,
        "pieces": pieces,
        "plain": plain,
        "words": words,
        "tint": tint,
        "meaning": meaning,
        "understood": understood,
        "diff_lines": lambda diff: list(diff_lines(diff)),
    }


def chosen(values: Sequence[str], known: Iterable[str]) -> list[str]:
    """Those of some values that are known, each once, in the order of the known."""
    return [name for name in known if name in values]
