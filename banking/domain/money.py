"""Money: a whole number of minor units and an ISO 4217 currency.

Nothing here rounds. Amounts of different currencies do not mix.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Final, Self

_NO_DECIMALS: Final = frozenset(
    "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF".split()
)
_THREE_DECIMALS: Final = frozenset("BHD IQD JOD KWD LYD OMR TND".split())
_TWO_DECIMALS: Final = frozenset(
    """
    AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP
    BYN BZD CAD CDF CHF CNY COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP
    GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW
    KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR
    MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR
    SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS
    UAH USD UYU UZS VES WST XCD YER ZAR ZMW ZWG
    """.split()
)

CURRENCIES: Final = _NO_DECIMALS | _TWO_DECIMALS | _THREE_DECIMALS
"""Every active ISO 4217 currency that people pay with."""


class UnknownCurrency(ValueError):
    """The code is not an active ISO 4217 currency."""


class CurrencyMismatch(ValueError):
    """Two currencies met in one sum or comparison."""


def exponent(currency: str) -> int:
    """How many decimals the currency has; raises UnknownCurrency."""
    if currency in _TWO_DECIMALS:
        return 2
    if currency in _NO_DECIMALS:
        return 0
    if currency in _THREE_DECIMALS:
        return 3
    raise UnknownCurrency(currency)


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in minor units (cents, pesewas, fils) of one currency."""

    minor: int
    currency: str

    def __post_init__(self) -> None:
        if type(self.minor) is not int:
            raise TypeError("minor units are whole numbers")
        exponent(self.currency)

    @classmethod
    def zero(cls, currency: str) -> Self:
        return cls(0, currency)

    @classmethod
    def exact(cls, major: Fraction, currency: str) -> Self | None:
        """The amount, or None where the currency has no such fraction."""
        minor = major * 10 ** exponent(currency)
        return cls(minor.numerator, currency) if minor.denominator == 1 else None

    def __add__(self, other: Money) -> Money:
        return Money(self.minor + self._same(other), self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(self.minor - self._same(other), self.currency)

    def __lt__(self, other: Money) -> bool:
        return self.minor < self._same(other)

    def __le__(self, other: Money) -> bool:
        return self.minor <= self._same(other)

    def __gt__(self, other: Money) -> bool:
        return self.minor > self._same(other)

    def __ge__(self, other: Money) -> bool:
        return self.minor >= self._same(other)

    def __bool__(self) -> bool:
        return self.minor != 0

    def __str__(self) -> str:
        """As customers read it: "USD 1,204.50"."""
        return f"{self.currency} {self.number}"

    @property
    def number(self) -> str:
        """The amount without its currency: "1,204.50"."""
        decimals = exponent(self.currency)
        sign = "-" if self.minor < 0 else ""
        whole, part = divmod(abs(self.minor), 10**decimals)
        shown = f"{sign}{whole:,}"
        return f"{shown}.{part:0{decimals}d}" if decimals else shown

    @property
    def plain(self) -> str:
        """The amount as digits and a point, which the reader reads back exactly."""
        return self.number.replace(",", "")

    def _same(self, other: Money) -> int:
        if self.currency != other.currency:
            raise CurrencyMismatch(f"{self.currency} and {other.currency}")
        return other.minor


def least(first: Money, *others: Money | None) -> Money:
    """The smallest of the amounts; None stands for "no bound"."""
    smallest = first
    for other in others:
        if other is not None and other < smallest:
            smallest = other
    return smallest
