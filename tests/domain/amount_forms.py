"""Ways to say a sum, made by rule, each with all that it may honestly mean.

`Form.meant` holds one value where there is one right reading, several where only a
question is right, and none where the text is no sum at all. The rules here share
nothing with the reader that is tried on them.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

ONES = (
    "- one two three four five six seven eight nine ten eleven twelve thirteen fourteen"
    " fifteen sixteen seventeen eighteen nineteen"
).split()
TENS = "- - twenty thirty forty fifty sixty seventy eighty ninety".split()

Values = tuple[Fraction, ...]


@dataclass(frozen=True, slots=True)
class Form:
    said: str
    meant: Values


def below_hundred(number: int, joint: str = "-") -> str:
    if number < len(ONES):
        return ONES[number]
    tens, one = divmod(number, 10)
    return TENS[tens] + (joint + ONES[one] if one else "")


def in_words(
    number: int, joint: str = "-", link: str = " and ", one: str = "one"
) -> str:
    """1,250 as "one thousand two hundred and fifty"; `link` is British or American."""
    if number < 100:
        return below_hundred(number, joint)
    for size, name in (
        (10_000_000, "crore"),
        (100_000, "lakh"),
        (1_000, "thousand"),
        (100, "hundred"),
    ):
        if number >= size and (size <= 1_000 or one == "indian"):
            count, rest = divmod(number, size)
            first = "one" if one == "indian" else one
            head = first if count == 1 else in_words(count, joint, link)
            text = f"{head} {name}".strip()
            if not rest:
                return text
            tail = in_words(rest, joint, link, "indian" if one == "indian" else "one")
            return text + (link if rest < 100 else " ") + tail
    raise AssertionError(number)


def western(number: int, link: str = " and ") -> str:
    """Up to billions: "two million five hundred thousand and one"."""
    for size, name in ((10**9, "billion"), (10**6, "million")):
        if number >= size:
            count, rest = divmod(number, size)
            head = f"{western(count)} {name}"
            if not rest:
                return head
            return head + (link if rest < 100 else " ") + western(rest, link)
    return in_words(number, link=link)


def plain_words(numbers: range) -> Iterator[Form]:
    """Every number in the Englishes that name it in full."""
    for number in numbers:
        meant = (Fraction(number),)
        yield Form(in_words(number), meant)
        yield Form(in_words(number, joint=" "), meant)
        if number <= 1000:
            yield Form(in_words(number).upper(), meant)
        if not _leaves_out(number):
            yield Form(in_words(number, link=" "), meant)
        if 100 <= number < 200 or 1000 <= number < 2000:
            yield Form(in_words(number, one="a"), meant)
            yield Form(in_words(number, one=""), meant)


def _leaves_out(number: int) -> bool:
    """ "two thousand five" may mean 2,500."""
    return number > 1000 and 0 < number % 1000 < 10


def elliptic(numbers: range) -> Iterator[Form]:
    for number in numbers:
        if _leaves_out(number):
            whole, rest = divmod(number, 1000)
            other = Fraction(whole * 1000 + rest * 100)
            said = in_words(number, link=" ")
            yield Form(said, (Fraction(number), other))


def in_hundreds() -> Iterator[Form]:
    """ "fifteen hundred and fifty"."""
    for hundreds in range(11, 100):
        if hundreds % 10:
            for rest in (0, 1, 7, 10, 15, 25, 50, 99):
                tail = f" and {below_hundred(rest)}" if rest else ""
                said = f"{below_hundred(hundreds)} hundred{tail}"
                yield Form(said, (Fraction(hundreds * 100 + rest),))


def in_pairs() -> Iterator[Form]:
    """ "one fifty" is 150, or 1.50."""
    for first in range(1, 20):
        for second in range(10, 100):
            cents = Fraction(first) + Fraction(second, 100)
            meant = (Fraction(first * 100 + second), cents)
            yield Form(f"{ONES[first]} {below_hundred(second, ' ')}", meant)


def with_parts() -> Iterator[Form]:
    scales = {"thousand": 1000, "million": 10**6, "lakh": 10**5, "crore": 10**7}
    for name, size in scales.items():
        for article in ("", "a "):
            yield Form(f"half {article}{name}", (Fraction(size, 2),))
            yield Form(f"quarter {article}{name}", (Fraction(size, 4),))
        yield Form(f"a quarter of a {name}", (Fraction(size, 4),))
        yield Form(f"three quarters of a {name}", (Fraction(3 * size, 4),))
        for count in range(1, 100):
            said = below_hundred(count)
            yield Form(f"{said} and a half {name}", ((count + Fraction(1, 2)) * size,))
            yield Form(f"{count} and a half {name}", ((count + Fraction(1, 2)) * size,))
            for digit in range(1, 10):
                value = (count + Fraction(digit, 10)) * size
                yield Form(f"{said} point {ONES[digit]} {name}", (value,))
                yield Form(f"{count}.{digit} {name}", (value,))


def shortened() -> Iterator[Form]:
    sizes = {"k": 1000, "K": 1000, "m": 10**6, " grand": 1000, " thousand": 1000}
    sizes |= {" lakh": 10**5, " lakhs": 10**5, " crore": 10**7, "M": 10**6}
    for unit, size in sizes.items():
        for whole in (1, 2, 5, 10, 15, 20, 50, 100, 250, 999):
            yield Form(f"{whole}{unit}", (Fraction(whole * size),))
            for part in ("1", "5", "25", "75"):
                value = (whole + Fraction(int(part), 10 ** len(part))) * size
                yield Form(f"{whole}.{part}{unit}", (value,))
    for whole in (1, 2, 5, 10):
        yield Form(f"{whole} mil", (Fraction(whole * 10**6), Fraction(whole * 1000)))


def every_form() -> Iterator[Form]:
    yield from plain_words(range(1, 20_001))
    yield from elliptic(range(1, 20_001))
    yield from in_hundreds()
    yield from in_pairs()
    yield from with_parts()
    yield from shortened()


# Where a figure may stand beside its currency: nothing, before, after, both, attached.
PLACES = {
    "USD": "{}|${}|$ {}|{}$|{} $|US${}|USD {}|usd{}|{}usd|{} dollars|{} bucks|${} usd",
    "GBP": "£{}|£ {}|{}£|GBP {}|{}gbp|{} pounds|{} quid|{} pounds sterling",
    "EUR": "€{}|{}€|{} €|EUR {}|{} euros|{} euro",
    "NGN": "₦{}|₦ {}|NGN {}|{}ngn|{} naira",
    "GHS": "₵{}|GH₵{}|GH¢{}|GHS {}|GHC {}|{} cedis",
    "INR": "₹{}|₹ {}|Rs {}|Rs.{}|rs. {}|INR {}|{} rupees|{}/-",
    "KES": "KSh {}|KSh{}|Kshs {}|KES {}|{} shillings|{} bob|{}/=",
    "ZAR": "R{}|R {}|ZAR {}|{} rand",
}
AROUND = "{}|send {}|just {} please|make it {}|no, {}|{} only|ok {}|{}.|{}!".split("|")
SCRIPTS = {
    "arabic": "٠١٢٣٤٥٦٧٨٩",
    "persian": "۰۱۲۳۴۵۶۷۸۹",
    "devanagari": "०१२३४५६७८९",
    "bengali": "০১২৩৪৫৬৭৮৯",
    "fullwidth": "０１２３４５６７８９",
    "tamil": "௦௧௨௩௪௫௬௭௮௯",
    "thai": "๐๑๒๓๔๕๖๗๘๙",
}


def figures(minor: int) -> Iterator[str]:
    """A sum in figures, as English writes it: 1250.5, 1,250.50, 12,34,567.50."""
    whole, cents = divmod(minor, 100)
    tails = [f".{cents:02d}"]
    if not cents:
        tails.append("")
    if cents and cents % 10 == 0:
        tails.append(f".{cents // 10}")
    for tail in tails:
        yield f"{whole}{tail}"
        if whole >= 1000:
            yield f"{whole:,}{tail}"
            yield f"{indian(whole)}{tail}"


def indian(whole: int) -> str:
    """12,34,567: threes at the end, twos before."""
    head, tail = str(whole)[:-3], str(whole)[-3:]
    twos = []
    while head:
        twos.insert(0, head[-2:])
        head = head[:-2]
    return ",".join([*twos, tail])


def continental(minor: int, group: str, mark: str = ",") -> str:
    """1.250,50 or 1 250,50."""
    whole, cents = divmod(minor, 100)
    return f"{whole:,}".replace(",", group) + f"{mark}{cents:02d}"
