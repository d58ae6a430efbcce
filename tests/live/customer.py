"""A customer with a phone, driven by a program instead of a thumb."""

import re
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pyotp
import requests

from tests.live.fake_clock import FakeClock
from tests.live.pages import Browser
from tests.live.watch import Watch

PATIENCE_S = 20
# How long a chat must be still before the bank's turn counts as over, where nobody
# can tell for certain that it is.
STILL_S = 0.7
LOOK_AGAIN_S = 0.02
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
    watch: Watch | None = None
    clock: FakeClock | None = None
    still_s: float = STILL_S
    # The message just written, and how much the bank had said before it.
    sent: str | None = None
    mark: int = 0

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
        still = time.monotonic()
        while time.monotonic() < until:
            # Asked before looking: what it has finished is in the chat by now.
            finished = self._finished()
            if self._reads():
                still = time.monotonic()
            silent = bool(self.bubbles) and time.monotonic() - still > self.still_s
            if expected.lower() in self.heard.lower() and (finished or silent):
                return self.heard
            time.sleep(LOOK_AGAIN_S)
        raise AssertionError(f"waited for {expected!r}; the bank said: {self.heard!r}")

    def _reads(self) -> bool:
        """Read what is new in the chat; tell whether the bank said anything."""
        news = self._get("chat", after=self.last)["messages"]
        self.last = max([self.last, *(m["seq"] for m in news)])
        fresh = [m for m in news if m["from"] == "bank"]
        self.bubbles += fresh
        return bool(fresh)

    def _finished(self) -> bool:
        return self.watch is not None and self.watch.finished(self.phone, self.sent)

    @property
    def responses(self) -> list[str]:
        """The names of all that the bank said since the customer last did anything."""
        assert self.watch is not None, "nobody watches this bank"
        return self.watch.responses(self.phone, self.mark)

    def does(self, what: str, **details: Any) -> str:
        """Do anything else that a phone can do; return the answer."""
        self._act(what, **details)
        return self.listen()

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
        found = re.search(r"\b(\d{6})\b", self.newest_text)
        assert found, f"no code in {self.newest_text!r}"
        return found[1]

    @property
    def newest_text(self) -> str:
        """The newest SMS."""
        return str(self._get("sms")["messages"][-1]["text"])

    @property
    def authenticator_code(self) -> str:
        """What the customer's authenticator shows."""
        return pyotp.TOTP(self.person["totp"]).at(self.now)

    @property
    def now(self) -> datetime:
        """The time, which is the bank's."""
        return self.clock.now if self.clock else datetime.now(UTC)

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
            page.press(authenticator_code=self.authenticator_code)
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
        self.sent = str(answer.json()["id"])

    def hears_anew(self) -> None:
        """What was said before this moment is no answer to what comes now."""
        self.last = self._get("chat", after=self.last)["last"]
        self.bubbles = []
        self.sent = None
        if self.watch is not None:
            self.mark = self.watch.said_so_far(self.phone)

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
