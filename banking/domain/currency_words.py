"""What people call currencies, each name with the currencies it may stand for."""

from __future__ import annotations

from typing import Final

from banking.domain.money import CURRENCIES

_DOLLARS: Final = (
    "USD AUD CAD NZD SGD HKD BBD BMD BND BSD BZD FJD GYD JMD KYD LRD NAD SBD SRD TTD "
    "TWD XCD"
).split()
UNITS: Final[dict[str, tuple[str, ...]]] = {
    **{code.lower(): (code,) for code in CURRENCIES},
    **dict.fromkeys(("$", "dollar", "dollars", "buck", "bucks"), tuple(_DOLLARS)),
    "us$": ("USD",),
    "a$": ("AUD",),
    "c$": ("CAD",),
    **dict.fromkeys(
        ("£", "pound", "pounds"), ("GBP", "EGP", "FKP", "GIP", "LBP", "SHP", "SYP")
    ),
    **dict.fromkeys(("quid", "sterling"), ("GBP",)),
    **dict.fromkeys(("€", "euro", "euros"), ("EUR",)),
    "¥": ("JPY", "CNY"),
    "yen": ("JPY",),
    "yuan": ("CNY",),
    **dict.fromkeys(("₹", "rupee", "rupees"), ("INR", "PKR", "LKR", "NPR", "MUR")),
    **dict.fromkeys(("rs", "rs."), ("INR", "PKR", "LKR", "NPR", "MUR")),
    **dict.fromkeys(("₦", "naira"), ("NGN",)),
    **dict.fromkeys(("₵", "gh₵", "cedi", "cedis"), ("GHS",)),
    **dict.fromkeys(("ksh", "kshs"), ("KES",)),
    **dict.fromkeys(("shilling", "shillings"), ("KES", "TZS", "UGX", "SOS")),
    **dict.fromkeys(("rand", "rands", "r"), ("ZAR",)),
    **dict.fromkeys(("franc", "francs"), ("CHF", "XAF", "XOF", "XPF", "RWF")),
    **dict.fromkeys(("dirham", "dirhams"), ("AED", "MAD")),
    **dict.fromkeys(("riyal", "riyals"), ("SAR", "QAR")),
    **dict.fromkeys(("dinar", "dinars"), ("KWD", "BHD", "JOD", "TND", "IQD")),
    **dict.fromkeys(("peso", "pesos"), ("MXN", "PHP", "ARS", "COP", "CLP", "UYU")),
    **dict.fromkeys(("₱",), ("PHP",)),
    **dict.fromkeys(("₺", "lira"), ("TRY",)),
    **dict.fromkeys(("₽", "rouble", "roubles", "ruble", "rubles"), ("RUB",)),
    **dict.fromkeys(("₴", "hryvnia"), ("UAH",)),
    **dict.fromkeys(("₩", "won"), ("KRW",)),
    **dict.fromkeys(("₫", "dong"), ("VND",)),
    **dict.fromkeys(("zł", "zloty", "zlotys"), ("PLN",)),
}
SMALL_UNITS: Final[dict[str, tuple[str, ...]]] = {
    **dict.fromkeys(("cent", "cents"), (*_DOLLARS, "EUR", "ZAR", "KES")),
    **dict.fromkeys(("penny", "pennies", "pence"), ("GBP",)),
    **dict.fromkeys(("pesewa", "pesewas"), ("GHS",)),
    "kobo": ("NGN",),
    **dict.fromkeys(("paisa", "paise"), ("INR", "PKR", "NPR")),
}
