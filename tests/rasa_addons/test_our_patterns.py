"""What the project's own entity patterns find in customers' sentences."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from rasa_addons.entity_patterns import (
    MOST_CHARACTERS,
    Finder,
    read_patterns,
    settle,
)

FOLDER = Path(__file__).resolve().parents[2] / "data" / "entities"


@pytest.fixture(scope="module")
def finder() -> Finder:
    return Finder(read_patterns(sorted(FOLDER.glob("*.jsonl"))))


def found(finder: Finder, text: str) -> list[tuple[str, str]]:
    return [(e["entity"], text[e["start"] : e["end"]]) for e in finder.entities(text)]


@pytest.mark.parametrize(
    "amount",
    [
        "$50",
        "US$ 12.50",
        "50 dollars",
        "40€",
        "£1,250.75",
        "₦5000",
        "ksh 500",
        "KES 1,200",
        "200 bob",
        "rs. 500",
        "2 lakh",
        "1.5 crore",
        "1,50,000",
        "5k",
        "10k naira",
        "half a million",
        "two hundred and fifty",
        "a hundred",
        "twenty five dollars",
        "a thousand pounds",
        "85.31",
        "50",
    ],
)
def test_an_amount_is_found_in_a_transfer(finder: Finder, amount: str) -> None:
    assert ("amount", amount) in found(finder, f"send {amount} to ama please")


@pytest.mark.parametrize(
    "date",
    [
        "today",
        "tmrw",
        "yesterday",
        "next Friday",
        "last month",
        "the day after tomorrow",
        "March",
        "3 days ago",
        "12 May 2024",
        "May 12th",
        "2024-03-01",
        "12/05/2024",
        "the 1st",
        "last 30 days",
        "this week",
        "October last year",
        "the week of the 1st",
    ],
)
def test_a_date_is_found_in_a_search(finder: Finder, date: str) -> None:
    dates = [v for kind, v in found(finder, f"what did i pay on {date}")]

    assert any(value in date and len(value) > 2 for value in dates)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("send 500 to 0712345678", [("amount", "500"), ("phone", "0712345678")]),
        ("call +44 7700 900123", [("phone", "+44 7700 900123")]),
        ("account number 0011223344", [("account", "0011223344")]),
        ("move it to savings", [("account", "savings")]),
        ("from my current account", [("account", "current account")]),
        ("send 20 to [card 4242 #7]", [("amount", "20"), ("card", "[card 4242 #7]")]),
        ("pay my water bill", [("biller", "water")]),
        ("renew dstv", [("biller", "dstv")]),
        ("how much is the euro", [("currency", "euro")]),
        ("my meter number is 45700123456", [("number", "45700123456")]),
        ("add 5% of it", [("percent", "5%")]),
        ("how much did i spend on groceries", [("category", "groceries")]),
        ("what did I pay netflix", [("company", "netflix")]),
        ("give my brother 20", [("person", "my brother"), ("amount", "20")]),
    ],
)
def test_values_of_a_sentence(
    finder: Finder, text: str, expected: list[tuple[str, str]]
) -> None:
    assert found(finder, text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "i was there at 25 to 7",
        "may i ask something",
        "i put in the wrong pin 3 times",
        "we march on",
        "the first one",
        "my son is 14 years old",
        "how do i set up apple pay",
        "can i top ups",
    ],
)
def test_no_amount_date_or_company_is_made_up(finder: Finder, text: str) -> None:
    kinds = {kind for kind, _ in found(finder, text)}

    assert not kinds & {"amount", "company", "biller"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("stop the direct debit with Halberd Fitness", ("company", "Halberd Fitness")),
        ("how much did i spend at brindle and co last month", ("company", "brindle")),
        ("why was i charged twice by zingo", ("company", "zingo")),
        ("did Palmrose charge me again", ("company", "Palmrose")),
        ("send 40 to kwabena please", ("person", "kwabena")),
        ("tuma 500 kwa wanjiru", ("person", "wanjiru")),
        ("send tolani 5k", ("person", "tolani")),
        ("20 for Lerato pls", ("person", "Lerato")),
        ("request 30 from my flatmate", ("person", "my flatmate")),
        ("Kemi 20", ("amount", "20")),
        ("pay Olu back the 3200 I owe", ("amount", "3200")),
        ("i sent it two hours ago", ("date", "two hours ago")),
    ],
)
def test_what_stands_where_a_value_belongs(
    finder: Finder, text: str, expected: tuple[str, str]
) -> None:
    values = [
        (e["entity"], text[e["start"] : e["end"]])
        for e in settle(finder.entities(text), [])
    ]

    kind, value = expected
    assert any(k == kind and v.startswith(value) for k, v in values), values


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("my card was refused in Hong Kong", "Hong Kong"),
        ("send it to Ghana", "Ghana"),
        ("it keeps changing back", "changing"),
        ("no more bots and agents", "agents"),
    ],
)
def test_what_only_looks_like_a_name_is_hidden(
    finder: Finder, text: str, name: str
) -> None:
    start = text.index(name)
    place = {"start": start, "end": start + len(name)}
    tagged = [{"entity": "person", "value": name, **place}]

    assert [] == [
        e for e in settle(finder.entities(text), tagged) if e["entity"] == "person"
    ]


@pytest.mark.parametrize(
    "text", ["send 50 for lunch", "room 12", "Chapter 12", "anytime after 10"]
)
def test_no_name_is_made_up(finder: Finder, text: str) -> None:
    values = settle(finder.entities(text), [])

    assert not {"person", "company"} & {value["entity"] for value in values}


@pytest.mark.parametrize("piece", ["1", "1,000,", "50 to aa ", "Aa Bb ", "half my "])
def test_the_longest_text_costs_little(finder: Finder, piece: str) -> None:
    began = time.perf_counter()
    finder.entities(piece * (MOST_CHARACTERS // len(piece)))

    assert time.perf_counter() - began < 3


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("please settle it. Regards, Mrs Ashby", "Mrs Ashby"),
        ("my gas bill is due. With best wishes, Grandma Jean", "Grandma Jean"),
        ("put £10 on it please? Thank you, Iris Holloway", "Iris Holloway"),
        ("what do you charge? Yours truly Albert", "Albert"),
    ],
)
def test_who_signs_a_letter_is_paid_nothing(finder: Finder, text, name) -> None:
    start = text.index(name)
    signed = {"entity": "person", "start": start, "end": len(text), "value": name}

    assert signed not in settle(finder.entities(text), [signed])


@pytest.mark.parametrize(
    "text",
    [
        "send 20 with best wishes to Ama",
        "with love from us 50 to Ama",
        "thanks, to Ama",
    ],
)
def test_manners_before_a_name_hide_nobody(finder: Finder, text) -> None:
    ama = {"entity": "person", "start": len(text) - 3, "end": len(text), "value": "Ama"}

    assert ama in settle(finder.entities(text), [ama])


def test_a_top_up_names_its_amount_and_its_phone(finder: Finder) -> None:
    text = "want easyload of 200 on 03001234567"

    assert found(finder, text) == [("amount", "200"), ("phone", "03001234567")]
    assert found(finder, "a transfer of 3 days ago") != [("amount", "3")]


@pytest.mark.parametrize(
    ("text", "who"),
    [
        ("delete my ex off my payees", "my ex"),
        ("ewallet R200 to my cousin's cell", "my cousin"),
        ("arrange for 25 to go to my great-nephew on Friday", "my great-nephew"),
        ("put my plumber on my payee list", "my plumber"),
        ("chuck 40 to my lil bro", "my lil bro"),
    ],
)
def test_somebody_is_named_by_what_they_are(finder: Finder, text, who) -> None:
    assert ("person", who) in found(finder, text)


def test_an_everyday_account_is_no_date(finder: Finder) -> None:
    text = "shift 50 from my everyday account to savings"

    assert {kind for kind, _ in found(finder, text)} == {"amount", "account"}
