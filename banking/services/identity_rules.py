"""The rules of sessions, links, codes and PINs, as policy.toml's numbers give them."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Self

from banking.domain.challenge import CodeRule, TryRule
from banking.domain.credential import PinPolicy
from banking.domain.link import LinkRule
from banking.domain.session import SessionRule
from banking.policy import Policy

# A page that was opened in time may be finished in this time: choosing a PIN and
# setting up an authenticator takes an elderly customer longer than opening a link.
_FINISH = timedelta(minutes=15)
_PROOF_BLOCK = timedelta(hours=24)
_PROOF_BLOCKS = 4
_WRONG_PINS_WINDOW = timedelta(minutes=5)
_CODES_HOURLY_ALARM = 1_000
# After a forgotten PIN the bank is careful with money for a day.
_LOWER_LIMITS = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class IdentityRules:
    session: SessionRule
    link: LinkRule
    codes: CodeRule
    code_tries: TryRule
    pin_tries: TryRule
    proof_tries: TryRule
    pin: PinPolicy
    wrong_pins_per_ip: int
    wrong_pins_window: timedelta = _WRONG_PINS_WINDOW
    lower_limits: timedelta = _LOWER_LIMITS

    @classmethod
    def of(cls, policy: Policy, *, pin_policy: str, blocklist: frozenset[str]) -> Self:
        """Read them; raises ValueError for what the standards do not allow."""
        signing, sends, pin = policy.sign_in, policy.sends, policy.pin[pin_policy]
        return cls(
            session=SessionRule(policy.session.idle, policy.session.absolute),
            link=LinkRule(policy.links.valid_for, _FINISH),
            codes=CodeRule(
                life=policy.code.valid_for,
                gap=sends.gap,
                per_ten_minutes=sends.per_10_minutes,
                per_day=sends.per_day,
                per_ip_hour=sends.per_hour_per_address,
                hourly_alarm=_CODES_HOURLY_ALARM,
                sim_change_wait=policy.sim_change.quiet,
            ),
            code_tries=TryRule(
                policy.code.tries, policy.code.block, policy.code.blocks
            ),
            pin_tries=TryRule(signing.tries, signing.block, signing.blocks),
            proof_tries=TryRule(signing.proof_tries, _PROOF_BLOCK, _PROOF_BLOCKS),
            pin=PinPolicy(pin.shortest, pin.longest, pin.digits_only, blocklist),
            wrong_pins_per_ip=signing.per_5_minutes_per_address,
        )
