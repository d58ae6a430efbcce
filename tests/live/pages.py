"""A browser without scripts: opens the bank's pages, fills in fields, submits.

Fields and buttons are found by ``data-testid``, the names that the bank promises
to keep, so these pages may be redesigned without touching a test.
"""

from copy import copy
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urljoin

import requests
from lxml import html

TIMEOUT_S = 10


class NotOnThisPage(AssertionError):
    """The page has no such field or button; says what it has."""


@dataclass
class Browser:
    """One person's browser: cookies live as long as it does."""

    http: requests.Session = field(default_factory=requests.Session)
    url: str = ""
    status: int = 0
    page: Any = None

    def open(self, url: str) -> "Browser":
        """Go to a page."""
        return self._show(self.http.get(url, timeout=TIMEOUT_S))

    def twin(self) -> "Browser":
        """A second window of this browser, showing the same page."""
        return replace(self, http=copy(self.http))

    def has(self, testid: str) -> bool:
        """Tell whether the page shows this field, button or text."""
        return bool(self._all(testid))

    def text(self, testid: str) -> str:
        """Return what the page shows there, white space folded."""
        return " ".join(self._one(testid).text_content().split())

    def everything(self) -> str:
        """Return all the words of the page."""
        return " ".join(self.page.text_content().split())

    def press(self, testid: str = "submit", **values: str) -> "Browser":
        """Fill in fields, named by test id with ``_`` for ``-``, and press a button."""
        button = self._one(testid)
        form = _form_of(button)
        filled = dict(form.form_values())
        for name, value in values.items():
            filled[self._one(name.replace("_", "-")).get("name")] = value
        if button.get("name"):
            filled[button.get("name")] = button.get("value", "")
        action = button.get("formaction") or form.get("action") or self.url
        return self._show(
            self.http.post(urljoin(self.url, action), data=filled, timeout=TIMEOUT_S)
        )

    def _show(self, answer: requests.Response) -> "Browser":
        self.url, self.status = answer.url, answer.status_code
        self.page = html.fromstring(answer.text or "<html></html>")
        return self

    def _all(self, testid: str) -> list[Any]:
        return list(self.page.xpath("//*[@data-testid=$name]", name=testid))

    def _one(self, testid: str) -> Any:
        found = self._all(testid)
        if not found:
            there = sorted(set(self.page.xpath("//@data-testid")))
            raise NotOnThisPage(
                f"no {testid!r} at {self.status} {self.url}: {there}; "
                f"{self.everything()[:300]!r}"
            )
        return found[0]


def _form_of(button: Any) -> Any:
    if name := button.get("form"):
        return button.getroottree().xpath("//form[@id=$name]", name=name)[0]
    return next(button.iterancestors("form"))
