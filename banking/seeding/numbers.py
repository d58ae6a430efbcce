"""Numbers for made-up customers: unique, well-formed, and the same for a seed."""

from __future__ import annotations

from typing import Final

import phonenumbers
from phonenumbers import PhoneNumberFormat, PhoneNumberType

# Area codes of the United States. Behind them stand the numbers 555-0100 and up,
# which telephone companies leave free for stories and tests.
_AREA_CODES: Final = tuple(
    int(code)
    for code in """
    201 202 203 205 206 207 208 209 210 212 213 214 215 216 217 218 219 224 225 228 229
    231 234 239 240 248 251 252 253 254 256 260 262 267 269 270 276 281 301 302 303 304
    305 307 308 309 310 312 313 314 315 316 317 318 319 320 321 323 325 330 334 336 337
    339 347 351 352 360 361 386 401 402 404 405 406 407 408 409 410 412 413 414 415 417
    419 423 424 425 432 434 435 440 443 469 478 479 480 484 501 502 503 504 505 507 508
    509 510 512 513 515 516 517 518 520 530 540 541 551 559 561 562 563 567 570 571 573
    574 580 585 586 601 602 603 605 606 607 608 609 610 612 614 615 616 617 618 619 620
    623 626 630 631 636 641 646 650 651 660 661 662 678 682 701 702 703 704 706 707 708
    712 713 714 715 716 717 718 719 720 724 727 731 732 734 740 754 757 760 763 765 770
    """.split()
)
_SEED_BLOCK: Final = 5_000
_SEEDS: Final = 400
_FIRST_LINE: Final = 100
_LINES: Final = 9_900
_TAIL: Final = 7

_ACCOUNTS: Final = 10**8
# Odd and no multiple of five: a walk over all eight-digit numbers without repeating.
_STRIDE: Final = 48_271_973
_SHIFT: Final = 27_182_818


def phone(country: str, seed: int, index: int) -> str:
    """A valid mobile number of the country in E.164, unique within the seed.

    For most small banks also unique across seeds.
    """
    slot = (seed - 1) % _SEEDS * _SEED_BLOCK + index
    if country == "US":
        line, place = divmod(slot, len(_AREA_CODES))
        hundred, last_two = divmod(line % _LINES, 100)
        # Neighbours end differently: "ending 137" should tell them apart.
        last_two = (last_two + place * 37) % 100
        return f"+1{_AREA_CODES[place]}555{_FIRST_LINE + hundred * 100 + last_two:04d}"
    return _from_example(country, slot)


def account(seed: int, index: int, place: int) -> str:
    """Ten digits that do not look like a neighbour's."""
    serial = (seed % 1_000) * 100_000 + index * 3 + place
    return f"10{(serial * _STRIDE + _SHIFT) % _ACCOUNTS:08d}"


def customer(seed: int, index: int) -> str:
    return _with_check_digit(f"{seed % 1_000:03d}{index:06d}")


def card(seed: int, index: int) -> str:
    """A card number with a right check digit, of a range made for tests."""
    serial = (seed % 1_000) * 1_000_000 + index
    return _with_check_digit(f"400000{serial * 7_919 % 10**9:09d}")


def _from_example(country: str, slot: int) -> str:
    example = phonenumbers.example_number_for_type(country, PhoneNumberType.MOBILE)
    if example is None:
        raise ValueError(f"{country} has no mobile numbers")
    digits = str(example.national_number)
    head, size = digits[:-_TAIL], 10**_TAIL
    # The example's own tail and what follows it, in steps that keep neighbours apart.
    for step in range(100):
        tail = (int(digits[-_TAIL:]) + (slot * 100 + step) * 7) % size
        number = phonenumbers.PhoneNumber(
            country_code=example.country_code, national_number=int(f"{head}{tail:07d}")
        )
        if phonenumbers.is_valid_number(number):
            return phonenumbers.format_number(number, PhoneNumberFormat.E164)
    raise ValueError(f"no more mobile numbers of {country}")


def _with_check_digit(digits: str) -> str:
    """Luhn's check digit after the digits."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        doubled = int(digit) * (2 if place % 2 == 0 else 1)
        total += doubled - 9 if doubled > 9 else doubled
    return f"{digits}{-total % 10}"
