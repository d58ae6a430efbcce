"""The made-up bank: believable, the same for a seed, and sound."""

import re
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, timedelta

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from banking.domain.credential import read_chat_id
from banking.domain.kyc import KycLevel
from banking.seeding import numbers, seed
from banking.seeding.enrolling import Enroller
from banking.seeding.history import Calendar, history
from banking.seeding.people import FIRST, Town
from tests.money.conftest import START


def sown(world, customers, seed_number=1, *, registered=False):
    outside = replace(world.bank.outside, core=world.core.ledger)
    bank = replace(world.bank, outside=outside)
    return list(
        seed(bank, customers=customers, seed=seed_number, registered=registered)
    )


def test_a_hundred_customers_are_believable_and_their_books_sound(world):
    lines = sown(world, 100)

    assert 100 == len(lines) == len({line["phone"] for line in lines})
    assert 100 == len({line["customer_number"] for line in lines})
    assert 80 < len({line["name"] for line in lines})
    levels = Counter(line["kyc_level"] for line in lines)
    assert levels["full"] > 70
    assert {"full", "standard", "basic"} == set(levels)
    for line in lines:
        assert phonenumbers.is_valid_number(phonenumbers.parse(line["phone"]))
        born = date.fromisoformat(line["date_of_birth"])
        assert 18 <= (START.date() - born).days / 365.25 < 90
        assert all(account["balance_minor"] > 0 for account in line["accounts"])
        assert all(re.fullmatch(r"10\d{8}", a["number"]) for a in line["accounts"])
    accounts = [a["number"] for line in lines for a in line["accounts"]]
    assert len(accounts) == len(set(accounts))
    found = world.check()
    assert [0, 0, 0] == [
        found[name] for name in ("unbalanced", "negative_accounts", "open_holds")
    ]
    assert {"USD": 0} == found["total_minor"]


def test_what_people_try_first_finds_something_on_any_day():
    town = Town(3, "US", dict.fromkeys(KycLevel))
    for days in range(15, 366, 33):
        people = {index: town.person(index) for index in range(FIRST + 20)}
        now = START + timedelta(days)
        this_month = now.replace(day=1, hour=0)
        last_month = (this_month - timedelta(days=1)).replace(day=1)
        for index in range(FIRST, FIRST + 20):
            moved = history(people[index], people, Calendar(now, UTC), "USD")
            paid = {m.payee for m in moved if last_month <= m.at < this_month}
            assert "Netflix" in paid, (index, now)


def test_the_lines_are_those_of_the_contract(world):
    (line,) = sown(world, 1)

    assert {
        "name",
        "phone",
        "customer_number",
        "date_of_birth",
        "kyc_level",
        "accounts",
        "cards",
    } == set(line)
    assert {"number", "kind", "balance_minor", "currency"} == set(line["accounts"][0])


def test_the_same_seed_is_the_same_bank(world):
    first = sown(world, 12)
    before = world.check()["transactions"]

    again = sown(world, 12)

    assert first == again
    assert before == world.check()["transactions"]


def test_more_customers_leave_the_first_ones_as_they_are(world):
    few = sown(world, 3)
    lines = world.rows("SELECT transaction_id, at, amount_minor FROM core_entries")
    more = sown(world, 6)

    unchanged = ("name", "phone", "customer_number", "date_of_birth", "cards")
    for old, new in zip(few, more[:3], strict=True):
        assert [old[key] for key in unchanged] == [new[key] for key in unchanged]
    now = world.rows("SELECT transaction_id, at, amount_minor FROM core_entries")
    assert set(lines) <= set(now)
    assert 0 == world.check()["unbalanced"]


def test_another_seed_is_other_people_in_the_same_bank(world):
    first, second = sown(world, 10, 1), sown(world, 10, 2)

    for key in ("phone", "customer_number"):
        assert not {p[key] for p in first} & {p[key] for p in second}
    assert first != second


def test_nobody_was_ever_below_zero(world):
    sown(world, 20)

    lowest = world.rows(
        "SELECT min(running) lowest FROM (SELECT sum(amount_minor) OVER"
        " (PARTITION BY account ORDER BY at, id) running FROM core_entries e"
        " JOIN core_accounts a ON a.number = e.account"
        " WHERE a.customer_number IS NOT NULL) r"
    )
    assert lowest[0].lowest >= 0


def test_everybody_has_a_life_of_ninety_days(world):
    (line, *_) = sown(world, 8)
    core = world.bank.core

    for account in (line["accounts"][0]["number"],):
        lines = core.movements(account)
        assert 40 < len(lines) < 250
        kinds = {movement.category for movement in lines}
        assert {"salary", "rent", "groceries", "entertainment", "transfer"} <= kinds
        assert any(movement.counterparty == "Netflix" for movement in lines)
        assert 80 < (lines[0].at - lines[-1].at).days <= 92
        assert all(movement.at < START for movement in lines)


def test_everybody_knows_a_mother_two_peters_and_grace(world):
    for line in sown(world, 5):
        known = {
            b.alias for b in world.bank.core.beneficiaries(line["customer_number"])
        }
        assert {"Mum", "Peter Okoro", "Peter Kowalski", "Grace"} <= known


def test_caps_of_lower_levels_are_kept_from_the_start(world):
    for line in sown(world, 30):
        cap = world.bank.policy.kyc[line["kyc_level"]].balance_cap
        assert all(a["balance_minor"] <= cap for a in line["accounts"])


def test_registered_customers_can_sign_in_with_what_is_printed(world):
    first = sown(world, 4, registered=True)

    assert first == sown(world, 4, registered=True)
    for line in first:
        assert line["chat_id"] == read_chat_id(line["chat_id"])
        with world.bank.uow() as tx:
            enrolment = tx.enrolments.by_customer(line["customer_number"])
            stored = tx.enrolments.pin_hash(enrolment.id)
            assert line["totp_secret"] == tx.enrolments.totp_secret(enrolment.id)
        assert world.bank.hasher.pin_matches(stored, line["pin"])


def test_known_pins_are_not_for_production(world):
    class Production:
        is_production = True

    with pytest.raises(ValueError, match="production"):
        Enroller(replace(world.bank, settings=Production()), 1)


@pytest.mark.parametrize("country", ["US", "GB", "GH", "NG", "DE", "IN", "BR", "KE"])
def test_phones_are_valid_and_unique_in_any_country(country):
    phones = [numbers.phone(country, 1, index) for index in range(300)]

    assert 300 == len(set(phones))
    for phone in phones:
        parsed = phonenumbers.parse(phone)
        assert phonenumbers.is_valid_number(parsed)
        assert country == phonenumbers.region_code_for_number(parsed)


def test_numbers_of_twenty_thousand_people_are_their_own():
    people = [(seed_number, i) for seed_number in range(1, 5) for i in range(5000)]

    assert 20_000 == len({numbers.phone("US", *person) for person in people})
    assert 20_000 == len({numbers.customer(*person) for person in people})
    assert 40_000 == len(
        {numbers.account(*person, place) for person in people for place in (0, 1)}
    )
    endings = [numbers.phone("US", 1, index)[-3:] for index in range(10, 18)]
    assert 8 == len(set(endings))


@given(st.integers(1, 50), st.integers(0, 900))
def test_card_numbers_pass_luhn_and_are_of_the_test_range(seed_number, index):
    digits = numbers.card(seed_number, index)
    doubled = [
        sum(divmod(int(d) * (2 if place % 2 else 1), 10))
        for place, d in enumerate(reversed(digits))
    ]

    assert digits.startswith("400000")
    assert 16 == len(digits)
    assert 0 == sum(doubled) % 10
