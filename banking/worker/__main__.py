"""``python -m banking.worker``: do what was queued until told to stop."""

import asyncio

from procrastinate import App

from banking import bootstrap
from banking.adapters import logs
from banking.adapters.db.queue import worker_app
from banking.settings import Settings
from banking.worker.jobs import Jobs, register
from banking.worker.run import run

# Four listeners, and what fetches and finishes jobs beside them.
POOL_SIZE = 10


def main() -> None:
    """Open the bank and work."""
    logs.configure("worker")
    bank = bootstrap.open_bank(Settings())
    jobs = Jobs(
        turn=bank.turns.answer,
        turn_failed=bank.turns.give_up,
        resume=bank.turns.resume,
        resume_failed=bank.turns.resume_failed,
        send=bank.sending.drain,
        others=bank.jobs,
        each_minute={**bank.chores, "sweep": bank.sending.sweep},
    )
    url = bank.engine.url.render_as_string(hide_password=False)

    def app() -> App:
        made = worker_app(url, pool_size=POOL_SIZE)
        register(made, jobs)
        return made

    asyncio.run(run(app))


if __name__ == "__main__":
    main()
