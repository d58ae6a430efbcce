"""Serve the trained assistant: ``python -m rasa_addons.serve``.

``rasa run`` with everything left out that a bank must not have: no HTTP API, no root
page, no other channel, no address but loopback, no model but the one in the manifest.

Starts from disk, with the model in service. With ``WEB_URL`` it then asks the web
application every two seconds whether another one is (``model_puller``).

Environment: ``ENVELOPE_KEY``; ``LANGUAGE_HOME``, whose ``models/`` is served;
``WEB_URL``; ``RASA_PORT`` (5005); ``ACTIONS_URL`` (else what ``endpoints.yml`` says);
``RASA_TRACKER_URL`` or ``DATABASE_URL``, where conversations are kept (else in memory,
which a restart loses).
"""

from __future__ import annotations

import argparse
import logging
import os
import sys
from functools import partial
from pathlib import Path
from typing import Any, Callable, List, Optional

from rasa_addons.manifest import Manifest, WrongModel
from rasa_addons.surroundings import prepare
from rasa_addons.tensorflow_left_out import components_of_model, leave_out

LOOPBACK = "127.0.0.1"
DEFAULT_PORT = 5005
# Longer than the gateway keeps an idle connection, so that it closes first.
KEEP_ALIVE_SECONDS = 75
RESPONSE_SECONDS = 60

logger = logging.getLogger("rasa_addons.serve")

# Makes the puller of an agent's models.
Pull = Callable[[Any], Any]


def application(
    model: Path,
    credentials: str,
    endpoints: Any,
    pull: Optional[Pull] = None,
) -> Any:
    """The Sanic application with our channel alone.

    ``pull`` makes the puller for the agent once that is loaded; without it the model
    stays the one that it started with.
    """
    from rasa.core.channels.channel import register
    from rasa.core.run import create_http_input_channels
    from sanic import Sanic

    from rasa_addons.gateway_channel import GatewayInput

    channels = create_http_input_channels(None, credentials)
    if [type(channel) for channel in channels] != [GatewayInput]:
        raise SystemExit(f"{credentials} must name the gateway channel and no other")
    app = Sanic("teller_rasa", configure_logging=False)
    app.config.KEEP_ALIVE_TIMEOUT = KEEP_ALIVE_SECONDS
    app.config.RESPONSE_TIMEOUT = RESPONSE_SECONDS
    register(channels, app, route="/webhooks/")
    app.register_listener(partial(_load, str(model), endpoints), "before_server_start")
    if pull is not None:
        app.register_listener(partial(_keep_pulling, pull), "before_server_start")
        app.register_listener(_stop_pulling, "before_server_stop")
    app.register_listener(partial(_close, endpoints), "after_server_stop")
    return app


def read_endpoints(file: str, key: bytes) -> Any:
    """Rasa's endpoints with our action server and our tracker store in them."""
    from rasa.core.utils import AvailableEndpoints

    from rasa_addons.action_server import endpoint
    from rasa_addons.tracker_store import ConversationStore

    endpoints = AvailableEndpoints.read_endpoints(file)
    url = os.environ.get("ACTIONS_URL")
    if not url and endpoints.action:
        url = endpoints.action.url.removesuffix("/webhook")
    if not url:
        raise SystemExit(f"refused to start: neither ACTIONS_URL nor {file} names it")
    endpoints.action = endpoint(url, key)
    tracker_url = os.environ.get("RASA_TRACKER_URL") or os.environ.get("DATABASE_URL")
    if tracker_url:
        endpoints.tracker_store = ConversationStore(url=tracker_url)
    else:
        logger.warning("no RASA_TRACKER_URL: a restart forgets all conversations")
    return endpoints


async def _load(model: str, endpoints: Any, app: Any, loop: Any) -> None:
    from rasa.core.agent import load_agent

    agent = await load_agent(model_path=model, endpoints=endpoints, loop=loop)
    if not agent.is_ready():
        # Rasa has logged why. A process without a model is of no use.
        logger.error("the model could not be loaded")
        os._exit(1)
    if endpoints.tracker_store:
        # Rasa wraps the store in one that goes on in memory when the database is away,
        # and so would answer from an outdated conversation afterwards.
        endpoints.tracker_store.domain = agent.domain
        agent.tracker_store = agent.processor.tracker_store = endpoints.tracker_store
    app.ctx.agent = agent
    logger.info("ready: %s", Path(model).name)


async def _keep_pulling(pull: Pull, app: Any, loop: Any) -> None:
    app.ctx.models = pull(app.ctx.agent)
    app.ctx.pulling = loop.create_task(app.ctx.models.run())


async def _stop_pulling(app: Any, loop: Any) -> None:
    app.ctx.pulling.cancel()


async def _close(endpoints: Any, app: Any, loop: Any) -> None:
    await endpoints.action.close()
    close = getattr(endpoints.tracker_store, "close", None)
    if close is not None:
        close()


def puller(web_url: str, key: bytes, running: str) -> Pull:
    """How an agent's models are pulled from the web application at this address."""

    def pull(agent: Any) -> Any:
        from rasa_addons.agent_swap import processor_of, take_over
        from rasa_addons.model_puller import ModelPuller

        return ModelPuller(
            web_url,
            key,
            running,
            load=partial(processor_of, agent=agent),
            take_over=partial(take_over, agent),
        )

    return pull


def main(arguments: Optional[List[str]] = None) -> int:
    """Check the model, then serve until told to stop."""
    parser = argparse.ArgumentParser(description=__doc__)
    home = Path(os.environ.get("LANGUAGE_HOME") or ".").resolve()
    parser.add_argument("--models", type=Path, default=home / "models")
    parser.add_argument("--credentials", default="credentials.yml")
    parser.add_argument("--endpoints", default="endpoints.yml")
    port = int(os.environ.get("RASA_PORT") or DEFAULT_PORT)
    parser.add_argument("--port", type=int, default=port)
    chosen = parser.parse_args(arguments)
    prepare(serving=True)
    try:
        manifest = Manifest.read(chosen.models)
        model = manifest.checked(chosen.models)
    except WrongModel as error:
        sys.stderr.write(f"refused to start: {error}\n")
        return 2
    leave_out(components_of_model(model))
    key = _envelope_key()
    endpoints = read_endpoints(chosen.endpoints, key)
    web_url = os.environ.get("WEB_URL")
    pull = puller(web_url, key, manifest.sha256) if web_url else None
    app = application(model, chosen.credentials, endpoints, pull)
    app.run(host=LOOPBACK, port=chosen.port, workers=1, access_log=False)
    return 0


def _envelope_key() -> bytes:
    from rasa_addons.envelope import decode_key

    try:
        return decode_key(os.environ.get("ENVELOPE_KEY", ""))
    except ValueError as error:
        raise SystemExit(f"refused to start: ENVELOPE_KEY: {error}") from None


if __name__ == "__main__":
    sys.exit(main())
