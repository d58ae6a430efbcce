"""What people call currencies, each name with the currencies it may stand for."""

from __future__ import annotations

import re
from typing import Final

from banking.domain.money import CURRENCIES

_DOLLARS: Final = (
    "USD AUD CAD NZD SGD HKD BBD BMD BND BSD BZD FJD GYD JMD KYD LRD NAD SBD SRD TTD "
    "TWD XCD"
).split()
# Codes that are also words of everyday English: "all 50", "top 20".
_WORDS: Final = {"ALL", "CUP", "MOP", "TOP"}
_STERLING: Final = ("GBP", "FKP", "GIP", "SHP")
UNITS: Final[dict[str, tuple[str, ...]]] = {
    **{code.lower(): (code,) for code in CURRENCIES - _WORDS},
    **dict.fromkeys(("dollar", "dollars", "buck", "bucks"), tuple(_DOLLARS)),
    # The sign is also that of these pesos; the word never is.
    "$": (*_DOLLARS, "ARS", "CLP", "COP", "DOP", "MXN", "UYU"),
    **dict.fromkeys(("us$", "u$"), ("USD",)),
    **dict.fromkeys(("a$", "au$"), ("AUD",)),
    **dict.fromkeys(("c$", "ca$"), ("CAD",)),
    "hk$": ("HKD",),
    "nz$": ("NZD",),
    "s$": ("SGD",),
    "r$": ("BRL",),
    "j$": ("JMD",),
    "mx$": ("MXN",),
    # The sign is sterling's alone where another pound is the bank's.
    "£": _STERLING,
    **dict.fromkeys(("pound", "pounds"), (*_STERLING, "EGP", "LBP", "SYP")),
    "e£": ("EGP",),
    **dict.fromkeys(("quid", "sterling"), ("GBP",)),
    **dict.fromkeys(("€", "euro", "euros"), ("EUR",)),
    "¥": ("JPY", "CNY"),
    "yen": ("JPY",),
    "yuan": ("CNY",),
    "₹": ("INR",),
    **dict.fromkeys(("rupee", "rupees"), ("INR", "PKR", "LKR", "NPR", "MUR")),
    **dict.fromkeys(("rs", "rs.", "/-"), ("INR", "PKR", "LKR", "NPR", "MUR")),
    **dict.fromkeys(("₦", "naira", "n"), ("NGN",)),
    **dict.fromkeys(("₵", "gh₵", "gh¢", "ghc", "cedi", "cedis"), ("GHS",)),
    **dict.fromkeys(("ksh", "kshs", "ksh.", "kshs."), ("KES",)),
    **dict.fromkeys(
        ("shilling", "shillings", "sh", "sh.", "shs", "shs.", "/="),
        ("KES", "TZS", "UGX", "SOS"),
    ),
    "bob": ("KES",),
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
    **dict.fromkeys(("cent", "cents", "c"), (*_DOLLARS, "EUR", "ZAR", "KES")),
    **dict.fromkeys(("penny", "pennies", "pence", "p"), _STERLING),
    **dict.fromkeys(("pesewa", "pesewas"), ("GHS",)),
    "kobo": ("NGN",),
    **dict.fromkeys(("paisa", "paise"), ("INR", "PKR", "NPR")),
}
NOTES: Final[dict[str, int]] = {"fiver": 5, "tenner": 10}
"""What a bank note is called, by its worth."""

NOTE_CURRENCIES: Final = frozenset({*_DOLLARS, *_STERLING, "EUR"})

_ADJECTIVES: Final = {
    "us|u\\.s\\.|american": {"dollar": "usd"},
    "canadian": {"dollar": "cad"},
    "australian|aussie": {"dollar": "aud"},
    "new zealand": {"dollar": "nzd"},
    "singapore|singaporean": {"dollar": "sgd"},
    "hong kong": {"dollar": "hkd"},
    "jamaican": {"dollar": "jmd"},
    "namibian": {"dollar": "nad"},
    "liberian": {"dollar": "lrd"},
    "kenyan?": {"shilling": "kes"},
    "ugandan?": {"shilling": "ugx"},
    "tanzanian?": {"shilling": "tzs"},
    "indian": {"rupee": "inr"},
    "pakistani": {"rupee": "pkr"},
    "sri lankan?": {"rupee": "lkr"},
    "nepali|nepalese": {"rupee": "npr"},
    "british|uk|english": {"pound": "gbp"},
    "egyptian": {"pound": "egp"},
    "ghanaian|ghana": {"cedi": "ghs"},
    "nigerian": {"naira": "ngn"},
    "south african": {"rand": "zar"},
    "swiss": {"franc": "chf"},
    "mexican": {"peso": "mxn"},
    "philippine|filipino": {"peso": "php"},
    "japanese": {"yen": "jpy"},
    "chinese": {"yuan": "cny"},
}
WHOSE: Final = re.compile(
    r"\b(?:"
    + "|".join(
        rf"(?P<{code}>(?:{whose}) {name}s?)"
        for whose, names in _ADJECTIVES.items()
        for name, code in names.items()
    )
    + r")\b"
)
"""Currencies named by their country: the group that matched is the code."""
