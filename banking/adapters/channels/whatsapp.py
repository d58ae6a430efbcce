"""WhatsApp's Cloud API, outbound: one bubble, one request, every limit kept.

https://developers.facebook.com/docs/whatsapp/cloud-api/reference/messages
"""

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter

from banking.domain.bubbles import (
    LONGEST_BODY,
    LONGEST_LABEL,
    LONGEST_ROW_DESCRIPTION,
    LONGEST_ROW_TITLE,
    LONGEST_TEXT,
    MOST_BUTTONS,
    MOST_ROWS,
    Bubble,
    Choices,
    DocumentBubble,
    LinkButton,
    Text,
    literals_escaped,
)
from banking.ports.gateway import Conversation, SendFailed

MARKUP = "*_~`>"
CONNECT_SECONDS, READ_SECONDS, UPLOAD_SECONDS = 3.05, 10.0, 30.0
LONGEST_BUTTON_ID, LONGEST_ROW_ID = 256, 200
LONGEST_FILENAME, LONGEST_URL, LONGEST_REFERENCE = 240, 2000, 512
LARGEST_DOCUMENT = 100 * 1024 * 1024
LIST_LABEL = "…"
SERVER_TROUBLE = 500

type Json = dict[str, Any]


class LimitBroken(ValueError):
    """A bubble that the platform would refuse: a fault of ours, found in time."""


@dataclass(frozen=True, slots=True)
class Limit:
    """How long one part of a message may be, in characters."""

    part: str
    shortest: int
    longest: int

    def check(self, text: str) -> str:
        """Return the text if it fits; raise LimitBroken."""
        if not self.shortest <= len(text.strip()) or len(text) > self.longest:
            raise LimitBroken(f"{self.part}: {len(text)} characters")
        return text


TEXT = Limit("text", 1, LONGEST_TEXT)
BODY = Limit("body", 1, LONGEST_BODY)
BUTTON_TITLE = Limit("button title", 1, LONGEST_LABEL)
BUTTON_ID = Limit("button id", 1, LONGEST_BUTTON_ID)
ROW_TITLE = Limit("row title", 1, LONGEST_ROW_TITLE)
ROW_ID = Limit("row id", 1, LONGEST_ROW_ID)
ROW_DESCRIPTION = Limit("row description", 0, LONGEST_ROW_DESCRIPTION)
LINK_LABEL = Limit("link label", 1, LONGEST_LABEL)
LINK_URL = Limit("link", 1, LONGEST_URL)
CAPTION = Limit("caption", 0, LONGEST_BODY)
FILENAME = Limit("file name", 1, LONGEST_FILENAME)
REFERENCE = Limit("reference", 0, LONGEST_REFERENCE)


def build(
    bubble: Bubble, *, media_id: str | None = None, list_label: str = LIST_LABEL
) -> Json:
    """Write a bubble as the platform's message, without its recipient.

    Raises LimitBroken rather than let the platform refuse it.
    """
    match bubble:
        case Text(body):
            text = TEXT.check(_live(body))
            return {"type": "text", "text": {"body": text, "preview_url": False}}
        case Choices(body, options):
            if not 1 <= len(options) <= MOST_ROWS:
                raise LimitBroken(f"{len(options)} choices")
            _different([o.title for o in options], "titles")
            _different([o.handle for o in options], "ids")
            if len(options) <= MOST_BUTTONS:
                return _interactive(body, **_buttons(bubble))
            return _interactive(body, **_list(bubble, list_label))
        case LinkButton(body, label, url):
            parameters = {
                "display_text": LINK_LABEL.check(label),
                "url": LINK_URL.check(url),
            }
            action = {"name": "cta_url", "parameters": parameters}
            return _interactive(body, type="cta_url", action=action)
        case DocumentBubble(filename=filename, caption=caption):
            if media_id is None:
                raise LimitBroken("a document that was not uploaded")
            document = {"id": media_id, "filename": FILENAME.check(filename)}
            if caption:
                document["caption"] = CAPTION.check(_live(caption))
            return {"type": "document", "document": document}


def _buttons(bubble: Choices) -> Json:
    buttons = [
        {
            "type": "reply",
            "reply": {
                "id": BUTTON_ID.check(o.handle),
                "title": BUTTON_TITLE.check(o.title),
            },
        }
        for o in bubble.options
    ]
    return {"type": "button", "action": {"buttons": buttons}}


def _list(bubble: Choices, label: str) -> Json:
    rows = [
        {"id": ROW_ID.check(o.handle), "title": ROW_TITLE.check(o.title)}
        for o in bubble.options
    ]
    for row, option in zip(rows, bubble.options, strict=True):
        if option.description:
            row["description"] = ROW_DESCRIPTION.check(option.description)
    action = {"button": BUTTON_TITLE.check(label), "sections": [{"rows": rows}]}
    return {"type": "list", "action": action}


def _interactive(body: str, **form: Any) -> Json:
    text = BODY.check(_live(body))
    return {"type": "interactive", "interactive": form | {"body": {"text": text}}}


def _live(text: str) -> str:
    return literals_escaped(text, MARKUP)


def _different(values: list[str], what: str) -> None:
    if len(set(values)) != len(values):
        raise LimitBroken(f"two equal {what}")


@dataclass(frozen=True, slots=True)
class WhatsApp:
    """The messages and media endpoints of one business number."""

    graph_url: str
    version: str
    phone_number_id: str
    access_token: str = field(repr=False)
    session: requests.Session = field(repr=False)
    list_label: str = LIST_LABEL

    @classmethod
    def create(
        cls,
        *,
        graph_url: str,
        version: str,
        phone_number_id: str,
        access_token: str,
        connections: int = 16,
    ) -> "WhatsApp":
        """Build a client with a pool of connections of its own."""
        if urlsplit(graph_url).scheme not in ("http", "https"):
            raise ValueError("WHATSAPP_GRAPH_URL is no web address")
        session = requests.Session()
        # Neither .netrc nor proxies of the environment may meet the token.
        session.trust_env = False
        # No retries down here: only the outbox knows whether one is harmless.
        pool = HTTPAdapter(pool_connections=2, pool_maxsize=connections, max_retries=0)
        session.mount("http://", pool)
        session.mount("https://", pool)
        url = graph_url.rstrip("/")
        return cls(url, version, phone_number_id, access_token, session)

    def send(
        self,
        conversation: Conversation,
        bubble: Bubble,
        *,
        reference: str,
        media_id: str | None = None,
        quote: str | None = None,
    ) -> str:
        """Send one bubble and return WhatsApp's id for it; raise SendFailed."""
        try:
            message = build(bubble, media_id=media_id, list_label=self.list_label)
            REFERENCE.check(reference)
        except LimitBroken as broken:
            # As the platform would have said it, and without asking it.
            raise SendFailed(131008, 400) from broken
        body: Json = {
            "messaging_product": "whatsapp",
            "recipient_type": "individual",
            **_recipient(conversation),
            **message,
            "biz_opaque_callback_data": reference,
        }
        if quote:
            body["context"] = {"message_id": quote}
        answer = self._post("messages", read_seconds=READ_SECONDS, json=body)
        try:
            return str(answer["messages"][0]["id"])
        except (KeyError, IndexError, TypeError):
            raise SendFailed(None, 200, unknown=True) from None

    def upload(self, content: bytes, *, filename: str, mime: str) -> str:
        """Hand over a file and return its media id; raise SendFailed."""
        if len(content) > LARGEST_DOCUMENT:
            raise SendFailed(131053, 400)
        answer = self._post(
            "media",
            read_seconds=UPLOAD_SECONDS,
            data={"messaging_product": "whatsapp", "type": mime},
            files={"file": (filename, content, mime)},
        )
        media_id = answer.get("id")
        if not isinstance(media_id, str):
            raise SendFailed(None, 200)
        return media_id

    def mark_read(self, channel_id: str, *, typing: bool) -> None:
        """Show the blue ticks, and the dots of somebody typing; raise SendFailed."""
        body: Json = {
            "messaging_product": "whatsapp",
            "status": "read",
            "message_id": channel_id,
        }
        if typing:
            body["typing_indicator"] = {"type": "text"}
        self._post("messages", read_seconds=CONNECT_SECONDS, json=body)

    def _post(self, path: str, *, read_seconds: float, **content: Any) -> Json:
        url = f"{self.graph_url}/{self.version}/{self.phone_number_id}/{path}"
        try:
            response = self.session.post(
                url,
                headers={"Authorization": f"Bearer {self.access_token}"},
                timeout=(CONNECT_SECONDS, read_seconds),
                # The token goes to the configured host and nowhere else.
                allow_redirects=False,
                **content,
            )
        except requests.ConnectTimeout:
            raise SendFailed(None) from None
        except requests.ConnectionError as lost:
            # Refused outright is certain; a connection lost half-way is not.
            raise SendFailed(None, unknown=not _never_connected(lost)) from None
        except requests.RequestException:
            raise SendFailed(None, unknown=True) from None
        if response.ok and not response.is_redirect:
            try:
                answer = response.json()
            except ValueError:
                answer = None
            if isinstance(answer, dict):
                return answer
            raise SendFailed(None, response.status_code, unknown=True)
        raise _failure(response)


def _recipient(conversation: Conversation) -> Json:
    if conversation.phone:
        return {"to": conversation.phone}
    if conversation.user_id:
        return {"recipient": conversation.user_id}
    # Let go of since the bubble was written: there is nobody to send it to.
    raise SendFailed(131026, 400)


def _failure(response: requests.Response) -> SendFailed:
    """Read the platform's error; its message may hold a phone number and is left."""
    code = None
    try:
        error = response.json()["error"]
        code = error["code"] if type(error["code"]) is int else None
    except (ValueError, KeyError, TypeError):
        pass
    return SendFailed(
        code,
        response.status_code,
        retry_after=_seconds(response.headers.get("Retry-After")),
        unknown=code is None and response.status_code >= SERVER_TROUBLE,
    )


def _seconds(text: str | None) -> float | None:
    return float(text) if text and text.isascii() and text.isdigit() else None


def _never_connected(error: requests.ConnectionError) -> bool:
    # urllib3's own exception for this is wrapped in a "max retries" one.
    return "NewConnectionError" in repr(error)
