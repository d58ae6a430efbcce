"""Rasa's gateway channel, spoken to over HTTP."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import requests
from requests.adapters import HTTPAdapter

from banking.domain.envelope import Envelope
from banking.ports.gateway import RasaReply, RasaTurn, RasaUnavailable
from banking.ports.identity import Clock

CONNECT_SECONDS: Final = 1.0
# A hung Rasa must lead to the notice within 10 s; asking again is safe.
READ_SECONDS: Final = 4.0
AT_ONCE: Final = 16


def _pool() -> requests.Session:
    session = requests.Session()
    # Neither proxies nor .netrc of the environment have a say on loopback.
    session.trust_env = False
    session.mount("http://", HTTPAdapter(pool_connections=1, pool_maxsize=AT_ONCE))
    return session


@dataclass(frozen=True, slots=True)
class RasaClient:
    """Runs turns; keeps the promise of ``banking.ports.gateway.Dialogue``."""

    url: str
    envelope_key: bytes = field(repr=False)
    clock: Clock
    http: requests.Session = field(default_factory=_pool, repr=False)

    def turn(
        self,
        conversation_id: str,
        message_id: str,
        text: str,
        command: str | None = None,
    ) -> RasaTurn:
        envelope = Envelope.for_text(
            conversation_id, message_id, text, now=self.clock.now(), command=command
        )
        try:
            answer = self.http.post(
                f"{self.url}/webhooks/gateway/webhook",
                json={"envelope": envelope.seal(self.envelope_key), "text": text},
                timeout=(CONNECT_SECONDS, READ_SECONDS),
                allow_redirects=False,
            )
            if answer.status_code != requests.codes.ok:
                raise RasaUnavailable(f"status {answer.status_code}")
            return _turn(answer.json())
        except (requests.RequestException, ValueError, KeyError, TypeError) as error:
            # The text of these errors may quote the answer: name the kind alone.
            raise RasaUnavailable(type(error).__name__) from None


def _turn(said: Mapping[str, Any]) -> RasaTurn:
    intent = said["intent"]
    return RasaTurn(
        replies=tuple(
            RasaReply(
                reply["text"],
                tuple(reply["buttons"]),
                reply["custom"],
                str(reply.get("response") or ""),
            )
            for reply in said["replies"]
        ),
        intent=intent["name"] or "",
        confidence=float(intent["confidence"]),
        ranking=tuple((name, float(score)) for name, score in said["ranking"]),
        entities=tuple(said["entities"]),
        actions=tuple(said["actions"]),
        second=_second(said.get("second_intent")),
        asking=bool(said.get("asking")),
    )


def _second(found: Mapping[str, Any] | None) -> tuple[str, str] | None:
    return (str(found["name"]), str(found["text"])) if found else None
