"""How often the token-validity API answers: each client, and about each customer."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from banking.adapters.credentials import PepperedHasher
from banking.adapters.memory.unit_of_work import MemoryUnitOfWork
from banking.policy.rules import ApiRules
from banking.services.api_pace import ApiPace, AskedTooOften
from tests.identity.challenges import at_once
from tests.identity.world import AMA, KOFI, PEPPER, QUICK, StoppedClock, World
from tests.web.conftest import TestClient

CLIENT, CUSTOMER = 5, 3


@pytest.fixture
def asked(app, world: World):
    """Ask from an address about somebody; a bank of smaller figures answers."""
    few = ApiRules(per_minute_per_client=CLIENT, per_minute_per_customer=CUSTOMER)
    api = app.state.api
    app.state.api = replace(api, pace=replace(api.pace, rules=few))

    def ask(user=AMA.phone, *, channel="whatsapp", place="192.0.2.1", key=api.key):
        http = TestClient(app, base_url="http://127.0.0.1:8000", client=(place, 50_000))
        return http.post(
            "/api/v1/token-validity",
            json={"channel": channel, "user": user},
            headers={"X-API-Key": key},
        )

    return ask


def test_one_customer_is_asked_about_so_often_a_minute(world: World, asked):
    assert [asked().status_code for _ in range(CUSTOMER)] == [200] * CUSTOMER
    world.clock.forward(seconds=20)
    refused = asked()

    assert refused.status_code == 429
    assert refused.json() == {"error": "too often"}
    assert refused.headers["retry-after"] == "40"
    assert asked(KOFI.phone).status_code == 200


def test_after_the_time_it_names_there_is_room_again(world: World, asked):
    for _ in range(CUSTOMER):
        asked()
        world.clock.forward(seconds=10)
    wait = int(asked().headers["retry-after"])
    world.clock.forward(seconds=wait - 1)
    assert asked().status_code == 429
    world.clock.forward(seconds=1)

    assert asked().status_code == 200
    # The second question still counts, and those refused never did.
    assert asked().headers["retry-after"] == "10"


def test_another_spelling_of_a_number_is_no_other_customer(asked):
    for spelling in (AMA.phone, AMA.phone[1:], f" {AMA.phone} "):
        assert asked(spelling).status_code == 200

    assert asked().status_code == 429


def test_other_addresses_share_the_count_of_a_customer(asked):
    for number in range(CUSTOMER):
        assert asked(place=f"192.0.2.{number}").status_code == 200

    assert asked(place="192.0.2.9").status_code == 429
    assert asked(place="192.0.2.9", channel="pigeon").status_code == 200


def test_one_client_asks_so_often_whoever_it_asks_about(asked):
    people = [f"+1555010{number:04}" for number in range(CLIENT)]
    assert [asked(user).status_code for user in people] == [200] * CLIENT

    assert asked("+15550109999").status_code == 429
    assert asked("US.somebody").status_code == 429
    assert asked("+15550109999", place="192.0.2.2").status_code == 200


def test_whoever_has_no_key_takes_no_room(asked):
    for _ in range(2 * CLIENT):
        assert asked(key="wrong").status_code == 401

    assert asked().status_code == 200


def test_a_refused_question_extends_nothing(world: World, asked):
    world.sign_in(world.enrol())
    for _ in range(CUSTOMER):
        asked()
    world.clock.forward(seconds=50)
    assert asked().status_code == 429
    world.clock.forward(seconds=251)

    assert world.status(AMA) == "expired"


def test_fifty_at_once_are_no_more_than_allowed(world: World, asked):
    answers: list[int] = []
    at_once(50, lambda _: answers.append(asked().status_code))

    assert answers.count(200) == CUSTOMER
    assert answers.count(429) == 50 - CUSTOMER


def test_the_counts_name_no_number(world: World, asked):
    with world.uow() as tx:
        before = world.dump().count(AMA.phone[1:])
        assert tx.conversations.of("whatsapp", AMA.phone) is None
    asked("US.somebody-known")

    assert before == world.dump().count(AMA.phone[1:])
    assert "somebody-known" not in world.dump()


def test_the_description_tells_of_the_limit(app, world: World):
    http = TestClient(app, base_url="http://127.0.0.1:8000")
    key = {"X-API-Key": app.state.api.key}
    described = http.get("/api/v1/openapi.json", headers=key).json()
    answers = described["paths"]["/api/v1/token-validity"]["post"]["responses"]

    assert "Retry-After" in answers["429"]["headers"]


# No deadline: the twin in memory copies itself at each commit.
@settings(deadline=None, max_examples=40)
@given(st.integers(1, 4), st.integers(1, 4), st.lists(st.integers(0, 90), max_size=25))
def test_no_minute_ever_holds_more_than_its_figure(client, customer, pauses):
    """Whatever the pauses in between, and whoever keeps to them is served."""
    clock = StoppedClock()
    pace = ApiPace(
        uow=MemoryUnitOfWork(clock.now),
        clock=clock,
        hasher=PepperedHasher(PEPPER, QUICK),
        rules=ApiRules(per_minute_per_client=client, per_minute_per_customer=customer),
    )
    most, served = min(client, customer), []
    for pause in pauses:
        clock.forward(seconds=pause)
        wait = wait_of(pace)
        assert 0 <= wait <= 60
        clock.forward(seconds=wait)
        assert wait == 0 or wait_of(pace) == 0
        served.append(clock.now())
    for at in served:
        assert sum(0 <= (at - one).total_seconds() < 60 for one in served) <= most


def wait_of(pace: ApiPace) -> int:
    try:
        pace.count("here", "whatsapp", AMA.phone)
    except AskedTooOften as refused:
        return refused.seconds
    return 0
