"""The dials that make the outside world behave badly, on purpose."""

from random import Random

from pydantic import BaseModel, ConfigDict, Field

Chance = float


class Dials(BaseModel):
    """How badly the world behaves just now. Everything off is a good day.

    Chances run from 0 (never) to 1 (always). `true` means always.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    duplicates: Chance = Field(default=0, ge=0, le=1)
    """Chance that a webhook is delivered a second time."""
    delay_ms: int = Field(default=0, ge=0, le=60_000)
    """Milliseconds every webhook waits before it is sent; 0 lets go what waits."""
    error_5xx: Chance = Field(default=0, ge=0, le=1)
    """Chance that the Graph API answers 500 and does nothing."""
    error_429: Chance = Field(default=0, ge=0, le=1)
    """Chance that the Graph API answers 429 with Retry-After and does nothing."""
    timeout_after_accept: Chance = Field(default=0, ge=0, le=1)
    """Chance that a message is delivered but the Graph API never answers."""
    sms_down: bool = False
    """The SMS gateway answers 503."""
    sms_lost: bool = False
    """The SMS gateway accepts messages that never arrive at the phone."""
    sim_change_down: bool = False
    """The SIM-change service answers 503."""
    graph_down: bool = False
    """The Graph API answers 502 with a body that is not JSON."""
    reorder: bool = False
    """Webhooks overtake one another, also those of one phone."""
    statuses_reversed: bool = False
    """Statuses arrive as read, delivered, sent."""
    read_receipts: bool = True
    """Off: the customer has turned read receipts off; `read` never comes."""
    pair_rate: bool = False
    """Meta's limit per recipient: one message in 6 s, bursts of 45."""


class Misbehaviour:
    """The dials as they stand, and the dice that decide on chances."""

    def __init__(self, dice: Random) -> None:
        self._dice = dice
        self.dials = Dials()

    def happens(self, chance: Chance) -> bool:
        return self._dice.random() < chance

    def seconds_up_to(self, longest: float) -> float:
        return self._dice.uniform(0, longest)
