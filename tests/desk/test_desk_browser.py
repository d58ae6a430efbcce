"""The desk in a real browser: keys, the mouse, and the way to a written change."""

import socket
import threading
from collections.abc import Iterator

import pytest
import uvicorn
from playwright.sync_api import Page, expect, sync_playwright

from banking.bootstrap import Bank
from banking.domain.examples import Span
from banking.domain.staff import Role
from banking.ports.inbox import InboxQuery, State
from banking.web.app import create_app
from tests.browsers import chromium
from tests.desk.chats import Chat, odd_messages
from tests.desk.conftest import PASSWORD, code_of
from tests.hands import WAIT_MS, join_desk, select

pytestmark = pytest.mark.browser
DESKTOP, PHONE = {"width": 1280, "height": 800}, {"width": 390, "height": 844}
ODD_WORDS = ("zorp ", "qwe ", "blam ", "fizz ", "woo ")
REFUSES = ["action_fallback"]


@pytest.fixture
def address(bank: Bank) -> Iterator[str]:
    """Serve the desk on a port of its own."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        server = uvicorn.Server(
            uvicorn.Config(create_app(bank), log_config=None, lifespan="off")
        )
        serving = threading.Thread(target=server.run, args=([listening],))
        serving.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        server.should_exit = True
        serving.join()


@pytest.fixture
def page(address: str, bank: Bank) -> Iterator[Page]:
    """Give a trainer's browser, before the invitation; no script may fail in it."""
    faults: list[str] = []
    with sync_playwright() as playwright:
        browser = chromium(playwright)
        context = browser.new_context(viewport=DESKTOP, base_url=address)
        context.set_default_timeout(WAIT_MS)
        opened = context.new_page()
        opened.on("pageerror", lambda error: faults.append(str(error)))
        opened.on(
            "console",
            lambda said: faults.append(said.text) if "Policy" in said.text else None,
        )
        yield opened
        browser.close()
    assert faults == []


def test_from_an_invitation_to_a_written_change(page: Page, bank: Bank) -> None:
    odd_messages(bank)
    join(page, bank)

    # The keys: find it, accept it, change one's mind, accept it again.
    expect(page.get_by_test_id("group")).not_to_have_count(0)
    go_to(page, "wheres my dosh")
    page.keyboard.press("a")
    expect(page.get_by_test_id("toast")).to_contain_text("accepted")
    expect(rows(page, "wheres my dosh")).to_have_count(0)
    page.keyboard.press("u")
    expect(rows(page, "wheres my dosh")).not_to_have_count(0)
    go_to(page, "wheres my dosh")
    page.keyboard.press("a")
    expect(rows(page, "wheres my dosh")).to_have_count(0)

    # Another intent, by typing a little of it.
    go_to(page, "can u freeze")
    page.keyboard.press("c")
    page.get_by_test_id("palette").fill("everything stop")
    page.keyboard.press("Enter")
    expect(rows(page, "can u freeze")).to_have_count(0)
    assert decided(bank, "can u freeze everythin my bag is gone") == (
        "freeze_account",
        (),
    )

    # The mouse: words are selected, and named.
    text = "bung 40 quid to auntie Grace 🙏 pls"
    rows(page, "bung 40").get_by_test_id("group-text").click()
    expect(page.get_by_test_id("say")).to_contain_text("auntie Grace")
    select(page, "auntie Grace")
    page.get_by_test_id("kind-person").click()
    expect(page.locator("#say mark")).to_have_count(2)
    page.get_by_test_id("teach").click()
    expect(rows(page, "bung 40")).to_have_count(0)
    start = text.index("auntie")
    assert decided(bank, text) == (
        "transfer_money",
        (Span(5, 7, "amount"), Span(start, start + 12, "person")),
    )

    page.get_by_test_id("nav-changes").click()
    expect(page.locator(".diff .added")).not_to_have_count(0)
    page.get_by_test_id("write").click()
    expect(page.get_by_test_id("toast")).to_contain_text("Written")
    expect(page.get_by_test_id("change").locator(".added").first).to_be_visible()
    written = "".join(
        file.read_text() for file in bank.settings.language_home.rglob("*.yml")
    )
    assert "wheres my dosh" in written
    assert "[40](amount)" in written


def test_values_are_marked_with_keys_alone(page: Page, bank: Bank) -> None:
    odd_messages(bank)
    join(page, bank)
    go_to(page, "bung 40")
    page.keyboard.press("e")
    expect(page.locator("#say .at")).to_have_text("bung")
    for _ in range(4):
        page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("4")  # the fourth kind: a person
    expect(page.locator("#say mark[data-entity=person]")).to_have_text("auntie Grace")
    for _ in range(4):
        page.keyboard.press("ArrowLeft")
    page.keyboard.press("Backspace")
    expect(page.locator("#say mark")).to_have_count(1)
    page.keyboard.press("s")
    expect(rows(page, "bung 40")).to_have_count(0)

    assert decided(bank, "bung 40 quid to auntie Grace 🙏 pls")[1] == (
        Span(16, 28, "person"),
    )


def test_many_at_once_and_the_list_keeps_its_place(page: Page, bank: Bank) -> None:
    odd_messages(bank)
    join(page, bank)
    count = page.get_by_test_id("group").count()
    page.keyboard.press("Space")
    page.keyboard.press("j")
    page.keyboard.press("Space")
    expect(page.locator("#ticked")).to_contain_text("ticked")
    page.keyboard.press("r")
    expect(page.get_by_test_id("group")).to_have_count(count - 2)
    expect(page.locator(".group:focus")).to_have_count(1)
    page.get_by_test_id("undo").click()
    expect(page.get_by_test_id("group")).to_have_count(count)

    page.keyboard.press("/")
    page.keyboard.type("quid")
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("group")).to_have_count(1)
    page.keyboard.press("?")
    expect(page.locator("#help")).to_be_visible()


def test_marks_outlive_the_session_they_were_made_in(page: Page, bank: Bank) -> None:
    odd_messages(bank)
    secret = join(page, bank)
    go_to(page, "bung 40")
    page.keyboard.press("e")
    expect(page.locator("#say .at")).to_have_text("bung")
    for _ in range(5):
        page.keyboard.press("ArrowRight")
    # What the keys do is told to whoever does not see it.
    expect(page.locator("#said")).to_have_text("Grace")
    page.keyboard.press("4")
    expect(page.locator("#said")).to_have_text("Grace: person")
    bank.clock.forward(minutes=16)
    page.keyboard.press("s")
    expect(page.get_by_test_id("ended")).to_contain_text("pressed last was not done")
    page.get_by_test_id("name").fill("Efua")
    page.get_by_test_id("password").fill(PASSWORD)
    page.get_by_test_id("otp").fill(code_of(secret, bank))
    page.get_by_test_id("submit").click()
    expect(page.locator("#say mark[data-entity=person]")).to_have_text("Grace")
    expect(page.locator("#said")).to_contain_text("save it now")
    page.get_by_test_id("teach").click()
    expect(rows(page, "bung 40")).to_have_count(0)
    expect(page.locator("#said")).to_contain_text("1 message taught")

    marks = decided(bank, "bung 40 quid to auntie Grace 🙏 pls")[1]
    assert [span.entity for span in marks] == ["amount", "person"]
    assert page.evaluate("sessionStorage.length") == 0


def test_on_a_phone_an_opened_message_is_seen_from_its_beginning(
    page: Page, bank: Bank
) -> None:
    page.set_viewport_size(PHONE)
    odd_messages(bank)
    for number in range(20):
        said = ODD_WORDS[number % 5] * (number + 2)
        Chat(bank, f"+155501{number:05}").says(said, "nlu_fallback", 0.2, does=REFUSES)
    join(page, bank)
    last = page.get_by_test_id("group").last
    last.scroll_into_view_if_needed()
    words = last.get_by_test_id("group-text").inner_text()
    last.get_by_test_id("group-text").click()
    expect(page.get_by_test_id("say")).to_have_text(words)
    expect(page.get_by_test_id("close")).to_be_in_viewport()
    expect(page.locator("article.item")).to_be_focused()
    page.get_by_test_id("close").click()
    expect(last).to_be_in_viewport()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def join(page: Page, bank: Bank) -> str:
    """Come by invitation; answers the secret of the authenticator."""
    secrets: list[str] = []

    def code(secret: str) -> str:
        secrets.append(secret)
        return code_of(secret, bank)

    url = bank.staff.invite("Efua", [Role.TRAINER]).url
    join_desk(page, "/desk" + url.partition("/desk")[2], PASSWORD, code)
    return secrets[-1]


def rows(page: Page, text: str):
    return page.get_by_test_id("group").filter(has_text=text)


def go_to(page: Page, text: str) -> None:
    """Move with the keys until the row with this text has the focus."""
    here = page.locator(".group:focus")
    expect(here).to_have_count(1)
    page.keyboard.press("k")
    for _ in range(page.get_by_test_id("group").count()):
        page.keyboard.press("k")
    for _ in range(page.get_by_test_id("group").count()):
        if text in here.inner_text():
            return
        page.keyboard.press("j")
    raise AssertionError(f"no row with {text}")


def decided(bank: Bank, text: str) -> tuple[str, tuple[Span, ...]]:
    """What was decided of a message: its intent and its values."""
    for state in (State.ACCEPTED, State.CORRECTED):
        page = bank.teaching.inbox(InboxQuery(state=state, limit=200))
        for item_id in (i for group in page.groups for i in group.items):
            item = bank.teaching.item(item_id)
            if item.text == text:
                return item.lesson.intent, item.lesson.spans
    raise AssertionError(f"nothing was decided of {text}")
