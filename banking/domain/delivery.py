"""What to do when a messenger says no, and how fast one person may be written to."""

from dataclasses import dataclass
from datetime import datetime, timedelta

WINDOW = timedelta(hours=24)

# Reports may come late, doubled and in any order; a message only moves to the right.
STATUS_RANK = {
    "queued": 0,
    "sending": 0,
    "unknown": 1,
    "sent": 2,
    "delivered": 3,
    "read": 4,
    "played": 5,
    "failed": 9,
}


@dataclass(frozen=True, slots=True)
class Retry:
    """Try again after so many seconds (before jitter)."""

    seconds: float
    # Whether every other customer's message would meet the same trouble now.
    everybody: bool = False


@dataclass(frozen=True, slots=True)
class GiveUp:
    """This message will never arrive; nobody needs to be woken."""

    why: str


@dataclass(frozen=True, slots=True)
class Alert:
    """A person must look: a setting, the token or the account is at fault.

    ``stop`` holds for all sending until somebody has looked.
    """

    why: str
    stop: bool = False


@dataclass(frozen=True, slots=True)
class IdentityLost:
    """Another person may hold this account now: unlink it and verify again."""


type Decision = Retry | GiveUp | Alert | IdentityLost


@dataclass(frozen=True, slots=True)
class Rule:
    """One row of the error table."""

    codes: range | tuple[int, ...]
    first: float = 0.0
    factor: float = 1.0
    tries: int = 0
    gives_up: GiveUp | Alert | IdentityLost = GiveUp("undeliverable")
    everybody: bool = False


RULES = (
    # Temporary: the platform asks us to come back.
    Rule((2, 131016, 133004), first=1, factor=2, tries=6, everybody=True),
    # Three tries are what the platform asks for. Spread over most of a minute, for
    # what is given up may be the word that a payment is done.
    Rule((131000,), first=2, factor=4, tries=3),
    Rule((1,), first=1, factor=2, tries=2),
    Rule((4, 80007), first=60, factor=2, tries=4, everybody=True),
    Rule((130429,), first=2, factor=2, tries=6, everybody=True),
    Rule((131056,), first=1, factor=4, tries=5),
    Rule((131057,), first=60, tries=3, everybody=True),
    # The account: nothing can be sent until a person has acted.
    Rule((0, 190), gives_up=Alert("access token refused", stop=True)),
    Rule(
        (368, 131031, 130497),
        gives_up=Alert("business account restricted", stop=True),
    ),
    Rule(range(200, 300), gives_up=Alert("permission missing")),
    Rule((3, 10, 131005), gives_up=Alert("permission missing")),
    Rule((33, 131037, 131042, 131045), gives_up=Alert("business number not ready")),
    Rule(range(133000, 133017), gives_up=Alert("business number not registered")),
    Rule((131048,), gives_up=Alert("spam limit reached", stop=True)),
    # The message: ours to mend, so the same bytes again would be refused again.
    Rule((100, 131008, 131009, 135000, 131051), gives_up=Alert("message refused")),
    Rule((131053, 131062, 131021), gives_up=Alert("message refused")),
    Rule(range(132000, 132100), gives_up=Alert("template or flow refused")),
    # The person: nothing is wrong with us.
    Rule((131026,), gives_up=GiveUp("not reachable on this messenger")),
    Rule((131047,), gives_up=GiveUp("outside the 24-hour window")),
    Rule((130472, 131049, 131050), gives_up=GiveUp("not wanted by the platform")),
    Rule((131052,), gives_up=GiveUp("media cannot be fetched")),
    Rule((137000,), gives_up=IdentityLost()),
)

# Looked at in order, so that a single code may stand before the range around it.
_UNKNOWN_CODE = Rule((), first=2, factor=2, tries=2, gives_up=Alert("unknown error"))
_SERVER_ERROR = Rule((), first=1, factor=2, tries=5, gives_up=GiveUp("server errors"))
_NO_ANSWER = Rule((), first=1, factor=2, tries=5, gives_up=GiveUp("no connection"))
_TOO_MANY = Rule((), first=5, factor=2, tries=6, everybody=True)
SERVER_TROUBLE = 500
TOO_MANY_REQUESTS = 429
LONGEST_WAIT = 900.0


def decide(
    code: int | None,
    status: int | None,
    *,
    attempt: int,
    retry_after: float | None = None,
) -> Decision:
    """Say what follows a refusal. ``attempt`` is 1 after the first try."""
    rule = _rule(code, status)
    if attempt > rule.tries:
        return rule.gives_up
    wait = rule.first * rule.factor ** (attempt - 1)
    return Retry(min(max(wait, retry_after or 0.0), LONGEST_WAIT), rule.everybody)


def _rule(code: int | None, status: int | None) -> Rule:
    if code is not None:
        return next((rule for rule in RULES if code in rule.codes), _UNKNOWN_CODE)
    if status is None:
        return _NO_ANSWER
    if status == TOO_MANY_REQUESTS:
        return _TOO_MANY
    return _SERVER_ERROR if status >= SERVER_TROUBLE else _UNKNOWN_CODE


@dataclass(frozen=True, slots=True)
class PairRate:
    """How often one person may be written to: an average and a burst.

    Kept as a single moment, at which all of the burst is free again: every message
    moves it on by ``every``, and may go while it is at most a burst ahead.
    """

    every: timedelta = timedelta(seconds=6)
    burst: int = 45

    def wait(self, clear_at: datetime | None, now: datetime) -> timedelta:
        """How long the next message must wait; zero when it may go now."""
        ahead = (clear_at or now) - now - self.every * (self.burst - 1)
        return max(ahead, timedelta(0))

    def after(self, clear_at: datetime | None, now: datetime) -> datetime:
        """When the whole burst is free again, one message further."""
        return max(clear_at or now, now) + self.every


def window_open(last_inbound_at: datetime | None, now: datetime) -> bool:
    """Whether free-form words may be sent: 24 hours from the last message."""
    return last_inbound_at is not None and now - last_inbound_at < WINDOW
