"""Serve the trained assistant: ``python -m rasa_addons.serve``.

``rasa run`` with everything left out that a bank must not have: no HTTP API, no root
page, no other channel, no address but loopback, no model but the one in the manifest.
Port: ``RASA_PORT`` (default 5005).
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import hmac
import logging
import os
import sys
from functools import partial
from pathlib import Path
from typing import Any, List, Optional

from rasa_addons.manifest import Manifest, WrongModel
from rasa_addons.surroundings import prepare

LOOPBACK = "127.0.0.1"
DEFAULT_PORT = 5005
# Longer than the gateway keeps an idle connection, so that it closes first.
KEEP_ALIVE_SECONDS = 75
RESPONSE_SECONDS = 60
BEARER_PURPOSE = b"actions"

logger = logging.getLogger("rasa_addons.serve")


def actions_bearer(envelope_key: bytes) -> str:
    """The bearer that both sides of the action server derive from the envelope key."""
    digest = hmac.new(envelope_key, BEARER_PURPOSE, hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def application(model: Path, credentials: str, endpoints_file: str) -> Any:
    """The Sanic application with our channel alone."""
    from rasa.core.channels.channel import register
    from rasa.core.run import close_resources, create_http_input_channels
    from rasa.core.utils import AvailableEndpoints
    from sanic import Sanic

    from rasa_addons.gateway_channel import GatewayInput

    channels = create_http_input_channels(None, credentials)
    if [type(channel) for channel in channels] != [GatewayInput]:
        raise SystemExit(f"{credentials} must name the gateway channel and no other")
    endpoints = AvailableEndpoints.read_endpoints(endpoints_file)
    app = Sanic("teller_rasa", configure_logging=False)
    app.config.KEEP_ALIVE_TIMEOUT = KEEP_ALIVE_SECONDS
    app.config.RESPONSE_TIMEOUT = RESPONSE_SECONDS
    register(channels, app, route="/webhooks/")
    app.register_listener(partial(_load, str(model), endpoints), "before_server_start")
    app.register_listener(close_resources, "after_server_stop")
    return app


async def _load(model: str, endpoints: Any, app: Any, loop: Any) -> None:
    from rasa.core.agent import load_agent

    agent = await load_agent(model_path=model, endpoints=endpoints, loop=loop)
    if not agent.is_ready():
        # Rasa has logged why. A process without a model is of no use.
        logger.error("the model could not be loaded")
        os._exit(1)
    app.ctx.agent = agent
    logger.info("ready: %s", Path(model).name)


def main(arguments: Optional[List[str]] = None) -> int:
    """Check the model, then serve until told to stop."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--models", type=Path, default=Path("models"))
    parser.add_argument("--credentials", default="credentials.yml")
    parser.add_argument("--endpoints", default="endpoints.yml")
    port = int(os.environ.get("RASA_PORT") or DEFAULT_PORT)
    parser.add_argument("--port", type=int, default=port)
    chosen = parser.parse_args(arguments)
    prepare(serving=True)
    try:
        model = Manifest.read(chosen.models).checked(chosen.models)
    except WrongModel as error:
        print(f"refused to start: {error}", file=sys.stderr)
        return 2
    _derive_bearer()
    app = application(model, chosen.credentials, chosen.endpoints)
    app.run(host=LOOPBACK, port=chosen.port, workers=1, access_log=False)
    return 0


def _derive_bearer() -> None:
    from rasa_addons.envelope import decode_key

    try:
        key = decode_key(os.environ.get("ENVELOPE_KEY", ""))
    except ValueError as error:
        raise SystemExit(f"refused to start: ENVELOPE_KEY: {error}") from None
    os.environ.setdefault("ACTIONS_BEARER", actions_bearer(key))


if __name__ == "__main__":
    sys.exit(main())
