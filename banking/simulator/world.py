"""Everything the routes share, put together once."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random, SystemRandom

import httpx

from banking.simulator.delivery import PAUSES, WebhookSender
from banking.simulator.events import Hub
from banking.simulator.handset import Handsets
from banking.simulator.misbehave import Misbehaviour
from banking.simulator.people import People
from banking.simulator.settings import SimulatorSettings
from banking.simulator.storage import Storage
from banking.simulator.webhook_bodies import Business

# Meta says nothing about how long it waits; answers should take far less.
ANSWER_SECONDS = 10


def system_time() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class World:
    """One simulated outside world."""

    settings: SimulatorSettings
    storage: Storage
    hub: Hub
    people: People
    misbehaviour: Misbehaviour
    handsets: Handsets
    sender: WebhookSender
    client: httpx.AsyncClient
    now: Callable[[], datetime]


def build_world(
    settings: SimulatorSettings,
    *,
    now: Callable[[], datetime] = system_time,
    dice: Random | None = None,
    transport: httpx.AsyncBaseTransport | None = None,
    pauses: tuple[float, ...] = PAUSES,
) -> World:
    """Wire the parts; `transport` and `pauses` (seconds) are there for tests."""
    storage = Storage(settings.home)
    hub = Hub()
    people = People(settings.people, storage)
    misbehaviour = Misbehaviour(dice or SystemRandom())
    client = httpx.AsyncClient(
        transport=transport, timeout=ANSWER_SECONDS, trust_env=False
    )
    handsets = Handsets(
        business=Business(settings.phone_number_id, settings.display_number),
        storage=storage,
        hub=hub,
        people=people,
        misbehaviour=misbehaviour,
        now=now,
    )
    sender = WebhookSender(
        url=settings.webhook_url,
        app_secret=settings.app_secret,
        client=client,
        storage=storage,
        misbehaviour=misbehaviour,
        settled=handsets.settled,
        pauses=pauses,
    )
    handsets.sender = sender
    return World(
        settings=settings,
        storage=storage,
        hub=hub,
        people=people,
        misbehaviour=misbehaviour,
        handsets=handsets,
        sender=sender,
        client=client,
        now=now,
    )
