"""The mobile operators' signal that a SIM card was changed."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

import requests

from banking.ports.identity import SimChangeUnknown


@dataclass(frozen=True, slots=True)
class HttpSimChange:
    """Speaks `GET {url}/sim-change?phone=`; timeouts in seconds."""

    url: str
    timeout_s: float = 3.0
    http: requests.Session = field(default_factory=requests.Session, repr=False)

    def changed_at(self, phone: str) -> datetime | None:
        try:
            answer = self.http.get(
                f"{self.url.rstrip('/')}/sim-change",
                params={"phone": phone},
                timeout=self.timeout_s,
                allow_redirects=False,
            )
            if answer.status_code != requests.codes.ok:
                raise SimChangeUnknown
            told = answer.json()["changed_at"]
            if told is None:
                return None
            moment = datetime.fromisoformat(told)
        except (requests.RequestException, ValueError, KeyError, TypeError):
            raise SimChangeUnknown from None
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
