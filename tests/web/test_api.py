"""The API for other programs of the bank."""

from datetime import timedelta

import pytest

from banking.domain.link import LinkPurpose
from banking.domain.money import Money
from banking.domain.transfer import Transfer, TransferState
from banking.ports.gateway import TurnRow
from tests.identity.world import AMA, World
from tests.web.conftest import Browser

ASK = {"channel": "whatsapp", "user": AMA.phone}


@pytest.fixture
def key(app) -> dict[str, str]:
    return {"X-API-Key": app.state.api.key}


@pytest.fixture
def http(app):
    return Browser(app).http


def ask(http, key, **other):
    return http.post("/api/v1/token-validity", json=ASK | other, headers=key)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-API-Key": ""},
        {"X-API-Key": "wrong"},
        {"Authorization": "Bearer wrong"},
        {"Authorization": "Basic x"},
        {"X-API-Key": b"\xff\xfe"},
    ],
)
@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", "token-validity"), ("GET", "trace"), ("GET", "openapi.json")],
)
def test_without_the_key_there_is_no_answer(http, headers, method, path):
    answer = http.request(method, f"/api/v1/{path}", json=ASK, headers=headers)

    assert answer.status_code == 401
    assert answer.json() == {"error": "unauthorised"}


def test_a_stranger_is_sent_to_register(world: World, http, key):
    answer = ask(http, key).json()

    assert (answer["status"], answer["expires_at"]) == ("missing", None)
    link = answer["next_url"].removeprefix("http://127.0.0.1:8000")
    assert http.get(link).status_code == 200


def test_a_customer_is_sent_to_sign_in(world: World, http, key, browser):
    world.enrol()
    answer = ask(http, key).json()

    assert answer["status"] == "expired"
    link = answer["next_url"].removeprefix("http://127.0.0.1:8000")
    assert browser.open(link).has("chat-id")


def test_a_valid_token_is_extended(world: World, http, key):
    world.sign_in(world.enrol())
    world.clock.forward(seconds=240)
    answer = ask(http, key).json()

    assert (answer["status"], answer["next_url"]) == ("valid", None)
    assert answer["expires_at"] == "2026-03-02T10:09:00Z"
    world.clock.forward(seconds=240)
    assert world.status(AMA) == "valid"


def test_the_key_may_come_as_a_bearer(http, key):
    headers = {"Authorization": f"Bearer {key['X-API-Key']}"}

    assert ask(http, headers).status_code == 200


@pytest.mark.parametrize("user", ["15550101567", "+15550101567", " +15550101567 "])
def test_a_number_has_one_meaning(world: World, http, key, user):
    world.enrol()

    assert ask(http, key, user=user).json()["status"] == "expired"


def test_an_unknown_channel_or_user_id_is_missing(http, key):
    for other in ({"channel": "pigeon"}, {"user": "US.someone"}):
        answer = ask(http, key, **other).json()
        assert answer == {"status": "missing", "expires_at": None, "next_url": None}


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"channel": "whatsapp"},
        ASK | {"status": "valid"},
        ASK | {"user": 15550101567},
        ASK | {"user": ""},
        ASK | {"user": "1" * 500},
        [],
        "x",
    ],
)
def test_what_is_no_question_is_not_answered(http, key, body):
    answer = http.post("/api/v1/token-validity", json=body, headers=key)

    assert answer.status_code == 422
    assert answer.json() == {"error": "not understood"}


def test_the_description_names_one_question(http, key):
    described = http.get("/api/v1/openapi.json", headers=key).json()

    assert list(described["paths"]) == [
        "/webhooks/whatsapp",
        "/api/v1/token-validity",
        "/healthz",
        "/readyz",
    ]


def test_the_panel_of_nobody_is_empty(http, key):
    answer = http.get("/api/v1/trace", params={"phone": "+15550109"}, headers=key)

    assert answer.json() == []


def test_the_panel_shows_turns_and_what_they_moved(world: World, http, key):
    enrolment = world.enrol()
    conversation = world.chat(AMA)
    with world.uow() as tx:
        for number, text in enumerate(("hi", "send 45 to peter", "thanks")):
            tx.turns.add(
                TurnRow(
                    conversation.id,
                    f"m{number}",
                    world.clock.now() + timedelta(seconds=number * 10),
                    text,
                    "transfer_money",
                    0.97,
                    [],
                    [],
                    ["action_transfer_money"],
                    1,
                    84,
                )
            )
        # Made while the second turn ran, a moment before it was noted.
        tx.transfers.add(transfer(enrolment, conversation, world.clock.now()))
        tx.commit()
    last, later, first = http.get(
        "/api/v1/trace", params={"phone": AMA.phone}, headers=key
    ).json()

    assert [t["text"] for t in (last, later, first)] == [
        "thanks",
        "send 45 to peter",
        "hi",
    ]
    assert last["postings"] == []
    assert later["actions"] == ["action_transfer_money"]
    assert first["postings"] == []
    assert later["postings"] == [
        {
            "amount": "USD 45.00",
            "from": "••••\N{NO-BREAK SPACE}4321",
            "to": "••••\N{NO-BREAK SPACE}1122",
            "state": "awaiting",
        }
    ]


def transfer(enrolment, conversation, now) -> Transfer:
    return Transfer(
        id="t1",
        enrolment_id=enrolment.id,
        customer_number=enrolment.customer_number,
        conversation_id=conversation.id,
        service="transfer",
        source_account="20010000004321",
        source_shown="Current •••• 4321",
        payee_account="20010000001122",
        payee_name="Peter Okafor",
        payee_shown="Peter O.",
        amount=Money(4_500, "USD"),
        fee=Money(0, "USD"),
        reference="pizza",
        state=TransferState.AWAITING,
        created_at=now + timedelta(seconds=9),
        expires_at=now + timedelta(minutes=10),
    )


def test_a_production_bank_has_no_panel(app, http, key):
    object.__setattr__(app.state.api, "traces", False)
    answer = http.get("/api/v1/trace", params={"phone": AMA.phone}, headers=key)

    assert answer.status_code == 404


def test_ready_says_part_by_part_what_is_missing(http):
    answer = http.get("/readyz")

    assert answer.status_code == 503
    assert answer.json() == {
        "database": True,
        "rasa": False,
        "actions": False,
        "worker": False,
    }


def test_a_used_link_of_the_api_is_used(world: World, http, key, browser):
    link = ask(http, key).json()["next_url"].removeprefix("http://127.0.0.1:8000")
    assert LinkPurpose.REGISTER.value in world.dump()

    assert browser.open(link).has("date-of-birth")
