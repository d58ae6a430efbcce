"""The bank's SMS gateway over HTTP."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import requests
from urllib3.exceptions import NewConnectionError

from banking.ports.identity import SmsUnavailable

_TEXTS = Path(__file__).with_name("sms_texts.toml")
_TRIES = 2


def sms_texts(path: Path = _TEXTS) -> Mapping[str, str]:
    """The words of each kind of text message, with names in braces to fill in."""
    return tomllib.loads(path.read_text(encoding="utf-8"))


@dataclass(frozen=True, slots=True)
class HttpSmsGateway:
    """Speaks `POST {url}/messages`; timeouts in seconds."""

    url: str
    timeout_s: float = 4.0
    http: requests.Session = field(default_factory=requests.Session, repr=False)

    def send(self, message_id: str, phone: str, text: str) -> None:
        body = {"id": message_id, "to": phone, "text": text}
        # The id makes a repetition harmless, so one lost answer is asked for again.
        perhaps_taken = False
        for _ in range(_TRIES):
            try:
                answer = self.http.post(
                    f"{self.url.rstrip('/')}/messages",
                    json=body,
                    timeout=self.timeout_s,
                    allow_redirects=False,
                )
            except requests.RequestException as error:
                perhaps_taken = perhaps_taken or not _never_left(error)
                continue
            if answer.status_code in (requests.codes.ok, requests.codes.accepted):
                return
            if answer.status_code < requests.codes.server_error:
                break
            perhaps_taken |= answer.status_code != requests.codes.service_unavailable
        raise SmsUnavailable(perhaps_taken=perhaps_taken)


def _never_left(error: requests.RequestException) -> bool:
    """Whether no connection was made, so that nothing can have arrived."""
    reason = getattr(error.args[0], "reason", None) if error.args else None
    return isinstance(error, requests.ConnectTimeout) or isinstance(
        reason, NewConnectionError
    )
