"""`python -m actions`: the action server, on loopback."""

import uvicorn

from actions.server import app, executor
from banking import bootstrap

LOOPBACK = "127.0.0.1"
# A worker that is told to stop lets a running turn end.
STOP_SECONDS = 8


def main() -> None:
    bank = bootstrap.bank()
    key = bank.settings.envelope_key.get_secret_value()
    uvicorn.run(
        app(executor(), key, bank.clock),
        host=LOOPBACK,
        port=bank.settings.actions_port,
        access_log=False,
        date_header=False,
        log_config=None,
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=STOP_SECONDS,
    )


if __name__ == "__main__":
    main()
