"""That whoever cannot see a page, or use a mouse, can work at the desk all the same."""

from itertools import pairwise
from typing import Any

import pytest

from banking.bootstrap import Bank
from tests.desk.chats import odd_messages
from tests.desk.conftest import Visitor

FIELDS = (
    "//input[not(@type='hidden') and not(@hidden)] | //select | //progress | //meter"
)
PRESSED = "//button | //a[@href] | //dialog | //nav | //section | //aside"


@pytest.fixture
def busy(trainer: Visitor, bank: Bank) -> Visitor:
    """Give a trainer at a desk that has something on every page."""
    odd_messages(bank)
    trainer.open("/desk/inbox")
    accepted, *_ = trainer.find("group")
    bank.teaching.accept(
        [int(item) for item in accepted.get("data-items").split(",")], "Efua"
    )
    bank.model_gate.start("Efua")
    return trainer


def pages_of(busy: Visitor) -> list[str]:
    href = busy.open("/desk/inbox").find("group-text")[0].get("href")
    item = href.rpartition("=")[2]
    return [
        "/desk/inbox",
        href,
        "/desk/inbox?words=zzz",
        "/desk/changes",
        "/desk/model",
        "/desk/search",
        f"/desk/test/{item}",
        "/desk/changes/tests",
        "/desk/nothing",
    ]


def test_all_that_can_be_filled_in_or_pressed_has_a_name(busy: Visitor):
    for path in pages_of(busy):
        page = busy.open(path).page
        nameless = [e for e in page.xpath(f"{FIELDS} | {PRESSED}") if not named(e)]

        assert [(path, e.tag, dict(e.attrib)) for e in nameless] == []


def test_headings_stand_in_order_and_a_page_says_its_language(busy: Visitor):
    for path in [*pages_of(busy), "/desk/sign-in", "/desk/join/nobody"]:
        page = busy.open(path).page
        levels = [
            int(h.tag[1]) for h in page.xpath("//main//*[self::h1|self::h2|self::h3]")
        ]
        jumps = [(a, b) for a, b in pairwise(levels) if b > a + 1]

        assert (path, levels.count(1), levels[0], jumps) == (path, 1, 1, [])
        assert page.get("lang"), path
        ids = page.xpath("//@id")
        assert sorted(ids) == sorted(set(ids)), path


def test_what_a_script_tells_has_a_place_that_was_there_before(busy: Visitor):
    page = busy.open("/desk/inbox").page

    assert page.xpath("//*[@id='said']/@role") == ["status"]
    # A second one would say it twice.
    assert not page.xpath("//template//*[@role='status']")


def test_a_training_under_way_is_read_out_by_its_stage_alone(busy: Visitor):
    page = busy.open("/desk/model").page

    assert page.xpath("//*[@role='status' or @aria-live]/@id") == ["run-stage"]


def named(element: Any) -> bool:
    """Whether an assistive program has a name to read out."""
    own = element.get("aria-label") or element.get("title") or element.get("alt")
    if own or element.get("aria-labelledby"):
        return True
    if element.tag in ("input", "select", "progress", "meter"):
        labels = element.xpath("ancestor::label")
        return any(label.text_content().strip() for label in labels)
    return bool(element.text_content().strip())
