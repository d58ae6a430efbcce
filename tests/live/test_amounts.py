"""Amounts, links and codes that are wrong: a question or a no, never a wrong sum."""

import pytest

from tests.live.customer import Customer
from tests.live.inside import Inside, assert_paid_once, signed_in_customers
from tests.live.pages import Browser
from tests.live.stack import Stack

GONE = 410

# What may come of it: nothing, or exactly this many cents.
WRITTEN = [
    ("NaN", None),
    ("nan", None),
    ("inf", None),
    ("Infinity", None),
    ("-5", None),
    ("- 5", 500),
    ("\u22125", None),
    ("+5", 500),
    ("0", None),
    ("0.00", None),
    ("0.001", None),
    ("5.005", None),
    ("1e3", None),
    ("1E3", None),
    ("1e400", None),
    ("0x10", None),
    ("1_000", None),
    ("\u0665\u0660", 5000),
    ("\uff15\uff10", 5000),
    ("\u096b\u0966", 5000),
    ("\u00b2\u00b2", None),
    ("\u2460", None),
    ("1,5", None),
    ("1.500,00", None),
    ("1,00,0", None),
    ("1.2.3", None),
    ("1 5", None),
    ("5..0", None),
    ("5%", None),
    ("9" * 4000, None),
    ("0" * 3000 + "5", None),
    ("\u200b5", 500),
    ("5\u202e", 500),
    ("{amount}", None),
    ("$5", 500),
    ("5 EUR", None),
    ("\u00a35", None),
]


@pytest.fixture(scope="module")
def writers(stack: Stack) -> list[Customer]:
    """Forty messages a minute are answered, so several take turns."""
    return signed_in_customers(stack, 3)


@pytest.mark.parametrize(
    ("place", "written", "cents"),
    [(place, written, cents) for place, (written, cents) in enumerate(WRITTEN)],
    ids=[ascii(written)[1:20] for written, _ in WRITTEN],
)
def test_an_amount_is_read_exactly_or_not_at_all(
    stack: Stack,
    writers: list[Customer],
    place: int,
    written: str,
    cents: int | None,
) -> None:
    customer = writers[place % len(writers)]
    customer.says(f"send {written} to mum")
    found = Inside(stack.home).rows(
        "SELECT amount_minor FROM transfers WHERE customer_number = %s"
        " AND state = 'awaiting'",
        customer.person["customer_number"],
    )
    customer.says("cancel")

    assert found in ([], [(cents,)]), customer.heard


# --- links --------------------------------------------------------------------------


def test_a_forwarded_link_asks_who_is_there_and_tells_nothing(
    signed_in: Customer,
) -> None:
    signed_in.says("send 17 to mum for cinema")
    stranger = Browser().open(signed_in.link)

    said = stranger.everything()
    assert stranger.has("chat-id")
    assert stranger.has("pin")
    name = signed_in.person["name"]
    for personal in ("17.00", "cinema", "mum", signed_in.phone[-4:], *name.split()):
        assert personal.lower() not in said.lower(), personal

    # The one it was for is not kept out by that.
    page = signed_in.opens_confirmation()
    assert "USD 17.00" in page.text("amount")


def test_a_stranger_with_an_account_of_their_own_sees_nothing(
    stack: Stack, signed_in: Customer
) -> None:
    other = Customer(stack.simulator, stack.people(1, registered=True)[0])
    signed_in.says("send 17 to mum")
    page = other.browser.open(signed_in.link)
    page.press(chat_id=other.person["chat_id"], pin=other.person["pin"])

    # Not 17 alone, which may as well be the end of a phone number.
    assert "17.00" not in page.everything()
    assert not page.has("otp")


def test_a_used_link_is_dead(stack: Stack, signed_in: Customer) -> None:
    signed_in.says("send 17 to mum")
    link = signed_in.link
    signed_in.confirms()

    for browser in (signed_in.browser, Browser()):
        browser.open(link)
        assert browser.status == GONE
        assert "no longer valid" in browser.everything()
        assert "17.00" not in browser.everything()
    assert_paid_once(stack, signed_in, 17)


def test_an_expired_link_is_dead(stack: Stack, signed_in: Customer) -> None:
    signed_in.says("send 17 to mum")
    conversation = Inside(stack.home).rows(
        "UPDATE links SET expires_at = now() - interval '1 second' WHERE"
        " conversation_id = (SELECT id FROM conversations WHERE phone = %s)"
        " RETURNING conversation_id",
        signed_in.phone,
    )
    assert conversation

    signed_in.finds_the_link_dead()


def test_five_wrong_codes_block_and_say_so(stack: Stack, signed_in: Customer) -> None:
    signed_in.says("send 17 to mum")
    signed_in.opens_confirmation()
    signed_in.asks_for_code()
    right = signed_in.code
    page = signed_in.browser
    wrong = f"{(int(right) + 1) % 1_000_000:06d}"

    for left in (4, 3, 2):
        assert f"You have {left} tries left" in page.press(otp=wrong).everything()
    assert "You have one try left" in page.press(otp=wrong).everything()
    said = page.press(otp=wrong).everything()
    assert "Too many wrong codes" in said
    assert "Nothing was sent" in said

    page.open(signed_in.link)
    if page.has("otp"):
        page.press(otp=right)
    assert not page.has("done")
    assert [state for _, state in Inside(stack.home).transfers(signed_in)] != ["posted"]
