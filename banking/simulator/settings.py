"""What the simulator needs to know, read once from the environment.

SimulatorRefused names everything that is wrong at once, so that a person fixes
the environment in one go.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

ALLOWED_ENVIRONMENTS = ("demo", "test")
DEFAULT_PORT = 8090
PORTS = range(1, 65_536)


class SimulatorRefused(Exception):
    """The simulator will not start; the text says why, one reason a line."""


@dataclass(frozen=True, slots=True)
class SimulatorSettings:
    """Addresses and secrets shared with the bank under test."""

    port: int
    web_url: str
    phone_number_id: str
    display_number: str
    bank_name: str
    home: Path
    people: Path | None
    access_token: str = field(repr=False)
    app_secret: str = field(repr=False)
    verify_token: str = field(repr=False)
    api_key: str = field(repr=False)

    @property
    def webhook_url(self) -> str:
        return f"{self.web_url}/webhooks/whatsapp"

    @property
    def own_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Self:
        """Read the settings; raises SimulatorRefused with every reason."""
        reasons = []
        bank_env = environment.get("BANK_ENV", "demo")
        if bank_env not in ALLOWED_ENVIRONMENTS:
            reasons.append(
                f"BANK_ENV is {bank_env!r}: the simulator runs in demo and test only"
            )
        needed = {
            name: environment.get(name, "").strip()
            for name in (
                "WEB_URL",
                "WHATSAPP_PHONE_NUMBER_ID",
                "WHATSAPP_ACCESS_TOKEN",
                "WHATSAPP_APP_SECRET",
                "WHATSAPP_VERIFY_TOKEN",
            )
        }
        reasons += [f"{name} is missing" for name, value in needed.items() if not value]
        port = environment.get("SIMULATOR_PORT") or str(DEFAULT_PORT)
        if not port.isdigit() or int(port) not in PORTS:
            reasons.append(f"SIMULATOR_PORT is {port!r}: expected a port number")
        if reasons:
            raise SimulatorRefused("\n".join(reasons))
        people = environment.get("SIMULATOR_PEOPLE", "").strip()
        display = environment.get("WHATSAPP_BUSINESS_NUMBER", "") or "15550100000"
        return cls(
            port=int(port),
            web_url=needed["WEB_URL"].rstrip("/"),
            phone_number_id=needed["WHATSAPP_PHONE_NUMBER_ID"],
            display_number="".join(filter(str.isdigit, display)),
            bank_name=environment.get("BANK_NAME", "").strip() or "Acme Bank",
            home=Path(environment.get("BANK_HOME") or ".bank") / "simulator",
            people=Path(people) if people else None,
            access_token=needed["WHATSAPP_ACCESS_TOKEN"],
            # Several secrets mean a rotation is under way: the first one signs.
            app_secret=needed["WHATSAPP_APP_SECRET"].split(",")[0].strip(),
            verify_token=needed["WHATSAPP_VERIFY_TOKEN"],
            api_key=environment.get("API_KEY", ""),
        )
