"""What the bank says in a chat, before any messenger's form is known."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

# The narrowest messenger we speak to sets the limits (WhatsApp Cloud API, v25).
LONGEST_TEXT = 4096
LONGEST_BODY = 1024
LONGEST_LABEL = 20
LONGEST_ROW_TITLE = 24
LONGEST_ROW_DESCRIPTION = 72
MOST_BUTTONS = 3
MOST_ROWS = 10

# Fragments a customer chose (names, references) travel between these two private
# marks, so that a channel can switch its own markup off inside them.
_OPEN, _CLOSE = "\ue000", "\ue001"

# Every bubble names the ``response`` of `domain.yml` that it is made of, "" where it is
# made of none. The name is kept beside what was said and never shown; bubbles of the
# same words are equal whatever they are called.


@dataclass(frozen=True, slots=True)
class Text:
    """Words alone."""

    body: str
    response: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Option:
    """One choice. ``payload`` never leaves the bank; ``handle`` stands in for it."""

    title: str
    payload: str
    description: str = ""
    handle: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Choices:
    """A question with answers to tap; typing one works as well."""

    body: str
    options: tuple[Option, ...]
    response: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class LinkButton:
    """Words and one button that opens a page of the bank."""

    body: str
    label: str
    url: str
    response: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class DocumentBubble:
    """A file; its bytes are fetched by id when it is sent."""

    document_id: str
    filename: str
    caption: str = ""
    response: str = field(default="", compare=False)


type Bubble = Text | Choices | LinkButton | DocumentBubble


class UnknownBubble(ValueError):
    """A reply, or a stored row, that is none of the four kinds."""


def literal(fragment: str) -> str:
    """Mark words that a customer chose, so that no markup in them comes alive."""
    return f"{_OPEN}{fragment.replace(_OPEN, '').replace(_CLOSE, '')}{_CLOSE}"


def unmarked(text: str) -> str:
    """Return the text without the marks of ``literal``."""
    return text.replace(_OPEN, "").replace(_CLOSE, "")


def literals_escaped(text: str, markup: str) -> str:
    """Take the marks away and put a zero-width space after each markup character.

    Messengers know no escape character; a zero-width space beside the character
    keeps it visible and without effect.
    """
    if _OPEN not in text:
        return text

    def inert(found: re.Match[str]) -> str:
        return "".join(f"{c}\u200b" if c in markup else c for c in found[1])

    return unmarked(re.sub(f"{_OPEN}([^{_CLOSE}]*){_CLOSE}", inert, text))


def from_reply(
    text: str | None,
    buttons: Sequence[Mapping[str, Any]],
    custom: Mapping[str, Any] | None,
    response: str = "",
) -> list[Bubble]:
    """Read one reply of the dialogue engine, made of this ``response``.

    Only bodies and captions know markup, so only they keep the marks of ``literal``.

    Raises UnknownBubble for a custom part of an unknown type: such a thing is for
    the log, never for a customer.
    """
    bubbles: list[Bubble] = []
    options = tuple(
        Option(
            unmarked(str(b["title"])),
            unmarked(str(b.get("payload") or b["title"])),
            unmarked(str(b.get("description") or "")),
        )
        for b in buttons
        if b.get("title")
    )
    if options:
        bubbles.append(Choices(text or "", options))
    elif text:
        bubbles.append(Text(text))
    if custom:
        bubbles.append(_custom(custom))
    return [replace(bubble, response=response) for bubble in bubbles]


def _custom(custom: Mapping[str, Any]) -> Bubble:
    match custom.get("type"):
        case "link":
            label = unmarked(str(custom["label"]))
            if len(label) > LONGEST_LABEL:
                # "Confirm USD 10,00…" could be any amount.
                label = unmarked(str(custom.get("short_label") or label))
            return LinkButton(
                str(custom["text"]),
                label,
                unmarked(str(custom["url"])),
            )
        case "document":
            return DocumentBubble(
                unmarked(str(custom["document_id"])),
                unmarked(str(custom["filename"])),
                str(custom.get("caption") or ""),
            )
        case "choices":
            # Descriptions of list rows do not survive Rasa's own button format.
            found = from_reply(
                str(custom.get("text") or ""), custom.get("options") or (), None
            )
            return found[0] if found else Text("")
        case kind:
            raise UnknownBubble(str(kind))


def fit(bubble: Bubble) -> list[Bubble]:
    """Return the bubble as one or more that keep every limit, in reading order."""
    return [replace(part, response=bubble.response) for part in _fitted(bubble)]


def _fitted(bubble: Bubble) -> list[Bubble]:
    match bubble:
        case Text(body):
            return [Text(part) for part in split(body, LONGEST_TEXT)]
        case Choices(body, options) if len(options) > MOST_ROWS:
            numbered = "\n".join(
                f"{number}. {option.title}"
                + (f" · {option.description}" if option.description else "")
                for number, option in enumerate(options, 1)
            )
            return fit(Text(f"{body}\n\n{numbered}"))
        case Choices(body, options) if not options:
            return fit(Text(body))
        case Choices(body, options):
            *before, last = split(body or "…", LONGEST_BODY)
            return [*map(Text, before), Choices(last, _unique(options))]
        case LinkButton(body, label, url):
            *before, last = split(body or label, LONGEST_BODY)
            return [
                *map(Text, before),
                LinkButton(last, cut(label, LONGEST_LABEL), url),
            ]
        case DocumentBubble(caption=caption):
            first, *rest = split(caption, LONGEST_BODY) or [""]
            return [replace(bubble, caption=first), *map(Text, rest)]


def split(text: str, longest: int) -> list[str]:
    """Cut a long text where a reader would: paragraph, line, sentence, word.

    Nothing but white space is lost. An empty text gives no part at all.
    """
    parts = []
    rest = text.strip()
    while len(rest) > longest:
        window = rest[:longest]
        # A cut in the first half would leave a stub; then the next way is tried.
        for mark in ("\n\n", "\n", ". ", " "):
            at = window.rfind(mark, longest // 2)
            if at > 0:
                at += len(mark.rstrip())
                break
        else:
            at = longest
        parts.append(rest[:at].rstrip())
        rest = rest[at:].lstrip()
    return [*parts, rest] if rest else parts


def cut(title: str, longest: int) -> str:
    """Shorten a title, showing that something is missing."""
    title = " ".join(title.split())
    return title if len(title) <= longest else title[: longest - 1].rstrip() + "…"


def _unique(options: Sequence[Option]) -> tuple[Option, ...]:
    """Cut titles to what fits, and keep them different from each other.

    A messenger refuses a whole message over two equal titles; "Savings account o…"
    twice would also leave the customer guessing.
    """
    longest = LONGEST_LABEL if len(options) <= MOST_BUTTONS else LONGEST_ROW_TITLE
    taken: set[str] = set()
    fitted = []
    for option in options:
        title, number = cut(option.title, longest) or "…", 1
        while title in taken:
            number += 1
            tail = f" {number}"
            title = cut(option.title, longest - len(tail)) + tail
        taken.add(title)
        fitted.append(
            replace(
                option,
                title=title,
                description=cut(option.description, LONGEST_ROW_DESCRIPTION),
            )
        )
    return tuple(fitted)


def to_json(bubble: Bubble) -> str:
    """Write a bubble for storage, without the payloads of its options.

    Payloads live in the handles table alone, where they can be used once.
    """
    match bubble:
        case Text(body):
            row: dict[str, Any] = {"kind": "text", "body": body}
        case Choices(body, options):
            row = {
                "kind": "choices",
                "body": body,
                "options": [[o.title, o.description, o.handle] for o in options],
            }
        case LinkButton(body, label, url):
            row = {"kind": "link", "body": body, "label": label, "url": url}
        case DocumentBubble(document_id, filename, caption):
            row = {
                "kind": "document",
                "document_id": document_id,
                "filename": filename,
                "caption": caption,
            }
    return json.dumps(row, ensure_ascii=False, separators=(",", ":"))


def from_json(text: str) -> Bubble:
    """Read a stored bubble back."""
    row = json.loads(text)
    match row["kind"]:
        case "text":
            return Text(row["body"])
        case "choices":
            options = tuple(
                Option(title, "", description, handle)
                for title, description, handle in row["options"]
            )
            return Choices(row["body"], options)
        case "link":
            return LinkButton(row["body"], row["label"], row["url"])
        case "document":
            return DocumentBubble(row["document_id"], row["filename"], row["caption"])
        case kind:
            raise UnknownBubble(str(kind))
