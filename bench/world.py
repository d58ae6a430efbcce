"""The outside world, as fast as it can be: Graph API, SMS gateway, SIM signal.

Unlike the simulator it draws nothing and keeps little, so that a measurement is of
the bank. It notes the moment at which each call arrived.
"""

import asyncio
import hashlib
import hmac
import itertools
import json
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import requests
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

NUMBER_ID = "100000000000001"


@dataclass(frozen=True)
class Arrival:
    """One message from the bank: what, and when (``time.perf_counter`` seconds)."""

    at: float
    body: dict[str, Any]

    @property
    def words(self) -> str:
        """The text that a customer would read."""
        body = self.body
        match body["type"]:
            case "text":
                return str(body["text"]["body"])
            case "interactive":
                return str(body["interactive"]["body"]["text"])
            case kind:
                return str(body[kind].get("caption") or kind)

    @property
    def url(self) -> str | None:
        """The address behind a link button."""
        action = self.body.get("interactive", {}).get("action", {})
        url: str | None = action.get("parameters", {}).get("url")
        return url


@dataclass
class World:
    """Serves on a loopback port; one instance a bank."""

    port: int
    secret: str
    chats: dict[str, list[Arrival]] = field(default_factory=lambda: defaultdict(list))
    texts: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    news: threading.Condition = field(default_factory=threading.Condition)
    counter: Any = field(default_factory=itertools.count)

    @property
    def url(self) -> str:
        """Base address of all three services."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Serve in a thread until the process ends."""
        routes = [
            Route("/{version}/{number}/messages", self._message, methods=["POST"]),
            Route("/{version}/{number}/media", self._media, methods=["POST"]),
            Route("/messages", self._sms, methods=["POST"]),
            Route("/sim-change", self._sim, methods=["GET"]),
        ]
        config = uvicorn.Config(
            Starlette(routes=routes), port=self.port, log_level="error"
        )
        server = uvicorn.Server(config)
        threading.Thread(
            target=lambda: asyncio.run(server.serve()), daemon=True
        ).start()
        while not server.started:
            time.sleep(0.01)

    def wait(self, phone: str, enough: Callable[[list[Arrival]], bool]) -> None:
        """Wait until what this phone received is enough; fail after 30 s."""
        with self.news:
            done = self.news.wait_for(lambda: enough(self.chats[phone]), 30)
        if not done:
            heard = [a.words for a in self.chats[phone]][-3:]
            raise TimeoutError(f"no answer for {phone}; last heard {heard}")

    async def _message(self, request: Request) -> Response:
        body = await request.json()
        if body.get("status") == "read":
            return JSONResponse({"success": True})
        phone = "+" + body["to"].lstrip("+")
        with self.news:
            self.chats[phone].append(Arrival(time.perf_counter(), body))
            self.news.notify_all()
        return JSONResponse(
            {
                "messaging_product": "whatsapp",
                "contacts": [{"input": body["to"], "wa_id": phone[1:]}],
                "messages": [{"id": f"wamid.out{next(self.counter)}"}],
            }
        )

    async def _media(self, request: Request) -> Response:
        await request.body()
        return JSONResponse({"id": str(next(self.counter))})

    async def _sms(self, request: Request) -> Response:
        body = await request.json()
        with self.news:
            self.texts[body["to"]].append(body["text"])
            self.news.notify_all()
        return JSONResponse({}, status_code=202)

    async def _sim(self, _request: Request) -> Response:
        return JSONResponse({"changed_at": None})

    def webhook(self, phone: str, text: str) -> tuple[bytes, dict[str, str]]:
        """Return the signed body of a message that a customer wrote just now."""
        value = {
            "messaging_product": "whatsapp",
            "metadata": {
                "display_phone_number": "15550000000",
                "phone_number_id": NUMBER_ID,
            },
            "contacts": [{"profile": {"name": "Bench"}, "wa_id": phone[1:]}],
            "messages": [
                {
                    "from": phone[1:],
                    "id": f"wamid.in{next(self.counter)}",
                    "timestamp": str(int(time.time())),
                    "type": "text",
                    "text": {"body": text},
                }
            ],
        }
        changes = [{"field": "messages", "value": value}]
        entry = [{"id": "200000000000002", "changes": changes}]
        body = json.dumps(
            {"object": "whatsapp_business_account", "entry": entry}
        ).encode()
        mac = hmac.new(self.secret.encode(), body, hashlib.sha256).hexdigest()
        return body, {
            "X-Hub-Signature-256": f"sha256={mac}",
            "Content-Type": "application/json",
        }

    def turn(self, http: requests.Session, web: str, phone: str, text: str) -> float:
        """Say something and return the milliseconds until the first answer."""
        before = len(self.chats[phone])
        body, headers = self.webhook(phone, text)
        asked = time.perf_counter()
        http.post(
            f"{web}/webhooks/whatsapp", data=body, headers=headers, timeout=10
        ).raise_for_status()
        self.wait(phone, lambda chat: len(chat) > before)
        return (self.chats[phone][before].at - asked) * 1000
