"""A browser without scripts: opens the bank's pages, fills in fields, submits.

Fields and buttons are found by ``data-testid``, the names that the bank promises
to keep, so these pages may be redesigned without touching a test.
"""

import re
from typing import Any, Self
from urllib.parse import urljoin

from lxml import html


class NotOnThisPage(AssertionError):
    """The page has no such field or button; says what it has."""


class Browser:
    """One person's browser: its cookies live as long as ``http``, a client, does."""

    def __init__(self, http: Any) -> None:
        self.http = http
        self.answer: Any = None

    def open(self, url: str) -> Self:
        """Go to a page."""
        self.answer = self.http.get(url)
        return self

    @property
    def status(self) -> int:
        return self.answer.status_code

    @property
    def url(self) -> str:
        return str(self.answer.url)

    @property
    def page(self) -> Any:
        return html.fromstring(self.answer.text or "<html></html>")

    def find(self, testid: str) -> list[Any]:
        return self.page.xpath("//*[@data-testid=$name]", name=testid)

    def has(self, testid: str) -> bool:
        """Tell whether the page shows this field, button or text."""
        return bool(self.find(testid))

    def text(self, testid: str) -> str:
        """Return what the page shows there, white space folded."""
        return _words(self._one(testid))

    def texts(self, testid: str) -> list[str]:
        """The same for each of that name."""
        return [_words(each) for each in self.find(testid)]

    def everything(self) -> str:
        """Return all the words of the page."""
        return _words(self.page)

    def csrf(self) -> str:
        """The token of the page's form."""
        return re.search(r'name="csrf" value="(\w+)"', self.answer.text)[1]

    def press(self, testid: str = "submit", **values: str | list[str]) -> Self:
        """Fill in fields, named by test id with ``_`` for ``-``, and press a button."""
        button = self._one(testid)
        form = _form_of(button)
        given = {self.field_of(name): value for name, value in values.items()}
        fields = [*form.form_values(), *_elsewhere(form)]
        filled: dict[str, list[str]] = {}
        for name, value in fields:
            if name not in given:
                filled.setdefault(name, []).append(value)
        for name, value in given.items():
            filled[name] = list(value) if isinstance(value, list) else [value]
        if button.get("name"):
            filled.setdefault(button.get("name"), []).append(button.get("value") or "")
        action = button.get("formaction") or form.get("action") or ""
        return self.send(action, filled, method=form.get("method") or "get")

    def field_of(self, testid: str) -> str:
        """The name under which a field is sent."""
        return self._one(testid.replace("_", "-")).get("name")

    def send(self, action: str, fields: Any, *, method: str = "post") -> Self:
        """Submit these fields to an address, which may be relative to this page."""
        address = urljoin(self.url, action)
        if method.lower() == "get":
            self.answer = self.http.get(address, params=fields)
        else:
            self.answer = self.http.post(address, data=fields)
        return self

    def _one(self, testid: str) -> Any:
        found = self.find(testid)
        if not found:
            there = sorted(set(self.page.xpath("//@data-testid")))
            raise NotOnThisPage(
                f"no {testid!r} at {self.status} {self.url}: {there}; "
                f"{self.everything()[:300]!r}"
            )
        return found[0]


def _words(element: Any) -> str:
    return " ".join(element.text_content().split())


def _form_of(button: Any) -> Any:
    if own := button.get("form"):
        return button.getroottree().xpath("//form[@id=$own]", own=own)[0]
    return next(button.iterancestors("form"))


def _elsewhere(form: Any) -> list[tuple[str, str]]:
    """Ticked boxes that belong to a form without standing in it."""
    boxes = form.getroottree().xpath(
        "//input[@form=$own and @checked]", own=form.get("id") or "-"
    )
    return [(box.get("name"), box.get("value")) for box in boxes]
