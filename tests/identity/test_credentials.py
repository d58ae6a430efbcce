"""What a customer may choose, and how it is kept."""

from datetime import date

import pytest

from banking.adapters.credentials import (
    CannotUnseal,
    PepperedHasher,
    Sealer,
    guessable_pins,
)
from banking.domain.credential import (
    Known,
    PinPolicy,
    PinProblem,
    new_passphrase,
    normalised,
    passphrase_fits,
    pin_problem,
    read_chat_id,
)

LIST = guessable_pins()
BANK = PinPolicy(6, 12, digits_only=True, blocklist=LIST)
NIST = PinPolicy(8, 64, digits_only=False, blocklist=LIST)
AMA = Known(
    birth=date(1987, 3, 9),
    phone="+15550101567",
    customer_number="C100001",
    chat_id="ama.m",
    account_numbers=("20010000004321",),
    names=("Ama Mensah",),
)


@pytest.mark.parametrize("pin", ["739158", "80516329", "402957316284"])
def test_a_pin_that_nobody_would_guess_is_taken(pin):
    assert pin_problem(pin, BANK, AMA) is None


@pytest.mark.parametrize(
    ("pin", "problem"),
    [
        ("73915", PinProblem.TOO_SHORT),
        ("7391587391580", PinProblem.TOO_LONG),
        ("7" * 5_000, PinProblem.TOO_LONG),
        ("73915a", PinProblem.NOT_DIGITS),
        ("", PinProblem.NOT_DIGITS),
        ("111111", PinProblem.REPEATED),
        ("121212", PinProblem.REPEATED),
        ("739739", PinProblem.REPEATED),
        ("112211", PinProblem.REPEATED),
        ("123456", PinProblem.RUN),
        ("987654", PinProblem.RUN),
        ("246802", PinProblem.RUN),
        ("890123", PinProblem.RUN),
        ("19872011", PinProblem.YEAR),
        ("147258", PinProblem.COMMON),
        ("020202", PinProblem.REPEATED),
        ("010156", PinProblem.PHONE),
        ("101567", PinProblem.PHONE),
        ("100001", PinProblem.REPEATED),
        ("004321", PinProblem.CUSTOMER),
        ("١٢٣٤٥٦", PinProblem.RUN),
        ("１２３４５６", PinProblem.RUN),
        ("739½58", PinProblem.NOT_DIGITS),
        ("73915\u200b8", PinProblem.UNREADABLE),
    ],
)
def test_what_others_would_guess_is_refused_with_its_reason(pin, problem):
    assert pin_problem(pin, BANK, AMA) is problem


@pytest.mark.parametrize(
    "pin",
    ["090387", "030987", "870309", "09031987", "03091987", "19870309", "870903"],
)
def test_a_birthday_in_any_order_is_refused(pin):
    assert pin_problem(pin, BANK, AMA) is PinProblem.BIRTH_DATE


@pytest.mark.parametrize("policy", [BANK, NIST])
def test_none_of_the_list_is_taken(policy):
    assert len(LIST) >= 3_000
    taken = [pin for pin in LIST if pin_problem(pin, policy, AMA) is None]

    assert taken == []


@pytest.mark.parametrize(
    ("pin", "problem"),
    [
        ("purple teapot on a hill", None),
        ("x" * 63 + "y", None),
        ("x7!kQ2", PinProblem.TOO_SHORT),
        ("y" + "x" * 64, PinProblem.TOO_LONG),
        ("Password1", PinProblem.COMMON),
        ("PASSWORD123", PinProblem.COMMON),
        ("aaaaaaaaaa", PinProblem.REPEATED),
        ("abcdefghij", PinProblem.RUN),
        ("ama.m123", PinProblem.CUSTOMER),
        ("mensah99", PinProblem.CUSTOMER),
        ("5550101567", PinProblem.PHONE),
    ],
)
def test_the_standards_policy_takes_any_characters(pin, problem):
    assert pin_problem(pin, NIST, AMA) is problem


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("Ama.M", "ama.m"),
        (" kofi-7 ", "kofi-7"),
        ("abc", None),
        ("a" * 31, None),
        ("ama m", None),
        ("<script>", None),
        ("../../x", None),
        (".ama", None),
        ("", None),
        ("a" * 10_000, None),
    ],
)
def test_a_chat_banking_id_has_one_spelling(typed, read):
    assert read_chat_id(typed) == read


def test_a_made_passphrase_has_fifty_bits_and_nothing_to_mistake():
    made = {new_passphrase() for _ in range(1_000)}

    assert len(made) == 1_000
    assert all(len(p) == 10 and not set(p) & set("01IO") for p in made)


@pytest.mark.parametrize(
    ("chosen", "fits"),
    [
        ("my cat eats mango", True),
        ("twelve chars", True),
        ("eleven char", False),
        ("aaaaaaaaaaaa", False),
        (" leading space", False),
        ("a\nb" * 5, False),
        ("x" * 65, False),
    ],
)
def test_a_passphrase_of_ones_own_is_long_enough(chosen, fits):
    assert passphrase_fits(chosen) is fits


@pytest.mark.parametrize(
    ("chosen", "fits"),
    [
        ("+15550101567", False),
        ("20010000004321", False),
        ("9 March 1987", False),
        ("1987-03-09 1987", False),
        ("Ama Mensah 1987", False),
        ("AMA.MENSAH.0156", False),
        ("mensahmensah12", False),
        ("ama.m ama.m 99", False),
        (
            "\u0661\u0662\u0663\u0664\u0665\u0666\u0667\u0668\u0669\u0660\u0661\u0662",
            False,
        ),
        ("Ama eats mango", True),
        ("quiet-river-42", True),
        ("the mayor's goat", True),
        ("\u043c\u043e\u0439 \u043a\u043e\u0442 \u0441\u043f\u0438\u0442", True),
    ],
)
def test_what_others_know_makes_no_passphrase(chosen, fits):
    assert passphrase_fits(chosen, ("Ama Mensah", "ama.m")) is fits


# --- how it is kept ---


def test_a_pin_is_kept_as_argon2id_of_the_strength_that_was_decided():
    assert (
        PepperedHasher(b"p" * 32)
        .hash_pin("739158")
        .startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    )


def test_a_pin_is_checked_in_whatever_digits_it_was_typed():
    hasher = PepperedHasher(b"p" * 32)
    kept = hasher.hash_pin("739158")

    assert hasher.pin_matches(kept, "٧٣٩١٥٨")
    assert not hasher.pin_matches(kept, "739159")
    assert not hasher.pin_matches(None, "739158")
    assert not hasher.pin_matches("no hash", "739158")


def test_without_the_pepper_the_right_pin_is_not_found():
    kept = PepperedHasher(b"p" * 32).hash_pin("739158")

    assert not PepperedHasher(b"q" * 32).pin_matches(kept, "739158")


def test_secrets_do_not_show_in_a_repr():
    assert "ppp" not in repr(PepperedHasher(b"p" * 32))
    assert "vvv" not in repr(Sealer(b"v" * 32))


def test_what_is_sealed_for_one_owner_opens_for_no_other():
    sealer = Sealer(b"v" * 32)
    sealed = sealer.seal("my cat eats mango", "passphrase:1")

    assert sealer.unseal(sealed, "passphrase:1") == "my cat eats mango"
    for wrong, owner in (
        (sealed, "passphrase:2"),
        (sealed[:-2] + ("AA" if sealed[-2:] != "AA" else "BB"), "passphrase:1"),
    ):
        with pytest.raises(CannotUnseal):
            sealer.unseal(wrong, owner)
    with pytest.raises(CannotUnseal):
        Sealer(b"w" * 32).unseal(sealed, "passphrase:1")


def test_no_two_seals_are_alike():
    sealer = Sealer(b"v" * 32)

    assert len({sealer.seal("same", "owner") for _ in range(10_000)}) == 10_000


def test_digits_of_every_script_fold_into_one():
    assert normalised("१२३４٥٦") == "123456"
