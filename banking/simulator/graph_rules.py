"""What `POST /messages` accepts: every limit of the platform, as a table.

`check_message` returns nothing and raises GraphError for the first fault, with
the code Meta uses: 100 for the frame and texts, 131008 for what is missing,
131009 for values that are not allowed.
"""

import re
from collections.abc import Callable
from typing import Any

from banking.simulator.graph_errors import GraphError, invalid, missing

type Json = dict[str, Any]

TEXT = 4096
INTERACTIVE_BODY = 1024
CAPTION = 1024
HEADER = FOOTER = 60
BUTTON_TITLE = 20
ROW_TITLE = SECTION_TITLE = 24
ROW_DESCRIPTION = 72
CALLBACK_DATA = 512
URL = 2000
REPLY_BUTTONS = 3
LIST_ROWS = LIST_SECTIONS = 10


def check_message(body: Json) -> None:
    """Refuse what Meta would refuse; does not look at recipient or media."""
    if body.get("recipient_type", "individual") != "individual":
        raise GraphError(100, "Param recipient_type must be one of {individual}")
    data = body.get("biz_opaque_callback_data")
    if data is not None and not (isinstance(data, str) and len(data) <= CALLBACK_DATA):
        raise invalid(f"biz_opaque_callback_data: at most {CALLBACK_DATA} characters")
    context = body.get("context")
    if context is not None:
        _text(_object(body, "context"), "message_id", 256)
    kind = body.get("type", "text")
    check = CHECKS.get(kind) if isinstance(kind, str) else None
    if check is None:
        allowed = ", ".join(sorted(CHECKS)).upper()
        raise GraphError(100, f'Param type must be one of {{{allowed}}} - got "{kind}"')
    if kind == "contacts":
        _contacts(body)
    else:
        if kind not in body:
            raise missing(kind)
        check(_object(body, kind))


def _object(parent: Json, name: str) -> Json:
    value = parent.get(name)
    if value is None:
        raise missing(name)
    if not isinstance(value, dict):
        raise GraphError(100, f"Param {name} must be a JSON object.")
    return value


def _items(parent: Json, name: str, most: int) -> list[Json]:
    value = parent.get(name)
    if value is None:
        raise missing(name)
    if not isinstance(value, list) or not all(isinstance(v, dict) for v in value):
        raise GraphError(100, f"Param {name} must be an array.")
    if not 1 <= len(value) <= most:
        raise invalid(f"Invalid {name} count. Min allowed {name}: 1, max: {most}")
    return value


def _text(parent: Json, name: str, longest: int) -> str:
    if name not in parent:
        raise missing(name)
    value = parent[name]
    if not isinstance(value, str):
        raise GraphError(100, f"Param {name} must be a string.")
    if not 1 <= len(value) <= longest or not value.strip():
        raise invalid(f"{name} length invalid. Min length: 1, Max length: {longest}")
    return value


def _optional_text(parent: Json, name: str, longest: int) -> None:
    if name in parent:
        _text(parent, name, longest)


def _only(parent: Json, where: str, *names: str) -> None:
    for key in parent:
        if key not in names:
            raise GraphError(100, f'Unexpected key "{key}" on param "{where}".')


def _unique(values: list[str], what: str) -> None:
    if len(set(values)) != len(values):
        raise invalid(f"Duplicated {what}")


def _url(value: str) -> None:
    if not re.fullmatch(r"https?://[^\s<>\"]+", value):
        raise invalid(f"Invalid url: {value[:80]}")


def _plain_text(text: Json) -> None:
    _only(text, "text", "body", "preview_url")
    body = text.get("body")
    if not isinstance(body, str) or not body.strip():
        raise GraphError(100, "The parameter text['body'] is required.")
    if len(body) > TEXT:
        raise GraphError(
            100, f"Param text['body'] must be at most {TEXT} characters long."
        )
    if not isinstance(text.get("preview_url", False), bool):
        raise GraphError(100, "Param text['preview_url'] must be a boolean.")


def _interactive(interactive: Json) -> None:
    _only(interactive, "interactive", "type", "header", "body", "footer", "action")
    kind = _text(interactive, "type", 64)
    check = INTERACTIVE.get(kind)
    if check is None:
        allowed = ", ".join(INTERACTIVE)
        raise invalid(f"interactive type must be one of {allowed}: got {kind}")
    _text(_object(interactive, "body"), "text", INTERACTIVE_BODY)
    if "footer" in interactive:
        _text(_object(interactive, "footer"), "text", FOOTER)
    if "header" in interactive:
        _header(_object(interactive, "header"), text_only=kind != "button")
    check(_object(interactive, "action"))


def _header(header: Json, *, text_only: bool) -> None:
    kind = _text(header, "type", 20)
    if kind == "text":
        _text(header, "text", HEADER)
    elif text_only or kind not in ("image", "video", "document"):
        raise invalid(f"header type {kind} is not allowed here")
    else:
        _media(header, kind)


def _reply_buttons(action: Json) -> None:
    _only(action, "action", "buttons")
    replies = []
    for button in _items(action, "buttons", REPLY_BUTTONS):
        if button.get("type") != "reply":
            raise invalid("Button type must be reply")
        reply = _object(button, "reply")
        _only(reply, "reply", "id", "title")
        _text(reply, "id", 256)
        _text(reply, "title", BUTTON_TITLE)
        replies.append(reply)
    _unique([reply["id"] for reply in replies], "button id")
    _unique([reply["title"] for reply in replies], "button title")


def _list(action: Json) -> None:
    _only(action, "action", "button", "sections")
    _text(action, "button", BUTTON_TITLE)
    sections = _items(action, "sections", LIST_SECTIONS)
    rows: list[Json] = []
    for section in sections:
        if len(sections) > 1 or "title" in section:
            _text(section, "title", SECTION_TITLE)
        rows += _items(section, "rows", LIST_ROWS)
    if len(rows) > LIST_ROWS:
        raise invalid(f"Total row count exceed max allowed count: {LIST_ROWS}")
    for row in rows:
        _only(row, "row", "id", "title", "description")
        _text(row, "id", 200)
        _text(row, "title", ROW_TITLE)
        _optional_text(row, "description", ROW_DESCRIPTION)
    _unique([row["id"] for row in rows], "row id")


def _link_button(action: Json) -> None:
    if action.get("name") != "cta_url":
        raise invalid("action name must be cta_url")
    parameters = _object(action, "parameters")
    _only(parameters, "parameters", "display_text", "url")
    _text(parameters, "display_text", BUTTON_TITLE)
    _url(_text(parameters, "url", URL))


def _flow(action: Json) -> None:
    if action.get("name") != "flow":
        raise invalid("action name must be flow")
    parameters = _object(action, "parameters")
    if ("flow_id" in parameters) == ("flow_name" in parameters):
        raise invalid("exactly one of flow_id and flow_name")
    _text(parameters, "flow_cta", 30)
    payload = parameters.get("flow_action_payload")
    if isinstance(payload, dict) and payload.get("data") == {}:
        raise invalid("flow_action_payload data must not be empty")


def _location_request(action: Json) -> None:
    if action.get("name") != "send_location":
        raise invalid("action name must be send_location")


def _media(parent: Json, kind: str) -> None:
    media = _object(parent, kind)
    if ("id" in media) == ("link" in media):
        raise GraphError(100, f"Param {kind} needs exactly one of id and link.")
    if "link" in media:
        _url(_text(media, "link", URL))
    else:
        _text(media, "id", 128)
    if kind in ("audio", "sticker") and "caption" in media:
        raise GraphError(100, f'Unexpected key "caption" on param "{kind}".')
    if kind != "document" and "filename" in media:
        raise GraphError(100, f'Unexpected key "filename" on param "{kind}".')
    _optional_text(media, "caption", CAPTION)
    _optional_text(media, "filename", 240)


def _media_check(kind: str) -> Callable[[Json], None]:
    return lambda media: _media({kind: media}, kind)


def _location(location: Json) -> None:
    for name, edge in (("latitude", 90), ("longitude", 180)):
        try:
            value = float(location[name])
        except KeyError:
            raise missing(name) from None
        except (TypeError, ValueError):
            raise invalid(f"{name} must be a number") from None
        if not -edge <= value <= edge:
            raise invalid(f"{name} must be within {edge} degrees")


def _contacts(body: Json) -> None:
    for contact in _items(body, "contacts", 257):
        _text(_object(contact, "name"), "formatted_name", 256)


def _reaction(reaction: Json) -> None:
    _text(reaction, "message_id", 256)
    if not isinstance(reaction.get("emoji"), str):
        raise missing("emoji")


def _template(template: Json) -> None:
    name = _text(template, "name", 512)
    if not re.fullmatch(r"[a-z0-9_]+", name):
        raise invalid("template name: lower-case letters, digits and _ only")
    _text(_object(template, "language"), "code", 16)


CHECKS: dict[str, Callable[[Json], None]] = {
    "text": _plain_text,
    "interactive": _interactive,
    "location": _location,
    "contacts": lambda _: None,  # a list, checked by _contacts
    "reaction": _reaction,
    "template": _template,
    **{
        kind: _media_check(kind)
        for kind in ("audio", "document", "image", "sticker", "video")
    },
}

INTERACTIVE: dict[str, Callable[[Json], None]] = {
    "button": _reply_buttons,
    "list": _list,
    "cta_url": _link_button,
    "flow": _flow,
    "location_request_message": _location_request,
}
