"""A payment as it is said: the next question, the offer, or the link."""

import pytest

from banking.domain.money import Money
from banking.services.outcomes import (
    AddPayee,
    Ask,
    Balance,
    ConfirmNeeded,
    Payees,
    Refused,
    RegistrationNeeded,
    RemovePayee,
    Say,
    SendMoneyDraft,
    SignInNeeded,
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

    assert confirm.facts["payee"].startswith("Peter O. •••• ")


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

    for said in (kofi.line["phone"], local, f"({local[:3]}) {local[3:6]}-{local[6:]}"):
        confirm = ama.draft(payee=said, amount="5")
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
    assert confirm.facts["payee"].startswith("Savings •••• ")
    back = ama.draft(own=True, payee="current", source="savings", amount="20")
    assert back.facts["source"].startswith("Savings •••• ")
    assert back.facts["payee"].startswith("Current •••• ")
    assert isinstance(ama.draft(payee="my savings", amount="20"), ConfirmNeeded)
    asked = ama.draft(own=True, amount="20")
    assert ("payee", 2) == (asked.slot, len(asked.choices))


def test_an_account_is_not_paid_from_itself(world):
    ama = world.person()

    refused = ama.draft(own=True, payee="savings", source="savings", amount="20")

    assert Refused("same_account") == refused


# --- how much ---------------------------------------------------------------------


def test_the_amount_is_asked_for_with_the_payees_name(world):
    ama = world.person()

    asked = ama.draft(payee="grace")

    assert ("amount", "utter_ask_amount") == (asked.slot, asked.response)
    assert asked.facts["payee"].startswith("Grace M. •••• ")


@pytest.mark.parametrize(
    ("said", "response"),
    [
        ("ten percent", "utter_ask_amount_unreadable"),
        ("-5", "utter_ask_amount_unreadable"),
        ("NaN", "utter_ask_amount_unreadable"),
        ("½", "utter_ask_amount_unreadable"),
        ("50 €", "utter_ask_amount_currency"),
        ("1.000", "utter_ask_amount_ambiguous"),
        ("half", "utter_ask_amount_relative"),
        ("all of it", "utter_ask_amount_relative"),
        ("same as last time", "utter_ask_amount_unknown"),
    ],
)
def test_an_amount_that_is_not_exact_becomes_a_question(world, said, response):
    ama = world.person()

    asked = ama.draft(payee="grace", amount=said)

    assert ("amount", response) == (asked.slot, asked.response)


def test_an_offered_amount_is_read_back_as_itself(world):
    ama = world.person()
    asked = ama.draft(payee="grace", amount="half")
    offered = payloads(asked)[0].split('"')[3]

    confirm = ama.draft(payee="grace", amount=offered)

    assert asked.choices[0].title == confirm.facts["amount"]


def test_the_same_as_last_time_is_what_that_payee_got(world):
    ama = world.person()
    ama.pay(payee="grace", amount="12.34")
    ama.pay(payee="mum", amount="99")

    asked = ama.draft(payee="grace", amount="same as last time")

    assert ["USD 12.34"] == [choice.title for choice in asked.choices]


def test_more_than_there_is_offers_less_or_another_account(world):
    ama = world.person()
    balance = ama.balance()
    more = Money(balance.minor + 1, "USD")

    asked = ama.draft(payee="grace", amount=more.plain)

    assert ("amount", "utter_ask_amount_not_enough") == (asked.slot, asked.response)
    assert str(balance) == asked.facts["balance"]
    titles = [choice.title for choice in asked.choices]
    assert str(balance) == titles[0]
    if ama.balance(1) >= more:
        assert "Savings" == titles[1]
        source = payloads(asked)[1].split('"')[3]
        confirm = ama.draft(payee="grace", amount=more.plain, source=source)
        assert confirm.facts["source"].startswith("Savings")


def test_the_exact_balance_can_be_sent(world):
    ama = world.person()

    confirm = ama.draft(payee="grace", amount=ama.balance().plain)

    assert isinstance(confirm, ConfirmNeeded)


def test_over_a_limit_says_what_is_still_possible(world):
    ama = world.person()

    asked = ama.draft(payee="grace", amount="10000.01")

    assert "utter_ask_amount_over_transaction_limit" == asked.response
    assert ["USD 10,000.00"] == [choice.title for choice in asked.choices]


def test_a_new_payee_gets_little_at_first(world):
    ama, kofi = world.people(2)
    ama.do(RemovePayee(kofi.line["name"]))

    asked = ama.draft(payee_account=kofi.account, payee="Kofi", amount="200.01")
    assert "utter_ask_amount_new_payee" == asked.response
    assert ["USD 200.00"] == [choice.title for choice in asked.choices]

    ama.pay(payee_account=kofi.account, amount="150")
    asked = ama.draft(payee_account=kofi.account, amount="60")
    assert ["USD 50.00"] == [choice.title for choice in asked.choices]

    world.clock.pass_time(hours=24)
    world.sign_in(ama)
    confirm = ama.draft(payee_account=kofi.account, amount="201")
    assert isinstance(confirm, ConfirmNeeded)


def test_a_payee_saved_today_waits_as_well(world):
    ama, kofi = world.people(2)
    ama.do(RemovePayee(kofi.line["name"]))
    ama.do(AddPayee("Bestie", kofi.account))

    assert (
        "utter_ask_amount_new_payee" == ama.draft(payee="bestie", amount="300").response
    )
    world.clock.pass_time(hours=24)
    world.sign_in(ama)
    assert isinstance(ama.draft(payee="bestie", amount="300"), ConfirmNeeded)


def test_the_same_payment_again_is_warned_about(world):
    ama = world.person()
    ama.pay(payee="grace", amount="30")

    again = ama.draft(payee="grace", amount="30")
    other = ama.draft(payee="grace", amount="31")
    world.clock.pass_time(minutes=10, seconds=1)
    world.sign_in(ama)
    later = ama.draft(payee="grace", amount="30")

    assert "utter_confirm_transfer_twice" == again.response
    assert "utter_confirm_transfer_changed" == other.response
    assert "utter_confirm_transfer_changed" == later.response


@pytest.mark.parametrize(
    "reference",
    ["{amount}", "{{7*7}}", "%s", "{0.__class__}", "' OR 1=1 --", "x" * 500],
)
def test_a_reference_is_only_ever_text(world, reference):
    ama = world.person()

    confirm = ama.draft(payee="mum", amount="5", reference=reference + "\n\u202e")

    assert reference[:60] == confirm.facts["reference"]


# --- the door ---------------------------------------------------------------------


def test_a_request_waits_for_the_sign_in_and_goes_on_by_itself(world):
    ama = world.person()
    world.clock.pass_time(minutes=6)

    assert isinstance(ama.draft(payee="mum", amount="50"), SignInNeeded)
    world.sign_in(ama)
    resumed = world.bank.teller.resume(ama.token("/resume"))

    assert isinstance(resumed, ConfirmNeeded)
    assert "USD 50.00" == resumed.facts["amount"]
    assert Say("utter_signed_in") == world.bank.teller.resume(ama.token("/resume"))


def test_a_stranger_is_sent_to_registration(world):
    world.people(1)
    with world.bank.uow() as tx:
        chat = tx.conversations.open(
            "whatsapp", phone="+12125550199", user_id=None, now=world.clock.now()
        )
        tx.commit()
    from banking.domain.envelope import Envelope

    token = Envelope.for_text(chat.id, "m1", "hi", now=world.clock.now()).seal(
        world.key
    )

    assert isinstance(world.bank.teller.ask(token, Balance()), RegistrationNeeded)


def test_a_forged_or_stale_envelope_gets_nothing_and_is_recorded(world):
    ama = world.person()
    old = ama.token()
    world.clock.pass_time(seconds=61)
    teller = world.bank.teller

    for token in (old, "", "x.y", old[:-1] + "0", None):
        assert Refused("not_verified") == teller.ask(token, Balance())
        assert Refused("not_verified") == teller.draft(token, SendMoneyDraft())
        assert Refused("not_verified") == teller.resume(token)
    events = world.rows("SELECT count(*) n FROM audit WHERE event = 'envelope_refused'")
    assert 15 == events[0].n


def test_resuming_does_not_count_as_activity(world):
    ama = world.person()
    world.clock.pass_time(minutes=4, seconds=59)
    world.bank.teller.resume(ama.token("/resume"))
    world.clock.pass_time(seconds=2)

    assert isinstance(ama.ask(Balance()), SignInNeeded)


# --- payees -----------------------------------------------------------------------


def test_payees_of_the_core_are_there_from_the_start(world):
    ama = world.person()

    said = ama.ask(Payees())

    assert "utter_payees" == said.response
    assert "Mum (" in said.facts["lines"]
    assert 2 == said.facts["lines"].count("Peter")


def test_a_payee_is_added_once_listed_and_removed(world):
    ama, kofi = world.people(2)
    ama.do(RemovePayee(kofi.line["name"]))

    added = ama.do(AddPayee("Bestie", kofi.line["phone"]))
    assert "utter_payee_added" == added.response
    assert "utter_payee_known" == ama.do(AddPayee("Pal", kofi.account)).response
    assert "Bestie (" in ama.ask(Payees()).facts["lines"]
    assert "utter_payee_removed" == ama.do(RemovePayee("bestie")).response
    assert "Bestie" not in ama.ask(Payees()).facts["lines"]
    assert Refused("payee_unknown", {"payee": "bestie"}) == ama.do(
        RemovePayee("bestie")
    )


def test_a_removal_that_fits_two_is_asked_about(world):
    ama = world.person()

    asked = ama.do(RemovePayee("peter"))

    assert ("payee_to_remove", 2) == (asked.slot, len(asked.choices))
    choice = payloads(asked)[0].split('"')[3]
    assert "utter_payee_removed" == ama.do(RemovePayee(choice)).response
    assert 1 == ama.ask(Payees()).facts["lines"].count("Peter")


def test_removed_payees_stay_removed(world):
    """The core's list is taken over once, not again at every look."""
    ama = world.person()
    ama.do(RemovePayee("mum"))

    assert "Mum" not in ama.ask(Payees()).facts["lines"]


def test_an_own_account_is_no_payee(world):
    ama = world.person()

    assert Refused("same_account") == ama.do(AddPayee("me", ama.account))
