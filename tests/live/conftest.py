"""One running bank for all live tests."""

from collections.abc import Callable, Iterator

import pytest

from tests.live.customer import Customer
from tests.live.stack import Stack


@pytest.fixture(scope="session")
def stack() -> Iterator[Stack]:
    """A bank with everything real but the outside world."""
    running = Stack.start()
    yield running
    running.stop()


@pytest.fixture(autouse=True)
def well_behaved(request: pytest.FixtureRequest) -> Iterator[None]:
    """Whatever a test made the outside world do ends with the test."""
    yield
    if "stack" in request.fixturenames:
        request.getfixturevalue("stack").misbehave(
            duplicates=0, delay_ms=0, error_5xx=0, error_429=0
        )


@pytest.fixture
def newcomer(stack: Stack) -> Customer:
    """A customer of the bank who has never banked by chat."""
    return Customer(stack.simulator, stack.people(1, registered=False)[0])


@pytest.fixture
def registered(stack: Stack) -> Customer:
    """A customer who has registered and is not signed in."""
    return Customer(stack.simulator, stack.people(1, registered=True)[0])


@pytest.fixture
def signed_in(registered: Customer) -> Customer:
    """A customer with an open session."""
    registered.says("log in")
    registered.signs_in()
    registered.listen()
    return registered


@pytest.fixture
def customer_named(request: pytest.FixtureRequest) -> Callable[[str], Customer]:
    """A customer by the name of one of the fixtures above."""
    return request.getfixturevalue
