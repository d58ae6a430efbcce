"""Makes the pictures of README.md: walks through a demo bank and photographs it.

`make screenshots`. The bank is one of its own and gone afterwards.
"""

import io
from pathlib import Path
from typing import Any
from urllib.parse import quote

import requests
from PIL import Image
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.browsers import chromium
from tests.hands import WAIT_MS, hear, write
from tests.live.customer import PIN, Customer
from tests.live.stack import Stack

IMAGES = Path(__file__).parent / "images"
PHONE = {"width": 390, "height": 844}
DESK = {"width": 1280, "height": 900}
LARGEST = 150_000
# Long enough for an animation to end and the newest bubble to scroll into view.
SETTLE_MS = 700


def main() -> None:
    """Start a bank, walk through it, and stop it."""
    IMAGES.mkdir(exist_ok=True)
    stack = Stack.start(BANK_ENV="demo")
    try:
        people = requests.get(f"{stack.simulator}/sim/people", timeout=10).json()
        customer = Customer(stack.simulator, people["people"][0])
        with sync_playwright() as playwright:
            browser = chromium(playwright)
            walk(Camera(browser, stack.simulator, customer.phone), customer)
            browser.close()
    finally:
        stack.stop()


class Camera:
    """A browser that shows one customer's phone, and takes pictures of it."""

    def __init__(self, browser: Browser, simulator: str, phone: str) -> None:
        self.context = browser.new_context(viewport=PHONE, device_scale_factor=2)
        self.context.set_default_timeout(WAIT_MS)
        self.phone = f"{simulator}/?phone={quote(phone)}"
        self.page: Page = self.context.new_page()
        self.page.goto(self.phone)

    def take(self, name: str, *, wide: int = 520) -> None:
        """Save what the page shows as `name`.webp, small enough for a README."""
        photograph(self.page, name, wide=wide)

    def says(self, text: str, expected: str) -> None:
        """Write in the chat and wait for the answer."""
        write(self.page, text)
        self.hears(expected)

    def hears(self, expected: str) -> None:
        hear(self.page, expected)

    def press(self, testid: str = "submit", **values: str) -> None:
        """Fill in the bank's page and press a button."""
        for name, value in values.items():
            self.page.get_by_test_id(name.replace("_", "-")).fill(value)
        self.page.get_by_test_id(testid).last.click()
        self.page.wait_for_load_state()


def photograph(page: Page, name: str, *, wide: int) -> None:
    """Save what a page shows as `name`.webp, `wide` pixels wide."""
    page.wait_for_timeout(SETTLE_MS)
    shot = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    high = round(shot.height * wide / shot.width)
    small = shot.resize((wide, high), Image.Resampling.LANCZOS)
    file = IMAGES / f"{name}.webp"
    small.save(file, "WEBP", quality=86, method=6)
    size = file.stat().st_size
    if size > LARGEST:
        raise RuntimeError(f"{file.name} has {size} bytes; {LARGEST} are allowed")


def walk(camera: Camera, customer: Customer) -> None:
    """From the first word to the receipt."""
    person: dict[str, Any] = customer.person
    # A greeting has variants.
    camera.says("hi", "What can I do|How can I help")
    camera.says("how much do I have", "need to know it's you")
    camera.take("1-first-words")

    camera.press("link-button")
    camera.press(
        "date-of-birth",
        date_of_birth=person["date_of_birth"],
        account_digits=person["accounts"][0]["number"][-4:],
    )
    camera.take("2-is-this-you")
    camera.press()
    _send_code(camera, customer)
    camera.press("otp", otp=customer.code)
    camera.take("3-code")
    camera.press()
    names = {"chat_id": person["name"].split()[0].lower() + ".bank"}
    camera.press("pin-again", pin=PIN, pin_again=PIN, **names)
    camera.take("4-id-and-pin")
    camera.press()
    camera.take("5-passphrase")
    camera.press()
    camera.press("back")
    camera.hears("Savings")
    camera.take("6-going-on")

    camera.says("send 50 to mum", "USD 50.00 to")
    camera.take("7-send-50-to-mum")
    camera.press("link-button")
    _send_code(camera, customer)
    camera.take("8-confirm")
    camera.page.emulate_media(color_scheme="dark")
    camera.take("8-confirm-dark")
    camera.page.emulate_media(color_scheme="light")
    camera.press(otp=customer.code)
    camera.press("back")
    expect(camera.page.get_by_test_id("document")).to_be_visible()
    camera.take("9-receipt")

    camera.page.set_viewport_size(DESK)
    camera.page.goto(camera.phone)
    camera.says("snd 40 2 peter for pizza", "Which one")
    # The panel asks the bank every few seconds.
    expect(camera.page.get_by_test_id("turn").first).to_contain_text("peter")
    camera.take("simulator", wide=1280)


def _send_code(camera: Camera, customer: Customer) -> None:
    before = customer.texts
    camera.press("send-code")
    customer.gets_text(after=before)


if __name__ == "__main__":
    main()
