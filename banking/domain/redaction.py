"""Takes card numbers, PINs, codes and national ids out of what a customer typed.

Runs before anything is stored. What cannot be told from a secret is treated as one:
an amount is asked again in a moment, a card number in a log stays there.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import pairwise

# Digits that are more than this many in one run mean nothing to a bank.
LONGEST_RUN = 40
SHORTEST_CARD, LONGEST_CARD = 13, 19
LONGEST_TAIL = LONGEST_CARD - 1
PIN, CODE, CARD, CVV, PASSWORD, NATIONAL_ID = (
    "pin",
    "code",
    "card",
    "cvv",
    "password",
    "id",
)

# What may stand between two digits of one card number.
_GAP = r"[\s\-‐‑‒–—―−_.·•*/,|:\u200b-\u200f\u2060\ufe0f\u20e3]{0,3}"
_RUN = re.compile(rf"[0-9](?:{_GAP}[0-9]){{3,}}")
_DIGITS = re.compile(r"[0-9]+")

# Lengths that card numbers of each beginning have (ISO/IEC 7812 ranges in use).
_LENGTHS: dict[str, tuple[int, ...]] = {
    **{f"4{n}": (16, 13, 19) for n in range(10)},
    **{str(n): (16,) for n in range(51, 56)},
    **{str(n): (16,) for n in range(22, 28)},
    **{str(n): (16, 15, 18, 19, 13) for n in (50, 56, 57, 58)},
    **{str(n): (16, 19, 18, 17, 15, 13) for n in range(60, 70)},
    **{str(n): (15,) for n in (34, 37)},
    **{str(n): (14, 16) for n in (30, 36, 38, 39)},
    "35": (16, 19),
    "20": (15,),
    "21": (15,),
    "18": (15,),
    "81": (16,),
    "82": (16,),
    "97": (16,),
}
_DOUBLED = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)

_SECRET_WORDS = {
    PIN: r"m?pins?|pin[ -]?codes?|pin[ -]?numbers?|mpin|nip",
    PASSWORD: r"passcodes?|passwords?|pass[ -]?phrases?|passwd|pwd|contraseña|clave"
    r"|senha|mot de passe",
    CVV: r"cvv2?|cvc2?|cvn|cid|csc|(?:card )?(?:security|verification) (?:code|number)",
    CODE: r"otps?|o\.t\.p\.?|(?:one[ -]time|single[ -]use) (?:code|pin|password|passcode)"
    r"|t?otp|2fa|tan|codes?|código|codigo|verification|auth(?:entication|oriz?sation)?",
}
_WORD = re.compile(
    r"(?<![^\W_])(?:"
    + "|".join(f"(?P<{kind}>{words})" for kind, words in _SECRET_WORDS.items())
    + r")(?![^\W_])",
    re.IGNORECASE,
)
# "Code" is an everyday word: these make it the name of something public.
_PUBLIC_CODE = re.compile(
    r"(?:sort|zip|post(?:al)?|swift|bic|branch|bank|country|area|routing|promo|promotion"
    r"|error|referral|product|dial(?:l?ing)?|ussd|voucher|discount|qr|bar|agent|till"
    r"|currency|biller|merchant|invite|invitation|dress|shop|store|meter|tax|status"
    r"|coupon|gift|customer|department|airport|colou?r|source|iban|transit|ifsc|student"
    r"|item|reference|ref|transaction|booking|order|tracking)[ -]?$",
    re.IGNORECASE,
)
# Two readings of a number that is no secret: money before or after it, …
_MONEY_BEFORE = re.compile(
    r"(?:[$€£¥₦₵₹₽₺₱₩¢]|(?<![^\W_])(?:usd|eur|gbp|ghs|ngn|kes|inr|zar|cedis?|naira|"
    r"dollars?|euros?|pounds?|amount(?: of)?))\s*$",
    re.IGNORECASE,
)
_MONEY_AFTER = re.compile(
    r"\s?(?:[$€£¥₦₵₹₽₺₱₩¢%]|k\b|(?:usd|eur|gbp|ghs|ngn|kes|inr|zar|cedis?|naira|dollars?"
    r"|euros?|pounds?|bucks|quid|shillings?|rand|rupees?|cents?|percent|times|minutes?"
    r"|mins?|hours?|days?|weeks?|months?|years?|people)(?![^\W_]))",
    re.IGNORECASE,
)
# … and the name of a public number right before it.
_NAMED_BEFORE = re.compile(
    r"(?:(?:account|acct|acc|a/c|phone|mobile|tel|customer|client|reference|ref|invoice"
    r"|order|ticket|meter|bill|room|flat|apartment|house|po box|box|branch|agent|till"
    r"|iban|route|bus|flight|student|policy|member(?:ship)?|loan|case|complaint)"
    r"(?:\s+(?:number|no\.?|nr|num|id|#))?(?:\s+(?:is|was|of|in|for|to))?"
    r"|ending(?:\s+(?:in|with))?|last\s+(?:four|4)(?:\s+digits)?|cards?|x{2,4}|•{2,4}|\*{2,4}"
    r"|since|year)[\s:#=\-•*x]*$",
    re.IGNORECASE,
)
_YEAR_BEFORE = re.compile(r"(?:\bin|\bsince|\bof|\bduring|\buntil|\bby)\s$", re.I)
# Words after which a number belongs to something else than the secret word.
_ELSEWHERE = re.compile(
    r"(?<![^\W_])(?:send|sent|sending|pay|paid|paying|transfer(?:red)?|give|gave|deposit"
    r"|withdraw|withdrew|buy|bought|spend|spent|top|load|airtime|balance|owe|owes|lend"
    r"|borrow|charge[ds]?|cost|costs|phone|call(?:ed)?|dial|account|limit|times|after|"
    r"received?\s+(?:a\s+)?(?:payment|transfer))(?![^\W_])|[;!?\n]|\.\s",
    re.IGNORECASE,
)
_REACH_CHARS = 48
_REACH_WORDS = 7
_CANDIDATE = re.compile(r"(?<![0-9])[0-9](?:[ \-.·_]?[0-9]){2,15}(?![0-9])")
_SAID = re.compile(
    r"(?<![^\W_])(?P<word>passwords?|passcodes?|pass[ -]?phrases?|passwd|pwd|m?pin)"
    r"\s*(?:(?:is|was|=|:|->|-)\s*){1,2}[\"'“‘]?(?P<value>[^\s\"'”’]{4,128})",
    re.IGNORECASE,
)
_EXPIRY = re.compile(
    r"^[\s,;|]{0,3}(?:exp(?:iry|ires|iration)?(?:\s+date)?\.?[\s:]{0,3})?"
    r"(?P<expiry>(?:0?[1-9]|1[0-2])\s?[/\-.]\s?(?:20)?[0-9]{2})(?![0-9])",
    re.IGNORECASE,
)
_AFTER_CARD = re.compile(
    r"^[\s,;|/\-]{1,3}(?P<cvv>[0-9]{3,4})(?=\s*$|[\s,;|/\-]*[^\w\s])"
)
_AFTER_EXPIRY = re.compile(r"^[\s,;|/\-]{0,3}(?P<cvv>[0-9]{3,4})(?![0-9])")
_IBAN = re.compile(r"(?<![A-Za-z0-9])[A-Za-z]{2}[0-9]{2}(?: ?[A-Za-z0-9]{2,4}){3,8}")

# Shapes of national ids, by country (ISO 3166); a bank names those it wants removed.
NATIONAL_IDS = {
    "US": r"(?<![0-9\-])(?!000|666|9[0-9]{2})[0-9]{3}-[0-9]{2}-[0-9]{4}(?![0-9\-])",
    "GB": r"(?<![A-Z0-9])[A-CEGHJ-PR-TW-Z]{2} ?[0-9]{2} ?[0-9]{2} ?[0-9]{2} ?[A-D]"
    r"(?![A-Z0-9])",
    "GH": r"(?<![A-Z0-9])GHA-?[0-9]{9}-?[0-9](?![0-9])",
    "IN": r"(?<![A-Z0-9])[A-Z]{5}[0-9]{4}[A-Z](?![A-Z0-9])",
    "ES": r"(?<![A-Z0-9])[0-9]{8}-?[A-HJ-NP-TV-Z](?![A-Z0-9])",
    "BR": r"(?<![0-9])[0-9]{3}\.[0-9]{3}\.[0-9]{3}-[0-9]{2}(?![0-9])",
    "ZA": r"(?<![0-9])[0-9]{2}(?:0[1-9]|1[0-2])[0-3][0-9] ?[0-9]{4} ?[01][0-9]{2}"
    r"(?![0-9])",
    "FR": r"(?<![0-9])[12] ?[0-9]{2} ?(?:0[1-9]|1[0-2]) ?[0-9]{2} ?[0-9]{3} ?[0-9]{3}"
    r" ?[0-9]{2}(?![0-9])",
}


@dataclass(frozen=True, slots=True)
class Redacted:
    """What is left of a text. ``removed`` names the kinds of secrets, in no order.

    ``tail`` holds the digits that the text ends with: with those of the next
    message they might be a card number. ``completes`` says how many of the digits
    remembered from before became part of one here.
    """

    text: str = field(repr=False)
    removed: frozenset[str] = frozenset()
    tail: str = field(default="", repr=False)
    completes: int = 0


@dataclass(frozen=True, slots=True, order=True)
class _Cut:
    """One stretch of the text to replace."""

    start: int
    end: int
    kind: str = field(compare=False)
    instead: str = field(compare=False)


def redact(
    text: str,
    name_card: Callable[[str], str],
    *,
    before: str = "",
    national_ids: Iterable[str] = ("US", "GB", "GH", "BR"),
) -> Redacted:
    """Take every secret out of a text.

    ``name_card`` is given the digits of each card number found and returns the words
    to write in its place. ``before`` holds the digits at the end of the message
    before, when that came a moment ago.
    """
    # Same length as the text, so that places in one are places in the other.
    plain = "".join(map(_ascii_digit, text))
    cuts, completes = _cards(plain, name_card, before)
    cuts += _beside_cards(plain, cuts)
    cuts += _national_ids(plain, national_ids)
    cuts += _spoken(plain, cuts)
    left, removed = _apply(text, cuts)
    tail = "" if cuts and max(cuts).end >= len(plain.rstrip()) else digits_at_end(plain)
    if tail and before and _DIGITS.sub("", plain).strip(" -.,") == "":
        # A card number may come in more than two pieces.
        tail = (before + tail)[-LONGEST_TAIL:]
    return Redacted(left, frozenset(removed), tail, completes)


def says_more(text: str) -> bool:
    """Whether a redacted text holds a wish beside what was taken out of it."""
    rest = re.sub(r"\[[^\]]*\]", " ", text)
    words = [word for word in re.findall(r"[^\W\d_]+", rest.lower()) if len(word) > 1]
    return any(word not in _IDLE for word in words) or bool(
        re.search(r"\[card ", text) and words
    )


_IDLE = frozenset(
    "my the is it its it's was pin pins code codes otp cvv cvc passcode password and"
    " number card here this that for so me your you got sent new old please ok okay hi"
    " hello hey be of as to use one time security expiry exp".split()
)


def forget_tail(text: str, digits: int) -> str:
    """Take the last so many digits out of a text stored a moment ago."""
    plain = "".join(map(_ascii_digit, text))
    end = len(plain)
    at = end
    while digits and at:
        at -= 1
        if plain[at] in "0123456789":
            digits -= 1
    return f"{text[:at].rstrip()} [card]".strip()


def _ascii_digit(character: str) -> str:
    if character < "\x80":
        return character
    digit = unicodedata.digit(character, None)
    return character if digit is None else str(digit)


# --- card numbers -----------------------------------------------------------------


def _cards(
    plain: str, name_card: Callable[[str], str], before: str
) -> tuple[list[_Cut], int]:
    cuts: list[_Cut] = []
    completes = 0
    ibans = [m.span() for m in _IBAN.finditer(plain) if _is_iban(m[0])]
    first = True
    for run in _RUN.finditer(plain):
        places = [run.start() + i for i, c in enumerate(run[0]) if c.isdigit()]
        digits = "".join(plain[place] for place in places)
        starts = first and before and not plain[: run.start()].strip(" \n-.,")
        first = False
        if starts:
            joined = _joined(before, digits)
            if joined is not None:
                used_before, used_here = joined
                number = before[-used_before:] + digits[:used_here]
                completes = used_before
                cuts.append(
                    _Cut(places[0], places[used_here - 1] + 1, CARD, name_card(number))
                )
                places, digits = places[used_here:], digits[used_here:]
        if len(digits) > LONGEST_RUN:
            cuts.append(_Cut(places[0], places[-1] + 1, CARD, "[digits]"))
            continue
        if len(digits) < SHORTEST_CARD or any(
            start <= run.start() < end for start, end in ibans
        ):
            continue
        if _is_phone(plain, run.start(), len(digits)):
            continue
        for start, end in _card_spans(digits, _groups(places)):
            cuts.append(
                _Cut(
                    places[start],
                    places[end - 1] + 1,
                    CARD,
                    name_card(digits[start:end]),
                )
            )
    if before and not completes and first:
        # Fewer than four digits are no run of their own, but may end a number.
        found = re.match(rf"\s*([0-9](?:{_GAP}[0-9]){{0,2}})", plain)
        joined = _joined(before, re.sub(r"[^0-9]", "", found[1])) if found else None
        if found and joined is not None:
            used_before, used_here = joined
            digits = re.sub(r"[^0-9]", "", found[1])
            number = before[-used_before:] + digits[:used_here]
            completes = used_before
            cuts.append(_Cut(found.start(1), found.end(1), CARD, name_card(number)))
    return cuts, completes


def _joined(before: str, digits: str) -> tuple[int, int] | None:
    """How many digits of each side make a card number together, if any do."""
    for used_before in range(len(before), 0, -1):
        head = before[-used_before:]
        for length in _LENGTHS.get((head + digits)[:2], ()):
            here = length - used_before
            if 0 < here <= len(digits) and _luhn(head + digits[:here]):
                return used_before, here
    return None


def _groups(places: list[int]) -> list[int]:
    """The indices at which a new group of adjacent digits begins, and the end."""
    starts = [0]
    starts += [i + 1 for i, (a, b) in enumerate(pairwise(places)) if b != a + 1]
    return [*starts, len(places)]


def _card_spans(digits: str, groups: list[int]) -> list[tuple[int, int]]:
    """Where in a run of digits card numbers stand.

    A number written in groups of its own is preferred to one across groups, and a
    known kind of card to an unknown one; so "50 4111 1111 1111 1111" keeps its 50.
    """
    whole = len(digits)
    if (
        whole <= LONGEST_CARD
        and whole in _LENGTHS.get(digits[:2], ())
        and _luhn(digits)
    ):
        return [(0, whole)]
    edges = set(groups)
    spans = _windows(digits, lambda a, b: a in edges and b in edges)
    if spans:
        return spans
    if whole <= LONGEST_CARD and _luhn(digits) and _looks_written_as_one(groups):
        return [(0, whole)]
    return _windows(digits, lambda _a, _b: True)


def _windows(digits: str, allowed: Callable[[int, int], bool]) -> list[tuple[int, int]]:
    spans = []
    at = 0
    while at <= len(digits) - SHORTEST_CARD:
        for length in _LENGTHS.get(digits[at : at + 2], ()):
            end = at + length
            if end <= len(digits) and allowed(at, end) and _luhn(digits[at:end]):
                spans.append((at, end))
                at = end
                break
        else:
            at += 1
    return spans


def _looks_written_as_one(groups: list[int]) -> bool:
    """Unbroken, or in even groups: not a date beside a phone number."""
    sizes = [b - a for a, b in pairwise(groups)]
    return len(sizes) == 1 or all(size in {3, 4, 5, 6} for size in sizes)


def _luhn(digits: str) -> bool:
    total = 0
    for odd, digit in enumerate(reversed(digits)):
        value = ord(digit) - 48
        total += _DOUBLED[value] if odd & 1 else value
    return total % 10 == 0 and digits.strip("0") != ""


def _is_phone(plain: str, start: int, count: int) -> bool:
    """Whether a run is an international number: a plus sign, at most 15 digits."""
    return start > 0 and plain[start - 1] == "+" and count <= 15


def _is_iban(text: str) -> bool:
    packed = text.replace(" ", "").upper()
    if not 15 <= len(packed) <= 34:
        return False
    moved = packed[4:] + packed[:4]
    return int("".join(str(int(c, 36)) for c in moved)) % 97 == 1


def _beside_cards(plain: str, cards: list[_Cut]) -> list[_Cut]:
    """Expiry dates and verification numbers that stand behind a card number."""
    cuts = []
    for card in cards:
        rest = card.end
        expiry = _EXPIRY.match(plain[rest : rest + 40])
        if expiry:
            cuts.append(
                _Cut(
                    rest + expiry.start("expiry"),
                    rest + expiry.end("expiry"),
                    CARD,
                    "[expiry]",
                )
            )
            rest += expiry.end()
        pattern = _AFTER_EXPIRY if expiry else _AFTER_CARD
        cvv = pattern.match(plain[rest : rest + 12])
        if cvv:
            cuts.append(
                _Cut(rest + cvv.start("cvv"), rest + cvv.end("cvv"), CVV, "[removed]")
            )
    return cuts


# --- spoken secrets ---------------------------------------------------------------


def _spoken(plain: str, taken: list[_Cut]) -> list[_Cut]:
    cuts: list[_Cut] = []
    words = [
        (found.start(), found.end(), str(found.lastgroup))
        for found in _WORD.finditer(plain)
        if not (
            found[0].lower().startswith("code")
            and _PUBLIC_CODE.search(plain[max(0, found.start() - 16) : found.start()])
        )
    ]
    for said in _SAID.finditer(plain):
        value = said["value"].rstrip(".,;!?)")
        if any(c.isdigit() for c in value) or said["word"].lower().startswith("pass"):
            kind = PIN if "pin" in said["word"].lower() else PASSWORD
            if value.lower() not in _NOT_A_PASSWORD:
                start = said.start("value")
                cuts.append(_Cut(start, start + len(value), kind, "[removed]"))
    if words:
        numbers = [
            found
            for found in _CANDIDATE.finditer(plain)
            if not _public_number(plain, found)
        ]
        cuts += _near(plain, words, numbers)
    spans = [(cut.start, cut.end) for cut in taken]
    return [
        cut for cut in cuts if not any(s < cut.end and cut.start < e for s, e in spans)
    ]


_NOT_A_PASSWORD = frozenset(
    "wrong right correct incorrect expired blocked locked lost forgotten changed reset"
    " weak strong safe secret stolen gone working invalid missing rejected refused"
    " still".split()
) | {"not"}


def _near(
    plain: str, words: list[tuple[int, int, str]], numbers: list[re.Match[str]]
) -> list[_Cut]:
    """Numbers of the right length a few words away from the name of a secret."""
    cuts = []
    index = 0
    for number in numbers:
        while index < len(words) and words[index][1] <= number.start():
            index += 1
        # The nearest name before, the one before that, and the next one after.
        nearby = words[max(0, index - 2) : index + 2]
        kinds = [word for word in nearby if _reaches(plain, word, number)]
        if kinds:
            cuts.append(_Cut(number.start(), number.end(), kinds[-1][2], "[removed]"))
    return cuts


def _reaches(plain: str, word: tuple[int, int, str], number: re.Match[str]) -> bool:
    start, end, kind = word
    count = sum(c.isdigit() for c in number[0])
    between = (
        plain[end : number.start()]
        if end <= number.start()
        else plain[number.end() : start]
    )
    if kind == CVV:
        right_length = 3 <= count <= 4
    elif end <= number.start() and re.fullmatch(
        r"[\s:=\-]*(?:(?:is|was|=|:)[\s:]*)?", between
    ):
        right_length = 4 <= count <= 12
    else:
        right_length = 4 <= count <= 8
    return (
        right_length
        and len(between) <= _REACH_CHARS
        and len(between.split()) <= _REACH_WORDS
        and not _ELSEWHERE.search(between)
    )


def _public_number(plain: str, number: re.Match[str]) -> bool:
    """Whether a number is plainly money, a year, or named as something public."""
    before = plain[max(0, number.start() - 32) : number.start()]
    after = plain[number.end() : number.end() + 12]
    if _MONEY_BEFORE.search(before) or _MONEY_AFTER.match(after):
        return True
    if re.fullmatch(r"[0-9]+[.][0-9]{2}", number[0]) or re.match(
        r"[.,][0-9]{2}\b", after
    ):
        return True
    if before.endswith("+") or re.match(r",[0-9]{3}\b", after):
        return True
    if re.fullmatch(r"(?:19|20)[0-9]{2}", number[0]) and _YEAR_BEFORE.search(before):
        return True
    return bool(_NAMED_BEFORE.search(before))


def _national_ids(plain: str, countries: Iterable[str]) -> list[_Cut]:
    return [
        _Cut(found.start(), found.end(), NATIONAL_ID, "[removed]")
        for country in countries
        if country in NATIONAL_IDS
        for found in re.finditer(NATIONAL_IDS[country], plain, re.IGNORECASE)
    ]


# --- putting together -------------------------------------------------------------


def _apply(text: str, cuts: list[_Cut]) -> tuple[str, set[str]]:
    parts, removed, at = [], set(), 0
    for cut in sorted(cuts, key=lambda c: (c.start, -c.end)):
        removed.add(cut.kind)
        if cut.start < at:
            at = max(at, cut.end)
            continue
        parts += [text[at : cut.start], cut.instead]
        at = cut.end
    return "".join([*parts, text[at:]]), removed


def digits_at_end(plain: str) -> str:
    """The digits that a text ends with, when they could begin a card number."""
    end = "".join(map(_ascii_digit, plain[-80:]))
    found = re.search(rf"[0-9](?:{_GAP}[0-9]){{0,{LONGEST_TAIL}}}[\s.\-]{{0,3}}$", end)
    return re.sub(r"[^0-9]", "", found[0])[-LONGEST_TAIL:] if found else ""
