"""Every door of the web application: headers, forms, hosts, and what is not there."""

import re

import pytest

from banking.domain.link import LinkPurpose
from banking.web.desk.routes import DOORS as DESK
from tests.identity.world import World
from tests.web.conftest import TestClient, make_app

DOORS = [
    ("GET", "/healthz"),
    ("GET", "/readyz"),
    ("GET", "/metrics"),
    ("GET", "/internal/model"),
    ("GET", "/webhooks/whatsapp"),
    ("POST", "/webhooks/whatsapp"),
    ("GET", "/s/" + "a" * 43),
    ("HEAD", "/s/" + "a" * 43),
    ("POST", "/s/" + "a" * 43),
    ("PUT", "/s/" + "a" * 43),
    ("POST", "/api/v1/token-validity"),
    ("GET", "/api/v1/trace"),
    ("GET", "/api/v1/openapi.json"),
    ("GET", "/static/page.css"),
    ("GET", "/static/nothing"),
    ("GET", "/nothing"),
    ("GET", "/fails"),
    ("TRACE", "/"),
    *((door.method, re.sub(r"{\w+}", "1", door.path)) for door in DESK),
]


@pytest.fixture
def http(app) -> TestClient:
    @app.get("/fails")
    def fails() -> None:
        raise RuntimeError("a secret that nobody may read")

    return TestClient(
        app, base_url="http://127.0.0.1:8000", raise_server_exceptions=False
    )


@pytest.mark.parametrize(("method", "path"), DOORS)
def test_no_answer_leaves_without_its_headers(http, method, path):
    answer = http.request(method, path)

    assert answer.headers["content-security-policy"].startswith("default-src 'none'")
    assert "unsafe-inline" not in answer.headers["content-security-policy"]
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"
    cached = "public" if path.startswith("/static") else "no-store"
    assert answer.headers["cache-control"].startswith(cached)
    assert "server" not in answer.headers


def test_the_list_above_has_every_door(app):
    there = {(m, r.path) for r in app.routes for m in getattr(r, "methods", None) or ()}
    ours = {(m, re.sub("/s/a+", "/s/{token}", p)) for m, p in DOORS}
    ours |= {(door.method, door.path) for door in DESK}

    assert there <= ours


def test_a_failure_says_nothing_of_itself(http):
    answer = http.get("/fails")

    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert "Traceback" not in answer.text


@pytest.mark.parametrize(
    "path",
    [
        "/docs",
        "/redoc",
        "/openapi.json",
        "/metrics",
        "/.env",
        "/.git/config",
        "/static/../app.py",
        "/static/%2e%2e/app.py",
        "/s/",
        "/s/a/b",
        "/console",
    ],
)
def test_what_is_nobodys_business_is_not_there(http, path):
    assert http.get(path).status_code == 404


def test_another_host_name_is_refused(http):
    answer = http.get("/healthz", headers={"host": "evil.example"})

    assert answer.status_code == 400
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_a_lost_visitor_finds_back(http):
    answer = http.get("/nothing", headers={"accept": "text/html"})

    assert answer.status_code == 404
    assert "Back to WhatsApp" in answer.text


# --- https ---


def test_on_https_cookies_and_transport_are_strict(world: World, tmp_path):
    app = make_app(world, tmp_path, "https://bank.example")
    http = TestClient(app, base_url="https://bank.example")
    answer = http.get(world.link(LinkPurpose.REGISTER))

    assert "max-age=63072000" in answer.headers["strict-transport-security"]
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("__Host-visit=")
    for part in ("Secure", "HttpOnly", "Path=/", "SameSite=lax"):
        assert part in cookie
    assert "Domain" not in cookie


# --- weight ---


def test_a_page_with_all_it_needs_is_light(world, browser):
    browser.open(world.link(LinkPurpose.REGISTER))
    parts = re.findall(r'(?:href|src)="(/static/[^"]+)"', browser.answer.text)
    size = len(browser.answer.content) + sum(
        len(browser.http.get(part).content) for part in set(parts)
    )

    assert size < 50_000
    assert "style=" not in browser.answer.text
    assert "http://" not in browser.answer.text.replace("http://127.0.0.1", "")
