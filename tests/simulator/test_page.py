"""The page as a person uses it: a real browser, real ports, a tiny bank behind."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import quote, urlsplit

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.browsers import chromium
from tests.hands import write
from tests.live.stack import free_ports
from tests.simulator.conftest import AMA, NUMBER, SECRET, TOKEN, settings

pytestmark = pytest.mark.browser

PHONE_SIZE = {"width": 390, "height": 844}
DESK_SIZE = {"width": 1280, "height": 900}
READY_SECONDS = 60


@dataclass(frozen=True)
class Running:
    url: str
    bank: str
    simulator: subprocess.Popen[bytes]

    def phone(self, page: Page, number: str | None = None) -> str:
        """Open a phone nobody has used yet, or this one; returns its number."""
        if number is None:
            number = httpx.post(f"{self.url}/sim/people", json={}).json()["phone"]
        page.goto(f"{self.url}/?phone={quote(number)}")
        return str(number)


def answers(url: str) -> bool:
    try:
        return httpx.get(url).status_code < 500
    except httpx.TransportError:
        return False


def wait_for(url: str) -> None:
    until = time.monotonic() + READY_SECONDS
    while not answers(url):
        assert time.monotonic() < until, f"{url} does not answer"
        time.sleep(0.05)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    home: Path = tmp_path_factory.mktemp("page")
    settings(home)
    port, bank_port = free_ports(2)
    environment = {
        "PATH": os.environ["PATH"],
        "BANK_ENV": "test",
        "BANK_HOME": str(home),
        "SIMULATOR_PORT": str(port),
        "SIMULATOR_PEOPLE": str(home / "people.jsonl"),
        "WEB_URL": f"http://127.0.0.1:{bank_port}",
        "WHATSAPP_PHONE_NUMBER_ID": NUMBER,
        "WHATSAPP_ACCESS_TOKEN": TOKEN,
        "WHATSAPP_APP_SECRET": SECRET,
        "WHATSAPP_VERIFY_TOKEN": "verify",
    }
    programs = [
        subprocess.Popen([sys.executable, "-m", name], env=environment)
        for name in ("banking.simulator", "tests.simulator.fake_bank")
    ]
    wait_for(f"http://127.0.0.1:{port}/healthz")
    wait_for(f"http://127.0.0.1:{bank_port}/api/v1/trace")
    bank = f"http://127.0.0.1:{bank_port}"
    yield Running(f"http://127.0.0.1:{port}", bank, programs[0])
    for program in programs:
        program.terminate()
        program.wait(60)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = chromium(playwright)
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    with browser.new_context(viewport=PHONE_SIZE) as context:
        page = context.new_page()
        troubles: list[str] = []
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on(
            "console",
            lambda said: troubles.append(said.text) if said.type == "error" else None,
        )
        yield page
        assert troubles == []


def test_a_chat_with_a_list_buttons_and_a_document(running: Running, page: Page):
    running.phone(page)
    bank = page.get_by_test_id("message-in")

    httpx.post(f"{running.bank}/thinking/begin")
    write(page, "hi")
    expect(page.get_by_test_id("typing")).to_be_visible()
    httpx.post(f"{running.bank}/thinking/end")
    expect(bank.first).to_contain_text("I'm the assistant of Acme Bank.")
    expect(page.get_by_test_id("typing")).to_be_hidden()
    expect(bank.first.locator("b")).to_have_text("Acme Bank")
    asked = page.get_by_test_id("message").filter(has_text="hi").first
    expect(asked).to_have_attribute("data-status", "read")

    page.get_by_test_id("list-open").last.click()
    expect(page.get_by_test_id("list-row")).to_have_count(6)
    page.get_by_test_id("list-row").filter(has_text="How much I have").click()
    expect(page.get_by_test_id("message-out").last).to_contain_text("How much I have")
    expect(bank.last).to_contain_text("USD 1,204.50")

    page.get_by_test_id("button-option").filter(has_text="Send money").last.click()
    expect(bank.last).to_contain_text("I heard: send money")

    write(page, "done")
    document = page.get_by_test_id("document")
    expect(document).to_contain_text("Receipt 20 November.pdf")
    expect(document).to_contain_text("1 page")
    opened = page.request.get(f"{running.url}{document.get_attribute('href')}")
    assert opened.body().startswith(b"%PDF-")


def test_a_link_leads_to_the_bank_and_back_into_the_chat(running: Running, page: Page):
    running.phone(page)
    write(page, "snd 40 2 peter for pizza")

    link = page.get_by_test_id("link-button").last
    expect(link).to_have_text("Confirm USD 40.00")
    link.click()
    expect(page.locator("#back")).to_be_visible()
    page.locator("#back").click()

    expect(page.get_by_test_id("link-button").last).to_have_text("Confirm USD 40.00")


def test_an_sms_slides_in_stays_in_the_inbox_and_can_be_read_alone(
    running: Running, page: Page
):
    number = running.phone(page)
    write(page, "sms")

    banner = page.get_by_test_id("sms-notification")
    expect(banner).to_contain_text("482913 is your code")
    page.reload()
    expect(banner).to_contain_text("482913 is your code")
    banner.locator(".banner-open").click()
    expect(banner).to_have_count(0)
    expect(page.get_by_test_id("sms-message").last).to_contain_text("482913")
    page.reload()
    expect(page.get_by_test_id("message").first).to_be_visible()
    expect(banner).to_have_count(0)

    page.goto(f"{running.url}/sms/{number}")
    expect(page.get_by_test_id("sms-message").last).to_contain_text("482913")


def test_an_sms_is_no_news_once_the_bank_has_gone_on(running: Running, page: Page):
    running.phone(page)
    write(page, "sms")
    expect(page.get_by_test_id("sms-notification")).to_be_visible()

    write(page, "hello")
    expect(page.get_by_test_id("list-open")).to_be_visible()
    page.reload()

    expect(page.locator("#sms-badge")).to_have_text("1")
    expect(page.get_by_test_id("sms-notification")).to_have_count(0)


def test_a_message_can_be_edited_and_taken_back(running: Running, page: Page):
    running.phone(page)
    write(page, "send 50")
    mine = page.get_by_test_id("message-out").last
    expect(mine).to_contain_text("send 50")

    mine.click(button="right")
    page.get_by_role("menuitem", name="Edit").click()
    write(page, "send 5")
    expect(mine).to_contain_text("send 5Edited")

    mine.click(button="right")
    page.get_by_role("menuitem", name="Delete for everyone").click()
    expect(mine).to_contain_text("You deleted this message")


def test_text_from_the_bank_is_never_markup(running: Running, page: Page):
    running.phone(page)
    said = '<img src=x onerror="alert(1)"> *bold* _a_ snake_case_name http://x.test/a.'
    write(page, said)

    bubble = page.get_by_test_id("message-in").last
    expect(bubble).to_contain_text("<img src=x")
    expect(bubble.locator("img")).to_have_count(0)
    expect(bubble.locator("b")).to_have_text("bold")
    expect(bubble.locator("i")).to_have_text("a")
    expect(bubble.locator(".words a")).to_have_attribute("href", "http://x.test/a")


def test_the_panel_knows_whose_phone_it_is(running: Running, browser: Browser):
    with browser.new_context(viewport=DESK_SIZE) as context:
        page = context.new_page()
        running.phone(page, AMA)
        write(page, "hello")
        panel = page.locator("#panel")

        chosen = panel.locator('[data-testid="person"][aria-pressed="true"]')
        expect(chosen).to_contain_text("Ama Mensah")
        expect(panel).to_contain_text("1991-04-12")
        expect(panel).to_contain_text("4321")
        expect(panel.get_by_test_id("turn").first).to_contain_text("send_money")

        panel.get_by_text("Change the SIM").click()
        expect(panel.locator("#sim-note")).to_contain_text("a new SIM just now")
        answer = httpx.get(f"{running.url}/sim-change", params={"phone": AMA})
        assert answer.json()["changed_at"] is not None

        panel.get_by_text("Someone unknown to the bank").click()
        expect(chosen).to_contain_text("not a customer")
        expect(page.get_by_test_id("message")).to_have_count(0)
        assert AMA not in page.url


def test_on_a_small_screen_the_phone_fills_it(running: Running, page: Page):
    running.phone(page)
    box = page.locator("#screen").bounding_box()
    assert box == {"x": 0, "y": 0, **PHONE_SIZE}
    expect(page.locator("#panel")).to_be_hidden()

    page.get_by_label("Whose phone, and settings").click()
    page.get_by_test_id("person").filter(has_text="Ama").click()

    expect(page.locator("#panel")).to_be_hidden()
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide == PHONE_SIZE["width"]


def test_a_switch_makes_the_world_misbehave(running: Running, page: Page):
    running.phone(page)
    page.get_by_label("Whose phone, and settings").click()
    page.locator("#misbehave summary").click()

    page.locator('input[name="sms_down"][value="1"]').check(force=True)

    expect(page.locator("#dials-on")).to_have_text("1 on")
    sms = {"id": "x", "to": AMA, "text": "x"}
    assert httpx.post(f"{running.url}/messages", json=sms).status_code == 503
    page.locator("#behave").click()
    expect(page.locator("#dials-on")).to_be_hidden()


def test_a_message_can_arrive_without_an_answer_for_the_bank(
    running: Running, page: Page
):
    number = running.phone(page)
    write(page, "hello")
    expect(page.get_by_test_id("list-open")).to_be_visible()
    dials = f"{running.url}/sim/misbehave"
    httpx.put(dials, json={"timeout_after_accept": 1})

    text = {"type": "text", "text": {"body": "Did this arrive?"}}
    body = {"messaging_product": "whatsapp", "to": number, **text}
    headers = {"Authorization": f"Bearer {TOKEN}"}
    line = HTTPConnection(urlsplit(running.url).netloc)
    line.request("POST", f"/v25.0/{NUMBER}/messages", json.dumps(body), headers)
    expect(page.get_by_test_id("message-in").last).to_contain_text("Did this arrive?")
    line.sock.setblocking(False)
    with pytest.raises(BlockingIOError):
        line.sock.recv(1)
    line.close()
    httpx.delete(dials)


def test_it_stops_at_once_with_a_page_open(running: Running, browser: Browser):
    with browser.new_context() as context:
        running.phone(context.new_page())
        expect(context.pages[0].get_by_test_id("composer")).to_be_visible()

        running.simulator.send_signal(signal.SIGTERM)

        running.simulator.wait(5)
