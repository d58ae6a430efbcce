"""Makes the pictures of training.md: a trainer's ten minutes, from end to end.

`make training-screenshots`. Five odd messages are sent to a demo bank, taught at the
desk, trained, judged, promoted and sent again. The bank and what it learns from are
copies, gone afterwards.
"""

import shutil
import subprocess
import tempfile
import time
from pathlib import Path

import pyotp
from playwright.sync_api import BrowserContext, Page, expect, sync_playwright

from docs.screenshots import IMAGES, photograph
from tests.browsers import chromium
from tests.hands import WAIT_MS, join_desk, select
from tests.live.customer import Customer
from tests.live.stack import BANK, PROJECT, Stack

LEARNED_FROM = ("data", "domain.yml", "config.yml", "models", "tests")
DESK = {"width": 1280, "height": 860}
WIDE = 1100
PASSWORD = "four quiet herons walk"  # noqa: S105 - of a bank that is gone afterwards
# Training and everything that the gate tries.
GATE_S = 1800
# Until the running assistant has fetched, checked and loaded the model.
SWAP_MS = 60_000
# What five customers wrote, what each of them meant, and what in it is a value.
ODD = (
    ("run me my numbers fam", "check_balance", {}),
    ("the beep beep thing will not beep for me", "card_problem", {}),
    ("lob 40 in the direction of auntie Grace", "transfer_money", {"40": "amount"}),
    ("put the magic rectangle to sleep for now", "lock_card", {}),
    ("what did the telly people take off me", "check_spending", {}),
)


def main() -> None:
    """Start a bank with data of its own, teach it, and stop it."""
    IMAGES.mkdir(exist_ok=True)
    home = Path(tempfile.mkdtemp(prefix="bank-language-"))
    for name in LEARNED_FROM:
        source = PROJECT / name
        copy = shutil.copytree if source.is_dir() else shutil.copy2
        copy(source, home / name)
    stack = Stack.start(BANK_ENV="demo", LANGUAGE_HOME=str(home))
    try:
        with sync_playwright() as playwright:
            browser = chromium(playwright)
            context = browser.new_context(viewport=DESK, device_scale_factor=2)
            context.set_default_timeout(WAIT_MS)
            walk(context, stack)
            browser.close()
    finally:
        stack.stop()
        shutil.rmtree(home)


def walk(context: BrowserContext, stack: Stack) -> None:
    """Misunderstood, taught, trained, judged, promoted, understood."""
    began = time.monotonic()
    customers = _signed_in(stack)
    print("before:")
    for customer, (text, meant, _) in zip(customers, ODD, strict=True):
        print(f"  {text!r} ({meant}): {customer.says(text)!r}")

    page = context.new_page()
    join_desk(page, _invitation(stack), PASSWORD, lambda key: pyotp.TOTP(key).now())
    page.get_by_test_id("group").first.wait_for()
    photograph(page, "training-1-inbox", wide=WIDE)
    for number, (text, meant, values) in enumerate(ODD):
        _teach(page, text, meant, values, picture=number == 2)  # noqa: PLR2004
    page.get_by_test_id("nav-changes").click()
    page.locator(".diff .added").first.wait_for()
    photograph(page, "training-3-changes", wide=WIDE)
    page.get_by_test_id("write").click()
    expect(page.get_by_test_id("toast")).to_contain_text("Written")

    page.goto(f"{stack.web}/desk/model")
    page.get_by_test_id("train").click()
    page.get_by_test_id("run").wait_for()
    photograph(page, "training-4-training", wide=WIDE)
    page.get_by_test_id("report").wait_for(timeout=GATE_S * 1000)
    photograph(page, "training-5-gate", wide=WIDE)
    print("the gate:", page.get_by_test_id("verdict").inner_text())
    if page.get_by_test_id("promote").is_disabled():
        raise SystemExit(page.get_by_role("main").inner_text())
    page.get_by_test_id("promote").click()
    running = page.get_by_test_id("running")
    expect(running).to_contain_text("answers with it", timeout=SWAP_MS)
    page.reload()
    photograph(page, "training-6-promoted", wide=WIDE)

    print("after:")
    for customer, (text, meant, _) in zip(customers, ODD, strict=True):
        customer.says("hello again")
        print(f"  {text!r} ({meant}): {customer.says(text)!r}")
    print(f"in all: {time.monotonic() - began:.0f} s")


def _signed_in(stack: Stack) -> list[Customer]:
    people = stack.people(len(ODD), registered=True)
    customers = [Customer(stack.simulator, person) for person in people]
    for customer in customers:
        customer.says("log in")
        customer.signs_in()
        customer.listen()
    return customers


def _invitation(stack: Stack) -> str:
    done = subprocess.run(
        [*BANK, "staff", "invite", "Efua Mensah", "--role", "trainer"],
        env=stack.environment,
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=True,
    )
    return next(word for word in done.stdout.split() if word.startswith("http"))


def _teach(
    page: Page, text: str, meant: str, values: dict[str, str], *, picture: bool
) -> None:
    """Open a message, mark what is a value, say what it means, and save."""
    row = page.get_by_test_id("group").filter(has_text=text)
    row.get_by_test_id("group-text").click()
    say = page.get_by_test_id("say")
    expect(say).to_contain_text(text)
    for value, kind in values.items():
        if say.locator(f"mark[data-entity={kind}]").count() == 0:
            select(page, value)
            page.get_by_test_id(f"kind-{kind}").click()
            expect(say.locator(f"mark[data-entity={kind}]")).to_have_count(1)
    page.get_by_test_id("item-intent").select_option(meant)
    if picture:
        photograph(page, "training-2-lesson", wide=WIDE)
    page.get_by_test_id("teach").click()
    expect(row).to_have_count(0)


if __name__ == "__main__":
    main()
