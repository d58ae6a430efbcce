"""Registering on the bank's pages, as a customer sees it."""

from banking.domain.link import LinkPurpose
from tests.identity.world import AMA, CHAT_ID, PIN, World
from tests.web.conftest import Browser


def prove(browser: Browser, born: str = "1987-03-09", digits: str = "4321") -> Browser:
    return browser.press(date_of_birth=born, account_digits=digits)


def test_a_customer_registers_and_goes_back_to_the_chat(world: World, browser: Browser):
    browser.open(world.link(LinkPurpose.REGISTER))
    prove(browser).press("send-code")
    browser.press(otp=world.code())
    browser.press(chat_id=CHAT_ID, pin=PIN, pin_again=PIN)
    browser.press()

    assert browser.status == 200
    assert browser.has("done")
    assert world.status(AMA) == "valid"
