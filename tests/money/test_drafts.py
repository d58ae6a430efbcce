"""A payment as it is said: the next question, the offer, or the link."""

import pytest

from banking.services.outcomes import (
    Ask,
    ConfirmNeeded,
    Refused,
)


def payloads(outcome):
    return [choice.payload for choice in outcome.choices]


# --- to whom ----------------------------------------------------------------------


def test_a_name_that_two_payees_have_is_asked_about(world):
    ama = world.person()

    asked = ama.draft(payee="peter", amount="40", reference="pizza")

    assert isinstance(asked, Ask)
    assert ("payee_choice", "utter_ask_payee_choice") == (asked.slot, asked.response)
    assert ["Peter K.", "Peter O."] == sorted(c.title[:8] for c in asked.choices)
    assert all(len(choice.title) <= 20 for choice in asked.choices)

    choice = payloads(asked)[0].split('"')[3]
    confirm = ama.draft(
        payee="peter", payee_choice=choice, amount="40", reference="pizza"
    )
    assert isinstance(confirm, ConfirmNeeded)
    assert confirm.facts["payee"] == asked.choices[0].title
    assert ", “pizza”" == confirm.facts["quoted"]


@pytest.mark.parametrize("said", ["mum", "Mum", "my mum", "mom", "my mother"])
def test_a_family_word_is_understood(world, said):
    ama = world.person()

    assert isinstance(ama.draft(payee=said, amount="5"), ConfirmNeeded)


def test_more_of_the_name_tells_them_apart(world):
    ama = world.person()

    confirm = ama.draft(payee="Peter Okoro", amount="5")

    assert confirm.facts["payee"].startswith("Peter O. ••••\N{NO-BREAK SPACE}")


def test_a_misspelt_name_is_offered_not_taken(world):
    ama = world.person()

    asked = ama.draft(payee="Graec", amount="5")

    assert (Ask, "utter_ask_payee_close") == (type(asked), asked.response)
    assert ["Grace M."] == [choice.title[:8] for choice in asked.choices]


def test_nobody_is_paid_without_being_named(world):
    ama = world.person()

    asked = ama.draft(amount="50")

    assert ("payee", "utter_ask_payee", 3) == (
        asked.slot,
        asked.response,
        len(asked.choices),
    )


def test_an_unknown_name_asks_for_a_number_and_repeats_none(world):
    ama = world.person()

    asked = ama.draft(payee="Zacharias 12345", amount="5")

    assert "payee_account" == asked.slot
    assert "Zacharias" == asked.facts["payee"]


def test_a_phone_number_finds_its_owner_masked(world):
    ama, kofi = world.people(2)
    local = kofi.line["phone"].removeprefix("+1")

    ways = (kofi.line["phone"], local, f"({local[:3]}) {local[3:6]}-{local[6:]}")
    for amount, said in enumerate(ways, start=5):
        confirm = ama.draft(payee=said, amount=str(amount))
        assert isinstance(confirm, ConfirmNeeded), said
        assert kofi.line["name"] not in str(confirm.facts)
        assert kofi.account not in str(confirm.facts)
        assert confirm.facts["payee"].endswith(kofi.account[-4:])


def test_an_account_number_finds_its_holder(world):
    ama, kofi = world.people(2)

    confirm = ama.draft(payee="Kofi", payee_account=kofi.account, amount="5")

    assert isinstance(confirm, ConfirmNeeded)


def test_a_number_nobody_has_is_asked_again(world):
    ama = world.person()

    for number in ("1099999999", "+12025559999", "+44 7700 900123"):
        asked = ama.draft(payee_account=number, amount="5")
        assert "utter_ask_payee_account_not_found" == asked.response


def test_a_card_of_the_bank_is_paid_and_another_kindly_refused(world):
    ama, kofi = world.people(2)
    with world.bank.uow() as tx:
        now = world.clock.now()
        ours = tx.vault.put(ama.conversation_id, kofi.line["cards"][0]["number"], now)
        other = tx.vault.put(ama.conversation_id, "4242424242424242", now)
        tx.commit()

    confirm = ama.draft(payee=f"[card 4242 #{ours}]", amount="5")
    assert confirm.facts["payee"].endswith(kofi.account[-4:])
    assert Refused("card_unknown") == ama.draft(
        payee=f"[card 4242 #{other}]", amount="5"
    )
    # The name of a vault entry fits the chat in which it was typed, and no other.
    assert Refused("card_unknown") == kofi.draft(
        payee=f"[card 4242 #{ours}]", amount="5"
    )


def test_a_choice_of_another_customer_opens_nothing(world):
    ama, kofi = world.people(2)
    asked = kofi.draft(payee="peter", amount="5")
    choice = payloads(asked)[0].split('"')[3]

    outcome = ama.draft(payee_choice=choice, amount="5")

    assert ("payee", Ask) == (outcome.slot, type(outcome))


def test_a_corrected_name_beats_an_earlier_choice(world):
    ama = world.person()
    choice = payloads(ama.draft(payee="peter", amount="5"))[0].split('"')[3]

    confirm = ama.draft(payee="grace", payee_choice=choice, amount="5")

    assert confirm.facts["payee"].startswith("Grace M.")


def test_money_goes_between_own_accounts(world):
    ama = world.person()

    confirm = ama.draft(own=True, payee="savings", amount="20")
    assert confirm.facts["payee"].startswith("Savings ••••\N{NO-BREAK SPACE}")
    back = ama.draft(own=True, payee="current", source="savings", amount="20")
    assert back.facts["source"].startswith("Savings ••••\N{NO-BREAK SPACE}")
    assert back.facts["payee"].startswith("Current ••••\N{NO-BREAK SPACE}")
    assert isinstance(ama.draft(payee="my savings", amount="20"), ConfirmNeeded)
    asked = ama.draft(own=True, amount="20")
    assert ("payee", 2) == (asked.slot, len(asked.choices))


def test_an_account_is_not_paid_from_itself(world):
    ama = world.person()

    refused = ama.draft(own=True, payee="savings", source="savings", amount="20")

    assert Refused("same_account") == refused
