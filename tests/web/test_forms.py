"""Forms: ours, from this browser, for this link, or nothing at all."""

import asyncio

import pytest
from starlette.requests import Request

from banking.domain.link import LinkPurpose, new_token
from banking.web.visits import FormRefused, form_pairs
from tests.identity.world import AMA, CHAT_ID, PIN, World
from tests.web.test_registration_pages import come_to_credentials

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
        {"origin": "http://["},
        {"origin": "http://[::1"},
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
    answer = form.http.post(str(form.answer.url), data={"csrf": csrf, "do": "freeze"})

    assert answer.status_code == 200
    assert 'data-testid="chat-id"' in answer.text


def test_a_form_that_never_comes_is_not_waited_for_long():
    async def nothing():
        return await asyncio.Event().wait()

    kind = (b"content-type", b"application/x-www-form-urlencoded")
    request = Request({"type": "http", "headers": [kind]}, nothing)
    waiting = form_pairs(request, most_bytes=9, most_fields=1, slowest_seconds=0)

    with pytest.raises(FormRefused):
        asyncio.run(asyncio.wait_for(waiting, 5))


def test_going_back_and_sending_a_form_again_skips_no_page(world: World, browser):
    come_to_credentials(world, browser)
    (button,) = browser.find("submit")
    chosen = {"chat-id": CHAT_ID, "pin": PIN, "pin-again": PIN}
    again = {"csrf": browser.csrf(), "do": button.get("value"), **chosen}
    browser.press(chat_id=CHAT_ID, pin=PIN, pin_again=PIN)

    browser.send(browser.url, again)

    assert browser.has("passphrase-shown")
    assert not browser.has("done")
