"""A running bank for each file of live tests."""

from collections.abc import Callable, Iterator

import pytest

from tests.live.customer import Customer
from tests.live.stack import Stack


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    """A bank with everything real but the outside world.

    Not one for all files: conversations move its clock, and time does not go back.
    """
    # A zone in which a day does not end with that of the machine.
    running = Stack.start(BANK_TIMEZONE="Africa/Lagos")
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
    return stack.customer(registered=False)


@pytest.fixture
def registered(stack: Stack) -> Customer:
    """A customer who has registered and is not signed in."""
    return stack.customer(registered=True)


@pytest.fixture
def signed_in(registered: Customer) -> Customer:
    """A customer with an open session."""
    registered.says("log in")
    registered.signs_in()
    registered.listen()
    return registered


@pytest.fixture
def customer_named(stack: Stack) -> Callable[..., Customer]:
    """Somebody new: a newcomer, registered, or signed in; of any level."""

    def made(who: str, level: str | None = None) -> Customer:
        registered = who != "newcomer"
        customer = stack.customer(registered=registered, level=level or "full")
        if who == "signed_in":
            customer.says("log in")
            customer.signs_in()
            customer.listen()
        return customer

    return made
