"""A browser without scripts, and the bank it visits."""

import warnings
from types import SimpleNamespace

import pytest
from sqlalchemy import Engine

from banking.adapters.credentials import TotpAuthenticator
from banking.domain.link import LinkPurpose
from banking.domain.staff import StaffRule
from banking.services.api_pace import ApiPace
from banking.services.staff_door import StaffDoor
from banking.settings import Settings
from banking.web.app import create_app
from tests import pages
from tests.identity.world import PUBLIC_URL, World

with warnings.catch_warnings():
    # It asks for a successor of httpx that it does not need.
    warnings.simplefilter("ignore")
    from starlette.testclient import TestClient


@pytest.fixture
def world(clean_database: str, database: Engine) -> World:
    """Give a bank with nobody registered yet."""
    return World(database)


def make_app(world: World, home, public_url: str = PUBLIC_URL):
    """The web application of this bank."""
    settings = Settings(
        bank_env="test",
        bank_home=home,
        public_url=public_url,
        rasa_url="http://127.0.0.1:9",
        actions_url="http://127.0.0.1:9",
        _env_file=None,
    )
    bank = SimpleNamespace(
        settings=settings,
        engine=world.engine,
        uow=world.uow,
        clock=world.clock,
        identity=world.identity,
        api_pace=ApiPace(
            uow=world.uow,
            clock=world.clock,
            hasher=world.hasher,
            rules=world.policy.api,
        ),
        teller=world.desk,
        words=world.words,
        hasher=world.hasher,
        front_desk=SimpleNamespace(receive=lambda channel, batch: None),
        staff_door=StaffDoor(
            uow=world.uow,
            clock=world.clock,
            rule=StaffRule(),
            hasher=world.hasher,
            authenticator=TotpAuthenticator(),
            bank_name="Acme Bank",
        ),
        # What needs them is behind the staff door, and tested where that opens.
        teaching=None,
        model_gate=None,
    )
    return create_app(bank)


@pytest.fixture
def app(world: World, tmp_path):
    """Give the web application of that bank."""
    return make_app(world, tmp_path)


class Browser(pages.Browser):
    """A browser that visits the application without a socket."""

    def __init__(self, app) -> None:
        super().__init__(
            TestClient(app, base_url=PUBLIC_URL, raise_server_exceptions=False)
        )


@pytest.fixture
def browser(app) -> Browser:
    return Browser(app)


@pytest.fixture
def other_browser(app) -> Browser:
    return Browser(app)


@pytest.fixture
def form(world: World, browser: Browser) -> Browser:
    """Give a browser that shows a customer the page for signing in."""
    world.enrol()
    return browser.open(world.link(LinkPurpose.SIGN_IN))
