"""Registering on the bank's pages, as a customer sees it."""

import re

import pyotp
import pytest

from banking.domain.link import LinkPurpose
from tests.identity.world import AMA, CHAT_ID, KOFI, PIN, World
from tests.web.conftest import Browser, make_app

BORN, DIGITS = "1987-03-09", "4321"


def prove(browser: Browser, born: str = BORN, digits: str = DIGITS) -> Browser:
    return browser.press(date_of_birth=born, account_digits=digits)


def come_to_credentials(world: World, browser: Browser, purpose=LinkPurpose.REGISTER):
    browser.open(world.link(purpose))
    prove(browser).press("send-code")
    return browser.press(otp=world.code())


def come_to_extras(world: World, browser: Browser) -> Browser:
    come_to_credentials(world, browser)
    return browser.press(chat_id=CHAT_ID, pin=PIN, pin_again=PIN)


def test_a_customer_registers_and_goes_back_to_the_chat(world: World, browser: Browser):
    come_to_extras(world, browser).press()

    assert browser.status == 200
    assert browser.has("done")
    assert browser.has("back")
    assert world.status(AMA) == "valid"
    with world.uow() as tx:
        enrolment = tx.enrolments.by_customer(AMA.customer_number)
        passphrase = tx.enrolments.passphrase(enrolment.id)
    assert (enrolment.chat_id, enrolment.phone) == (CHAT_ID, AMA.phone)
    assert enrolment.main_account == "20010000004321"
    assert len(passphrase) == 10
    assert not enrolment.has_totp


def test_what_was_asked_before_goes_on_by_itself(world: World, browser: Browser):
    come_to_extras(world, browser)
    assert "resume" not in world.jobs()
    browser.press()

    assert world.jobs().count("resume") == 1


def test_everything_optional_is_kept(world: World, browser: Browser):
    come_to_extras(world, browser)
    secret = browser.text("totp-secret")
    code = pyotp.TOTP(secret).at(int(world.clock.now().timestamp()))
    browser.press(
        passphrase="my cat eats mango",
        safe_phrase="purple teapot",
        authenticator_code=code,
    )

    assert browser.has("done")
    with world.uow() as tx:
        enrolment = tx.enrolments.by_customer(AMA.customer_number)
        assert tx.enrolments.passphrase(enrolment.id) == "my cat eats mango"
        assert tx.enrolments.totp_secret(enrolment.id) == secret
    assert enrolment.safe_phrase == "purple teapot"
    assert secret not in world.dump()
    assert "mango" not in world.dump()


@pytest.mark.parametrize(
    "wrong", [{"passphrase": "too short"}, {"authenticator_code": "000000"}]
)
def test_a_wrong_extra_keeps_nothing_and_says_so(world, browser, wrong):
    come_to_extras(world, browser).press(**wrong)

    assert browser.has("error")
    assert browser.has("passphrase-shown")
    assert browser.press().has("done")


@pytest.mark.parametrize(
    ("born", "digits"),
    [("1987-03-08", DIGITS), (BORN, "4322"), ("1962-11-30", "1122")],
)
def test_wrong_details_send_no_code(world, browser, born, digits):
    browser.open(world.link(LinkPurpose.REGISTER))
    prove(browser, born, digits)

    assert browser.has("error")
    assert browser.has("date-of-birth")
    assert world.sms.inbox == []


def test_three_wrong_proofs_stop_even_the_right_one(world, browser, other_browser):
    browser.open(world.link(LinkPurpose.REGISTER))
    for _ in range(3):
        prove(browser, digits="0000")
    other_browser.open(world.link(LinkPurpose.REGISTER))
    prove(other_browser)

    assert "stopped here" in other_browser.text("error")
    assert world.sms.inbox == []


def test_who_is_paused_does_not_keep_the_core_busy(world: World, browser: Browser):
    browser.open(world.link(LinkPurpose.REGISTER))
    for _ in range(3):
        browser.press(date_of_birth="1990-01-01", account_digits="0000")
    asked = world.core.asked
    browser.press(date_of_birth="1987-03-09", account_digits="4321")

    assert browser.has("error")
    assert world.core.asked == asked


@pytest.mark.parametrize("born", ["", "9 March 1987", "1987-13-01", "1987-02-30"])
def test_what_is_no_date_spends_no_try(world, browser, born):
    browser.open(world.link(LinkPurpose.REGISTER))
    for _ in range(5):
        prove(browser, born)

    assert not prove(browser).has("error")


def without_nonces(answer) -> str:
    return re.sub(r"[0-9a-f]{64}|/s/[\w-]{43}", "…", answer.text)


def test_a_stranger_sees_what_a_customer_with_wrong_details_sees(
    world, browser, other_browser
):
    browser.open(world.link(LinkPurpose.REGISTER))
    other_browser.open(world.link(LinkPurpose.REGISTER, "+15550109999"))
    for _ in range(4):
        prove(browser, digits="0000")
        prove(other_browser, digits="0000")

        assert browser.status == other_browser.status
        assert without_nonces(browser.answer) == without_nonces(other_browser.answer)


def test_the_code_is_asked_of_everyone(world: World, browser: Browser):
    browser.open(world.link(LinkPurpose.REGISTER))
    prove(browser)
    for _ in range(2):
        browser.press(otp="000000")
        assert browser.has("otp")
        assert not browser.has("chat-id")

    assert world.status(AMA) == "missing"


def test_five_wrong_codes_pause_registration_too(world: World, browser: Browser):
    browser.open(world.link(LinkPurpose.REGISTER))
    prove(browser).press("send-code")
    code = world.code()
    for _ in range(5):
        browser.press(otp=f"{(int(code) + 1) % 1_000_000:06d}")
    browser.press(otp=code)

    assert "paused" in browser.text("error")
    assert not browser.has("chat-id")


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"pin": "123456", "pin_again": "123456"}, "in a row"),
        ({"pin": "090387", "pin_again": "090387"}, "date of birth"),
        ({"pin": "101567", "pin_again": "101567"}, "phone number"),
        ({"pin": PIN, "pin_again": "739159"}, "not the same"),
        ({"pin": "73915", "pin_again": "73915"}, "too short"),
        ({"chat_id": "no"}, "4 to 30"),
    ],
)
def test_a_refused_choice_says_why_and_keeps_no_pin(world, browser, typed, words):
    come_to_credentials(world, browser)
    browser.press(**{"chat_id": CHAT_ID, "pin": PIN, "pin_again": PIN, **typed})

    assert words in browser.text("error")
    # Tokens are random, and may hold any digits.
    chance = r"[0-9a-f]{64}|/s/[\w-]{43}|like 123456"
    shown = re.sub(chance, "", browser.answer.text)
    assert not any(pin in shown for pin in {PIN, typed.get("pin", PIN)})
    assert world.status(AMA) == "missing"


def test_every_step_survives_a_reload(world: World, browser: Browser):
    path = world.link(LinkPurpose.REGISTER)
    prove(browser.open(path))
    assert browser.open(path).has("send-code")
    browser.press("send-code")
    browser.open(path).press(otp=world.code())
    assert browser.open(path).has("chat-id")
    browser.press(chat_id=CHAT_ID, pin=PIN, pin_again=PIN)
    assert browser.open(path).has("passphrase-shown")
    browser.press()

    assert browser.open(path).status == 410


def test_another_browser_cannot_go_on_with_it(world, browser, other_browser):
    path = world.link(LinkPurpose.REGISTER)
    prove(browser.open(path))

    assert other_browser.open(path).status == 410


def test_a_forgotten_pin_repeats_the_proof_and_lowers_limits(world, browser):
    world.enrol(pin="402957")
    token = world.sign_in(world.enrolment())
    come_to_credentials(world, browser, LinkPurpose.RESET_PIN)
    browser.press(chat_id=CHAT_ID, pin=PIN, pin_again=PIN)

    assert browser.has("done")
    with world.uow() as tx:
        assert world.identity.sessions.of_browser(tx, token) is None
    assert (world.enrolment().lowered_until - world.clock.now()).days == 1
    assert "utter_notice_pin_changed" in world.said()
    assert world.status(AMA) == "valid"


def test_a_locked_customer_cannot_open_the_lock_by_registering(world, browser):
    world.enrol()
    with world.uow() as tx:
        world.identity.sessions.freeze(tx, world.enrolment().id, by="staff")
        tx.commit()
    browser.open(world.link(LinkPurpose.REGISTER))
    prove(browser)

    assert browser.has("error")
    assert not browser.has("otp")


def test_a_dead_core_is_said_and_costs_no_try(world: World, browser: Browser):
    browser.open(world.link(LinkPurpose.REGISTER))
    world.core.down = True
    for _ in range(5):
        assert "can't reach" in prove(browser).text("error")
    world.core.down = False

    assert not prove(browser).has("error")


def test_a_silent_sms_gateway_is_said(world: World, browser: Browser):
    browser.open(world.link(LinkPurpose.REGISTER))
    world.sms.down = True
    prove(browser).press("send-code")

    assert "Text messages" in browser.text("error")
    assert browser.has("otp")


def test_one_customers_details_do_not_register_anothers_chat(world, browser):
    browser.open(world.link(LinkPurpose.REGISTER, KOFI))
    prove(browser)

    assert browser.has("error")


def test_what_a_customer_types_is_never_markup(world: World, browser: Browser):
    come_to_credentials(world, browser)
    browser.press(chat_id='"><script>x</script>', pin=PIN, pin_again=PIN)
    assert "<script>x" not in browser.answer.text
    browser.press(chat_id=CHAT_ID, pin=PIN, pin_again=PIN)
    browser.press(safe_phrase="<img src=x onerror=y> {{7*7}}")

    enrolment = world.enrolment()
    assert enrolment.safe_phrase == "<img src=x onerror=y> {{7*7}}"
    world.payment("t1", enrolment)
    browser.open(
        world.link(LinkPurpose.CONFIRM, enrolment_id=enrolment.id, subject="t1")
    )
    assert "<img src=x" not in browser.answer.text
    assert "<img src=x onerror=y> {{7*7}}" in browser.everything()


def test_the_standards_pin_policy_takes_a_sentence(world: World, tmp_path):
    world.use(pin_policy="nist")
    browser = Browser(make_app(world, tmp_path))
    come_to_credentials(world, browser)
    assert "8 to 64 characters" in browser.everything()
    browser.press(chat_id=CHAT_ID, pin="password123", pin_again="password123")
    assert browser.has("error")
    sentence = "purple teapot on a hill"
    browser.press(chat_id=CHAT_ID, pin=sentence, pin_again=sentence).press()
    assert browser.has("done")
    world.clock.forward(minutes=6)
    browser.open(world.link(LinkPurpose.SIGN_IN))

    assert browser.press(chat_id=CHAT_ID, pin=sentence).has("done")
