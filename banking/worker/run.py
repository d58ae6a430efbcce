"""Runs the queue: prompt, many jobs at once, and mindful of workers that died."""

import asyncio
import contextlib
import logging
import os
import signal
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from procrastinate import App
from procrastinate.exceptions import ConnectorException
from procrastinate.jobs import DeleteJobCondition
from procrastinate.periodic import PeriodicDeferrer, TaskAtTime
from procrastinate.utils import utcnow
from procrastinate.worker import Worker

logger = logging.getLogger(__name__)

# Jobs at once by queue: turns wait for Rasa, sends for the messenger, the rest for
# the core, and none of them for another.
CONCURRENCY = {"default": 8, "sends": 6, "core": 4, "training": 1}
# A notification wakes the worker at once; polling only finds retries that came due.
POLL_SECONDS = 0.25
HEARTBEAT_SECONDS = 2.0
# Longer than any stall of a busy machine, short enough for "picked up in 20 s".
DEAD_AFTER_SECONDS = 10.0
RESCUE_EVERY_SECONDS = 3.0
STOP_WITHIN_SECONDS = 7.0
AGAIN_AFTER_SECONDS = 1.0
# Chores missed for longer are done once, however often they were due.
MISSED_SECONDS = 150.0


class PunctualDeferrer(PeriodicDeferrer):
    """Asks for chores minute by minute, and not for those of a night asleep.

    The queue's own would ask for every minute that was missed, one by one.
    """

    def get_previous_tasks(self, at: float) -> Iterable[TaskAtTime]:
        """Name the chores that are due now."""
        for key, last in list(self.last_defers.items()):
            if at - last > MISSED_SECONDS:
                del self.last_defers[key]
        return super().get_previous_tasks(at)


class PromptWorker(Worker):
    """Looks for the next job as soon as one is done.

    The queue's own worker is woken by new jobs only: one that had to wait for the
    lock of another would lie until the next poll after that one's end.
    """

    async def _periodic_deferrer(self) -> None:
        registry, defaults = self.app.periodic_registry, self.app.periodic_defaults
        await PunctualDeferrer(registry=registry, **defaults).worker()

    async def _persist_job_status(self, *args: Any, **kwargs: Any) -> None:
        await super()._persist_job_status(*args, **kwargs)
        self._new_job_event.set()


async def run(app: Callable[[], App]) -> None:
    """Work until SIGTERM or SIGINT; a database that goes away is waited for.

    ``app`` makes the queue's app with every job registered.
    """
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.set_default_executor(
        ThreadPoolExecutor(sum(CONCURRENCY.values()) + 2, thread_name_prefix="job")
    )
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    while not stopping.is_set():
        try:
            async with app().open_async() as opened:
                await _work(opened, stopping)
        except (ConnectorException, OSError) as lost:
            logger.warning("the queue is away: %s", lost)
        if not stopping.is_set():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stopping.wait(), AGAIN_AFTER_SECONDS)


async def _work(app: App, stopping: asyncio.Event) -> None:
    workers = [
        PromptWorker(
            app=app,
            name=queue,
            queues=[queue],
            concurrency=concurrency,
            fetch_job_polling_interval=POLL_SECONDS,
            shutdown_graceful_timeout=STOP_WITHIN_SECONDS,
            delete_jobs=DeleteJobCondition.SUCCESSFUL.value,
            install_signal_handlers=False,
            update_heartbeat_interval=HEARTBEAT_SECONDS,
            stalled_worker_timeout=DEAD_AFTER_SECONDS,
        )
        for queue, concurrency in CONCURRENCY.items()
    ]
    working = [
        asyncio.create_task(worker.run())  # type: ignore[no-untyped-call]
        for worker in workers
    ]
    asides = [
        asyncio.create_task(_rescue(app, workers)),
        asyncio.create_task(stopping.wait()),
    ]
    logger.info("worker ready")
    try:
        await asyncio.wait([*working, *asides], return_when=asyncio.FIRST_COMPLETED)
    finally:
        for worker in workers:
            worker.stop()  # type: ignore[no-untyped-call]
        for aside in asides:
            aside.cancel()
        await asyncio.gather(*asides, return_exceptions=True)
        _, late = await asyncio.wait(working, timeout=STOP_WITHIN_SECONDS + 1)
        if late:
            # A job that waits for somebody else cannot be interrupted in its thread;
            # the next worker finds it by its heartbeat and runs it again.
            logger.warning("leaving jobs behind")
            logging.shutdown()
            os._exit(1)
        for done in working:
            done.result()


async def _rescue(app: App, alive: Sequence[Worker]) -> None:
    """Put back the jobs of workers that stopped showing signs of life.

    Each job is safe to run twice: it looks at what has been done before it acts.
    ``alive`` are our own: after a leap of the clock they would look dead as well.
    """
    manager = app.job_manager
    while True:
        for worker in alive:
            if worker.worker_id is not None:
                await manager.update_heartbeat(worker.worker_id)
        stalled = await manager.get_stalled_jobs(
            seconds_since_heartbeat=DEAD_AFTER_SECONDS
        )
        for job in stalled:
            logger.warning("job %s was left behind; again", job.id)
            await manager.retry_job(job, retry_at=utcnow())
        await manager.prune_stalled_workers(60 * DEAD_AFTER_SECONDS)
        await asyncio.sleep(RESCUE_EVERY_SECONDS)
