"""A desk over a whole wired bank, and people who come to it without scripts."""

import warnings
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pyotp
import pytest
from pydantic import SecretStr
from sqlalchemy import Engine

from banking.bootstrap import Bank, open_bank, reach_outside
from banking.domain.staff import Role
from banking.settings import Settings
from banking.web.app import create_app
from tests import pages
from tests.clock import StoppedClock
from tests.desk.chats import language_home

with warnings.catch_warnings():
    # It asks for a successor of httpx that it does not need.
    warnings.simplefilter("ignore")
    from starlette.testclient import TestClient

ADDRESS = "http://127.0.0.1:8000"
PASSWORD = "quiet harbour lanterns"


class Visitor(pages.Browser):
    """A browser at the desk."""

    def __init__(self, app, bank: Bank, address: str = ADDRESS) -> None:
        super().__init__(
            TestClient(app, base_url=address, raise_server_exceptions=False)
        )
        self.bank = bank
        self.secret = ""

    @property
    def path(self) -> str:
        return self.answer.url.path

    def field_of(self, testid: str) -> str:
        """Staff send the same fields from several places: they go by their names."""
        return testid.replace("_", "-")

    def ask(self, path: str, **fields: str | list[str]):
        """Post as a script of the page does; the answer's JSON."""
        data = {"csrf": self.csrf(), **fields}
        return self.http.post(path, data=data, headers={"x-asked-by": "script"})

    # --- the staff door ---

    def join(self, name: str = "Efua", *roles: Role) -> "Visitor":
        """Come by invitation, with a password and an authenticator of one's own."""
        url = self.bank.staff.invite(name, roles or (Role.TRAINER,)).url
        self.open(url.removeprefix(ADDRESS))
        self.press("submit", password=PASSWORD, password_again=PASSWORD)
        self.secret = self.text("totp-secret")
        return self.press("submit", otp=self.code())

    def code(self) -> str:
        """What the authenticator app shows now."""
        return code_of(self.secret, self.bank)

    def sign_in(
        self, name: str = "Efua", password: str = PASSWORD, code: str | None = None
    ) -> "Visitor":
        self.open("/desk/sign-in")
        return self.press(
            "submit", name=name, password=password, otp=code or self.code()
        )

    @property
    def signed_in(self) -> bool:
        return self.open("/desk/model/progress").path == "/desk/model/progress"


@pytest.fixture
def bank(database: Engine, clean_database: str, tmp_path: Path) -> Iterator[Bank]:
    """Give a wired bank that learns from a copy of the language."""
    settings = Settings(
        _env_file=None,
        bank_env="test",
        bank_home=tmp_path / "home",
        database_url=SecretStr(clean_database),
        language_home=language_home(tmp_path / "language"),
    )
    real = reach_outside(settings, database)
    wired = open_bank(settings, outside=replace(real, clock=StoppedClock()))
    yield wired
    wired.engine.dispose()


@pytest.fixture
def app(bank: Bank):
    return create_app(bank)


@pytest.fixture
def visitor(app, bank: Bank) -> Visitor:
    """Give a browser in which nobody is signed in."""
    return Visitor(app, bank)


@pytest.fixture
def other(app, bank: Bank) -> Visitor:
    """Give a second browser."""
    return Visitor(app, bank)


@pytest.fixture
def trainer(app, bank: Bank) -> Visitor:
    """Give a trainer who has just joined."""
    return Visitor(app, bank).join()


def code_of(secret: str, bank: Bank) -> str:
    """What an authenticator app with this secret shows now."""
    return pyotp.TOTP(secret).at(int(bank.clock.now().timestamp()))


def events(bank: Bank) -> list[str]:
    """What the security log says happened, oldest first."""
    with bank.uow() as tx:
        return [row.event for row in tx.audit.rows()]
