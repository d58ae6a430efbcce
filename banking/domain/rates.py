"""Parts of a whole, exactly, and as people read them."""

from fractions import Fraction


def share(part: int, whole: int) -> Fraction:
    """The part as a share of 1; of nothing, 0."""
    return Fraction(part, whole) if whole else Fraction(0)


def scaled(part: int, whole: int, to: int) -> Fraction:
    """What the part would be if the whole were ``to``."""
    return share(part, whole) * to


def percent(part: int, whole: int) -> str:
    """``89.2 %``, or a dash where there is no whole."""
    return rate(share(part, whole)) if whole else "—"


def rate(of_one: Fraction) -> str:
    """A share of 1 in percent with one decimal."""
    tenths = round(of_one * 1000)
    return f"{tenths // 10}.{tenths % 10} %"
