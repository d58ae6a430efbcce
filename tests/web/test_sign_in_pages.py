"""Links that are looked at, and signing in behind them."""

import re

from banking.domain.link import LinkPurpose, new_token
from tests.identity.world import CHAT_ID, PIN, World
from tests.web.conftest import Browser, TestClient, make_app


def test_a_link_preview_sees_nothing_and_spends_nothing(world, app, browser):
    world.enrol()
    path = world.link(LinkPurpose.SIGN_IN)
    before = world.dump()
    for method in ("GET", "HEAD") * 10:
        preview = TestClient(app, base_url="http://127.0.0.1:8000")
        answer = preview.request(method, path, headers={"user-agent": "WhatsApp/2"})
        assert answer.status_code == 200
        # Tokens are random, and may hold any three digits.
        shown = re.sub(r"[0-9a-f]{64}|/s/[\w-]{43}", "", answer.text)
        assert not re.search("Ama|567|4321", shown)
    assert world.dump() == before

    assert browser.open(path).press(chat_id=CHAT_ID, pin=PIN).has("done")


def test_dead_links_look_alike(world: World, browser: Browser, other_browser: Browser):
    world.enrol()
    used = world.link(LinkPurpose.SIGN_IN)
    browser.open(used).press(chat_id=CHAT_ID, pin=PIN)
    expired = world.link(LinkPurpose.SIGN_IN)
    world.clock.forward(minutes=11)
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
