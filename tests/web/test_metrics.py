"""Figures for whoever runs the bank, and for nobody else."""

import pytest

from banking.domain.link import LinkPurpose
from tests.web.conftest import TestClient

HERE = "http://127.0.0.1:8000"


def client(app, address: str) -> TestClient:
    return TestClient(app, base_url=HERE, client=(address, 50_000))


@pytest.mark.parametrize("address", ["127.0.0.1", "::1"])
def test_this_machine_may_look(app, address):
    answer = client(app, address).get("/metrics")

    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain")
    assert 'bank_ready{part="database"} 1.0' in answer.text
    assert 'bank_ready{part="worker"} 0.0' in answer.text
    assert "# TYPE webhook_deliveries_total counter" in answer.text


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-API-Key": "wrong"},
        {"X-API-Key": ""},
        {"Authorization": "Bearer wrong"},
        {"X-API-Key": b"\xff\xfe"},
    ],
)
def test_nobody_else_may(app, headers):
    assert client(app, "192.0.2.7").get("/metrics", headers=headers).status_code == 404


@pytest.mark.parametrize("name", ["X-Forwarded-For", "Forwarded", "X-Real-IP"])
def test_a_proxy_on_this_machine_is_not_this_machine(app, name):
    answer = client(app, "127.0.0.1").get("/metrics", headers={name: "192.0.2.7"})

    assert answer.status_code == 404


def test_the_key_opens_from_anywhere(app):
    key = {"X-API-Key": app.state.api.key}

    assert client(app, "192.0.2.7").get("/metrics", headers=key).status_code == 200


def test_no_key_at_all_opens_nothing(app):
    object.__setattr__(app.state.metrics, "key", "")
    answer = client(app, "192.0.2.7").get("/metrics", headers={"X-API-Key": ""})

    assert answer.status_code == 404


def test_requests_are_counted_by_route_and_no_path_is_told(app, world):
    http = client(app, "127.0.0.1")
    url = world.link(LinkPurpose.REGISTER)
    for path in (url, "/healthz", "/nothing-here", "/static/page.css"):
        http.get(path)
    http.request("INVENTED", "/healthz")
    figures = http.get("/metrics").text

    for line in (
        'bank_http_answers_total{method="GET",route="/s/{token}",status="200"} 1.0',
        'bank_http_answers_total{method="GET",route="/healthz",status="200"} 1.0',
        'bank_http_answers_total{method="GET",route="none",status="404"} 1.0',
        'bank_http_seconds_count{route="/s/{token}"} 1.0',
    ):
        assert line in figures
    assert url.rsplit("/", 1)[1] not in figures
    assert "nothing-here" not in figures
    assert "INVENTED" not in figures


def test_waiting_jobs_are_counted(app, world):
    with world.uow() as tx:
        tx.defer("turn", message_id="m1")
        tx.commit()
    figures = client(app, "127.0.0.1").get("/metrics").text

    assert 'bank_jobs{job="turn",status="todo"} 1.0' in figures
