"""Plays one told conversation: each kind of step is one function here.

The format is explained for its writers in tests/conversations/README.md.
"""

import re
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import procrastinate
import pytest
from procrastinate.exceptions import AlreadyEnqueued

from tests.live.books import CENTS, Books
from tests.live.customer import Customer
from tests.live.fake_clock import MISSING, FakeClock
from tests.live.inside import Inside, until
from tests.live.page_acts import ACTS, ANSWERED
from tests.live.stack import Stack
from tests.live.watch import Watch

type Told = dict[str, Any]

MOST_BUBBLES = 3
# A conversation is never read before the bank has finished.
VERY_STILL_S = 25.0
# The minute of the queue goes by the clock that measures waiting, which never leaps.
CHORES = ("expire", "reconcile")
SENDABLE: dict[str, tuple[str, dict[str, str]]] = {
    "a photo": ("media", {"kind": "image"}),
    "a voice note": ("media", {"kind": "voice"}),
    "a video": ("media", {"kind": "video"}),
    "a document": ("media", {"kind": "document"}),
    "a sticker": ("media", {"kind": "sticker"}),
    "a location": ("location", {}),
    "a contact": ("contacts", {}),
    "a poll": ("unsupported", {}),
}
# In what a customer writes: the phone number of somebody who was never paid before.
STRANGER = "{a stranger}"
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


@dataclass
class Play:
    """One conversation while it is played."""

    customer: Customer
    stack: Stack
    watch: Watch
    books: Books
    undo: ExitStack
    before: dict[str, int] = field(default_factory=dict)
    postings: int = 0
    texts: int = 0
    _stranger: str = ""

    @property
    def stranger(self) -> str:
        """Somebody at this bank whom the customer does not know."""
        if not self._stranger:
            self._stranger = self.stack.customer(registered=False).phone
        return self._stranger

    @classmethod
    def begins(
        cls, told: Told, customer: Customer, stack: Stack, undo: ExitStack
    ) -> "Play":
        """Bring the customer to where the conversation starts."""
        assert customer.watch is not None
        customer.still_s = VERY_STILL_S
        books = Books(customer, customer.watch)
        books.bring_to(told.get("has", {}))
        play = cls(customer, stack, customer.watch, books, undo)
        play.before, play.postings = books.balances(), books.postings()
        play.texts = customer.texts
        return play

    def do(self, number: int, step: Told) -> None:
        """Play one step; what is wrong is told with its place."""
        ((kind, value),) = step.items()
        try:
            STEPS[kind](self, value)
        except AssertionError as failure:
            said = f"\nThe bank had said ({self.customer.responses}):\n"
            raise AssertionError(
                f"step {number} ({kind}: {value}): {failure}{said}{self.customer.heard}"
            ) from None

    def ends(self, afterwards: Told) -> None:
        """Compare what the bank keeps with what was told; money moves only if told."""
        for name, expected in {"postings": 0, **afterwards}.items():
            assert name in AFTERWARDS, f"nothing is known as {name!r}"
            assert expected == AFTERWARDS[name](self), name
        now = self.books.balances()
        told = {kind: afterwards.get(kind, 0.0) for kind in now}
        if afterwards.get("postings", 0) == 0 or set(now) & set(afterwards):
            changed = {k: (now[k] - self.before[k]) / CENTS for k in now}
            assert told == changed, "the balances have changed by"
        assert 0 == self.books.held(), "money is held for nothing"


# --- what the customer does ---------------------------------------------------------


def writes(play: Play, text: str) -> None:
    """Write something, and wait until the bank has finished."""
    play.customer.says(text.replace(STRANGER, play.stranger))
    _short(play)


def taps(play: Play, title: str) -> None:
    """Press the newest button or row of this title."""
    play.customer.taps(title)
    _short(play)


def sends(play: Play, what: str) -> None:
    """Send what is not a text."""
    action, details = SENDABLE[what]
    play.customer.does(action, **details)
    _short(play)


def forwards(play: Play, text: str) -> None:
    """Forward somebody else's words."""
    play.customer.does("text", text=text, forwarded=True)


def writes_late(play: Play, text: str) -> None:
    """Write something that the messenger delivers six minutes later."""
    clock = _clock(play)
    play.stack.misbehave(delay_ms=60_000)  # or until it is let go
    play.customer.sends(text)
    clock.forward(timedelta(minutes=6))
    play.stack.misbehave(delay_ms=0)
    play.customer.listen()


def on_the_page(play: Play, act: str) -> None:
    """Do something on the bank's page behind the newest link."""
    ACTS[act](play.customer)
    if act in ANSWERED:
        play.customer.listen()


def sim(play: Play, hours_ago: float) -> None:
    """The operator gave out a new SIM card so many hours ago."""
    play.customer.sim_changes(hours_ago=hours_ago)


# --- what the world does ------------------------------------------------------------


def clock(play: Play, how: str) -> None:
    """Let time pass: "+6 minutes", "to 23:58", "to saturday 10:00"."""
    ahead = _clock(play)
    play.customer.hears_anew()
    zone = ZoneInfo(play.stack.environment.get("BANK_TIMEZONE", "UTC"))
    ahead.forward(_until(how, ahead.now.astimezone(zone)))
    _minute_passes(play)


def core(play: Play, how: str) -> None:
    """The customer's accounts cannot be written to, or can again."""
    if how == "answers again":
        play.undo.close()
        return
    assert how == "stops answering", how
    account = "SELECT 1 FROM core_accounts WHERE customer_number = %s FOR UPDATE"
    inside = Inside(play.stack.home)
    play.undo.enter_context(inside.holding(account, play.books.number))


def world(play: Play, dials: Told) -> None:
    """Set the simulator's switches."""
    play.stack.misbehave(**dials)


# --- what the bank must have done ---------------------------------------------------


def bank(play: Play, expected: str | list[str]) -> None:
    """Each of these is in the answer: words, or the name of a response."""
    names, heard = play.customer.responses, play.customer.heard.lower()
    for wanted in [expected] if isinstance(expected, str) else expected:
        words = wanted.removeprefix("not ")
        there = words in names if words.startswith("utter_") else words.lower() in heard
        assert there != wanted.startswith("not "), wanted


def silence(play: Play, _: Any) -> None:
    """The bank says nothing."""
    assert "" == play.customer.heard


def later(play: Play, words: str) -> None:
    """Wait until the bank has said this by itself."""
    play.customer.listen(words)


def shows(play: Play, fields: dict[str, str]) -> None:
    """The page behind the newest link shows these, by test id."""
    for testid, words in fields.items():
        there = play.customer.browser.text(testid)
        assert words.lower() in there.lower(), f"{testid} is {there!r}"


def sms(play: Play, pattern: str) -> None:
    """The newest SMS matches this pattern."""
    newest = play.customer.newest_text
    assert re.search(pattern, newest), newest


def session(play: Play, expected: str) -> None:
    """The chat session is open, expired, ended: why, or there is none."""
    assert expected == play.books.session()[0]


STEPS: dict[str, Callable[[Play, Any], Any]] = {
    "customer": writes,
    "taps": taps,
    "sends": sends,
    "forwards": forwards,
    "late": writes_late,
    "page": on_the_page,
    "sim": sim,
    "clock": clock,
    "core": core,
    "world": world,
    "bank": bank,
    "silence": silence,
    "later": later,
    "shows": shows,
    "sms": sms,
    "session": session,
}


def _changed(kind: str) -> Callable[[Play], float]:
    return lambda play: (play.books.balances()[kind] - play.before[kind]) / CENTS


AFTERWARDS: dict[str, Callable[[Play], Any]] = {
    "postings": lambda play: play.books.postings() - play.postings,
    "current": _changed("current"),
    "savings": _changed("savings"),
    "sms": lambda play: play.customer.texts - play.texts,
    "session": lambda play: play.books.session()[0],
    "minutes": lambda play: round(play.books.session()[1] / timedelta(minutes=1)),
}


def _short(play: Play) -> None:
    """Whatever was said: a turn has an answer, and not a wall of them."""
    bubbles = [b for b in play.customer.bubbles if "document" not in b]
    assert len(bubbles) <= MOST_BUBBLES, f"{len(bubbles)} bubbles in one turn"


def _clock(play: Play) -> FakeClock:
    if play.stack.clock is None:
        pytest.skip(MISSING)
    return play.stack.clock


def _until(how: str, now: datetime) -> timedelta:
    if by := re.fullmatch(r"\+(\d+) ((?:second|minute|hour|day)s?)", how):
        return timedelta(**{by[2].removesuffix("s") + "s": int(by[1])})
    at = re.fullmatch(r"to (?:(\w+day) )?(\d\d?):(\d\d)", how)
    assert at, f"no time: {how!r}"
    then = now.replace(hour=int(at[2]), minute=int(at[3]), second=0, microsecond=0)
    while then <= now or (at[1] and DAYS[then.weekday()] != at[1].lower()):
        then += timedelta(days=1)
    return then - now


def _minute_passes(play: Play) -> None:
    """Have the chores of the minute done that a leap of the clock passed over."""
    url = Inside(play.stack.home).url
    connector = procrastinate.SyncPsycopgConnector(conninfo=url)
    queue = procrastinate.App(connector=connector)
    with queue.open():
        for chore in CHORES:
            task = queue.configure_task(
                chore, queue="core", lock=chore, queueing_lock=chore
            )
            try:
                task.defer(timestamp=int(play.customer.now.timestamp()))
            except AlreadyEnqueued:
                continue
    waiting = (
        "SELECT 1 FROM procrastinate_jobs WHERE task_name = ANY(%(chores)s)"
        " AND status IN ('todo', 'doing') AND coalesce(scheduled_at <= now(), true)"
    )
    until(lambda: not play.watch.rows(waiting, {"chores": list(CHORES)}), "the chores")
    play.customer.listen()
