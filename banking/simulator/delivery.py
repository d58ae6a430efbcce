"""Webhooks to the bank: signed, in order for each phone, tried again like Meta.

A lane is one phone. Its webhooks go one after the other, and a webhook that is
not answered with 200 is tried again, with growing pauses, before the next one.
Undelivered ones are on disk and continue after a restart.
"""

import asyncio
import json
import logging
import time
from collections import deque
from collections.abc import Callable
from http import HTTPStatus
from itertools import islice, takewhile

import httpx

from banking.simulator.misbehave import Misbehaviour
from banking.simulator.storage import Delivery, Storage
from banking.simulator.webhook_bodies import Json, encode, signature

logger = logging.getLogger(__name__)

# Meta goes on for days; a person at a demo does not. Together about two minutes.
PAUSES = (0.2, 0.4, 0.8, 1.6, 3.2, *(5.0 for _ in range(22)))
MOST_AT_ONCE = 16
MOST_WAITING = 20_000
MOST_TOGETHER = 100
REORDER_SECONDS = 0.8
LOOK_AGAIN_SECONDS = 0.02

type Settled = Callable[[str, bool], None]


class LinesBusy(Exception):
    """Too many webhooks are waiting; the caller should slow down."""


class WebhookSender:
    """Takes webhook bodies and sees to it that the bank gets them."""

    def __init__(
        self,
        *,
        url: str,
        app_secret: str,
        client: httpx.AsyncClient,
        storage: Storage,
        misbehaviour: Misbehaviour,
        settled: Settled,
        pauses: tuple[float, ...] = PAUSES,
    ) -> None:
        self._url = url
        self._secret = app_secret
        self._client = client
        self._storage = storage
        self._misbehaviour = misbehaviour
        self._settled = settled
        self._pauses = pauses
        self._lanes: dict[str, deque[Delivery]] = {}
        self._workers: set[asyncio.Task[None]] = set()
        self._at_once = asyncio.Semaphore(MOST_AT_ONCE)
        self._waiting = 0
        self._quiet = asyncio.Event()
        self._quiet.set()

    @property
    def waiting(self) -> int:
        """How many webhooks have not been answered with 200 yet."""
        return self._waiting

    async def quiet(self, seconds: float) -> None:
        """Wait until nothing is on its way, or this many seconds."""
        try:
            async with asyncio.timeout(seconds):
                await self._quiet.wait()
        except TimeoutError:
            return

    def resume(self) -> None:
        """Go on with what a former run left undelivered."""
        for delivery in self._storage.deliveries():
            self._queue(delivery)

    def put(
        self,
        lane: str,
        body: Json,
        message_id: str | None = None,
        *,
        may_join: bool = False,
    ) -> None:
        """Send this webhook soon; raises LinesBusy when too many are waiting."""
        if self._waiting >= MOST_WAITING:
            raise LinesBusy
        self._queue(
            self._storage.add_delivery(
                lane, encode(body), message_id, may_join=may_join
            )
        )

    async def post(self, body: bytes, headers: dict[str, str]) -> httpx.Response:
        """One attempt, now; the caller sees what came back."""
        return await self._client.post(
            self._url,
            content=body,
            headers={"content-type": "application/json", **headers},
        )

    async def stop(self) -> None:
        for worker in tuple(self._workers):
            worker.cancel()
        await asyncio.gather(*self._workers, return_exceptions=True)

    def _queue(self, delivery: Delivery) -> None:
        self._waiting += 1
        self._quiet.clear()
        lane = delivery.lane
        if self._misbehaviour.dials.reorder:
            lane = f"{lane} {delivery.number}"
        if lane in self._lanes:
            self._lanes[lane].append(delivery)
            return
        self._lanes[lane] = deque([delivery])
        worker = asyncio.create_task(self._work(lane))
        self._workers.add(worker)
        worker.add_done_callback(self._workers.discard)

    async def _work(self, lane: str) -> None:
        queue = self._lanes[lane]
        while queue:
            together = _together(queue)
            arrived = await self._deliver(_joined(together))
            for delivery in together:
                self._storage.drop_delivery(delivery)
                queue.popleft()
                if delivery.message_id:
                    self._settled(delivery.message_id, arrived)
            self._waiting -= len(together)
            if not self._waiting:
                self._quiet.set()
        del self._lanes[lane]

    async def _deliver(self, body: bytes) -> bool:
        await self._held_back()
        if self._misbehaviour.dials.reorder:
            await asyncio.sleep(self._misbehaviour.seconds_up_to(REORDER_SECONDS))
        for pause in (*self._pauses, None):
            if await self._accepted(body):
                if self._misbehaviour.happens(self._misbehaviour.dials.duplicates):
                    await self._accepted(body)
                return True
            if pause is not None:
                await asyncio.sleep(pause)
        logger.warning("a webhook was given up after %d tries", len(self._pauses) + 1)
        return False

    async def _held_back(self) -> None:
        """Wait as long as the dial says; turned down, it lets go what waits."""
        began = time.monotonic()
        while time.monotonic() - began < self._misbehaviour.dials.delay_ms / 1000:
            await asyncio.sleep(LOOK_AGAIN_SECONDS)

    async def _accepted(self, body: bytes) -> bool:
        signed = {"x-hub-signature-256": signature(body, self._secret)}
        try:
            async with self._at_once:
                response = await self.post(body, signed)
        except httpx.HTTPError as error:
            logger.info("the bank did not answer: %s", type(error).__name__)
            return False
        # Meta takes 200 as the only yes.
        return response.status_code == HTTPStatus.OK


def _together(queue: deque[Delivery]) -> list[Delivery]:
    """The head of the queue, with the neighbours that may travel along.

    Meta batches updates of its own accord; so a receiver has to walk all of them.
    """
    first, *rest = islice(queue, MOST_TOGETHER)
    if not first.may_join:
        return [first]
    return [first, *takewhile(lambda delivery: delivery.may_join, rest)]


def _joined(deliveries: list[Delivery]) -> bytes:
    if len(deliveries) == 1:
        return deliveries[0].body
    bodies = [json.loads(delivery.body) for delivery in deliveries]
    entries = [entry for body in bodies for entry in body["entry"]]
    return encode({**bodies[0], "entry": entries})
