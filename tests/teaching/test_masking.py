"""What a trainer never sees, and what is written in its place."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from banking.domain.examples import Lesson, Span
from banking.domain.own_name import without_own_name
from banking.domain.pseudonyms import masked, pseudonymous


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("send 50 to 0241234567", "send 50 to ••••••••••"),
        ("call +44 7911 123456 ok", "call +•• •••• •••••• ok"),
        ("(202) 555-0142.", "(•••) •••-••••."),
        ("024,123,4567", "•••,•••,••••"),
        ("٠٢٤١٢٣٤٥٦٧", "••••••••••"),
        ("account 12345678", "account ••••••••"),
        ("born 12/05/1990", "born ••/••/••••"),
        ("write to ama.m@example.com!", "write to •••.•@•••••••.•••!"),
        ("to DE89 3704 0044 0532 0130 00", "to DE•• •••• •••• •••• •••• ••"),
        ("20 to [card 4242 #k9x2]", "20 to [card •••• •••••]"),
    ],
)
def test_numbers_and_addresses_are_masked(said, shown):
    assert shown == masked(said)


@pytest.mark.parametrize(
    "said",
    [
        "send 1,250,000.50",
        "send 1.250.000,50",
        "1,50,000 rupees",
        "2500000 naira",
        "on 12/05/2026",
        "2026-11-20",
        "123456",
        "my pin is [removed]",
    ],
)
def test_amounts_and_days_are_there_to_learn_from(said):
    assert said == masked(said)


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=200))
def test_masking_moves_nothing_and_leaves_no_long_number(said):
    shown = masked(said)

    assert len(said) == len(shown)
    assert not re.search(r"(?<![\d.,])[1-9]\d{9,}(?![\d.,])", shown)


@pytest.mark.parametrize(
    ("name", "said", "shown"),
    [
        ("Ama Mensah", "ama mensah here, AMA!", "○○○ ○○○○○○ here, ○○○!"),
        ("Ama Mensah", "amazing mensahs, mama", "amazing mensahs, mama"),
        ("José Núñez", "soy jose nuñez", "soy ○○○○ ○○○○○"),
        ("Anne-Marie O'Brien", "anne is mr O'Brien's", "○○○○ is mr ○'○○○○○'s"),
        ("Li Na", "li na? na, not li", "○○ ○○? ○○, not li"),
        ("Will May", "will you pay in may", "will you pay in may"),
        ("Will May", "i am Will  May", "i am ○○○○  ○○○"),
        ("", "anybody", "anybody"),
        ("- 7", "- 7 of 9", "- 7 of 9"),
    ],
)
def test_the_writers_own_name_is_hidden_and_words_that_are_names_are_not(
    name, said, shown
):
    assert shown == without_own_name(said, name)


@given(st.text(alphabet="aÀßﬁ ○'•2İn", max_size=40), st.text(alphabet="aÀßﬁ İn"))
def test_hiding_a_name_moves_nothing(said, name):
    shown = without_own_name(said, name)

    assert len(said) == len(shown)
    assert shown == without_own_name(shown, name)


def test_a_hidden_name_is_a_made_up_one_in_an_example():
    said = lesson("i'm ○○○ ○○○○○○, not ○○○, 50 to ••••••••••", ("50", "amount"))
    made_up = pseudonymous(said, names=False)

    assert "i'm Kofi Mensah, not Kofi, 50 to 2025550142" == made_up.text
    (span,) = made_up.spans
    assert "50" == made_up.text[span.start : span.end]


def lesson(text: str, *values: tuple[str, str]) -> Lesson:
    spans = []
    for value, entity in values:
        start = text.index(value)
        spans.append(Span(start, start + len(value), entity))
    return Lesson("transfer_money", text, tuple(spans))


def values(of: Lesson) -> list[tuple[str, str]]:
    return [(of.text[s.start : s.end], s.entity) for s in of.spans]


def test_masked_numbers_become_made_up_ones_and_values_move_along():
    made = pseudonymous(
        lesson(
            "••••••••• is his, send 50 to •••@••••.••",
            ("•••••••••", "phone"),
            ("50", "amount"),
        ),
        names=True,
    )

    assert made.text == "025550142 is his, send 50 to someone@example.com"
    assert values(made) == [("025550142", "phone"), ("50", "amount")]


def test_a_card_of_the_vault_is_named_as_customers_name_cards():
    made = pseudonymous(
        lesson("20 to [card •••• •••••] now", ("[card •••• •••••]", "card")),
        names=False,
    )

    assert made.text == "20 to card ending 4242 now"
    assert values(made) == [("card ending 4242", "card")]


def test_names_give_way_to_others_in_the_same_case():
    before = lesson(
        "send 5 to kwabena frimpong and 6 to ADWOA",
        ("5", "amount"),
        ("kwabena frimpong", "person"),
        ("ADWOA", "person"),
    )
    made = pseudonymous(before, names=True)
    told = dict((entity, value) for value, entity in values(made)[1:2])

    assert not re.search("kwabena|frimpong|adwoa", made.text, re.IGNORECASE)
    assert re.fullmatch("[a-z]+ [a-z]+", told["person"])
    assert values(made)[2][0].isupper()
    assert made == pseudonymous(before, names=True)
    assert before == pseudonymous(before, names=False)


@pytest.mark.parametrize("who", ["mum", "my sister", "him", "my landlord", "Dad"])
def test_who_somebody_is_to_the_customer_stays(who):
    said = lesson(f"send 5 to {who}", (who, "person"))

    assert said == pseudonymous(said, names=True)


def test_a_relation_with_a_name_keeps_the_relation():
    made = pseudonymous(lesson("pay aunty bisi", ("aunty bisi", "person")), names=True)

    assert made.text.startswith("pay aunty ")
    assert "bisi" not in made.text
