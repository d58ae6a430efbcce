"""A worker to start and to kill: its jobs write lines to a file.

Arguments: database address, file.
"""

import asyncio
import sys
import time
from pathlib import Path

from procrastinate import App

from banking.adapters.db.queue import worker_app
from banking.worker.jobs import Jobs, register
from banking.worker.run import run


def main() -> None:
    url, path = sys.argv[1], Path(sys.argv[2])

    def line(text: str) -> None:
        with path.open("a") as file:
            file.write(f"{text} {time.time():.4f}\n")

    def turn(message_id: str) -> None:
        line(f"begin {message_id}")
        if message_id.startswith("slow"):
            time.sleep(float(message_id.split(":")[1]))
        if message_id.startswith("bad"):
            raise RuntimeError
        line(f"end {message_id}")

    def app() -> App:
        made = worker_app(url, pool_size=8)
        register(
            made,
            Jobs(
                turn=turn,
                turn_failed=lambda message_id: line(f"failed {message_id}"),
                resume=lambda *_: None,
                resume_failed=lambda *_: None,
                send=turn,
            ),
        )
        return made

    line("up")
    asyncio.run(run(app))
    line("down")


if __name__ == "__main__":
    main()
