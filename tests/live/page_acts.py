"""What a customer can do on the bank's pages, by the words of a conversation."""

from collections.abc import Callable

from tests.live.customer import Customer

NEW_PIN = "960483"


def asks_for_a_code(customer: Customer) -> None:
    """Open the confirmation page and have a code sent."""
    customer.opens_confirmation()
    customer.asks_for_code()


def asks_for_a_code_in_vain(customer: Customer) -> None:
    """Have a code sent, and be told on the page why none comes."""
    customer.opens_confirmation()
    before = customer.texts
    customer.browser.press("send-code")
    assert customer.browser.has("error"), customer.browser.everything()
    assert before == customer.texts


def asks_for_another_code(customer: Customer) -> None:
    """Have a second code sent to the page that is open."""
    customer.asks_for_code()


def types_the_code(customer: Customer) -> None:
    """Type the code of the newest SMS; the page may say no."""
    code = customer.code
    customer.hears_anew()
    customer.browser.press(otp=code)


def types_a_wrong_code(customer: Customer) -> None:
    """Type a code that is not the one sent."""
    customer.hears_anew()
    customer.browser.press(otp=f"{(int(customer.code) + 1) % 1_000_000:06}")


def types_five_wrong_codes(customer: Customer) -> None:
    """Try five times, having a new code sent where the page offers no field."""
    for _ in range(5):
        types_a_wrong_code(customer)


def types_a_wrong_pin(customer: Customer) -> None:
    """Sign in with a PIN of somebody else's."""
    customer.hears_anew()
    page = customer.browser.open(customer.link)
    page.press(chat_id=customer.person["chat_id"], pin="739159")


def types_five_wrong_pins(customer: Customer) -> None:
    """Sign in five times with a wrong PIN."""
    customer.hears_anew()
    page = customer.browser.open(customer.link)
    for _ in range(5):
        page.press(chat_id=customer.person["chat_id"], pin="739159")


def forgets_the_pin(customer: Customer) -> None:
    """Say on the sign-in page that the PIN is forgotten."""
    customer.hears_anew()
    customer.browser.open(customer.link).press("forgot")


def proves_who_it_is(customer: Customer) -> None:
    """Prove it anew by date of birth, account and code, and choose a new PIN."""
    number = customer.person["accounts"][0]["number"]
    page = customer.browser.open(customer.link)
    customer.hears_anew()
    page.press(
        date_of_birth=customer.person["date_of_birth"], account_digits=number[-4:]
    )
    customer.asks_for_code()
    page.press(otp=customer.code)
    page.press(chat_id=customer.person["chat_id"], pin=NEW_PIN, pin_again=NEW_PIN)
    assert page.has("done"), page.everything()
    customer.person["pin"] = NEW_PIN


def changes_the_pin(customer: Customer) -> None:
    """Choose a new PIN while signed in."""
    page = customer.opens_confirmation()
    customer.hears_anew()
    customer.asks_for_code()
    page.press(otp=customer.code)
    page.press(pin=NEW_PIN, pin_again=NEW_PIN)
    assert page.has("done"), page.everything()
    customer.person["pin"] = NEW_PIN


def sets_up_an_authenticator(customer: Customer) -> None:
    """Prove it with a code by SMS, and let a new app take the old one's place."""
    page = customer.opens_confirmation()
    customer.hears_anew()
    customer.asks_for_code()
    page.press(otp=customer.code)
    customer.person["totp"] = page.text("totp-secret")
    page.press(authenticator_code=customer.authenticator_code)
    assert page.has("done"), page.everything()


def cancels(customer: Customer) -> None:
    """Drop the payment on its page."""
    page = customer.opens_confirmation()
    customer.hears_anew()
    page.press("cancel")
    assert page.has("done"), page.everything()


def says_it_was_somebody_else(customer: Customer) -> None:
    """Press "This isn't me", and stop everything."""
    page = customer.opens_confirmation()
    customer.hears_anew()
    page.press("not-me").press("freeze")
    assert page.has("done"), page.everything()


ACTS: dict[str, Callable[[Customer], object]] = {
    "registers": Customer.registers,
    "signs in": Customer.signs_in,
    "confirms": Customer.confirms,
    "looks": Customer.opens_confirmation,
    "finds the link dead": Customer.finds_the_link_dead,
    "asks for a code": asks_for_a_code,
    "asks for a code in vain": asks_for_a_code_in_vain,
    "asks for another code": asks_for_another_code,
    "types the code": types_the_code,
    "types a wrong code": types_a_wrong_code,
    "types five wrong codes": types_five_wrong_codes,
    "types a wrong PIN": types_a_wrong_pin,
    "types five wrong PINs": types_five_wrong_pins,
    "forgets the PIN": forgets_the_pin,
    "proves who it is": proves_who_it_is,
    "changes the PIN": changes_the_pin,
    "sets up an authenticator": sets_up_an_authenticator,
    "cancels": cancels,
    "says it was somebody else": says_it_was_somebody_else,
}
# These only look, or ask for an SMS: the chat has nothing to say to them.
_QUIET = {
    "looks",
    "finds the link dead",
    "asks for a code",
    "asks for a code in vain",
    "asks for another code",
}
ANSWERED = ACTS.keys() - _QUIET
