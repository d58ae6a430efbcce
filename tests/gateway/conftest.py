"""A gateway on a real database, between a scripted Rasa and a listening messenger."""

import itertools
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import Engine, text

from banking.adapters.db.gateway import GatewayStores, gateway_stores
from banking.adapters.db.queue import defer
from banking.adapters.vault import AesVault
from banking.domain.bubbles import Bubble, Text
from banking.domain.inbound import ChatRules
from banking.ports.gateway import Conversation, RasaReply, RasaTurn, SendFailed
from banking.services.front_desk import FrontDesk
from banking.services.sending import Sending
from banking.services.turns import Turns
from banking.web import webhooks
from tests.clock import StoppedClock
from tests.gateway.client import Client
from tests.gateway.whatsapp import (
    NOON,
    NUMBER_ID,
    OLD_SECRET,
    PATH,
    SECRET,
    VERIFY_TOKEN,
    envelope,
    signed,
    text_message,
)


@dataclass
class Audit:
    """A security log in a list."""

    events: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def record(self, event: str, /, **facts: Any) -> None:
        self.events.append((event, facts))

    def named(self, event: str) -> list[dict[str, Any]]:
        return [facts for name, facts in self.events if name == event]


@dataclass
class Tx:
    """The gateway's part of a unit of work."""

    connection: Any
    stores: GatewayStores
    audit: Audit

    def __getattr__(self, name: str) -> Any:
        return getattr(self.stores, name)

    def defer(self, job: str, *, lock=None, at=None, **args: Any) -> None:
        defer(self.connection, job, lock=lock, at=at, args=args)

    def commit(self) -> None:
        self.connection.commit()


@dataclass
class ScriptedRasa:
    """Says what it is told to, and remembers what it was asked."""

    heard: list[tuple[str, str, str, str | None]] = field(default_factory=list)
    script: Callable[[str, str | None], RasaTurn | Exception] | None = None

    def turn(self, conversation_id, message_id, text, command=None) -> RasaTurn:
        self.heard.append((conversation_id, message_id, text, command))
        if self.script is not None:
            answer = self.script(text, command)
            if isinstance(answer, Exception):
                raise answer
            return answer
        return RasaTurn([RasaReply(f"You said: {text}")], "greet", 0.99)


@dataclass
class Listener:
    """A messenger that takes everything, or refuses as told."""

    sent: list[tuple[Conversation, Bubble, str]] = field(default_factory=list)
    read: list[tuple[str, bool]] = field(default_factory=list)
    uploads: list[str] = field(default_factory=list)
    refusals: list[SendFailed | None] = field(default_factory=list)
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def send(self, conversation, bubble, *, reference, media_id=None, quote=None):
        refusal = self.refusals.pop(0) if self.refusals else None
        if refusal is not None:
            raise refusal
        self.sent.append((conversation, bubble, reference))
        return f"wamid.out{next(self.numbers)}"

    def upload(self, content, *, filename, mime):
        self.uploads.append(filename)
        return "media-1"

    def mark_read(self, channel_id, *, typing):
        self.read.append((channel_id, typing))

    @property
    def texts(self) -> list[str]:
        return [bubble.body for _, bubble, _ in self.sent]


class NamedWords:
    """Words that are the name of what would be said."""

    def say(self, response: str, /, **facts: str) -> list[Bubble]:
        return [Text(response)]


class Files:
    def read(self, document_id: str) -> bytes | None:
        return b"%PDF" if document_id == "doc" else None


@dataclass
class World:
    engine: Engine
    clock: StoppedClock
    audit: Audit
    rasa: ScriptedRasa
    phone: Listener
    cipher: AesVault
    rules: ChatRules
    lost_identities: list[tuple[str, str]]
    client: Client = None  # type: ignore[assignment]
    desk: FrontDesk = None  # type: ignore[assignment]
    turns: Turns = None  # type: ignore[assignment]
    sending: Sending = None  # type: ignore[assignment]

    @contextmanager
    def uow(self) -> Iterator[Tx]:
        with self.engine.connect() as connection:
            tx = Tx(connection, None, self.audit)  # type: ignore[arg-type]
            tx.stores = gateway_stores(
                connection,
                defer=tx.defer,
                cipher=self.cipher,
                now=self.clock.now,
                rules=self.rules,
            )
            yield tx

    def rows(self, query: str, **values: Any) -> list[Any]:
        with self.engine.connect() as connection:
            return list(connection.execute(text(query), values))

    def jobs(self, name: str | None = None) -> list[Any]:
        return self.rows(
            "SELECT id, task_name, lock, args, scheduled_at FROM procrastinate_jobs"
            " WHERE CAST(:n AS text) IS NULL OR task_name = :n ORDER BY id",
            n=name,
        )

    def deliver(self, body: Any, *, secret: str = SECRET, **headers: str):
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.client.post(
            PATH,
            content=raw,
            headers={"X-Hub-Signature-256": signed(raw, secret), **headers},
        )

    @property
    def stored(self) -> list[str]:
        """WhatsApp's ids of all that was let in."""
        rows = self.rows("SELECT channel_id FROM messages_in ORDER BY id")
        return [row.channel_id for row in rows]

    def write(self, body: str, **more: Any) -> str:
        """Deliver one text and return WhatsApp's id for it."""
        message = text_message(body, at=self.clock.moment, **more)
        assert self.deliver(envelope([message])).status_code == 200
        return message["id"]

    def receive(self, message: dict[str, Any]) -> None:
        """Deliver a message as one of this moment, and do what it calls for."""
        message["timestamp"] = str(int(self.clock.moment.timestamp()))
        assert self.deliver(envelope([message])).status_code == 200
        self.work()

    def work(self) -> None:
        """Do every queued job that is due, in order, as a worker would."""
        while True:
            due = [
                job
                for job in self.jobs()
                if job.scheduled_at is None or job.scheduled_at <= self.clock.moment
            ]
            if not due:
                return
            job = due[0]
            match job.task_name:
                case "turn":
                    self.turns.answer(job.args["message_id"])
                case "resume":
                    self.turns.resume(**job.args)
                case "send":
                    self.sending.drain(job.args["conversation_id"])
            with self.engine.begin() as connection:
                connection.execute(
                    text("DELETE FROM procrastinate_jobs WHERE id = :i"), {"i": job.id}
                )


@pytest.fixture
def world(database: Engine, clean_database: str) -> Iterator[World]:
    lost: list[tuple[str, str]] = []
    world = World(
        engine=database,
        clock=StoppedClock(NOON),
        audit=Audit(),
        rasa=ScriptedRasa(),
        phone=Listener(),
        cipher=AesVault.of(b"k" * 32),
        rules=ChatRules(),
        lost_identities=lost,
    )

    def identity_changed(tx: Tx, conversation: Conversation, why: str) -> None:
        lost.append((conversation.id, why))

    world.desk = FrontDesk(
        uow=world.uow,
        clock=world.clock,
        cipher=world.cipher,
        identity_changed=identity_changed,
        rules=world.rules,
    )
    world.turns = Turns(
        uow=world.uow,
        clock=world.clock,
        rasa=world.rasa,
        words=NamedWords(),
        channels={"whatsapp": world.phone},
        aside=lambda run: run(),
        rules=world.rules,
    )
    world.sending = Sending(
        uow=world.uow,
        clock=world.clock,
        channels={"whatsapp": world.phone},
        files=Files(),
        identity_changed=identity_changed,
        rules=world.rules,
    )
    app = FastAPI()
    app.include_router(
        webhooks.router(
            world.desk.receive,
            verify_token=VERIFY_TOKEN,
            app_secrets=(SECRET, OLD_SECRET),
            phone_number_id=NUMBER_ID,
        )
    )
    world.client = Client(app)
    yield world
    world.client.close()
