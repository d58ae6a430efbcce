"""What the pages need of the bank, and nothing else of it."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlsplit

from banking.ports.confirmation import ConfirmationDesk
from banking.ports.gateway import Words
from banking.ports.identity import Clock, Hasher
from banking.ports.unit_of_work import UnitOfWork
from banking.services.identity import Identity

if TYPE_CHECKING:
    from banking.bootstrap import Bank

_THEME = Path(__file__).with_name("theme.toml")


@dataclass(frozen=True, slots=True, kw_only=True)
class Front:
    """The pages' view of the bank. `back_url` leads into the chat."""

    uow: UnitOfWork
    clock: Clock
    identity: Identity
    teller: ConfirmationDesk
    words: Words
    hasher: Hasher
    bank_name: str
    public_url: str
    back_url: str
    theme: Mapping[str, Any]

    @classmethod
    def of(cls, bank: "Bank") -> Self:
        """Take what the pages need from a wired bank."""
        settings = bank.settings
        digits = "".join(c for c in settings.whatsapp_business_number if c.isdigit())
        chat = f"https://wa.me/{digits}"
        simulated = settings.whatsapp_graph_url.startswith(settings.simulator_url)
        return cls(
            uow=bank.uow,
            clock=bank.clock,
            identity=bank.identity,
            teller=bank.teller,
            words=bank.words,
            hasher=bank.hasher,
            bank_name=settings.bank_name,
            public_url=settings.public_url,
            back_url=settings.simulator_url if simulated else chat,
            theme=tomllib.loads(_THEME.read_text(encoding="utf-8")),
        )

    @property
    def https(self) -> bool:
        return urlsplit(self.public_url).scheme == "https"

    @property
    def host(self) -> str:
        return urlsplit(self.public_url).hostname or ""
