"""A desk over a whole wired bank, and people who come to it without scripts."""

import re
import warnings
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import urljoin

import pyotp
import pytest
from lxml import html
from pydantic import SecretStr
from sqlalchemy import Engine

from banking.bootstrap import Bank, open_bank, reach_outside
from banking.domain.staff import Role
from banking.settings import Settings
from banking.web.app import create_app
from tests.clock import StoppedClock
from tests.desk.chats import language_home

with warnings.catch_warnings():
    # It asks for a successor of httpx that it does not need.
    warnings.simplefilter("ignore")
    from starlette.testclient import TestClient

ADDRESS = "http://127.0.0.1:8000"
PASSWORD = "quiet harbour lanterns"


class Visitor:
    """A browser at the desk: opens pages, fills in fields, presses buttons."""

    def __init__(self, app, bank: Bank, address: str = ADDRESS) -> None:
        self.bank = bank
        self.http = TestClient(app, base_url=address, raise_server_exceptions=False)
        self.answer = None
        self.secret = ""

    # --- pages ---

    def open(self, path: str) -> "Visitor":
        self.answer = self.http.get(path)
        return self

    @property
    def status(self) -> int:
        return self.answer.status_code

    @property
    def path(self) -> str:
        return self.answer.url.path

    @property
    def page(self):
        return html.fromstring(self.answer.text)

    def find(self, testid: str):
        return self.page.xpath("//*[@data-testid=$name]", name=testid)

    def has(self, testid: str) -> bool:
        return bool(self.find(testid))

    def text(self, testid: str) -> str:
        return " ".join(self.find(testid)[0].text_content().split())

    def texts(self, testid: str) -> list[str]:
        return [" ".join(each.text_content().split()) for each in self.find(testid)]

    def everything(self) -> str:
        return " ".join(self.page.text_content().split())

    def press(self, testid: str, **values: str | list[str]) -> "Visitor":
        """Press a button with its form; a value goes by the name of its field."""
        button = self.find(testid)[0]
        form = self._form_of(button)
        fields = [*form.form_values(), *self._elsewhere(form)]
        given = {name.replace("_", "-"): value for name, value in values.items()}
        fields = [(n, v) for n, v in fields if n not in given]
        for name, value in given.items():
            many = value if isinstance(value, list) else [value]
            fields += [(name, each) for each in many]
        if button.get("name"):
            fields.append((button.get("name"), button.get("value") or ""))
        address = urljoin(str(self.answer.url), form.get("action"))
        return self.post(address, fields, method=form.get("method") or "get")

    def _form_of(self, button):
        own = button.get("form")
        if own:
            return self.page.xpath("//form[@id=$own]", own=own)[0]
        return next(button.iterancestors("form"))

    def _elsewhere(self, form):
        """Ticked boxes that belong to a form without standing in it."""
        boxes = self.page.xpath(
            "//input[@form=$own and @checked]", own=form.get("id") or "-"
        )
        return [(box.get("name"), box.get("value")) for box in boxes]

    def post(self, path: str, fields, *, method: str = "post") -> "Visitor":
        pairs = list(fields.items()) if isinstance(fields, dict) else list(fields)
        data: dict[str, list[str]] = {}
        for name, value in pairs:
            data.setdefault(name, []).append(value)
        if method.lower() == "get":
            self.answer = self.http.get(path, params=data)
        else:
            self.answer = self.http.post(path, data=data)
        return self

    def csrf(self) -> str:
        return re.search(r'name="csrf" value="(\w+)"', self.answer.text)[1]

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
