"""A customer with a phone, driven by a program instead of a thumb."""

import re
import time
from dataclasses import dataclass, field
from typing import Any

import pyotp
import requests

from tests.live.pages import Browser

PATIENCE_S = 20
# How long a chat must be still before the bank's turn counts as over.
STILL_S = 0.7
PIN = "840271"


@dataclass
class Customer:
    """One person: a phone on the simulator and a browser of their own."""

    simulator: str
    person: dict[str, Any]
    http: requests.Session = field(default_factory=requests.Session)
    browser: Browser = field(default_factory=Browser)
    last: int = 0
    bubbles: list[dict[str, Any]] = field(default_factory=list)

    @property
    def phone(self) -> str:
        return str(self.person["phone"])

    @property
    def heard(self) -> str:
        """All that the bank said since the customer last said something."""
        return "\n".join(_words(bubble) for bubble in self.bubbles)

    # --- the chat ---------------------------------------------------------------

    def says(self, text: str) -> str:
        """Write something, wait for the answer and return it."""
        self._act("text", text=text)
        return self.listen()

    def taps(self, title: str) -> str:
        """Press the newest button or row of this title; return the answer.

        A title that begins with "regex " is a pattern.
        """
        pattern = title[6:] if title.startswith("regex ") else re.escape(title) + "$"
        chat = self._get("chat")["messages"]
        for message in reversed(chat):
            for option in _options(message):
                if re.match(pattern, option["title"]):
                    self._act("tap", message_id=message["id"], option_id=option["id"])
                    return self.listen()
        offered = [o["title"] for m in chat for o in _options(m)]
        raise AssertionError(f"nothing called {title!r} to press: {offered}")

    def listen(self, expected: str = "") -> str:
        """Wait until the bank has spoken, all of it, and return what it said.

        With ``expected``, wait until those words have come.
        """
        until = time.monotonic() + PATIENCE_S
        still = 0.0
        while time.monotonic() < until:
            news = [m for m in self._get("chat", after=self.last)["messages"]]
            self.last = max([self.last, *(m["seq"] for m in news)])
            fresh = [m for m in news if m["from"] == "bank"]
            self.bubbles += fresh
            if fresh:
                still = time.monotonic()
            enough = self.bubbles and expected.lower() in self.heard.lower()
            if enough and time.monotonic() - still > STILL_S:
                return self.heard
            time.sleep(0.05)
        raise AssertionError(f"waited for {expected!r}; the bank said: {self.heard!r}")

    @property
    def link(self) -> str:
        """The address behind the newest link button."""
        for message in reversed(self._get("chat")["messages"]):
            if link := message.get("link"):
                return str(link["url"])
        raise AssertionError("the bank sent no link")

    @property
    def code(self) -> str:
        """The code in the newest SMS."""
        newest = self._get("sms")["messages"][-1]["text"]
        found = re.search(r"\b(\d{6})\b", newest)
        assert found, f"no code in {newest!r}"
        return found[1]

    @property
    def texts(self) -> int:
        """How many SMS have come so far."""
        return len(self._get("sms")["messages"])

    def gets_text(self, *, after: int) -> None:
        """Wait until there are more SMS than that."""
        until = time.monotonic() + PATIENCE_S
        while self.texts <= after:
            assert time.monotonic() < until, "no SMS came"
            time.sleep(0.05)

    # --- the bank's pages -------------------------------------------------------

    def registers(self, *, with_authenticator: bool = False) -> None:
        """Go through registration by the newest link."""
        self.hears_anew()
        number = self.person["accounts"][0]["number"]
        page = self.browser.open(self.link)
        page.press(
            date_of_birth=self.person["date_of_birth"], account_digits=number[-4:]
        )
        self.asks_for_code()
        page.press(otp=self.code)
        chat_id = "me" + self.phone[-7:]
        wanted = self.person.get("wanted", {})
        pin = wanted.get("pin", PIN)
        page.press(chat_id=chat_id, pin=pin, pin_again=pin)
        self.person["passphrase"] = page.text("passphrase-shown")
        if own := wanted.get("passphrase"):
            page.press(passphrase=own)
        if with_authenticator:
            self.person["totp"] = page.text("totp-secret")
            page.press(authenticator_code=pyotp.TOTP(self.person["totp"]).now())
        while not page.has("done"):
            page.press()  # what is optional is skipped
        self.person |= {"chat_id": chat_id, "pin": pin}

    def signs_in(self) -> None:
        """Sign in by the newest link."""
        self.hears_anew()
        page = self.browser.open(self.link)
        page.press(chat_id=self.person["chat_id"], pin=self.person["pin"])
        assert page.has("done"), page.everything()

    def opens_confirmation(self) -> Browser:
        """Open the newest confirmation link, signing in where the page asks."""
        page = self.browser.open(self.link)
        if page.has("chat-id"):
            page.press(chat_id=self.person["chat_id"], pin=self.person["pin"])
        return page

    def confirms(self) -> Browser:
        """Confirm what the newest link shows with the code from the SMS."""
        page = self.opens_confirmation()
        self.hears_anew()
        self.asks_for_code()
        page.press(otp=self.code)
        assert page.has("done"), page.everything()
        return page

    def finds_the_link_dead(self) -> None:
        """The newest link leads nowhere any more."""
        page = self.browser.open(self.link)
        assert page.status == requests.codes.gone, page.everything()

    def chat(self) -> list[dict[str, Any]]:
        """Everything in the chat so far."""
        messages: list[dict[str, Any]] = self._get("chat")["messages"]
        return messages

    def sends(self, text: str) -> None:
        """Write something without waiting for an answer."""
        self._act("text", text=text)

    def sim_changes(self, *, hours_ago: float) -> None:
        """The mobile operator gives out a new SIM card for this number."""
        answer = self.http.post(
            self._url("sim-change"), json={"hours_ago": hours_ago}, timeout=5
        )
        answer.raise_for_status()

    def asks_for_code(self) -> None:
        """Have a code sent to the phone, and wait for it."""
        before = self.texts
        self.browser.press("send-code")
        self.gets_text(after=before)

    # --- the simulator ----------------------------------------------------------

    def _act(self, action: str, **what: Any) -> None:
        self.hears_anew()
        answer = self.http.post(self._url(action), json=what, timeout=5)
        answer.raise_for_status()

    def hears_anew(self) -> None:
        """What was said before this moment is no answer to what comes now."""
        self.last = self._get("chat", after=self.last)["last"]
        self.bubbles = []

    def _get(self, what: str, **query: Any) -> Any:
        answer = self.http.get(self._url(what), params=query, timeout=5)
        answer.raise_for_status()
        return answer.json()

    def _url(self, what: str) -> str:
        return f"{self.simulator}/sim/phones/{self.phone}/{what}"


def _options(message: dict[str, Any]) -> list[dict[str, Any]]:
    sections = message.get("list", {}).get("sections", [])
    rows = [row for section in sections for row in section["rows"]]
    return [*message.get("buttons", []), *rows]


def _words(message: dict[str, Any]) -> str:
    titles = "".join(f" [{o['title']}]" for o in _options(message))
    link = f" <{message['link']['label']}>" if "link" in message else ""
    file = f" ({message['document'].get('filename')})" if "document" in message else ""
    return f"{message['text']}{titles}{link}{file}"
