"""One message as the phone shows it, and what a request of the bank looks like."""

import re
from dataclasses import dataclass, field, replace
from typing import Any, Literal, Self

type Json = dict[str, Any]
type Side = Literal["bank", "customer"]

RANK = {"pending": 0, "sent": 1, "delivered": 2, "read": 3, "failed": 4}


@dataclass(frozen=True, slots=True)
class ChatMessage:
    """A bubble. `parts` holds what is more than text: buttons, list, document …

    `at` and the times in `statuses` are ISO 8601 in UTC. `seq` grows with every
    message of the simulator and is 0 until the message has been stored.
    """

    id: str
    address: str
    side: Side
    kind: str
    at: str
    text: str = ""
    parts: Json = field(default_factory=dict)
    context: str | None = None
    statuses: tuple[Json, ...] = ()
    reactions: Json = field(default_factory=dict)
    edited: bool = False
    revoked: bool = False
    seq: int = 0

    @property
    def status(self) -> str:
        """The furthest step reached, whatever order the steps came in."""
        steps = [step["status"] for step in self.statuses]
        return max(steps, key=RANK.__getitem__, default="pending")

    def reached(self, status: str, at: str) -> Self:
        if any(step["status"] == status for step in self.statuses):
            return self
        return replace(self, statuses=(*self.statuses, {"status": status, "at": at}))

    def reacted(self, side: Side, emoji: str) -> Self:
        others = {who: what for who, what in self.reactions.items() if who != side}
        return replace(self, reactions={**others, side: emoji} if emoji else others)

    def as_json(self) -> Json:
        return {
            "seq": self.seq,
            "id": self.id,
            "phone": self.address,
            "from": self.side,
            "type": self.kind,
            "at": self.at,
            "text": self.text,
            **self.parts,
            "context": self.context,
            "status": self.status,
            "statuses": list(self.statuses),
            "reactions": self.reactions,
            "edited": self.edited,
            "revoked": self.revoked,
        }


def kind_of(body: Json) -> str:
    """`text`, `document` …; interactive messages go by their own type."""
    kind = str(body.get("type", "text"))
    return str(body["interactive"]["type"]) if kind == "interactive" else kind


def text_of(body: Json) -> str:
    """The words of a message the bank sends, as the phone shows them."""
    kind = body.get("type", "text")
    content = body[kind]
    match kind:
        case "text":
            return str(content["body"])
        case "interactive":
            return str(content["body"]["text"])
        case "template":
            return _template_text(content)
        case "location":
            name, address = content.get("name"), content.get("address")
            return "\n".join(line for line in (name, address) if line)
        case "contacts":
            return ", ".join(c["name"]["formatted_name"] for c in content)
        case _:
            return str(content.get("caption", ""))


def parts_of(body: Json) -> Json:
    """Buttons, list, link, header, footer, document … of a message of the bank."""
    kind = body.get("type", "text")
    if kind != "interactive":
        return {} if kind in ("text", "template") else {kind: body[kind]}
    interactive = body["interactive"]
    parts: Json = {
        name: interactive[name]["text"]
        for name in ("header", "footer")
        if "text" in interactive.get(name, {})
    }
    action = interactive["action"]
    match interactive["type"]:
        case "button":
            parts["buttons"] = [button["reply"] for button in action["buttons"]]
        case "list":
            parts["list"] = {
                "button": action["button"],
                "sections": action["sections"],
            }
        case "cta_url":
            parameters = action["parameters"]
            parts["link"] = {
                "label": parameters["display_text"],
                "url": parameters["url"],
            }
        case "flow":
            parts["flow"] = action["parameters"]
    return parts


def option_of(message: ChatMessage, option_id: str) -> Json | None:
    """The button or list row with this id, as the phone would send it back."""
    for button in message.parts.get("buttons", ()):
        if button["id"] == option_id:
            return {"type": "button_reply", "button_reply": dict(button)}
    for section in message.parts.get("list", {}).get("sections", ()):
        for row in section["rows"]:
            if row["id"] == option_id:
                return {"type": "list_reply", "list_reply": dict(row)}
    return None


def pdf_pages(content: bytes) -> int | None:
    """How many pages a PDF says it has; dictionaries stay readable in locked ones."""
    if not content.startswith(b"%PDF-"):
        return None
    return len(re.findall(rb"/Type\s*/Page(?![a-zA-Z])", content)) or None


def _template_text(template: Json) -> str:
    words = [
        str(parameter.get("text", ""))
        for component in template.get("components", ())
        for parameter in component.get("parameters", ())
        if parameter.get("type") == "text"
    ]
    return " · ".join([template["name"].replace("_", " "), *words])
