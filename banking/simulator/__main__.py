"""`python -m banking.simulator`: the phone and the networks on one local port."""

import logging
import os
import sys

import uvicorn

from banking.simulator.app import create_app
from banking.simulator.settings import SimulatorRefused, SimulatorSettings
from banking.simulator.world import build_world


def main() -> int:
    logging.basicConfig(level=logging.WARNING, format="simulator %(message)s")
    try:
        settings = SimulatorSettings.from_environment(os.environ)
    except SimulatorRefused as refused:
        sys.stderr.write(f"The simulator does not start:\n{refused}\n")
        return 2
    uvicorn.run(
        create_app(build_world(settings)),
        # Loopback only: whoever reaches it can read every phone.
        host="127.0.0.1",
        port=settings.port,
        log_level="warning",
        access_log=False,
        # Open event streams would otherwise keep the process alive.
        timeout_graceful_shutdown=1,
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
