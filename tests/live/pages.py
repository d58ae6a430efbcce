"""A browser that reaches the running bank over HTTP."""

from copy import copy
from typing import Any, Self

import requests

from tests import pages

TIMEOUT_S = 10


class Patient(requests.Session):
    """Waits for every answer, and for none too long."""

    def request(self, *args: Any, **how: Any) -> requests.Response:
        return super().request(*args, **{"timeout": TIMEOUT_S, **how})


class Browser(pages.Browser):
    """One person's browser: cookies live as long as it does."""

    def __init__(self) -> None:
        super().__init__(Patient())

    def twin(self) -> Self:
        """A second window of this browser, showing the same page."""
        window = copy(self)
        window.http = copy(self.http)
        return window
