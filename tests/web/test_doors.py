"""Every door of the web application: headers, forms, hosts, and what is not there."""

import re

import pytest

from banking.domain.link import LinkPurpose, new_token
from tests.identity.world import AMA, CHAT_ID, PIN, World
from tests.web.conftest import Browser, TestClient, make_app

DOORS = [
    ("GET", "/healthz"),
    ("GET", "/readyz"),
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

    assert there <= ours


def test_a_failure_says_nothing_of_itself(http):
    answer = http.get("/fails")

    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert "Traceback" not in answer.text


@pytest.mark.parametrize(
    "path",
    ["/docs", "/redoc", "/openapi.json", "/metrics", "/.env", "/.git/config",
     "/static/../app.py", "/static/%2e%2e/app.py", "/s/", "/s/a/b", "/console"],
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


# --- forms ---


@pytest.fixture
def form(world: World, browser: Browser) -> Browser:
    world.enrol()
    return browser.open(world.link(LinkPurpose.SIGN_IN))


FIELDS = {"chat-id": CHAT_ID, "pin": PIN, "do": "submit"}


@pytest.mark.parametrize("csrf", [None, "", "0" * 64, "é"])
def test_a_form_without_our_token_does_nothing(world, form, csrf):
    fields = FIELDS | ({} if csrf is None else {"csrf": csrf})
    answer = form.http.post(str(form.answer.url), data=fields)

    assert answer.status_code == 403
    assert world.status(AMA) == "expired"
    assert "pin_wrong" not in world.events()
    assert not form.press(chat_id=CHAT_ID, pin=PIN).has("error")


def test_a_token_of_another_browser_does_nothing(world, form, other_browser):
    other_browser.open("/s/" + new_token())
    answer = other_browser.http.post(
        str(form.answer.url), data=FIELDS | {"csrf": form.csrf()}
    )

    assert answer.status_code == 403


def test_a_token_of_another_link_does_nothing(world, form):
    csrf = form.csrf()
    other = world.link(LinkPurpose.SIGN_IN)

    assert form.http.post(other, data=FIELDS | {"csrf": csrf}).status_code == 403


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ],
)
def test_a_form_from_elsewhere_does_nothing(world, form, headers):
    answer = form.http.post(
        str(form.answer.url), data=FIELDS | {"csrf": form.csrf()}, headers=headers
    )

    assert answer.status_code == 403
    assert world.status(AMA) == "expired"


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b'{"pin": 1}', "application/json"),
        (b"pin=1", "text/plain"),
        (b"pin=1", ""),
        (b"x=" + b"1" * 20_000, "application/x-www-form-urlencoded"),
        (
            b"&".join(b"a%d=1" % i for i in range(99)),
            "application/x-www-form-urlencoded",
        ),
        (b"pin=1&pin=2", "application/x-www-form-urlencoded"),
        (b"pin=\xff", "application/x-www-form-urlencoded"),
    ],
)
def test_what_is_no_form_of_ours_is_refused(form, body, kind):
    answer = form.http.post(
        str(form.answer.url), content=body, headers={"content-type": kind}
    )

    assert answer.status_code in (400, 403)
    assert form.press(chat_id=CHAT_ID, pin=PIN).has("done")


def test_an_unknown_button_shows_the_page_again(form):
    csrf = form.csrf()
    answer = form.http.post(
        str(form.answer.url), data={"csrf": csrf, "do": "freeze"}
    )

    assert answer.status_code == 200
    assert 'data-testid="chat-id"' in answer.text


# --- looking ---


def test_a_link_preview_sees_nothing_and_spends_nothing(world, app, browser):
    world.enrol()
    path = world.link(LinkPurpose.SIGN_IN)
    before = world.dump()
    for method in ("GET", "HEAD") * 10:
        preview = TestClient(app, base_url="http://127.0.0.1:8000")
        answer = preview.request(method, path, headers={"user-agent": "WhatsApp/2"})
        assert answer.status_code == 200
        assert not re.search("Ama|567|4321", answer.text)
    assert world.dump() == before

    assert browser.open(path).press(chat_id=CHAT_ID, pin=PIN).has("done")


def test_dead_links_look_alike(world: World, browser: Browser, other_browser: Browser):
    world.enrol()
    used = world.link(LinkPurpose.SIGN_IN)
    browser.open(used).press(chat_id=CHAT_ID, pin=PIN)
    expired = world.link(LinkPurpose.SIGN_IN)
    world.clock.pass_by(minutes=11)
    claimed = world.link(LinkPurpose.SIGN_IN)
    browser.open(claimed).press(chat_id=CHAT_ID, pin="739159")
    killed = world.link(LinkPurpose.SIGN_IN, subject="x")
    with world.uow() as tx:
        world.identity.links.kill(tx, subject="x")
        tx.commit()

    seen = set()
    for path in (used, expired, claimed, killed, "/s/" + new_token(), "/s/short"):
        answer = other_browser.open(path).answer
        seen.add((answer.status_code, answer.text))

    assert len(seen) == 1
    assert seen.pop()[0] == 410


# --- signing in ---


def test_a_session_lives_in_a_cookie_that_scripts_cannot_read(world, form):
    form.press(chat_id=CHAT_ID, pin=PIN)

    cookie = form.answer.headers["set-cookie"]
    assert cookie.startswith("session=")
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie


def test_signing_in_replaces_a_planted_session(world, form):
    form.http.cookies.set("session", "planted" * 6)
    form.press(chat_id=CHAT_ID, pin=PIN)

    assert "planted" not in form.answer.headers["set-cookie"]


def test_wrong_id_wrong_pin_and_locked_answer_alike(world, browser):
    enrolment = world.enrol()

    def answer(chat_id: str, pin: str) -> tuple[int, str]:
        other = Browser(browser.http.app)
        other.open(world.link(LinkPurpose.SIGN_IN)).press(chat_id=chat_id, pin=pin)
        text = re.sub(r"[0-9a-f]{64}|/s/[\w-]{43}", "…", other.answer.text)
        return other.status, text

    wrong_pin, wrong_id = answer("ama.m", "739159"), answer("ama.n", PIN)
    both = answer("ama.n", "739159")
    with world.uow() as tx:
        world.identity.sessions.freeze(tx, enrolment.id, by="staff")
        tx.commit()
    locked = answer("ama.m", PIN)

    assert wrong_pin == locked
    assert (wrong_id[0], len(wrong_id[1])) == (wrong_pin[0], len(wrong_pin[1]))
    assert both == wrong_id


def test_too_many_wrong_pins_from_one_place_are_told_to_wait(world, tmp_path):
    world.use(wrong_pins_per_ip=2)
    world.enrol()
    browser = Browser(make_app(world, tmp_path))
    browser.open(world.link(LinkPurpose.SIGN_IN))
    for number in range(3):
        browser.answer.headers["x"] = str(number)
        browser.http.headers["x-forwarded-for"] = f"203.0.113.{number}"
        browser.press(chat_id=CHAT_ID, pin="739159")

    assert browser.status == 429


def test_i_forgot_sends_a_link_to_the_chat_and_shows_none(world, form):
    form.press("forgot")

    assert "Look in the chat" in form.text("done")
    assert world.said() == ["utter_reset_pin_link"]
    assert not re.search(r"/s/[\w-]{43}", form.answer.text)


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
