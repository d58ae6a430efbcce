"""How well the bank knows a customer, which decides what is open to them."""

from __future__ import annotations

from enum import StrEnum


class KycLevel(StrEnum):
    """The bank's levels, lowest first; policy.toml has a row for each."""

    BASIC = "basic"
    STANDARD = "standard"
    FULL = "full"
