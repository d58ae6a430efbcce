"""A bank of a dozen lines: checks signatures, remembers webhooks, answers via Graph.

It stands in for the product so that the simulator is tested alone. It is an
ASGI application and can also be run: `python -m tests.simulator.fake_bank`.
"""

import asyncio
import hashlib
import hmac
import json
import os
from dataclasses import dataclass, field
from typing import Any

import httpx
from fastapi import FastAPI, Request
from fastapi.responses import PlainTextResponse, Response

type Json = dict[str, Any]

MENU = [
    ("balance", "How much I have", "All your accounts"),
    ("pay", "Send money", "To a name, phone or account"),
    ("history", "Last payments", "And search in them"),
    ("statement", "A statement", "As a PDF, for any period"),
    ("limits", "My limits", "What I can still send today"),
    ("person", "Talk to a person", "Weekdays from 8 to 18"),
]


@dataclass
class FakeBank:
    """What it heard, and how it should behave."""

    app_secret: str
    verify_token: str = "verify"
    answers: list[int] = field(default_factory=list)
    """Status codes to give to the next webhooks; 200 once they run out."""
    bodies: list[bytes] = field(default_factory=list)
    trusted: list[bool] = field(default_factory=list)
    said: list[Json] = field(default_factory=list)
    """Messages of customers from webhooks it accepted."""
    statuses: list[Json] = field(default_factory=list)
    knows_what_to_say: asyncio.Event = field(default_factory=asyncio.Event)
    """While it is not set, the bank is typing."""

    def heard(self, body: bytes, signature: str) -> int:
        digest = hmac.new(self.app_secret.encode(), body, hashlib.sha256).hexdigest()
        self.bodies.append(body)
        self.trusted.append(hmac.compare_digest(signature, f"sha256={digest}"))
        if not self.trusted[-1]:
            return 403
        status = self.answers.pop(0) if self.answers else 200
        if status == 200:
            for entry in json.loads(body)["entry"]:
                for change in entry["changes"]:
                    self.said += change["value"].get("messages", [])
                    self.statuses += change["value"].get("statuses", [])
        return status


@dataclass(frozen=True)
class Graph:
    """The bank's side of the Graph API."""

    client: httpx.AsyncClient
    number: str
    token: str

    async def post(self, body: Json) -> httpx.Response:
        return await self.client.post(
            f"/v25.0/{self.number}/messages",
            json={"messaging_product": "whatsapp", **body},
            headers={"authorization": f"Bearer {self.token}"},
        )

    async def say(self, to: str, text: str) -> None:
        await self.post({"to": to, "type": "text", "text": {"body": text}})

    async def ask(self, to: str, text: str, action: Json) -> None:
        kinds = {"buttons": "button", "sections": "list", "name": "cta_url"}
        kind = next(kinds[name] for name in kinds if name in action)
        interactive = {"type": kind, "body": {"text": text}, "action": action}
        await self.post({"to": to, "type": "interactive", "interactive": interactive})

    async def document(self, to: str, name: str, content: bytes, words: str) -> None:
        uploaded = await self.client.post(
            f"/v25.0/{self.number}/media",
            data={"messaging_product": "whatsapp", "type": "application/pdf"},
            files={"file": (name, content, "application/pdf")},
            headers={"authorization": f"Bearer {self.token}"},
        )
        document = {"id": uploaded.json()["id"], "filename": name, "caption": words}
        await self.post({"to": to, "type": "document", "document": document})


def buttons(*titles: str) -> Json:
    replies = [{"id": f"b{n}", "title": title} for n, title in enumerate(titles)]
    return {"buttons": [{"type": "reply", "reply": reply} for reply in replies]}


def menu() -> Json:
    rows = [{"id": i, "title": title, "description": d} for i, title, d in MENU]
    return {"button": "What I can do", "sections": [{"title": "Bank", "rows": rows}]}


def link(label: str, url: str) -> Json:
    return {"name": "cta_url", "parameters": {"display_text": label, "url": url}}


def one_page_pdf() -> bytes:
    """The smallest PDF with a page that viewers accept."""
    parts = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 200] >>",
    ]
    out = bytearray(b"%PDF-1.4\n")
    offsets = []
    for number, part in enumerate(parts, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, part)
    start = len(out)
    out += b"xref\n0 4\n0000000000 65535 f \n"
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    out += b"trailer << /Size 4 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % start
    return bytes(out)


async def answer(bank: FakeBank, graph: Graph, message: Json, web_url: str) -> None:
    """A scripted chat, enough to show every kind of bubble."""
    to = "+" + message.get("from", "")
    reading = {"status": "read", "message_id": message["id"]}
    await graph.post({**reading, "typing_indicator": {"type": "text"}})
    interactive = message.get("interactive", {})
    reply = interactive.get(interactive.get("type", ""), {})
    said = (reply.get("title") or message.get("text", {}).get("body", "")).lower()
    await bank.knows_what_to_say.wait()
    match said:
        case "hi" | "hello":
            await graph.say(to, "Hello! I'm the assistant of *Acme Bank*.")
            await graph.ask(to, "What would you like to do?", menu())
        case "how much do i have?" | "how much i have":
            await graph.ask(
                to,
                "Current •••• 4321  *USD 1,204.50*\nSavings •••• 9876  *USD 3,000.00*",
                buttons("Send money", "Last payments", "More"),
            )
        case "snd 40 2 peter for pizza" | "peter o. •••• 1122":
            await graph.ask(
                to,
                'USD 40.00 to Peter O. •••• 1122, "pizza", no fee, from Current'
                ' •••• 4321.\n\nSay "cancel" or change anything, for example'
                ' "make it 45".',
                link("Confirm USD 40.00", f"{web_url}/s/confirm"),
            )
        case "done":
            await graph.say(
                to, "Done. USD 40.00 to Peter O. •••• 1122. You have USD 1,164.50 left."
            )
            await graph.document(
                to, "Receipt 20 November.pdf", one_page_pdf(), "Your receipt"
            )
        case "sms":
            text = (
                "Acme Bank: 482913 is your code to send USD 40.00 to Peter O. ••1122."
                " Valid 3 minutes. Never share it."
            )
            await graph.client.post(
                "/messages", json={"id": message["id"], "to": to, "text": text}
            )
        case other:
            await graph.ask(
                to,
                f"I heard: {other or message['type']}. What shall I do?",
                buttons("How much I have", "Send money"),
            )


def create_bank(bank: FakeBank, graph: Graph, web_url: str) -> FastAPI:
    app = FastAPI(openapi_url=None)
    answering: set[asyncio.Task[None]] = set()
    bank.knows_what_to_say.set()

    @app.post("/thinking/{how}")
    async def thinking(how: str) -> Response:
        """Whoever looks at the dots decides for how long they are there."""
        if how == "begin":
            bank.knows_what_to_say.clear()
        else:
            bank.knows_what_to_say.set()
        return Response()

    @app.get("/webhooks/whatsapp")
    async def handshake(request: Request) -> Response:
        query = request.query_params
        if query.get("hub.verify_token") != bank.verify_token:
            return Response(status_code=403)
        return PlainTextResponse(query["hub.challenge"])

    @app.post("/webhooks/whatsapp")
    async def webhook(request: Request) -> Response:
        known = len(bank.said)
        signature = request.headers.get("x-hub-signature-256", "")
        status = bank.heard(await request.body(), signature)
        for message in bank.said[known:]:
            if message["type"] in ("text", "interactive", "audio", "image"):
                task = asyncio.create_task(answer(bank, graph, message, web_url))
                answering.add(task)
                task.add_done_callback(answering.discard)
        return Response(status_code=status)

    @app.get("/s/confirm")
    async def page() -> Response:
        back = f'<a id="back" href="{graph.client.base_url}">Back</a>'
        html = f'<!doctype html><link rel="icon" href="data:,">{back}'
        return Response(html, media_type="text/html")

    @app.get("/api/v1/trace")
    async def trace() -> list[Json]:
        texts = [m["text"]["body"] for m in bank.said if m["type"] == "text"]
        turn = {
            "intent": "send_money",
            "confidence": 0.96,
            "actions": ["action_send_money", "utter_confirm_send"],
            "took_ms": 84,
            "postings": [
                {
                    "from": "•••• 4321",
                    "to": "•••• 1122",
                    "amount": "USD 40.00",
                    "state": "POSTED",
                }
            ],
        }
        at = "2026-11-20T10:00:00+00:00"
        return [{"at": at, "text": text, **turn} for text in texts]

    return app


def main() -> None:
    import uvicorn

    env = os.environ
    home = f"http://127.0.0.1:{env['SIMULATOR_PORT']}"
    graph = Graph(
        httpx.AsyncClient(base_url=home),
        env["WHATSAPP_PHONE_NUMBER_ID"],
        env["WHATSAPP_ACCESS_TOKEN"],
    )
    bank = FakeBank(env["WHATSAPP_APP_SECRET"], env["WHATSAPP_VERIFY_TOKEN"])
    app = create_bank(bank, graph, env["WEB_URL"])
    port = int(env["WEB_URL"].rsplit(":", 1)[1])
    uvicorn.run(app, host="127.0.0.1", port=port, log_level="warning")


if __name__ == "__main__":
    main()
