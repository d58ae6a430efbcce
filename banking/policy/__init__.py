"""What a bank tunes in policy.toml, read once and refused when it is not complete."""

from banking.policy.reading import PolicyRefused, load_policy, read_policy
from banking.policy.rules import (
    CodeRules,
    KycRules,
    LanguageRules,
    Limit,
    MessageRules,
    PeopleRules,
    PinRules,
    Policy,
    SendRules,
    SessionRules,
    SignInRules,
    SimChangeRules,
    TransferRules,
    Validity,
)

__all__ = [
    "CodeRules",
    "KycRules",
    "LanguageRules",
    "Limit",
    "MessageRules",
    "PeopleRules",
    "PinRules",
    "Policy",
    "PolicyRefused",
    "SendRules",
    "SessionRules",
    "SignInRules",
    "SimChangeRules",
    "TransferRules",
    "Validity",
    "load_policy",
    "read_policy",
]
