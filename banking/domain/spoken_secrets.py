"""Finds PINs, one-time codes and passwords by the words people put beside them.

A number within a few words of "PIN" is taken for one, unless something between them
or right beside it says that it is money, a date or a public number. Where a line
cannot be read with certainty, the number is taken out: asking for an amount again
costs a moment.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from banking.domain.odd_spellings import straightened

PIN, CODE, CVV, PASSWORD = "pin", "code", "cvv", "password"

_NAMES: dict[str, str] = {
    **dict.fromkeys(
        "pin pins mpin mypin pincode pincodes pni pinn piin".split(),
        PIN,
    ),
    **dict.fromkeys(
        "password passwords passcode passcodes passphrase passwd pwd contraseña clave"
        " senha passe kennwort passwort".split(),
        PASSWORD,
    ),
    **dict.fromkeys(("cvv", "cvc", "cvn", "csc"), CVV),
    **dict.fromkeys(
        "otp otps o.t.p totp code codes código codigo fa verification authentication"
        " authenticator".split(),
        CODE,
    ),
}
# "Code" is an everyday word: these before it make it the name of something public.
_PUBLIC_CODES = frozenset(
    "sort zip post postal swift bic branch bank country area routing promo promotion"
    " error referral product dial dialling dialing ussd voucher discount qr bar agent"
    " till currency biller merchant invite invitation dress shop store meter tax status"
    " coupon gift customer department airport colour color source iban transit ifsc"
    " student item reference ref transaction booking order tracking morse building"
    " penal civil highway".split()
)
# Between a name and a number these mean that the number belongs to something else.
_ELSEWHERE = frozenset(
    "send sends sent sending pay pays paid paying transfer transfers transferred give"
    " gave deposit deposited withdraw withdrew withdrawn buy bought spend spent load"
    " airtime balance owe owes lend borrow charge charged cost costs call called dial"
    " limit times loan bill rent".split()
)
# Right before a number these give it a public name.
_NAMED = frozenset(
    "account accounts acct acc a/c phone mobile tel telephone customer client reference"
    " ref invoice order ticket meter bill room flat apartment house box branch agent"
    " till iban route bus flight student policy member membership loan case complaint"
    " amount total sum card cards ending since year xx xxx xxxx street unit extension"
    " ext".split()
)
_LINKS = frozenset("number no nr num id in with four digits".split())
_IS = frozenset("is was are be =".split())
_MONEY = frozenset(
    "usd eur gbp ghs ngn kes inr zar cedi cedis naira dollar dollars euro euros pound"
    " pounds amount bucks quid shilling shillings rand rupee rupees cents".split()
)
_COUNTED = _MONEY | frozenset(
    "k percent times minute minutes min mins hour hours day days week weeks month"
    " months year years people".split()
)
_BEFORE_YEAR = frozenset("in since of during until by".split())
_MONEY_LEFT = frozenset("$€£¥₦₵₹₽₺₱₩¢+")
_POINTS = frozenset(".,")
_MONEY_RIGHT = frozenset("$€£¥₦₵₹₽₺₱₩¢%")

_MASKED = frozenset("•*")
_REACH = 7
_MOST_LINKS = 2
_TOKEN = re.compile(
    r"(?P<number>(?<![0-9])[0-9](?:[ \-._\u00b7]?[0-9]){2,15}(?![0-9]))"
    r"|(?P<word>o\.t\.p|a/c|[^\W\d_]+(?:['\u2019][^\W\d_]+)?|=)"
    r"|(?P<end>[.;!?](?=\s|$))"
)
_SHORTEST, _LONGEST, _LONGEST_DIRECT = 4, 8, 12
_SHORTEST_CVV = 3
_DATE = re.compile(
    r"(?:[0-3]?[0-9])[.\- ](?:[0-3]?[0-9])[.\- ](?:(?:19|20)?[0-9]{2})"
    r"|(?:19|20)[0-9]{2}[.\- ][01]?[0-9][.\- ][0-3]?[0-9]"
)
_AMOUNT = re.compile(r"[0-9]{1,9}\.[0-9]{2}|[0-9]{1,3}(?:[ .][0-9]{3})+")
_DIGIT = re.compile(r"[0-9]")
_DECIMALS = re.compile(r"[.,][0-9]{2,3}(?![0-9])")
_YEAR = re.compile(r"(?:19|20)[0-9]{2}")
_SAID = re.compile(
    r"(?<![^\W_])"
    r"(?P<word>passwords?|passcodes?|pass[ -]?phrases?|passwd|pwd|pass|m?pin)"
    r"\s*(?:is|was|=|:|->)\s*[\"'\u201c\u2018]?(?P<value>[^\s\"'\u201d\u2019]{4,128})",
    re.IGNORECASE,
)
_SAID_BY = re.compile("is|was|[=:]|->", re.IGNORECASE)
# What people say of a password without telling it.
_NOT_A_VALUE = frozenset(
    "wrong right correct incorrect expired blocked locked lost forgotten changed reset"
    " weak strong safe secret stolen gone working invalid missing rejected refused"
    " still being what this that your same good known easy hard".split()
)


class Spoken(NamedTuple):
    """A secret and where it stands."""

    start: int
    end: int
    kind: str


class _Token(NamedTuple):
    start: int
    end: int
    text: str
    kind: str


def find(plain: str) -> Iterator[Spoken]:
    """Yield every spoken secret of a text whose digits are 0 to 9."""
    plain = straightened(plain)
    lower = plain.lower()
    if not any(name in lower for name in _NAMES):
        # Most texts name no secret, and are not taken apart.
        yield from _said(plain)
        return
    tokens = list(map(_token, _TOKEN.finditer(plain)))
    names = _names_in(tokens)
    if not any(names):
        yield from _said(plain)
        return
    before = _nearest(tokens, names)
    after: list[str | None] = []
    for index, token in enumerate(tokens):
        if token.kind != "number":
            continue
        kind = before[index]
        direct = index > 0 and (
            names[index - 1] is not None or tokens[index - 1].text in _IS
        )
        if (
            kind
            and _right_length(token, kind, direct=direct)
            and not _public(plain, tokens, index, said=direct)
        ):
            yield Spoken(token.start, token.end, kind)
            continue
        # A name behind the number is the rarer way to say it: looked for when needed.
        after = after or _nearest(tokens[::-1], names[::-1])[::-1]
        later = after[index]
        if (
            later
            and _right_length(token, later, direct=False)
            and not _public(plain, tokens, index, said=False)
            and not _is_named(tokens, index, linked_by_is=True)
        ):
            yield Spoken(token.start, token.end, later)
    yield from _said(plain)


def _nearest(tokens: list[_Token], names: list[str | None]) -> list[str | None]:
    """For each token the kind of secret named shortly before it, if nothing parts them.

    The end of a sentence parts them, unless the number stands right behind it.
    """
    nearest: list[str | None] = []
    kind, far = None, 0
    ended = False
    for token, name in zip(tokens, names, strict=True):
        far += 1
        nearest.append(kind if far <= _REACH else None)
        if name is not None:
            kind, far, ended = name, 0, False
        elif token.text in _ELSEWHERE or ended:
            kind = None
        ended = token.kind == "end"
    return nearest


def _token(found: re.Match[str]) -> _Token:
    """A token; a word is without its case and its "'s"."""
    text, kind = found[0], found.lastgroup or ""
    if kind == "word":
        text = text.lower()
        if not text.isalnum():
            text = text.replace("\u2019", "'").removesuffix("'s")
    return _Token(*found.span(), text, kind)


def _names_in(tokens: list[_Token]) -> list[str | None]:
    """For each token the kind of secret that it names, if any."""
    names = [_NAMES.get(token[2]) for token in tokens]
    for at, kind in enumerate(names):
        if kind == CODE and at and tokens[at - 1].text in _PUBLIC_CODES:
            names[at] = None
    return names


def _right_length(number: _Token, kind: str, *, direct: bool) -> bool:
    text = number.text
    count = len(text) if text.isdecimal() else len(_DIGIT.findall(text))
    # Right behind its name a number may be as short as that on the back of a card.
    shortest = _SHORTEST_CVV if direct or kind == CVV else _SHORTEST
    return shortest <= count <= (_LONGEST_DIRECT if direct else _LONGEST)


def _public(plain: str, tokens: list[_Token], index: int, *, said: bool) -> bool:
    """Whether a number is plainly money, a date, or named as something public."""
    start, end, text, _ = tokens[index]
    before = tokens[index - 1][2] if index else ""
    if before in _MONEY:
        return True
    if index + 1 < len(tokens):
        after_start, _, after, _ = tokens[index + 1]
        if after in _COUNTED and after_start <= end + 1:
            return True
    left = plain[start - 1 : start]
    if left.isspace():
        left = plain[start - 2 : start - 1]
    right = plain[end : end + 1]
    if left in _MONEY_LEFT or right in _MONEY_RIGHT:
        return True
    if right in _POINTS and _DECIMALS.match(plain, end, end + 4):
        return True
    if said:
        return False
    year = before in _BEFORE_YEAR and _YEAR.fullmatch(text)
    return bool(
        year
        or left in _MASKED
        or _DATE.fullmatch(text)
        or _AMOUNT.fullmatch(text)
        or _is_named(tokens, index, linked_by_is=False)
    )


def _is_named(tokens: list[_Token], index: int, *, linked_by_is: bool) -> bool:
    at = index - 1
    links = _LINKS | _IS if linked_by_is else _LINKS
    while at >= 0 and tokens[at].text in links and index - at <= _MOST_LINKS + 1:
        at -= 1
    return at >= 0 and tokens[at].text in _NAMED


def _said(plain: str) -> Iterator[Spoken]:
    """Passwords that are words: whatever follows "my password is"."""
    if not _SAID_BY.search(plain):
        return
    for said in _SAID.finditer(plain):
        value = said["value"].rstrip(".,;!?)")
        word = said["word"].lower()
        if value.lower() in _NOT_A_VALUE or value.lower().endswith(("n't", "n\u2019t")):
            continue
        if word.startswith("passw") or any("0" <= c <= "9" for c in value):
            start = said.start("value")
            yield Spoken(start, start + len(value), PIN if "pin" in word else PASSWORD)
