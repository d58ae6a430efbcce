"""Only the assistant's own process, on this machine, is handed the model in service."""

import base64
import hashlib
import hmac
import json
import warnings
from dataclasses import replace

import pytest

from banking.web.app import create_app
from tests.gate.shelves import serving, trained

with warnings.catch_warnings():
    # It asks for a successor of httpx that it does not need.
    warnings.simplefilter("ignore")
    from starlette.testclient import TestClient

PATH = "/internal/model"
HERE = ("127.0.0.1", 50_000)


@pytest.fixture
def app(bank, shelf):
    gate = replace(bank.model_gate, shelf=shelf)
    return create_app(replace(bank, model_gate=gate))


@pytest.fixture
def key(bank) -> bytes:
    return bank.settings.envelope_key.get_secret_value()


@pytest.fixture
def ask(app, key):
    def asked(client=HERE, **headers):
        bearer = base64.urlsafe_b64encode(derived(key, b"models")).decode().rstrip("=")
        told = {"Authorization": f"Bearer {bearer}", **headers}
        http = TestClient(app, base_url="http://127.0.0.1:8000", client=client)
        named = {name.replace("_", "-"): value for name, value in told.items() if value}
        return http.get(PATH, headers=named)

    return asked


def derived(key: bytes, purpose: bytes) -> bytes:
    return hmac.new(key, purpose, hashlib.sha256).digest()


def test_the_model_comes_with_a_manifest_that_is_signed(ask, shelf, clock, bank, key):
    one, two = serving(shelf, clock, "1", "2")
    answer = ask()

    assert answer.status_code == 200
    assert hashlib.sha256(answer.content).hexdigest() == two.sha256
    assert answer.headers["etag"] == f'"{two.sha256}"'
    sent = answer.headers["x-model-manifest"]
    manifest = json.loads(base64.b64decode(sent))
    assert (manifest["file"], manifest["sha256"]) == (two.file, two.sha256)
    assert (manifest["trained_by"], manifest["examples"]) == ("ann", 9000)
    at = answer.headers["x-model-signed-at"]
    assert int(at) == int(bank.clock.now().timestamp())
    mark = hmac.new(
        derived(key, b"model manifest"), f"{at}.{sent}".encode(), hashlib.sha256
    )
    assert answer.headers["x-model-signature"] == mark.hexdigest()
    assert one.sha256 not in manifest.values()


def test_what_is_known_is_not_sent_again(ask, shelf, clock):
    one, two = serving(shelf, clock, "1", "2")

    for known in (f'"{two.sha256}"', f'"{one.sha256}", "{two.sha256}"'):
        answer = ask(If_None_Match=known)
        assert (answer.status_code, answer.content) == (304, b"")
        assert answer.headers["etag"] == f'"{two.sha256}"'
    for other in (f'"{one.sha256}"', two.sha256[:-1], ""):
        assert ask(If_None_Match=other).status_code == 200


def test_scores_are_not_read_for_whoever_asks_every_two_seconds(ask, shelf, clock):
    (one,) = serving(shelf, clock, "1")
    # What reads this ends in an error that nobody takes for a missing file.
    (shelf.folder / "teller-1.scores.json").write_text("[" * 100_000)
    with pytest.raises(RecursionError):
        shelf.scores(one)

    assert ask(If_None_Match=f'"{one.sha256}"').status_code == 304
    assert ask().status_code == 200


def test_a_candidate_is_nobodys(ask, shelf, clock):
    (one,) = serving(shelf, clock, "1")
    shelf.offer(trained(shelf.folder, "2", clock))

    assert ask().headers["etag"] == f'"{one.sha256}"'


@pytest.mark.parametrize(
    "wrong",
    [
        {"Authorization": ""},
        {"Authorization": "Bearer "},
        {"Authorization": "Bearer wrong"},
        {"Authorization": "Basic eDp5"},
        {"client": ("203.0.113.9", 50_000)},
        {"client": ("10.0.0.7", 50_000)},
        # A proxy on this machine speaks for somebody who is not.
        {"X_Forwarded_For": "127.0.0.1"},
        {"Forwarded": "for=203.0.113.9"},
        {"X_Real_IP": "203.0.113.9"},
    ],
    ids=str,
)
def test_for_everybody_else_there_is_nothing_here(ask, shelf, clock, wrong):
    serving(shelf, clock, "1")
    answer = ask(**wrong)
    nothing = ask(**{"Authorization": "Bearer wrong"})

    assert answer.status_code == 404
    assert answer.content == nothing.content
    assert not {"etag", "x-model-manifest"} & set(answer.headers)


@pytest.mark.parametrize("purpose", [b"actions", b"model manifest"])
def test_a_bearer_for_something_else_is_none(ask, shelf, clock, key, purpose):
    serving(shelf, clock, "1")
    other = base64.urlsafe_b64encode(derived(key, purpose)).decode().rstrip("=")

    assert ask(Authorization=f"Bearer {other}").status_code == 404


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_nobody_can_hand_a_model_in(app, method):
    http = TestClient(app, base_url="http://127.0.0.1:8000", client=HERE)

    assert http.request(method, PATH, content=b"model").status_code == 405


def test_a_model_that_was_changed_is_not_handed_out(ask, shelf, clock):
    (one,) = serving(shelf, clock, "1")
    file = shelf.folder / one.file
    content = bytearray(file.read_bytes())
    content[0] ^= 1
    file.write_bytes(content)

    assert ask().status_code == 503


def test_without_a_model_there_is_nothing_to_hand_out(ask):
    assert ask().status_code == 404
