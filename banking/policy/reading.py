"""Reads policy.toml and refuses what is incomplete or unsafe."""

import tomllib
from collections.abc import Mapping
from dataclasses import fields
from datetime import timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any, get_type_hints

from banking.domain.opening import HoursUnreadable
from banking.policy.rules import LanguageRules, MessageRules, Policy

LONGEST_CODE = timedelta(minutes=10)  # NIST SP 800-63B, out-of-band secrets.
LONGEST_SESSION = timedelta(hours=12)
MOST_TRIES = 5  # RTS (EU) 2018/389, Art. 4(3)(b).
PIN_POLICIES = ("bank", "nist")
REDELIVERED_FOR = timedelta(days=7)  # WhatsApp repeats a delivery for as long.
# The platform's pair rate limit: one message in 6 seconds, 45 borrowed at most.
PLATFORM_PAIR = timedelta(seconds=6)
PLATFORM_BURST = 45
WHOLE = 100  # per cent


class PolicyRefused(Exception):
    """The policy is incomplete, has unknown keys, or allows what must not be.

    ``problems`` names every fault found, so that one reading mends them all.
    """

    def __init__(self, problems: list[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("policy.toml: " + "; ".join(problems))


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


_PLAIN = {bool: "true or false", str: "a text"}


def _value(hint: Any, value: object, where: str, problems: list[str]) -> Any:
    if hint in _PLAIN:
        if not isinstance(value, hint):
            problems.append(f"{where} is not {_PLAIN[hint]}")
        return value
    if hint is int:
        return _count(value, where, problems)
    if hint == tuple[str, ...]:
        return _words(value, where, problems)
    if getattr(hint, "__origin__", None) is not Mapping:
        return _record(hint, value, f"{where}.", problems)
    if not isinstance(value, Mapping) or not value:
        problems.append(f"{where} has no entries")
        return None
    inner = hint.__args__[1]
    entries = {k: _value(inner, v, f"{where}.{k}", problems) for k, v in value.items()}
    return MappingProxyType(entries)


def _words(value: object, where: str, problems: list[str]) -> Any:
    if isinstance(value, list) and all(isinstance(word, str) for word in value):
        return tuple(value)
    problems.append(f"{where} is not a list of texts")
    return ()


def _count(value: object, where: str, problems: list[str]) -> Any:
    # A bool is an int to Python, and a float would round money.
    if type(value) is not int or value < 0:
        problems.append(f"{where} is not a whole number of 0 or more")
    return value


def _unsound(policy: Policy) -> list[str]:
    """Find what reads well and must not be."""
    problems = []
    try:
        _ = policy.people.opening
    except HoursUnreadable as unreadable:
        problems.append(f"people.hours{unreadable}")
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
        f"api.{name} is not 1 or more"
        for name in ("per_minute_per_client", "per_minute_per_customer")
        if getattr(policy.api, name) < 1
    ]
    problems += _unsound_messages(policy.messages)
    problems += _unsound_language(policy.language)
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


def _unsound_messages(messages: MessageRules) -> list[str]:
    problems = []
    if messages.stale <= timedelta(0):
        problems.append("messages.stale_seconds is not 1 or more")
    if messages.remembered <= REDELIVERED_FOR:
        problems.append("messages.remembered_days is not over 7")
    if messages.most_per_minute < 1:
        problems.append("messages.most_per_minute is not 1 or more")
    if messages.pair < PLATFORM_PAIR:
        problems.append("messages.pair_seconds is under 6")
    if not 0 < messages.pair_burst <= PLATFORM_BURST:
        problems.append("messages.pair_burst is not within 1 and 45")
    return problems


def _unsound_language(language: LanguageRules) -> list[str]:
    problems = [
        f"language.{name} is over 100"
        for name in (
            "uncertain_below_percent",
            "close_percent",
            "edge_percent",
            "margin_percent",
            "least_caught_percent",
            "most_lost_percent",
        )
        if getattr(language, name) > WHOLE
    ]
    if "transfer_money" not in language.money_intents:
        problems.append("language.money_intents is without transfer_money")
    return problems
