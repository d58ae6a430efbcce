"""What a person does with mouse and keys on the phone and at the trainers' desk."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

WAIT_MS = 20_000
# Where the middle of a word is on the screen; between pixels, a drag selects nothing.
PLACE = """(say, word) => {
    const walker = document.createTreeWalker(say, NodeFilter.SHOW_TEXT);
    for (let node; (node = walker.nextNode());) {
        const at = node.data.indexOf(word);
        if (at < 0) continue;
        const range = document.createRange();
        range.setStart(node, at);
        range.setEnd(node, at + word.length);
        const box = range.getBoundingClientRect();
        return [box.x + box.width / 2, box.y + box.height / 2].map(Math.round);
    }
}"""


def write(page: Page, text: str) -> None:
    """Type into the chat and send."""
    page.get_by_test_id("composer").fill(text)
    page.get_by_test_id("send").click()


def hear(page: Page, pattern: str) -> None:
    """Wait until a bubble of the bank matches."""
    bubbles = page.get_by_test_id("message-in").filter(has_text=re.compile(pattern))
    expect(bubbles.last).to_be_visible(timeout=WAIT_MS)


def join_desk(
    page: Page, invitation: str, password: str, code: Callable[[str], str]
) -> None:
    """Follow an invitation, choose a password, prove the authenticator.

    ``code`` is what an authenticator with this secret shows.
    """
    page.goto(invitation)
    page.get_by_test_id("password").fill(password)
    page.get_by_test_id("password-again").fill(password)
    page.get_by_test_id("submit").click()
    page.locator("summary").click()
    secret = page.get_by_test_id("totp-secret").inner_text().strip()
    page.get_by_test_id("otp").fill(code(secret))
    page.get_by_test_id("submit").click()
    page.wait_for_url("**/desk/inbox")


def select(page: Page, words: str) -> None:
    """Draw the mouse over words of the open message."""
    parts = words.split()
    say = page.get_by_test_id("say")
    first, last = (say.evaluate(PLACE, parts[place]) for place in (0, -1))
    if len(parts) == 1:
        page.mouse.dblclick(*first)
        return
    page.mouse.move(*first)
    page.mouse.down()
    page.mouse.move(*last, steps=5)
    page.mouse.up()
