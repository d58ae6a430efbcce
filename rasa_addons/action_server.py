"""How Rasa speaks to the action server: kept connections, a bearer, no silence.

Stock Rasa opens a connection for every action. When the action server cannot be reached
or answers nonsense, it writes a log line, forgets the action, saves the turn and tells
the customer nothing. Here such a turn is lost as a whole: nothing is saved, the gateway
gets an error and brings the same message again.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import Any, Dict, List, Optional

import aiohttp
from rasa.core.actions.action import ActionExecutionRejection, RemoteAction
from rasa.shared.core.events import Event
from rasa.utils.endpoints import ClientResponseError, EndpointConfig

CONNECT_SECONDS = 1.0
# The gateway waits 10 seconds for a turn.
ANSWER_SECONDS = 9.0
OK = 200
BEARER_PURPOSE = b"actions"


class TurnLost(BaseException):
    """An action could not be run.

    Not an ``Exception``: Rasa would catch that one and go on as if all were well.
    """


def actions_bearer(envelope_key: bytes) -> str:
    """The bearer that both sides of the action server derive from the envelope key."""
    digest = hmac.new(envelope_key, BEARER_PURPOSE, hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


class KeptEndpoint(EndpointConfig):
    """The action server over a few connections that stay open."""

    _session: Optional[aiohttp.ClientSession] = None

    async def request(
        self,
        method: str = "post",
        subpath: Optional[str] = None,
        content_type: Optional[str] = "application/json",
        compress: bool = False,
        **kwargs: Any,
    ) -> Optional[Any]:
        """Post one action call; the contract is that of Rasa's own endpoint."""
        if self._session is None:
            self._session = self._opened()
        call = kwargs["json"]
        # rasa-sdk wants the key. What is in it, few actions need: such an action says
        # `send_domain: true` in domain.yml.
        call.setdefault("domain", {})
        body = json.dumps(call).encode()
        async with self._session.post(self.url, data=body) as response:
            if response.status != OK:
                raise ClientResponseError(
                    response.status, response.reason, await response.read()
                )
            return await response.json()

    async def close(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    def _opened(self) -> aiohttp.ClientSession:
        # Inside the running loop, to which the connections belong.
        return aiohttp.ClientSession(
            headers={**self.headers, "Content-Type": "application/json"},
            timeout=aiohttp.ClientTimeout(
                total=ANSWER_SECONDS, sock_connect=CONNECT_SECONDS
            ),
            # Close an idle connection before rasa-sdk does (5 seconds).
            connector=aiohttp.TCPConnector(keepalive_timeout=4.0),
            # It is on this machine or in this network: no proxy, no cookies.
            trust_env=False,
            cookie_jar=aiohttp.DummyCookieJar(),
        )


def install() -> None:
    """Make an action that could not be run lose the turn."""
    if getattr(RemoteAction.run, "loses_turns", False):
        return
    stock = RemoteAction.run

    async def run(
        self: RemoteAction, output_channel: Any, nlg: Any, tracker: Any, domain: Any
    ) -> List[Event]:
        try:
            return await stock(self, output_channel, nlg, tracker, domain)
        except ActionExecutionRejection:
            raise  # part of how forms work
        except Exception as error:  # noqa: BLE001 - whatever it was, nothing was done
            raise TurnLost(f"{self.name()}: {type(error).__name__}") from None

    run.loses_turns = True  # type: ignore[attr-defined]
    RemoteAction.run = run  # type: ignore[method-assign]


def endpoint(url: str, envelope_key: bytes) -> KeptEndpoint:
    """The action server at this address, with the bearer in a header."""
    headers: Dict[str, str] = {
        "Authorization": f"Bearer {actions_bearer(envelope_key)}"
    }
    return KeptEndpoint(
        url=f"{url.rstrip('/')}/webhook",
        headers=headers,
        # The whole domain with every call would be most of what is sent.
        enable_selective_domain=True,
    )
