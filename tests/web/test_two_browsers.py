"""One link in two browsers: the second hears kindly how things stand, and no more."""

import pytest

from banking.domain.link import LinkPurpose
from tests.identity.challenges import at_once
from tests.identity.world import AMA, CHAT_ID, KOFI, PIN, World
from tests.web.conftest import Browser

PRIVATE = ("45.00", "Peter", "Ama", "567", "4321", "pizza", "1122", AMA.phone)


@pytest.fixture
def path(world: World) -> str:
    """Give the link to a payment that waits."""
    enrolment = world.enrol()
    world.payment("t1", enrolment)
    return world.link(LinkPurpose.CONFIRM, enrolment_id=enrolment.id, subject="t1")


@pytest.fixture
def first(browser: Browser, path: str) -> Browser:
    """Give a browser with the payment on its page, and its code on the way."""
    return browser.open(path).press(chat_id=CHAT_ID, pin=PIN).press("send-code")


def says_nothing_private(browser: Browser) -> bool:
    return not any(secret in browser.answer.text for secret in PRIVATE)


def test_what_is_open_elsewhere_is_said_to_be(other_browser, first, path):
    other_browser.open(path)

    assert other_browser.status == 410
    assert "open in another" in other_browser.text("error")
    assert other_browser.has("back")
    assert says_nothing_private(other_browser)


def test_the_second_browser_hears_that_it_is_confirmed(
    world: World, other_browser: Browser, first: Browser, path: str
):
    other_browser.open(path)
    first.press(otp=world.code())
    assert "On its way" in first.text("done")
    other_browser.open(path)

    assert "Already confirmed" in other_browser.everything()
    assert "not sent twice" in other_browser.text("error")
    assert says_nothing_private(other_browser)
    assert world.events().count("posted_by_the_test") == 1


def test_a_form_sent_from_the_second_browser_does_nothing(
    world: World, browser: Browser, other_browser: Browser, path: str
):
    other_browser.open(path)  # both see the page for signing in
    browser.open(path).press(chat_id=CHAT_ID, pin=PIN).press("send-code")
    other_browser.press(chat_id=CHAT_ID, pin=PIN)
    assert "open in another" in other_browser.text("error")

    assert world.events().count("pin_right") == 1
    browser.press(otp=world.code())
    assert browser.has("done")


def test_confirmed_in_two_browsers_at_once_it_is_sent_once(
    world: World, browser: Browser, other_browser: Browser, path: str
):
    browsers = (browser.open(path), other_browser.open(path))
    at_once(2, lambda n: browsers[n].press(chat_id=CHAT_ID, pin=PIN))
    has, has_not = sorted(browsers, key=lambda one: one.has("chat-id") or one.status)

    assert has.has("amount")
    assert "open in another" in has_not.text("error")
    has.press("send-code").press(otp=world.code())
    assert "Already confirmed" in has_not.open(path).everything()
    assert world.events().count("posted_by_the_test") == 1


def test_the_first_browser_going_back_hears_it_too(world, first, path):
    first.press(otp=world.code())

    assert "Already confirmed" in first.open(path).everything()


def test_a_link_ended_or_expired_says_only_that(world, other_browser, first, path):
    world.clock.forward(minutes=15, seconds=1)
    assert "no longer valid" in other_browser.open(path).everything()

    enrolment = world.enrolment()
    killed = world.link(LinkPurpose.CONFIRM, enrolment_id=enrolment.id, subject="t1")
    with world.uow() as tx:
        world.identity.sessions.kill(tx, enrolment.id, "logout")
        tx.commit()
    assert "no longer valid" in other_browser.open(killed).everything()


def test_a_sign_in_done_elsewhere_names_no_payment(world, browser, other_browser):
    world.enrol()
    path = world.link(LinkPurpose.SIGN_IN)
    browser.open(path).press(chat_id=CHAT_ID, pin=PIN)
    other_browser.open(path)

    assert other_browser.status == 410
    assert "no longer valid" in other_browser.everything()
    assert "confirmed" not in other_browser.everything()


def test_who_signs_out_leaves_no_cookie_that_still_opens_something(
    world, browser, other_browser, path
):
    world.enrol(KOFI)
    browser.open(world.link(LinkPurpose.SIGN_IN, KOFI)).press(chat_id=CHAT_ID, pin=PIN)
    browser.open(path)
    copied = dict(browser.http.cookies)
    browser.press("sign-out")

    other_browser.http.cookies.update(copied)
    assert other_browser.open(path).has("chat-id")
    assert "browser_signed_out" in world.events()
