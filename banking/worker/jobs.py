"""Every job by name: thin, bounded in tries, and nothing decided here."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from procrastinate import App, JobContext, RetryDecision
from procrastinate.jobs import Job
from procrastinate.retry import BaseRetryStrategy

from banking.adapters.db.queue import QUEUES

type Run = Callable[..., None]


@dataclass(frozen=True)
class Bounded(BaseRetryStrategy):
    """Try again after so many seconds, doubling, a bounded number of times."""

    tries: int
    first_seconds: float
    longest_seconds: float = 30.0
    growth: float = 2.0

    def get_retry_decision(
        self,
        *,
        exception: BaseException,  # noqa: ARG002 - every failure is tried again
        job: Job,
    ) -> RetryDecision | None:
        """Say when the job runs again; None ends it as failed."""
        if job.attempts >= self.tries:
            return None
        wait = self.first_seconds * self.growth**job.attempts
        milliseconds = round(min(wait, self.longest_seconds) * 1000)
        return RetryDecision(retry_in={"milliseconds": milliseconds})


# A turn gives up by itself after the patience of the chat rules, with a notice; the
# number here only bounds what should not happen.
SOON = Bounded(tries=12, first_seconds=0.5, longest_seconds=2.0)
# Somebody has just come back from a page and waits.
BRIEFLY = Bounded(tries=4, first_seconds=0.5, longest_seconds=2.0)
STEADY = Bounded(tries=10, first_seconds=1.0, longest_seconds=60.0)
# A training that failed fails again; a trainer starts it anew.
ONCE = Bounded(tries=0, first_seconds=0.0)
RETRY = {"train": ONCE}


@dataclass(frozen=True, slots=True, kw_only=True)
class Jobs:
    """What each job does, handed in by the composition root."""

    turn: Callable[[str], None]
    turn_failed: Callable[[str], None]
    resume: Callable[[str, str], None]
    resume_failed: Callable[[str, str], None]
    send: Callable[[str], None]
    # Jobs of other services by name, e.g. "transfer": takes the job's arguments.
    others: Mapping[str, Run] = field(default_factory=dict)
    # Chores by name, e.g. "expire": run each minute.
    each_minute: Mapping[str, Callable[[], object]] = field(default_factory=dict)


def register(app: App, jobs: Jobs) -> None:
    """Register every job with the queue."""

    @app.task(name="turn", retry=SOON, pass_context=True)
    def turn(context: JobContext, *, message_id: str) -> None:
        try:
            jobs.turn(message_id)
        except Exception:
            if context.job.attempts >= SOON.tries:
                jobs.turn_failed(message_id)
                return
            raise

    @app.task(name="resume", retry=BRIEFLY, pass_context=True)
    def resume(context: JobContext, *, conversation_id: str, message_id: str) -> None:
        try:
            jobs.resume(conversation_id, message_id)
        except Exception:
            if context.job.attempts >= BRIEFLY.tries:
                jobs.resume_failed(conversation_id, message_id)
                return
            raise

    @app.task(name="send", queue=QUEUES["send"], retry=STEADY)
    def send(*, conversation_id: str) -> None:
        jobs.send(conversation_id)

    for name, run in jobs.others.items():
        queue = QUEUES.get(name, "default")
        retry = RETRY.get(name, STEADY)
        app.task(name=name, queue=queue, retry=retry)(_plain(run))
    for name, chore in jobs.each_minute.items():
        periodic = app.periodic(cron="* * * * *", periodic_id=name)
        task = app.task(name=name, queue="core", queueing_lock=name, lock=name)
        periodic(task(_chore(chore)))


def _plain(run: Run) -> Run:
    def job(**args: Any) -> None:
        run(**args)

    return job


def _chore(run: Callable[[], object]) -> Callable[[int], None]:
    def chore(timestamp: int) -> None:  # noqa: ARG001 - the queue tells the minute
        run()

    return chore
