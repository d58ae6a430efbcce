"""The words around a sum: what corrects it, changes it, counts or numbers something."""

import re
from typing import Final

from banking.domain.currency_words import SMALL_UNITS
from banking.domain.number_words import NUMBER_WORDS, SCALES

_LARGE = "|".join(sorted(SCALES, key=len, reverse=True))
_WORD = "|".join(sorted(NUMBER_WORDS - {"a", "an", "and", "of", "one", "oh"}))
FIGURE: Final = (
    r"(?:[$£€₦₹₵]\s?)?[0-9][0-9.,]*(?<![.,])(?:\s?(?:k|m|grand)\b)?(?![\w/:%])"
    rf"|(?:(?:an?|one) (?=(?:{_LARGE})\b))?\b(?:{_WORD})\b"
    rf"(?:[ -](?:and )?(?:{_WORD}|one)\b)*"
)
_NEW: Final = (
    r"no|nope|nah|wait|sorry|oops|actually|rather|i mean|i meant|correction|"
    r"make (?:it|that)|change (?:it|that) to|hold on"
)
_OLD: Final = r"not|instead of|rather than"
# Sums that no pattern knew, but that a word points at: "send 50 to mum, no, 60".
POINTED_AT: Final = re.compile(
    rf"\b(?:{_NEW}|{_OLD}|or|but)\b\W*?\s(?P<sum>{FIGURE})", re.IGNORECASE
)
POINTED_BACK: Final = re.compile(
    rf"(?P<sum>{FIGURE})\W*\b(?:actually|sorry|i mean|i meant|instead)\b"
    r"(?! (?:of|than))",
    re.IGNORECASE,
)
_CHANGE = r"change (?:it |that |the amount )?(?:from )?"
REPLACED: Final = re.compile(
    rf"\b(?:(?:{_OLD})\s|{_CHANGE})(?P<old>{FIGURE})\W+"
    rf"(?:(?:but|to|make it|send|pay|rather|just)\W+)*(?P<sum>{FIGURE})",
    re.IGNORECASE,
)
NEW_ONE: Final = re.compile(rf"\b(?:{_NEW})\W*(?:send |pay )?$", re.IGNORECASE)
NEW_AFTER: Final = re.compile(
    r"\W*(?:actually|sorry|rather|i mean|i meant|instead)\b(?! (?:of|than))",
    re.IGNORECASE,
)
OLD_ONE: Final = re.compile(rf"\b(?:{_OLD}) $", re.IGNORECASE)
OLD_FIRST: Final = re.compile(rf"\b(?:(?:{_OLD}) |{_CHANGE})$", re.IGNORECASE)
CONNECTIVE: Final = re.compile(r"^(?:not|but|or) ", re.IGNORECASE)
THEN_NEW: Final = re.compile(
    r"\W*(?:(?:but|to|make it|send|pay|rather|just)\W*)*", re.IGNORECASE
)
# Another number right after an amount; a lone 2 or 4 is a word ("40 2 peter").
MORE_DIGITS: Final = re.compile(
    r"(?<=[0-9])(?: (?![24]\s)| ?[-–] ?)[0-9]{1,9}(?![\w.,/:-])(?! ?[/:])"
)
BEFORE: Final = re.compile(
    r"(?:\b(?:about|abt|around|roughly|approx(?:imately)?\.?|circa|nearly|almost|some|"
    r"close to|at least|at most|up ?to|under|above|below|(?:more|less) than|between|"
    r"(?<!send )(?<!transfer )(?<!move )(?<!wire )over|twice|double|triple|times|minus|"
    r"(?:do ?n['’]?o?t|never)(?: want)?(?: to)?(?: send| pay| transfer| give)*|"
    r"plus|half(?: of)?|(?:third|quarter) of|(?:all )?but(?: for)?|except|not|"
    r"instead of|rather than|split|share|divide|[0-9]+ ?[x×*]|"
    r"max(?:imum)?(?: of)?|min(?:imum)?(?: of)?) |[~≈<>±] ?)$",
    re.IGNORECASE,
)
AFTER: Final = re.compile(
    r" ?(?:%|percent\b|per cent\b)(?: of (?:my |the )?\w+)?| ?[x×*] ?[0-9]+| ?ish\b"
    r"| (?:or (?:so|less|more|thereabouts)|and change|odd|each|apiece|a piece|"
    r"per (?:person|head|each|one)|every(?:one|body)|times \w+|minus .*|plus .*|"
    r"less (?:the )?fees?|and a half|point [0-9]+|"
    r"(?:less|more|fewer|lower|higher|extra) than .*)",
    re.IGNORECASE,
)
# A figure behind one of these is the name of something.
LABELS: Final = frozenset(
    """
    account acct apartment apt bill block bus card case chapter class code customer
    extension flat flight floor gate grade house id invoice iphone issue item line lot
    meter mobile no number option order page paybill phone plot policy ref reference
    room row seat shop step street suite table terminal ticket till track train unit
    version
    """.split()
) - {"no"}
# Behind one of these even a figure with a currency may be the number: it is asked for.
NUMBERED: Final = frozenset(
    "account acct case id invoice order paybill policy ref reference till".split()
)
# A plural behind a small bare figure is counted, not paid: "2 pizzas".
COUNTED: Final = re.compile(r" (?!\w*(?:ss|ay|ly)\b)(?P<what>[^\W\d_]{3,}s)\b(?!['’])")
NO_PLURALS: Final = frozenset(
    """
    bucks cedis cents dollars euros francs his kes ksh kshs pesos pesewas plus pls plss
    pounds rands rupees shillings shs thanks this towards was yes
    """.split()
)
# "15 dollars and 20 cents" is one sum.
CENTS: Final = re.compile(
    rf",? (?:and )?(?:[0-9]{{1,2}}|\w+(?:[ -]\w+)?) ?(?:{'|'.join(SMALL_UNITS)})",
    re.IGNORECASE,
)
CODE: Final = 3
INTO: Final = frozenset({"as", "in", "into", "of"})
SMALL: Final = re.compile(r"[0-9]{1,2}")
# "send 2 peter" is more likely "to Peter" than a sum.
LETTERS: Final = frozenset({"2", "4"})
_HELD = r"(?:(?:balance|money|savings?|current|checking|account|cash|funds) ?)+"
_OF_IT = (
    rf"(?: of)?(?: it\b| (?:my|the) (?:whole )?{_HELD}|"
    r" what(?:ever)? (?:i have|is left|i['’]ve got)(?: left)?| i have\b)"
)
# Shares of a balance and earlier sums: the teller works them out and says them first.
SHARE: Final = re.compile(
    rf"(?<![\w.,])(?:half(?:{_OF_IT})?(?! (?:an? |past|hour|day))"
    r"|(?:(?:a |one |two |three |[23] )(?:third|quarter)s?|\w+ ?(?:%|per ?cent))"
    rf"{_OF_IT}"
    rf"|all(?:{_OF_IT}|(?= to\b| into\b)|(?<!is all)(?<!'s all)(?=\W*$))"
    r"|my (?:share|part|portion|half)|everything(?: i have| i['’]ve got)?"
    rf"|the (?:rest|remainder|whole lot|full amount|whole amount)(?:{_OF_IT})?"
    r"|(?:the )?(?:same|usual) (?:amount|again|thing|as (?:last|before|always|usual))"
    r"(?: again| as)*(?: last| time| before| always| usual| month| week)*"
    r"|the (?:same|usual)(?= to\b| for\b|\W*$))(?![\w.,%][\w%]|[\w%])",
    re.IGNORECASE,
)
ODD: Final = re.compile(r"(?<![\w.,])[0-9]+[.,][0-9]+(?![\w.,])")
MOST_OFFERED: Final = 3
UNIT: Final = re.compile(r"[^\W\d_]+|[$£€₦₹₵]")
