"""What may be shown of a number or a name."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from banking.domain import masking


def test_accounts_cards_phones_and_names_show_their_ends_only():
    assert "••••\N{NO-BREAK SPACE}4321" == masking.account("1098764321")
    assert "••4321" == masking.account_in_sms("1098764321")
    assert "••••\N{NO-BREAK SPACE}4242" == masking.account("4242 4242 4242 4242")
    assert "567" == masking.phone("+12025550567")
    assert "Ama M." == masking.name("Ama Serwaa Mensah")
    assert "Prince" == masking.name("Prince")
    assert "Ama" == masking.first_name("Ama Serwaa Mensah")
    assert "" == masking.first_name(" ")


@pytest.mark.parametrize("number", ["", "1", "4321", "54321", "654321"])
def test_a_number_hardly_longer_than_its_tail_is_not_shown(number):
    assert "••••\N{NO-BREAK SPACE}" == masking.account(number)


@given(st.text("0123456789", min_size=7, max_size=30))
def test_no_more_than_four_digits_are_ever_shown(number):
    shown = masking.account(number)

    assert 4 == sum(char.isdigit() for char in shown)


@given(st.text(max_size=60))
def test_any_name_can_be_masked(full):
    shown = masking.name(full)

    assert len(shown) <= max(len(full), 3) + 3
