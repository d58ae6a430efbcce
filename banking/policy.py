"""What a bank tunes in policy.toml, read once and refused when it is not complete."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any, get_type_hints

LONGEST_CODE = timedelta(minutes=10)  # NIST SP 800-63B, out-of-band secrets.
LONGEST_SESSION = timedelta(hours=12)
MOST_TRIES = 5  # RTS (EU) 2018/389, Art. 4(3)(b).
PIN_POLICIES = ("bank", "nist")


class PolicyRefused(Exception):
    """The policy is incomplete, has unknown keys, or allows what must not be.

    ``problems`` names every fault found, so that one reading mends them all.
    """

    def __init__(self, problems: list[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("policy.toml: " + "; ".join(problems))


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
    """Which messages still count."""

    stale_seconds: int
    remembered_days: int

    @property
    def stale(self) -> timedelta:
        """The age from which a message starts nothing."""
        return timedelta(seconds=self.stale_seconds)

    @property
    def remembered(self) -> timedelta:
        """How long a repeated delivery is recognised."""
        return timedelta(days=self.remembered_days)


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
class PinRules:
    """What a PIN must look like; lengths in characters."""

    shortest: int
    longest: int
    digits_only: bool


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
    pin: Mapping[str, PinRules]


def load_policy(path: Path) -> Policy:
    """Read and check a policy file; raise ``PolicyRefused`` with every fault."""
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise PolicyRefused([str(error)]) from None
    return read_policy(table)


def read_policy(table: Mapping[str, Any]) -> Policy:
    """Check a policy already parsed; raise ``PolicyRefused`` with every fault."""
    problems: list[str] = []
    policy = _record(Policy, table, "", problems)
    if policy is not None and not problems:
        problems += _unsound(policy)
    if policy is None or problems:
        raise PolicyRefused(problems)
    return policy


def _record[T](
    kind: type[T], table: object, where: str, problems: list[str]
) -> T | None:
    if not isinstance(table, Mapping):
        problems.append(f"{where or 'policy'} is not a table")
        return None
    hints = get_type_hints(kind)
    names = [field.name for field in fields(kind)]  # type: ignore[arg-type]
    problems += [f"unknown key {where}{key}" for key in table if key not in names]
    found: dict[str, Any] = {}
    for name in names:
        if name not in table:
            problems.append(f"missing {where}{name}")
            continue
        found[name] = _value(hints[name], table[name], f"{where}{name}", problems)
    return kind(**found) if len(found) == len(names) else None


def _value(hint: Any, value: object, where: str, problems: list[str]) -> Any:
    if hint is bool:
        if not isinstance(value, bool):
            problems.append(f"{where} is not true or false")
        return value
    if hint is int:
        return _count(value, where, problems)
    if getattr(hint, "__origin__", None) is not Mapping:
        return _record(hint, value, f"{where}.", problems)
    if not isinstance(value, Mapping) or not value:
        problems.append(f"{where} has no entries")
        return None
    inner = hint.__args__[1]
    entries = {k: _value(inner, v, f"{where}.{k}", problems) for k, v in value.items()}
    return MappingProxyType(entries)


def _count(value: object, where: str, problems: list[str]) -> Any:
    # A bool is an int to Python, and a float would round money.
    if type(value) is not int or value < 0:
        problems.append(f"{where} is not a whole number of 0 or more")
    return value


def _unsound(policy: Policy) -> list[str]:
    """Find what reads well and must not be."""
    problems = []
    if not timedelta(0) < policy.code.valid_for <= LONGEST_CODE:
        problems.append("code.valid_seconds is not within 1 and 600")
    if not timedelta(0) < policy.session.idle <= policy.session.absolute:
        problems.append("session.idle_minutes is not within 1 and absolute_minutes")
    if policy.session.absolute > LONGEST_SESSION:
        problems.append("session.absolute_minutes is over 720")
    for name, tries in (("code", policy.code.tries), ("sign_in", policy.sign_in.tries)):
        if not 0 < tries <= MOST_TRIES:
            problems.append(f"{name}.tries is not within 1 and {MOST_TRIES}")
    if tuple(sorted(policy.pin)) != PIN_POLICIES:
        problems.append("pin needs exactly the tables bank and nist")
    problems += [
        f"limits.{service}.{level} allows more in less time"
        for service, levels in policy.limits.items()
        for level, limit in levels.items()
        if not limit.per_transaction <= limit.daily <= limit.monthly
    ]
    problems += [
        f"limits.{service}.{level} names a level without kyc.{level}"
        for service, levels in policy.limits.items()
        for level in levels
        if level not in policy.kyc
    ]
    problems += [
        f"pin.{name} is empty or upside down"
        for name, pin in policy.pin.items()
        if not 0 < pin.shortest <= pin.longest
    ]
    return problems
