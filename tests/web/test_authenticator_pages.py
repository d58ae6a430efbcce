"""An authenticator added or replaced after registration, with the customer or not."""

import pyotp
import pytest

from banking.domain.link import LinkPurpose
from tests.identity.challenges import at_once
from tests.identity.world import AMA, CHAT_ID, KOFI, PIN, World
from tests.web.conftest import Browser

OLD = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def now_of(world: World, secret: str) -> str:
    return pyotp.TOTP(secret).at(int(world.clock.now().timestamp()))


def secret_of(world: World) -> str | None:
    with world.uow() as tx:
        return tx.enrolments.totp_secret(world.enrolment().id)


def without_one(world: World):
    enrolment = world.enrol()
    with world.uow() as tx:
        tx.enrolments.set_totp(enrolment.id, None)
        tx.commit()
    return world.enrolment()


def come_to_form(world: World, browser: Browser, code: str | None = None) -> str:
    """Id, PIN and a code by what the customer has now; the new app's secret."""
    browser.open(world.link(LinkPurpose.AUTHENTICATOR)).press(chat_id=CHAT_ID, pin=PIN)
    if code is None:
        browser.press("send-code")
        code = world.code()
    browser.press(otp=code)
    return browser.text("totp-secret")


def test_one_is_added_with_id_pin_and_a_code_by_text(world: World, browser: Browser):
    assert not without_one(world).has_totp
    secret = come_to_form(world, browser)
    assert "set up an authenticator app" in world.sms.to(AMA.phone)[-1]
    assert "data:image/svg+xml" in browser.answer.text
    browser.press(authenticator_code=now_of(world, secret))

    assert "app is ready" in browser.text("done")
    assert secret_of(world) == secret
    assert "totp_enrolled" in world.events()


def test_one_is_replaced_with_the_old_ones_code(world: World, browser: Browser):
    world.enrol(totp=OLD)
    secret = come_to_form(world, browser, now_of(world, OLD))
    world.clock.forward(seconds=30)
    browser.press(authenticator_code=now_of(world, secret))

    assert browser.has("done")
    assert secret_of(world) == secret != OLD
    assert "totp_replaced" in world.events()


def test_everything_that_is_open_ends_and_the_customer_is_told(world, browser):
    enrolment = world.enrol(totp=OLD)
    world.payment("t1", enrolment)
    payment = world.link(LinkPurpose.CONFIRM, enrolment_id=enrolment.id, subject="t1")
    sign_in = world.link(LinkPurpose.SIGN_IN)
    secret = come_to_form(world, browser, now_of(world, OLD))
    browser.press(authenticator_code=now_of(world, secret))

    assert world.status(AMA) == "expired"
    assert browser.open(payment).status == 410
    assert browser.open(sign_in).status == 410
    assert world.said()[-1] == "utter_notice_authenticator_changed"
    assert "authenticator app was set up" in world.sms.to(AMA.phone)[-1]


def test_the_new_one_confirms_and_the_old_one_no_longer(world: World, browser: Browser):
    enrolment = world.enrol(totp=OLD)
    secret = come_to_form(world, browser, now_of(world, OLD))
    used = now_of(world, secret)
    browser.press(authenticator_code=used)
    world.payment("t1", enrolment)
    path = world.link(LinkPurpose.CONFIRM, enrolment_id=enrolment.id, subject="t1")
    browser.open(path).press(chat_id=CHAT_ID, pin=PIN)

    for dead in (used, now_of(world, OLD)):
        assert browser.press(otp=dead).has("error")
    world.clock.forward(seconds=30)
    assert browser.press(otp=now_of(world, secret)).has("done")


def test_a_wrong_new_code_changes_nothing(world: World, browser: Browser):
    world.enrol(totp=OLD)
    secret = come_to_form(world, browser, now_of(world, OLD))
    for wrong in ("000000", "", "12345", now_of(world, OLD)):
        browser.press(authenticator_code=wrong)
        assert "Nothing was changed" in browser.text("error")

    assert browser.status == 422
    assert browser.text("totp-secret") == secret
    assert secret_of(world) == OLD
    assert world.status(AMA) == "valid"


def test_without_the_present_code_there_is_no_new_one(world: World, browser: Browser):
    world.enrol(totp=OLD)
    browser.open(world.link(LinkPurpose.AUTHENTICATOR)).press(chat_id=CHAT_ID, pin=PIN)
    browser.press("send-code").press(otp="000000")

    assert browser.has("otp")
    assert not browser.has("totp-secret")
    form = {"csrf": browser.csrf(), "do": "submit", "authenticator-code": "123456"}
    browser.answer = browser.http.post(str(browser.answer.url), data=form)
    assert secret_of(world) == OLD


def test_a_session_alone_is_not_enough(world: World, browser: Browser):
    world.enrol(totp=OLD)
    browser.open(world.link(LinkPurpose.SIGN_IN)).press(chat_id=CHAT_ID, pin=PIN)
    browser.open(world.link(LinkPurpose.AUTHENTICATOR))

    assert browser.has("chat-id")
    assert not browser.has("totp-secret")


def test_a_session_that_ended_shows_no_secret(world: World, browser: Browser):
    world.enrol(totp=OLD)
    secret = come_to_form(world, browser, now_of(world, OLD))
    world.clock.forward(minutes=5, seconds=1)
    browser.open(browser.answer.url.path)

    assert browser.has("chat-id")
    assert secret not in browser.answer.text


def test_after_signing_in_again_the_present_code_is_asked_again(world, browser):
    world.enrol(totp=OLD)
    first = come_to_form(world, browser, now_of(world, OLD))
    world.clock.forward(minutes=5, seconds=1)
    browser.open(browser.answer.url.path).press(chat_id=CHAT_ID, pin=PIN)

    assert browser.has("otp")
    assert first not in browser.answer.text


@pytest.mark.parametrize(
    "purpose", [p for p in LinkPurpose if p is not LinkPurpose.AUTHENTICATOR]
)
def test_no_other_link_leads_to_the_new_one(world: World, browser: Browser, purpose):
    enrolment = world.enrol(totp=OLD)
    world.payment("t1", enrolment)
    path = world.link(purpose, enrolment_id=enrolment.id, subject="t1")
    browser.open(path)
    if browser.has("chat-id"):
        browser.press(chat_id=CHAT_ID, pin=PIN)
    form = {"csrf": browser.csrf() if "csrf" in browser.answer.text else ""}
    fields = {"do": "submit", "authenticator-code": "123456", "step": "form"}
    browser.http.post(path, data=form | fields)

    assert secret_of(world) == OLD


def test_another_customers_link_is_not_there(world, browser, other_browser):
    world.enrol(totp=OLD)
    path = world.link(LinkPurpose.AUTHENTICATOR)
    world.enrol(KOFI)
    other_browser.open(world.link(LinkPurpose.SIGN_IN, KOFI))
    other_browser.press(chat_id=CHAT_ID, pin=PIN).open(path)

    assert other_browser.status == 404
    assert "link_foreign_customer" in world.events()


def test_twenty_presses_at_once_are_one_change(world: World, browser: Browser):
    world.enrol(totp=OLD)
    secret = come_to_form(world, browser, now_of(world, OLD))
    form = {
        "csrf": browser.csrf(),
        "do": "submit",
        "authenticator-code": now_of(world, secret),
    }
    address, answers = str(browser.answer.url), []
    at_once(20, lambda _: answers.append(browser.http.post(address, data=form)))

    assert sum("app is ready" in answer.text for answer in answers) == 1
    assert world.events().count("totp_replaced") == 1


def test_a_frozen_customer_gets_none(world: World, browser: Browser):
    enrolment = world.enrol(totp=OLD)
    come_to_form(world, browser, now_of(world, OLD))
    with world.uow() as tx:
        world.identity.sessions.freeze(tx, enrolment.id, by="staff")
        tx.commit()
    browser.press(authenticator_code="123456")

    assert browser.status == 410
    assert secret_of(world) == OLD


def test_no_code_by_text_after_a_sim_change(world: World, browser: Browser):
    without_one(world)
    world.sim.changes[AMA.phone] = world.clock.now()
    browser.open(world.link(LinkPurpose.AUTHENTICATOR)).press(chat_id=CHAT_ID, pin=PIN)
    browser.press("send-code")

    assert "SIM card was changed" in browser.text("error")
    assert world.sms.to(AMA.phone) == []


def test_neither_secret_is_in_the_database(world: World, browser: Browser):
    world.enrol(totp=OLD)
    secret = come_to_form(world, browser, now_of(world, OLD))

    assert secret not in world.dump()
    browser.press(authenticator_code=now_of(world, secret))
    assert browser.has("done")
    assert secret not in world.dump()
