"""Where this bank runs: the environment or `.env`, and in a demo generated secrets."""

import base64
import binascii
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import (
    BeforeValidator,
    Field,
    ModelWrapValidatorHandler,
    SecretBytes,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from banking.demo_keys import KEY_BYTES, KEYS, WORDS, demo_keys, why_unfit

PROJECT = Path(__file__).resolve().parents[1]
GRAPH_API = "https://graph.facebook.com"


class SettingsRefused(Exception):
    """The settings do not let a bank start.

    ``problems`` names every setting that is missing or wrong, never its value.
    """

    def __init__(self, problems: list[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("The settings are not complete:\n- " + "\n- ".join(problems))


def _key(value: object) -> object:
    """Decode 32 bytes of base64; what is bytes already stays."""
    if not isinstance(value, str):
        return value
    try:
        decoded = base64.b64decode(value, validate=True)
    except binascii.Error:
        raise ValueError("is not base64") from None
    if len(decoded) != KEY_BYTES:
        raise ValueError(f"is not {KEY_BYTES} bytes")
    return decoded


Key = Annotated[SecretBytes, BeforeValidator(_key)]
Port = Annotated[int, Field(ge=1, le=65535)]

# What a demo makes up and a production must be told.
TOLD_IN_PRODUCTION = (
    *KEYS,
    *WORDS,
    "bank_home",
    "database_url",
    "public_url",
    "sim_change_url",
    "sms_gateway_url",
    "whatsapp_business_number",
    "whatsapp_phone_number_id",
)
CONFIDENTIAL = (
    "sms_gateway_url",
    "sim_change_url",
    "whatsapp_graph_url",
    "core_banking_url",
)
LOOPBACK = frozenset(("127.0.0.1", "::1", "localhost"))
DEMO_PHONE_NUMBER_ID = "109876543210987"
DEMO_BUSINESS_NUMBER = "+15550100999"


class Places(BaseSettings):
    """What is known before there is a bank: which kind, and where its things are.

    ``language_home`` holds data/, domain.yml, config.yml, models/ and tests/.
    """

    model_config = SettingsConfigDict(
        env_file=PROJECT / ".env",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,
    )

    bank_env: Literal["demo", "test", "production"] = "demo"
    bank_home: Path = PROJECT / ".bank"
    language_home: Path = PROJECT

    @property
    def is_production(self) -> bool:
        """Whether real customers and real money are at stake."""
        return self.bank_env == "production"

    @field_validator("bank_home", "language_home")
    @classmethod
    def _absolute(cls, value: Path) -> Path:
        return value.expanduser().resolve()


class Settings(Places):
    """Every setting of one bank; ports are TCP ports on loopback.

    Raises ``SettingsRefused`` with the whole list when something is missing.
    """

    bank_name: str = "Acme Bank"
    bank_country: Annotated[str, Field(pattern=r"^[A-Z]{2}$")] = "US"
    bank_currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] = "USD"
    bank_locale: str = "en_US"
    bank_timezone: str = "UTC"
    pin_policy: Literal["bank", "nist"] = "bank"
    channels: str = "whatsapp"

    database_url: SecretStr | None = None
    rasa_tracker_url: SecretStr | None = None

    public_url: str = ""
    web_host: str = "127.0.0.1"
    web_port: Port = 8000
    rasa_port: Port = 5005
    actions_port: Port = 5055
    simulator_port: Port = 8090
    rasa_url: str = ""
    actions_url: str = ""

    whatsapp_phone_number_id: str = DEMO_PHONE_NUMBER_ID
    whatsapp_business_number: str = DEMO_BUSINESS_NUMBER
    whatsapp_access_token: SecretStr = SecretStr("")
    whatsapp_app_secret: SecretStr = SecretStr("")
    whatsapp_verify_token: SecretStr = SecretStr("")
    whatsapp_graph_url: str = ""
    whatsapp_graph_version: Annotated[str, Field(pattern=r"^v\d+\.\d+$")] = "v25.0"

    sms_gateway_url: str = ""
    sim_change_url: str = ""
    core_banking: Literal["ledger", "rest", "soap"] = "ledger"
    core_banking_url: str = ""

    envelope_key: Key = SecretBytes(b"")
    pin_pepper: Key = SecretBytes(b"")
    vault_key: Key = SecretBytes(b"")
    api_key: SecretStr = SecretStr("")

    simulator_people: Path | None = None

    @property
    def app_secrets(self) -> tuple[str, ...]:
        """The app secrets that may have signed a webhook, newest first."""
        text = self.whatsapp_app_secret.get_secret_value()
        return tuple(part.strip() for part in text.split(",") if part.strip())

    @property
    def channel_names(self) -> tuple[str, ...]:
        """The messengers that are switched on."""
        return tuple(name.strip() for name in self.channels.split(",") if name.strip())

    @property
    def simulator_url(self) -> str:
        """Where the simulator listens when there is one."""
        return f"http://127.0.0.1:{self.simulator_port}"

    def environment(self) -> dict[str, str]:
        """Return every setting as the environment variables of a child process."""
        plain = {name: _plain(getattr(self, name)) for name in type(self).model_fields}
        return {name.upper(): text for name, text in plain.items() if text}

    @field_validator("bank_timezone")
    @classmethod
    def _known_timezone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError):
            raise ValueError("is not a time zone") from None
        return value

    @model_validator(mode="wrap")
    @classmethod
    def _everything_at_once(
        cls, data: Any, handler: ModelWrapValidatorHandler[Self]
    ) -> Self:
        problems = _missing(data)
        try:
            settings = handler(_with_addresses(data))
        except ValidationError as error:
            named = ((str(e["loc"][0]).upper(), e["msg"]) for e in error.errors())
            problems += [f"{name}: {message}" for name, message in named]
            raise SettingsRefused(problems) from None
        problems = problems or _unsound(settings)
        if problems:
            raise SettingsRefused(problems)
        return settings

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - fixed signature
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Read the environment, then `.env`, then the demo's own keys."""
        keys = DemoKeys(settings_cls)
        return init_settings, env_settings, dotenv_settings, keys


class DemoKeys(PydanticBaseSettingsSource):
    """Secrets made once for a demo or test bank, in BANK_HOME/keys.json (0600)."""

    def get_field_value(self, field: Any, field_name: str) -> tuple[Any, str, bool]:  # noqa: ARG002 - fixed signature
        """Give no single value: all keys come together from ``__call__``."""
        return None, field_name, False

    def __call__(self) -> dict[str, Any]:
        """Return the demo's keys, making them first where there are none."""
        told = self.current_state
        if told.get("bank_env", "demo") not in ("demo", "test"):
            return {}
        if all(told.get(name) for name in (*KEYS, *WORDS)):
            return {}
        home = Path(told.get("bank_home") or PROJECT / ".bank").expanduser().resolve()
        return dict(demo_keys(home))


def _with_addresses(data: dict[str, Any]) -> dict[str, Any]:
    """Fill the addresses that follow from ports, and in a demo the simulator's."""
    fields = Settings.model_fields

    def port(name: str) -> Any:
        return data.get(name) or fields[name].default

    web = f"http://127.0.0.1:{port('web_port')}"
    simulator = f"http://127.0.0.1:{port('simulator_port')}"
    filled = {
        "public_url": web,
        "rasa_url": f"http://127.0.0.1:{port('rasa_port')}",
        "actions_url": f"http://127.0.0.1:{port('actions_port')}",
        "whatsapp_graph_url": simulator,
        "sms_gateway_url": simulator,
        "sim_change_url": simulator,
    }
    if data.get("bank_env") == "production":
        filled["whatsapp_graph_url"] = GRAPH_API
    return data | {name: data.get(name) or text for name, text in filled.items()}


def _missing(data: dict[str, Any]) -> list[str]:
    """Name what a production bank must be told and was not."""
    if data.get("bank_env") != "production":
        return []
    untold = [name for name in TOLD_IN_PRODUCTION if not _plain(data.get(name))]
    unfit = [(name, why_unfit(name, _plain(data.get(name)))) for name in KEYS + WORDS]
    return [f"{name.upper()} is missing" for name in untold] + [
        f"{name.upper()} {why}" for name, why in unfit if why
    ]


def _unsound(settings: Settings) -> list[str]:
    problems = []
    if settings.core_banking != "ledger" and not settings.core_banking_url:
        problems.append("CORE_BANKING_URL is missing")
    if not settings.is_production:
        return problems
    if urlsplit(settings.public_url).scheme != "https":
        problems.append("PUBLIC_URL is not an https address")
    # Codes, tokens and customers' records travel on these.
    problems += [
        f"{name.upper()} is neither https nor on this machine"
        for name in CONFIDENTIAL
        if getattr(settings, name) and not _confidential(getattr(settings, name))
    ]
    # Rasa is told the first of them, and must not know the others.
    if len({getattr(settings, name) for name in KEYS}) < len(KEYS):
        problems.append(f"{', '.join(KEYS).upper()} are not all different")
    return problems


def _confidential(url: str) -> bool:
    address = urlsplit(url)
    return address.scheme == "https" or address.hostname in LOOPBACK


def _plain(value: Any) -> str:
    """Write a value as an environment variable would hold it."""
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    if isinstance(value, SecretBytes):
        return base64.b64encode(value.get_secret_value()).decode()
    return "" if value is None else str(value)
