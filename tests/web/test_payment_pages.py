"""Confirming a payment, changing PIN and passphrase: with the customer, or not."""

from datetime import timedelta

import pyotp
import pytest

from banking.domain.link import LinkPurpose
from banking.domain.money import Money
from banking.domain.refusals import LimitExceeded
from tests.identity.challenges import at_once
from tests.identity.world import AMA, CHAT_ID, KOFI, PIN, World
from tests.web.conftest import Browser


@pytest.fixture
def path(world: World) -> str:
    """Give the link to a payment that waits."""
    enrolment = world.enrol()
    world.payment("t1", enrolment)
    return world.link(LinkPurpose.CONFIRM, enrolment_id=enrolment.id, subject="t1")


def sign_in(browser: Browser, pin: str = PIN) -> Browser:
    return browser.press(chat_id=CHAT_ID, pin=pin)


@pytest.fixture
def shown(browser: Browser, path: str) -> Browser:
    """Give a browser in which the customer sees the payment."""
    return sign_in(browser.open(path))


def test_without_the_customer_a_payment_shows_nothing(browser: Browser, path: str):
    browser.open(path)

    assert browser.has("chat-id")
    for secret in ("45.00", "Peter", "Ama", "567", "4321", "pizza", "1122"):
        assert secret not in browser.everything()


def test_the_customer_sees_what_is_sent_before_anything_else(shown: Browser):
    assert shown.text("amount") == "USD 45.00"
    assert shown.text("payee") == "Peter O. •••• 1122"
    assert shown.text("fee") == "USD 0.00"
    assert shown.text("reference") == "pizza"
    assert shown.text("submit") == "Send USD 45.00"
    order = [
        shown.answer.text.index(f'"{name}"')
        for name in ("amount", "payee", "fee", "source", "reference")
    ]
    assert order == sorted(order)
    assert "Ama M., number ending 567" in shown.everything()


def test_the_code_from_the_text_sends_it(world: World, shown: Browser):
    shown.press("send-code")
    assert "USD 45.00 to Peter O. ••1122" in world.sms.to(AMA.phone)[-1]
    shown.press(otp=world.code())

    assert "On its way" in shown.text("done")
    assert world.events().count("posted_by_the_test") == 1


def test_an_authenticator_sends_it(world: World, browser: Browser):
    secret = pyotp.random_base32()
    enrolment = world.enrol(totp=secret)
    world.payment("t1", enrolment)
    browser.open(
        world.link(LinkPurpose.CONFIRM, enrolment_id=enrolment.id, subject="t1")
    )
    sign_in(browser)
    browser.press(otp=pyotp.TOTP(secret).at(int(world.clock.now().timestamp())))

    assert browser.has("done")


def test_a_wrong_code_keeps_the_page(world: World, shown: Browser):
    shown.press("send-code").press(otp="000000")

    assert "4 tries" in shown.text("error")
    assert shown.text("amount") == "USD 45.00"
    assert "000000" not in shown.answer.text


def test_a_confirmed_payment_is_not_confirmed_again(world, shown, path):
    shown.press("send-code")
    answer, code = shown.answer, world.code()
    shown.press(otp=code)
    shown.answer = answer  # the browser's back button
    shown.press(otp=code)

    assert shown.status == 410
    assert shown.open(path).status == 410
    assert world.events().count("posted_by_the_test") == 1


def test_a_cancelled_payment_is_said_to_be(world: World, shown: Browser):
    shown.press("cancel")

    assert "Cancelled" in shown.text("done")
    assert world.desk.views["t1"].state == "cancelled"
    assert world.said() == ["utter_transfer_cancelled"]


def test_this_is_not_me_asks_once_and_stops_everything(world, shown, path):
    assert shown.press("not-me").has("freeze")
    assert world.status(AMA) == "valid"
    shown.press("freeze")

    assert "locked" in shown.text("done")
    assert world.status(AMA) == "expired"
    assert not world.enrolment().active
    assert "utter_notice_frozen" in world.said()
    assert shown.open(path).status == 410


def test_fields_of_the_form_change_nothing(world: World, shown: Browser):
    shown.press("send-code")
    form = shown.find("submit")[0].getparent()
    filled = dict(form.form_values()) | {
        "otp": world.code(),
        "do": "submit",
        "amount": "1.00",
        "payee": "Mallory",
        "subject": "t2",
        "enrolment": "somebody",
    }
    shown.answer = shown.http.post(str(shown.answer.url), data=filled)

    assert "USD 45.00" in shown.text("done")
    assert "Peter O." in shown.text("done")


def test_what_changed_in_between_is_not_sent(world: World, shown: Browser):
    shown.press("send-code")
    view = world.desk.views["t1"]
    world.payment("t1", world.enrolment(), amount=Money(9_900, "USD"), binding="other")
    assert view.binding != "other"
    shown.press(otp=world.code())

    assert "changed" in shown.text("error")
    assert "posted_by_the_test" not in world.events()


def test_what_the_teller_refuses_is_said_in_the_tellers_words(world, shown):
    world.desk.refuses_with = LimitExceeded("day", Money(4_000, "USD"))
    shown.press("send-code").press(otp=world.code())

    assert "utter_refused_limit_exceeded" in shown.text("error")
    assert "USD 40.00" in shown.text("error")
    assert "posted_by_the_test" not in world.events()


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("cancelled", "was cancelled"),
        ("expired", "has expired"),
        ("posted", "Already confirmed"),
        ("failed", "go through"),
    ],
)
def test_a_payment_that_is_over_says_how(world, browser, path, state, words):
    world.payment("t1", world.enrolment(), state=state)
    sign_in(browser.open(path))

    assert words in browser.everything()
    assert not browser.has("submit")


def test_a_payment_that_waited_too_long_has_expired(world, browser, path):
    world.payment(
        "t1",
        world.enrolment(),
        expires_at=world.clock.now() + timedelta(seconds=30),
    )
    world.clock.forward(seconds=31)
    sign_in(browser.open(path))

    assert "expired" in browser.everything()


def test_a_session_that_ended_asks_for_the_pin_again(world, shown, path):
    world.clock.forward(minutes=5, seconds=1)
    shown.press(otp="123456")

    assert shown.has("chat-id")
    assert "45.00" not in shown.everything()


def test_another_customers_payment_is_not_there(world, browser, path):
    kofi = world.enrol(KOFI)
    other = world.link(LinkPurpose.SIGN_IN, KOFI)
    sign_in(browser.open(other))
    assert browser.has("done")
    assert kofi.active
    browser.open(path)

    assert browser.status == 404
    assert "45.00" not in browser.everything()
    assert "link_foreign_customer" in world.events()
    assert browser.press("sign-out").has("chat-id")


def test_a_sign_in_link_shows_no_payment(world, browser, path):
    enrolment = world.enrolment()
    mixed = world.link(LinkPurpose.SIGN_IN, enrolment_id=enrolment.id, subject="t1")
    sign_in(browser.open(mixed))

    assert browser.has("done")
    assert "45.00" not in browser.everything()


def test_a_payment_of_nobody_is_a_dead_link(world: World, browser: Browser):
    enrolment = world.enrol()
    browser.open(
        world.link(LinkPurpose.CONFIRM, enrolment_id=enrolment.id, subject="none")
    )
    sign_in(browser)

    assert browser.status == 410


# --- changing PIN and passphrase ---


def come_to_form(world: World, browser: Browser, purpose: LinkPurpose) -> Browser:
    sign_in(browser.open(world.link(purpose)))
    browser.press("send-code")
    return browser.press(otp=world.code())


def test_a_pin_change_takes_the_old_pin_and_a_code(world: World, browser: Browser):
    enrolment = world.enrol()
    world.payment("t1", enrolment)
    open_page = world.link(LinkPurpose.CONFIRM, enrolment_id=enrolment.id, subject="t1")
    come_to_form(world, browser, LinkPurpose.CHANGE_PIN)
    browser.press(pin="402957", pin_again="402957")

    assert browser.has("done")
    assert world.status(AMA) == "expired"
    assert browser.open(open_page).status == 410
    assert "utter_notice_pin_changed" in world.said()
    assert "PIN of your chat banking was changed" in world.sms.to(AMA.phone)[-1]
    sign_in(browser.open(world.link(LinkPurpose.SIGN_IN)), "402957")
    assert browser.has("done")


def test_a_session_alone_does_not_change_the_pin(world, browser):
    world.enrol()
    sign_in(browser.open(world.link(LinkPurpose.SIGN_IN)))
    browser.open(world.link(LinkPurpose.CHANGE_PIN))

    assert browser.has("chat-id")
    assert not browser.has("pin-again")


def test_a_passphrase_is_changed_with_a_code(world: World, browser: Browser):
    enrolment = world.enrol()
    come_to_form(world, browser, LinkPurpose.STATEMENT_PASSPHRASE)
    assert browser.press(passphrase="short").has("error")
    browser.press(passphrase="my cat eats mango")

    assert browser.has("done")
    with world.uow() as tx:
        assert tx.enrolments.passphrase(enrolment.id) == "my cat eats mango"


def test_a_page_and_an_end_of_the_session_never_wait_for_each_other(world, browser):
    enrolment = world.enrol()
    for round_ in range(5):
        world.payment(f"t{round_}", enrolment)
        path = world.link(
            LinkPurpose.CONFIRM, enrolment_id=enrolment.id, subject=f"t{round_}"
        )
        sign_in(browser.open(path))
        assert browser.has("send-code")
        csrf, statuses = browser.csrf(), []

        def press(address=path, token=csrf, seen=statuses):
            form = {"csrf": token, "do": "submit", "otp": "x"}
            seen.append(browser.http.post(address, data=form).status_code)

        def end():
            with world.uow() as tx:
                world.identity.sessions.kill(tx, enrolment.id, "logout")
                tx.commit()

        at_once(8, lambda index, a=press, b=end: a() if index % 2 else b())

        assert set(statuses) <= {200, 410, 422}
