"""What a bank tunes, each group with its units."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction

from banking.domain.gate import GateRules
from banking.domain.inbox import InboxRules
from banking.domain.opening import OpeningHours


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """What one class of service lets one KYC level move, in minor units."""

    per_transaction: int
    daily: int
    monthly: int


@dataclass(frozen=True, slots=True, kw_only=True)
class KycRules:
    """What holds for every customer of one level; the cap is in minor units."""

    balance_cap: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferRules:
    """How carefully money leaves; the amount is in minor units."""

    cooling_off_hours: int
    cooling_off_max: int
    duplicate_warning_minutes: int

    @property
    def cooling_off(self) -> timedelta:
        """How long a payee counts as new."""
        return timedelta(hours=self.cooling_off_hours)

    @property
    def duplicate_warning(self) -> timedelta:
        """How long the same payment again earns a warning."""
        return timedelta(minutes=self.duplicate_warning_minutes)


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionRules:
    """How long a sign-in lasts."""

    idle_minutes: int
    absolute_minutes: int

    @property
    def idle(self) -> timedelta:
        """How long a session lasts without a message from the customer."""
        return timedelta(minutes=self.idle_minutes)

    @property
    def absolute(self) -> timedelta:
        """When a session ends whatever happens."""
        return timedelta(minutes=self.absolute_minutes)


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeRules:
    """How long a one-time code lives and how often it may be guessed."""

    valid_seconds: int
    tries: int
    block_minutes: int
    blocks: int

    @property
    def valid_for(self) -> timedelta:
        """How long after sending a code is accepted."""
        return timedelta(seconds=self.valid_seconds)

    @property
    def block(self) -> timedelta:
        """How long the factor rests after the last try."""
        return timedelta(minutes=self.block_minutes)


@dataclass(frozen=True, slots=True, kw_only=True)
class SendRules:
    """How many codes leave by SMS."""

    gap_seconds: int
    per_10_minutes: int
    per_day: int
    per_hour_per_address: int

    @property
    def gap(self) -> timedelta:
        """The shortest time between two codes."""
        return timedelta(seconds=self.gap_seconds)


@dataclass(frozen=True, slots=True, kw_only=True)
class SimChangeRules:
    """When a changed SIM card is trusted again."""

    quiet_hours: int

    @property
    def quiet(self) -> timedelta:
        """How long a changed SIM receives no codes."""
        return timedelta(hours=self.quiet_hours)


@dataclass(frozen=True, slots=True, kw_only=True)
class Validity:
    """How long something the bank issued may be used."""

    valid_minutes: int

    @property
    def valid_for(self) -> timedelta:
        """The time from issue to expiry."""
        return timedelta(minutes=self.valid_minutes)


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageRules:
    """Which messages still count, and how many one person sends or gets."""

    stale_seconds: int
    remembered_days: int
    most_per_minute: int
    pair_seconds: int
    pair_burst: int

    @property
    def stale(self) -> timedelta:
        """The age from which a message starts nothing."""
        return timedelta(seconds=self.stale_seconds)

    @property
    def remembered(self) -> timedelta:
        """How long messages are kept, so that a repeated delivery is recognised."""
        return timedelta(days=self.remembered_days)

    @property
    def pair(self) -> timedelta:
        """The pace at which one person may be written to for long."""
        return timedelta(seconds=self.pair_seconds)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInRules:
    """How often id, PIN and proof of person may be tried."""

    tries: int
    block_minutes: int
    blocks: int
    per_5_minutes_per_address: int
    proof_tries: int

    @property
    def block(self) -> timedelta:
        """How long sign-in rests after the last try."""
        return timedelta(minutes=self.block_minutes)


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiRules:
    """How often the token-validity API is answered within any minute."""

    per_minute_per_client: int
    per_minute_per_customer: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PinRules:
    """What a PIN must look like; lengths in characters."""

    shortest: int
    longest: int
    digits_only: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleRules:
    """When a person answers: weekday → "8:00-18:00", in the bank's time zone."""

    hours: Mapping[str, str]

    @property
    def opening(self) -> OpeningHours:
        """The hours, read. Raises HoursUnreadable."""
        return OpeningHours.of(self.hours)


@dataclass(frozen=True, slots=True, kw_only=True)
class LanguageRules:
    """What trainers see; what a new model of the assistant may lose.

    See ``domain.inbox.InboxRules`` and ``domain.gate.GateRules``.
    """

    uncertain_below_percent: int
    close_percent: int
    money_intents: tuple[str, ...]
    money_sentences: int
    money_sentences_drawn: int
    edge_percent: int
    margin_percent: int
    noise_sentences: int
    least_caught_percent: int
    most_lost_percent: int

    @property
    def inbox(self) -> InboxRules:
        """When an answer counts as uncertain, as shares of one."""
        return InboxRules(
            uncertain_below=self.uncertain_below_percent / 100,
            close=self.close_percent / 100,
        )

    @property
    def gate(self) -> GateRules:
        """The same as shares of one."""
        return GateRules(
            money_intents=frozenset(self.money_intents),
            money_sentences=self.money_sentences,
            money_sentences_drawn=self.money_sentences_drawn,
            edge=self.edge_percent / 100,
            margin=Fraction(self.margin_percent, 100),
            noise_sentences=self.noise_sentences,
            least_caught=Fraction(self.least_caught_percent, 100),
            most_lost=Fraction(self.most_lost_percent, 100),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """Everything in policy.toml.

    ``limits[service_class][level]``, ``kyc[level]`` and ``fees[service_class]``: a
    missing entry means closed, never free and never unlimited.
    """

    kyc: Mapping[str, KycRules]
    limits: Mapping[str, Mapping[str, Limit]]
    fees: Mapping[str, int]
    transfers: TransferRules
    session: SessionRules
    code: CodeRules
    sends: SendRules
    sim_change: SimChangeRules
    links: Validity
    handles: Validity
    messages: MessageRules
    sign_in: SignInRules
    api: ApiRules
    pin: Mapping[str, PinRules]
    people: PeopleRules
    language: LanguageRules
