"""The walk of a first visit, by hand in a real browser at phone size."""

import io
from collections.abc import Iterator
from urllib.parse import urljoin

import pikepdf
import pytest
import requests
from playwright.sync_api import Page, expect, sync_playwright

from tests.browsers import chromium
from tests.hands import WAIT_MS, hear, write
from tests.live.customer import PIN, Customer
from tests.live.stack import Stack

PHONE = {"width": 390, "height": 844}


@pytest.fixture
def page(stack: Stack, newcomer: Customer) -> Iterator[Page]:
    """The simulator's phone of a newcomer, in a browser of their own."""
    with sync_playwright() as playwright:
        browser = chromium(playwright)
        context = browser.new_context(viewport=PHONE, accept_downloads=True)
        context.set_default_timeout(WAIT_MS)
        opened = context.new_page()
        # The page lists the people it was told of when the bank started, and these.
        known = {"phone": newcomer.phone, "name": newcomer.person["name"]}
        requests.post(
            f"{stack.simulator}/sim/people", json=known, timeout=5
        ).raise_for_status()
        opened.goto(f"{stack.simulator}/?phone={newcomer.phone.replace('+', '%2B')}")
        yield opened
        browser.close()


def test_a_first_visit_ends_with_money_sent_and_a_receipt(
    page: Page, newcomer: Customer, stack: Stack
) -> None:
    before = stack.ledger()["transactions"]
    write(page, "hi")
    hear(page, "Hello|Hi there")
    write(page, "how much do I have")
    hear(page, "need to know it's you")
    follow_link(page)

    passphrase = register(page, newcomer)
    back_to_chat(page)
    hear(page, "Current")

    write(page, "send 50 to mum")
    hear(page, r"USD 50\.00 to")
    follow_link(page)
    expect(page.get_by_test_id("amount")).to_contain_text("USD 50.00")
    expect(page.get_by_test_id("submit")).to_contain_text("USD 50.00")
    enter_code(page, newcomer)
    expect(page.get_by_test_id("done")).to_be_visible()
    back_to_chat(page)
    hear(page, r"Done\. USD 50\.00 to")

    receipt = read_document(page)
    with pikepdf.open(io.BytesIO(receipt), password=passphrase) as document:
        assert document.encryption.R == 6
    assert before + 1 == stack.ledger()["transactions"]


def follow_link(page: Page) -> None:
    """Press the newest link button."""
    page.get_by_test_id("link-button").last.click()
    expect(page.get_by_test_id("submit")).to_be_visible(timeout=WAIT_MS)


def back_to_chat(page: Page) -> None:
    """Follow the page's way back."""
    page.get_by_test_id("back").click()
    expect(page.get_by_test_id("composer")).to_be_visible(timeout=WAIT_MS)


def register(page: Page, newcomer: Customer) -> str:
    """Go through every step of registration; return the document passphrase."""
    number = newcomer.person["accounts"][0]["number"]
    page.get_by_test_id("date-of-birth").fill(newcomer.person["date_of_birth"])
    page.get_by_test_id("account-digits").fill(number[-4:])
    page.get_by_test_id("submit").click()
    enter_code(page, newcomer)
    page.get_by_test_id("chat-id").fill("me" + newcomer.phone[-7:])
    page.get_by_test_id("pin").fill(PIN)
    page.get_by_test_id("pin-again").fill(PIN)
    page.get_by_test_id("submit").click()
    passphrase = page.get_by_test_id("passphrase-shown").inner_text().strip()
    page.get_by_test_id("submit").click()
    expect(page.get_by_test_id("done")).to_be_visible()
    return passphrase


def enter_code(page: Page, newcomer: Customer) -> None:
    """Have a code sent, read it on the phone, type it, go on."""
    expect(page.get_by_test_id("send-code")).to_be_visible()
    before = newcomer.texts
    page.get_by_test_id("send-code").click()
    newcomer.gets_text(after=before)
    page.get_by_test_id("otp").fill(newcomer.code)
    page.get_by_test_id("submit").click()


def read_document(page: Page) -> bytes:
    """Open the newest document of the chat and return its bytes."""
    link = page.get_by_test_id("document").last
    expect(link).to_be_visible(timeout=WAIT_MS)
    address = urljoin(page.url, link.get_attribute("href") or "")
    return page.request.get(address).body()
