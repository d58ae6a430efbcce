"""The sum that a message names, together with every word that changes it.

What is cut too short would be read as another sum: in "about 50" and "60 instead of
50" one figure alone is not what was meant. So the words around go along, and where two
sums stand side by side and nothing tells which counts, the teller gets both and asks.
"""

import re

from actions.heard import Found, Heard
from actions.sum_words import (
    AFTER,
    BEFORE,
    CENTS,
    CODE,
    CONNECTIVE,
    COUNTED,
    INTO,
    LABELS,
    LETTERS,
    MORE_DIGITS,
    MOST_OFFERED,
    NEW_AFTER,
    NEW_ONE,
    NO_PLURALS,
    NUMBERED,
    ODD,
    OLD_FIRST,
    OLD_ONE,
    POINTED_AT,
    POINTED_BACK,
    REPLACED,
    SHARE,
    SMALL,
    THEN_NEW,
    UNIT,
)
from banking.domain.currency_words import UNITS

Place = tuple[int, int]


def amount_meant(heard: Heard) -> str | None:
    """The sum as it is written; two of them joined by "or" where either may count."""
    amounts = heard.all("amount")
    if heard.tapped or any(not amount.end for amount in amounts):
        return amounts[0].text if amounts else None
    sums = _sums(heard)
    if len({heard.text[slice(*place)].lower() for place in sums}) > 1:
        return _settled(heard, sums)
    return _abroad(heard, sums[0]) if sums else None


def share_meant(heard: Heard) -> str | None:
    """ "half my savings", "the same as last time", or figures with an odd mark."""
    found = SHARE.search(heard.text) or ODD.search(heard.text)
    return found[0].strip() if found else None


def number_as_sum(heard: Heard, number: Found) -> str | None:
    """A figure that nobody called a sum: None where it numbers or counts something."""
    if _is_label(heard.text, number.start) or _counted(
        heard, (number.start, number.end)
    ):
        return None
    return number.text


def _sums(heard: Heard) -> list[Place]:
    """Where sums stand, each with its currency, in the order of the text."""
    text = heard.text
    places = [
        _with_currency(heard, amount)
        for amount in heard.all("amount")
        if not _part_of_number(heard, amount) and not _other(heard, amount)
    ]
    pointed = [f.span(part) for f in REPLACED.finditer(text) for part in ("old", "sum")]
    if places or pointed:
        # "account no 4521" and "not 2 days" name no sum.
        pointed += [
            found.span("sum")
            for found in [*POINTED_AT.finditer(text), *POINTED_BACK.finditer(text)]
            if not _is_label(text, found.start())
        ]
    if places:
        # "ama paid 60, send her half": half of what?
        pointed += [found.span() for found in SHARE.finditer(text)]
    taken = [(f.start, f.end) for f in heard.found if f.end]
    for place in pointed:
        known = any(_overlap(place, other) for other in [*taken, *places])
        if not known and not _counted(heard, place):
            places.append(place)
    apart: list[Place] = []
    for start, end in sorted(places):
        joined = apart and text[apart[-1][1] : start] == " "
        if joined or (apart and CENTS.fullmatch(text, apart[-1][1], end)):
            apart[-1] = apart[-1][0], end
        elif not apart or start >= apart[-1][1]:
            apart.append((start, end))
    return apart


def _other(heard: Heard, amount: Found) -> bool:
    """Whether a bare figure is no sum at all but a label, or "to" and "for"."""
    if not amount.text.isdigit():
        numbered = heard.before(amount) in NUMBERED
        return numbered and amount.text[:1].isdigit()
    if amount.text in LETTERS:
        names = {f.start for f in heard.all("person", "company")}
        if amount.end + 1 in names and re.search(r"\w", heard.text[: amount.start]):
            return True
    return _is_label(heard.text, amount.start)


def _with_currency(heard: Heard, amount: Found) -> Place:
    start, end = amount.start, amount.end
    for share in SHARE.finditer(heard.text):
        place = share.start(), share.start() + len(share[0].rstrip())
        if _overlap(place, (start, end)):
            return min(start, place[0]), max(end, place[1])
    if more := MORE_DIGITS.match(heard.text, end):
        # "1 5" is neither 1 nor 15: handed on whole, so that it is asked about.
        return start, more.end()
    for currency in heard.all("currency"):
        if 0 <= currency.start - end <= 1:
            end = currency.end
        elif 0 <= start - currency.end <= 1:
            start = currency.start
    return start, end


def _whole(heard: Heard, place: Place) -> str:
    """A sum with the words that make it another one: "about", "each", "pizzas"."""
    start, end = place
    before = BEFORE.search(heard.text, 0, start)
    after = AFTER.match(heard.text, end)
    if after is None and SMALL.fullmatch(heard.text, start, end):
        after = _counted(heard, place)
    return heard.text[
        before.start() if before else start : after.end() if after else end
    ]


def _abroad(heard: Heard, place: Place) -> str:
    """The sum with every currency that the message names: "50 to mum in pounds"."""
    said = _whole(heard, place)
    for currency in heard.all("currency"):
        if _overlap(place, (currency.start, currency.end)):
            continue
        between = heard.text[place[1] : currency.start]
        if re.fullmatch(r" [^\W\d_]+(?: [^\W\d_]+)? ", between):
            return said + between + currency.text  # "50 jamaican dollars"
        # "mad" and "try" are codes only where they are used as such.
        if len(currency.text) > CODE or heard.before(currency) in INTO:
            said += f" {currency.text}"
    return said


def _counted(heard: Heard, place: Place) -> re.Match[str] | None:
    """What a bare figure counts, if it does: the plural behind it."""
    after = COUNTED.match(heard.text, place[1])
    if after is None or after["what"].lower() in NO_PLURALS:
        return None
    named = any(f.start == after.start("what") for f in heard.all("person", "company"))
    return None if named else after


def _settled(heard: Heard, sums: list[Place]) -> str:
    """Which of several sums counts, where the words say so; else all, to be asked."""
    text = heard.text
    first, last = sums[0], sums[-1]
    between = text[sums[-2][1] : last[0]]
    wholes = [CONNECTIVE.sub("", _whole(heard, place)) for place in sums]
    wholes = [_in_currency(whole, wholes) for whole in wholes]
    if OLD_ONE.search(between) and len(sums) == 2:  # noqa: PLR2004
        return wholes[0]
    old_first = OLD_FIRST.search(text, 0, first[0]) and THEN_NEW.fullmatch(between)
    if NEW_ONE.search(between) or NEW_AFTER.match(text, last[1]) or old_first:
        return wholes[-1]
    names = _names(heard)
    apart = any(first[1] <= name.start < last[0] for name in names)
    if apart and len(names) > 1 and " or " not in between:
        # "50 to mum and 60 to dad": one payment after the other.
        return wholes[0]
    return " or ".join(dict.fromkeys(wholes[:MOST_OFFERED]))


def _in_currency(whole: str, others: list[str]) -> str:
    """A bare figure in the currency of the sums beside it: "£30, sorry, 60"."""
    units = [u for other in others for u in UNIT.findall(other.lower()) if u in UNITS]
    bare = not any(unit in UNITS for unit in UNIT.findall(whole.lower()))
    return f"{whole} {units[0]}" if bare and units else whole


def _names(heard: Heard) -> list[Found]:
    """People and companies; two parts of one name are one."""
    apart: list[Found] = []
    for name in heard.all("person", "company"):
        if not apart or name.start - apart[-1].end > 1:
            apart.append(name)
    return apart


def _is_label(text: str, place: int) -> bool:
    """Whether a figure here is the number of something: "invoice 4521"."""
    words = re.findall(r"[\w']+", text[:place].lower())
    return bool(words) and words[-1] in LABELS


def _part_of_number(heard: Heard, amount: Found) -> bool:
    others = heard.all("phone", "card", "account")
    return any(amount.overlaps(other) for other in others)


def _overlap(one: Place, other: Place) -> bool:
    return one[0] < other[1] and other[0] < one[1]
